//! An incoming order against the book: sections 4 and 6, step by step.

use super::{
    Checker, Pending,
    fit::{Sides, cut, earliest_fit, sides},
    ledger::Holder,
    money,
    order::{Order, Piece, Terms},
    told::Told,
};
use crate::error::{Check, Mismatch, holds, same};
use coretime_types::{
    AccountId, Call, Delivery, DoneReason, Event, LedgerCause, OrderId, Planck, SelfTrade, TimeInForce,
    Trade, TradeId,
};

impl Checker {
    /// An order that has entered: it must trade with the best compatible order again and again until there is none, and
    /// then rest or end as it asked for.
    pub(super) fn match_and_settle(
        &mut self,
        mut taker: Order,
        time_in_force: TimeInForce,
        told: &mut Told<'_>,
    ) -> Check {
        let mut is_stopped = false;
        while let Some(best) = self.book.best_for(&taker, self.now) {
            let Some(mut maker) = self.take_order(best) else { break };
            if maker.account == taker.account {
                match taker.self_trade {
                    SelfTrade::CancelTaker => {
                        self.rest(maker);
                        is_stopped = true;
                        break;
                    }
                    SelfTrade::CancelMaker => {
                        told.expect_done(maker.id, DoneReason::SelfTrade)?;
                        self.release(maker)?;
                    }
                }
                continue;
            }
            self.trade(&mut maker, &mut taker, told)?;
            if maker.is_filled(self.now) {
                told.expect_done(maker.id, DoneReason::Filled)?;
                self.release(maker)?;
            } else {
                self.rest(maker);
            }
        }
        let reason = match time_in_force {
            _ if taker.is_filled(self.now) => DoneReason::Filled,
            TimeInForce::FillOrKill => {
                let (what, expected) = ("a fill-or-kill order that was accepted", "that it is filled");
                return Err(Mismatch::new(what, Some(taker.id), expected, "that something is left of it"));
            }
            _ if is_stopped => DoneReason::SelfTrade,
            TimeInForce::ImmediateOrCancel => DoneReason::Cancelled,
            TimeInForce::GoodTillCancelled => {
                self.rest(taker);
                return Ok(());
            }
        };
        told.expect_done(taker.id, reason)?;
        self.release(taker)
    }

    /// One trade of two compatible orders.
    fn trade(&mut self, maker: &mut Order, taker: &mut Order, told: &mut Told<'_>) -> Check {
        let taker_id = taker.id;
        let missing = |found: Option<&Event>| {
            let expected = format!("a trade with order {}, the best that is compatible", maker.id);
            Mismatch::new("the next event", Some(taker_id), expected, format!("{found:?}"))
        };
        let trade = match told.next() {
            Some(Event::Trade(trade)) => trade,
            other => return Err(missing(other)),
        };
        same("the maker: the best by price and time", Some(taker_id), maker.id, trade.maker)?;
        let found = earliest_fit(maker, taker, self.now).zip(sides(maker, taker));
        let Some(((index, fit), Sides { buyer, bid, seller, ask })) = found else {
            return Err(missing(None));
        };

        let notional = maker.price.notional(fit.parts, bid.duration);
        let fees = money::fees(maker, taker, notional)?;
        let cut = cut(&ask.pieces[index], &fit, self.now);
        let maker_is_bid = matches!(maker.terms, Terms::Bid(_));
        self.last_trade = self.last_trade.saturating_add(1);
        let expected = Trade {
            trade_id: TradeId(self.last_trade),
            maker: maker.id,
            taker: taker.id,
            unit_price: maker.price,
            parts: fit.parts,
            window: fit.window,
            region: cut.bought.region,
            notional,
            maker_fee: fees.maker,
            taker_fee: fees.taker,
            buyer: buyer.account,
            seller: seller.account,
            maker_is_bid,
        };
        compare(&expected, trade)?;
        holds("the buyer's limit", Some(buyer.id), trade.unit_price <= buyer.price)?;
        holds("the seller's limit", Some(seller.id), trade.unit_price >= seller.price)?;
        holds("the bid's quantity", Some(buyer.id), trade.parts <= bid.remaining)?;

        let taker_fee = i128::try_from(fees.taker.0).unwrap_or(i128::MAX);
        let buyer_fee = if maker_is_bid { fees.maker } else { taker_fee };
        let delivery_fee = if bid.delivery == Delivery::Custody { Planck::ZERO } else { buyer.delivery_fee };
        let cost = money::plus(buyer.id, notional, buyer_fee)?;
        let remaining = coretime_types::Parts(bid.remaining.0.saturating_sub(fit.parts.0));
        let held = money::hold(buyer, bid, remaining)?;
        let released = bid.held.checked_sub(held);
        let covered = released
            .is_some_and(|released| cost.checked_add(delivery_fee).is_some_and(|all| all <= released));
        holds("the cost is covered by what the bid held", Some(buyer.id), covered)?;
        let (before, delivery, buyer_id, seller_id) = (bid.held, bid.delivery, buyer.id, seller.id);
        let sold = ask.pieces[index];

        let (trade_id, venue) = (expected.trade_id, self.settings.fee_account);
        self.ledger.change_hold(buyer_id, expected.buyer, before, held)?;
        self.ledger.pay(expected.buyer, expected.seller, notional, LedgerCause::Notional(trade_id))?;
        self.ledger.pay(taker.account, venue, fees.taker, LedgerCause::TakerFee(trade_id))?;
        let maker_fee = Planck(fees.maker.unsigned_abs());
        let (payer, payee) = if fees.maker < 0 { (venue, maker.account) } else { (maker.account, venue) };
        self.ledger.pay(payer, payee, maker_fee, LedgerCause::MakerFee(trade_id))?;
        self.ledger.pay(expected.buyer, venue, delivery_fee, LedgerCause::DeliveryFee(trade_id))?;
        let (buyer, seller) = if maker_is_bid { (maker, taker) } else { (taker, maker) };
        if let Terms::Bid(bid) = &mut buyer.terms {
            (bid.remaining, bid.held) = (remaining, held);
        }

        self.ledger.take("the region that is sold", sold.region.id(), Holder::Under(seller_id))?;
        if let Terms::Ask(ask) = &mut seller.terms {
            ask.pieces.remove(index);
            for rest in cut.rests {
                let holder = if ask.is_live(&rest.region, self.now) {
                    ask.add(rest);
                    Holder::Under(seller_id)
                } else {
                    Holder::Free(seller.account)
                };
                self.ledger.put(rest, holder)?;
            }
        }
        self.deliver(buyer_id, buyer.account, delivery, cut.bought, told)
    }

    fn deliver(
        &mut self,
        order: OrderId,
        account: AccountId,
        delivery: Delivery,
        bought: Piece,
        told: &mut Told<'_>,
    ) -> Check {
        let call = match delivery {
            Delivery::Custody => return self.ledger.put(bought, Holder::Free(account)),
            Delivery::Transfer => Call::Transfer { region: bought.region, to: account },
            Delivery::Assign(task) => Call::Assign { region: bought.region, task },
        };
        self.instruct_region(Some(order), account, call, bought, told)
    }

    /// A region leaves the ledger by an instruction.
    pub(super) fn instruct_region(
        &mut self,
        order: Option<OrderId>,
        account: AccountId,
        call: Call,
        piece: Piece,
        told: &mut Told<'_>,
    ) -> Check {
        let number = self.next_instruction();
        told.expect(order, Event::Instruction { number, call })?;
        self.instructions.insert(number, Pending { account, call });
        self.check_limits(number, account, &call, told)?;
        let parts = piece.region.part_timeslices();
        self.ledger.flows.regions_instructed.0 =
            self.ledger.flows.regions_instructed.0.saturating_add(parts.0);
        self.ledger.put(piece, Holder::Leaving(number))
    }
}

/// Field by field, so that the first difference is named.
fn compare(expected: &Trade, found: &Trade) -> Check {
    let order = Some(expected.taker);
    same("the trade's id", order, expected.trade_id, found.trade_id)?;
    same("the taker", order, expected.taker, found.taker)?;
    same("the trade's price: the maker's", order, expected.unit_price, found.unit_price)?;
    same("the parts traded", order, expected.parts, found.parts)?;
    same("the window sold", order, expected.window, found.window)?;
    same("the region bought", order, expected.region, found.region)?;
    same("the notional", order, expected.notional, found.notional)?;
    same("the maker's fee", Some(expected.maker), expected.maker_fee, found.maker_fee)?;
    same("the taker's fee", order, expected.taker_fee, found.taker_fee)?;
    same("the buyer", order, expected.buyer, found.buyer)?;
    same("the seller", order, expected.seller, found.seller)?;
    same("which side the maker is on", order, expected.maker_is_bid, found.maker_is_bid)
}

//! One trade: both legs move at once, and what must happen on chain follows as an instruction (sections 6 and 7).

use crate::carve::carve;
use crate::fit::{Fit, Offer, Want, first_fit};
use crate::market::Market;
use crate::money;
use crate::order::{AskDetail, BidDetail, Detail, FreeRegion, Order, Piece};
use coretime_types::{AccountId, Call, Delivery, Event, Planck, Trade};

impl Market {
    /// Trades two compatible orders that are both out of the book, at the maker's price.
    pub(crate) fn trade(&mut self, maker: &mut Order, taker: &mut Order, events: &mut Vec<Event>) {
        let (unit_price, maker_id, taker_id) = (maker.unit_price, maker.order_id, taker.order_id);
        let (maker_ppm, taker_ppm) = (maker.fees.maker_ppm, taker.fees.taker_ppm);
        let maker_is_bid = matches!(maker.detail, Detail::Bid(_));
        let (buyer, seller) = if maker_is_bid { (maker, taker) } else { (taker, maker) };
        let (want, offer) = match (&buyer.detail, &seller.detail) {
            (Detail::Bid(bid), Detail::Ask(ask)) => (Want::of(buyer, bid), Offer::of(seller, ask)),
            _ => return,
        };
        let (Detail::Bid(bid), Detail::Ask(ask)) = (&mut buyer.detail, &mut seller.detail) else { return };
        let Some((index, fit)) = first_fit(&want, &offer, &ask.pieces, self.state.tradable_from) else {
            return;
        };

        let notional = unit_price.notional(fit.parts, fit.window.duration());
        let taker_fee = money::taker_fee(notional, taker_ppm);
        let maker_fee = money::maker_fee(notional, maker_ppm, taker_fee);
        let (buyer_fee, seller_fee) = match maker_is_bid {
            true => (maker_fee, money::signed(taker_fee)),
            false => (money::signed(taker_fee), maker_fee),
        };

        let bought = self.carve_piece(seller.account, ask, index, &fit);
        bid.remaining.0 -= fit.parts.0;
        let delivery_fee = match bid.delivery {
            Delivery::Custody => Planck::ZERO,
            Delivery::Transfer | Delivery::Assign(_) => buyer.fees.delivery_fee,
        };
        let still_held = money::hold(
            &buyer.fees,
            buyer.unit_price,
            bid.remaining,
            buyer.lot_parts,
            bid.duration,
            bid.delivery,
        );
        // It fits: it is less than what was held before.
        let still_held = still_held.unwrap_or(bid.held);
        let cost = Planck(money::plus_fee(notional, buyer_fee).0 + delivery_fee.0);
        self.pay_out_of_hold(buyer.account, bid, still_held, cost);
        self.state.credit(seller.account, money::less_fee(notional, seller_fee));
        let fees = Planck(money::plus_fee(taker_fee, maker_fee).0 + delivery_fee.0);
        self.state.credit(self.state.settings.fee_account, fees);

        events.push(Event::Trade(Trade {
            trade_id: self.state.next_trade_id(),
            maker: maker_id,
            taker: taker_id,
            unit_price,
            parts: fit.parts,
            window: fit.window,
            region: bought.region,
            notional,
            maker_fee,
            taker_fee,
            buyer: buyer.account,
            seller: seller.account,
            maker_is_bid,
        }));
        self.deliver(buyer.account, bid.delivery, bought, events);
    }

    /// Takes the fill out of the ask's piece. Rests that are live stay under the ask, the others go back to the seller.
    fn carve_piece(&mut self, seller: AccountId, ask: &mut AskDetail, index: usize, fit: &Fit) -> Piece {
        let now = self.state.tradable_from;
        let carved = carve(&ask.pieces.remove(index), fit, now);
        for rest in carved.rests.into_iter().flatten() {
            if ask.is_live(&rest.region, now) {
                ask.add_piece(rest);
            } else {
                let Piece { region, renewable } = rest;
                self.state.insert_free(FreeRegion { account: seller, region, renewable });
            }
        }
        carved.bought
    }

    /// What the bid need no longer hold pays the cost; the rest becomes free. Never negative: fees round down, holds
    /// round up.
    fn pay_out_of_hold(&mut self, buyer: AccountId, bid: &mut BidDetail, still_held: Planck, cost: Planck) {
        let released = bid.held.0 - still_held.0;
        bid.held = still_held;
        let mut funds = self.state.funds(buyer);
        funds.held.0 -= released;
        funds.free.0 += released - cost.0;
        self.state.set_funds(buyer, funds);
    }

    fn deliver(&mut self, account: AccountId, delivery: Delivery, bought: Piece, events: &mut Vec<Event>) {
        let Piece { region, renewable } = bought;
        match delivery {
            Delivery::Custody => self.state.insert_free(FreeRegion { account, region, renewable }),
            Delivery::Transfer => {
                self.state.instruct(account, Call::Transfer { region, to: account }, renewable, events);
            }
            Delivery::Assign(task) => {
                self.state.instruct(account, Call::Assign { region, task }, renewable, events);
            }
        }
    }
}

//! One trade: both legs move at once, and what must happen on chain follows as an instruction (sections 6 and 7).

use crate::accounts::AccountIndex;
use crate::carve::{Carved, carve};
use crate::fit::{Fit, Want, fit};
use crate::market::Market;
use crate::money;
use crate::order::{BidDetail, Detail, Order};
use crate::regions::Piece;
use crate::slots::{OrderSlot, RegionSlot, Slot};
use coretime_types::{Call, Delivery, Event, Parts, Planck, Trade};

/// What a fill left of a piece and is still to be sold, by begin.
pub(crate) type Rests = [Option<RegionSlot>; 3];

impl Market {
    /// Trades a bid with a piece that fits it. Section 4: at the maker's unit price. Section 6: each side pays by its
    /// role and by the rates stored on its own order, the buyer on top and the delivery fee besides, the seller out of
    /// the proceeds.
    /// `None`, and nothing happens, if it does not fit.
    pub(crate) fn trade(
        &mut self,
        maker: OrderSlot,
        taker: OrderSlot,
        piece: RegionSlot,
        events: &mut Vec<Event>,
    ) -> Option<Rests> {
        let (making, taking) = (*self.state.orders.get(maker), *self.state.orders.get(taker));
        let maker_is_bid = matches!(making.detail, Detail::Bid(_));
        let (buyer_slot, seller_slot) = if maker_is_bid { (maker, taker) } else { (taker, maker) };
        let (buyer, seller) = if maker_is_bid { (making, taking) } else { (taking, making) };
        let (Detail::Bid(bid), Some(offer)) = (buyer.detail, self.offer_of(seller_slot)) else { return None };
        let now = self.state.tradable_from;
        let sold = self.state.regions.get(piece).piece;
        let fit = fit(&Want::of(&buyer, &bid), &offer, &sold, now)?;
        let carved = carve(&sold, &fit, now);

        let unit_price = making.unit_price;
        let notional = unit_price.notional(fit.parts, fit.window.duration());
        let taker_fee = money::taker_fee(notional, self.state.terms(taking.terms).taker_ppm);
        let maker_fee = money::maker_fee(notional, self.state.terms(making.terms).maker_ppm, taker_fee);
        let (buyer_fee, seller_fee) = match maker_is_bid {
            true => (maker_fee, money::signed(taker_fee)),
            false => (money::signed(taker_fee), maker_fee),
        };
        let delivery_fee = match bid.delivery {
            Delivery::Custody => Planck::ZERO,
            Delivery::Transfer | Delivery::Assign(_) => self.state.terms(buyer.terms).delivery_fee,
        };
        let cost = Planck(money::plus_fee(notional, buyer_fee).0 + delivery_fee.0);
        self.pay_out_of_hold(buyer_slot, &buyer, &bid, &fit, cost);
        self.state.credit(seller.account, money::less_fee(notional, seller_fee));
        let fees = Planck(money::plus_fee(taker_fee, maker_fee).0 + delivery_fee.0);
        if fees > Planck::ZERO {
            let fee_account = self.state.fee_account();
            self.state.credit(fee_account, fees);
        }
        events.push(Event::Trade(Trade {
            trade_id: self.state.next_trade_id(),
            maker: making.order_id,
            taker: taking.order_id,
            unit_price,
            parts: fit.parts,
            window: fit.window,
            region: carved.bought.region,
            notional,
            maker_fee,
            taker_fee,
            buyer: self.state.accounts.get(buyer.account).id,
            seller: self.state.accounts.get(seller.account).id,
            maker_is_bid,
        }));
        Some(self.move_piece(piece, seller_slot, buyer.account, bid.delivery, &carved, events))
    }

    /// Section 6: after a fill the bid holds what its remaining parts need, and what is left of the old hold after
    /// notional and fee becomes free. Never negative: fees round down, holds round up.
    fn pay_out_of_hold(&mut self, slot: OrderSlot, buyer: &Order, bid: &BidDetail, fit: &Fit, cost: Planck) {
        let remaining = Parts(bid.remaining.0 - fit.parts.0);
        let (held, still_held) = (self.held(buyer, bid, bid.remaining), self.held(buyer, bid, remaining));
        let released = held.0 - still_held.0;
        self.state.set_remaining(slot, remaining);
        let mut funds = self.state.funds(buyer.account);
        funds.held.0 -= released;
        funds.free.0 += released - cost.0;
        self.state.set_funds(buyer.account, funds);
    }

    /// What a bid holds for so many remaining parts: section 6. It fitted when the bid was accepted.
    pub(crate) fn held(&self, order: &Order, bid: &BidDetail, remaining: Parts) -> Planck {
        let terms = self.state.terms(order.terms);
        let held =
            money::hold(terms, order.unit_price, remaining, order.lot_parts, bid.duration, bid.delivery);
        held.unwrap_or_default()
    }

    /// Rule 4.4: what is bought goes where the bid wants it (section 7: an instruction, unless it stays in custody);
    /// rests that are live stay under the ask with its price and priority, the others go back to the seller.
    fn move_piece(
        &mut self,
        piece: RegionSlot,
        ask: OrderSlot,
        buyer: AccountIndex,
        delivery: Delivery,
        carved: &Carved,
        events: &mut Vec<Event>,
    ) -> Rests {
        let state = &mut self.state;
        let listed = state.asks.is_listed(piece.number());
        let mut after = state.regions.get(piece).previous;
        let seller = state.regions.get(piece).account;
        state.detach(piece);
        if carved.rests == [None; 3] && delivery == Delivery::Custody {
            state.give_region(piece, buyer);
            return Rests::default();
        }
        if carved.rests == [None; 3] {
            state.remove_region(piece);
        }
        // What is sold is cut off; the region's own place goes to the first rest.
        let mut is_first = true;
        let rests = carved.rests.map(|rest| {
            let rest = rest?;
            let slot = if std::mem::take(&mut is_first) {
                state.cut_region(piece, rest);
                piece
            } else {
                state.split_off(piece, seller, rest)
            };
            state.attach(slot, ask, after, listed);
            if !state.regions.get(slot).is_live {
                state.detach(slot);
                return None;
            }
            after = Some(slot);
            Some(slot)
        });
        let Piece { region, renewable } = carved.bought;
        match delivery {
            Delivery::Custody => drop(state.split_off(piece, buyer, carved.bought)),
            Delivery::Transfer => {
                let to = state.accounts.get(buyer).id;
                state.instruct(buyer, Call::Transfer { region, to }, renewable, events);
            }
            Delivery::Assign(task) => state.instruct(buyer, Call::Assign { region, task }, renewable, events),
        }
        rests
    }
}

//! Replacing an order (section 5): checked like a new one; if it is rejected the old one stays as it was.

use crate::checks::{check_bid_price, check_min_timeslices, check_price};
use crate::fit::{Offer, Want};
use crate::market::Market;
use crate::money;
use crate::order::{AskDetail, BidDetail, Detail, Order};
use crate::slots::OrderSlot;
use coretime_types::{Event, Planck, RejectReason, Rejection, Replace, TimeInForce, Timeslices};

impl Market {
    /// Section 5: fields not given stay as they are; every replace is checked like a new order against today's limits.
    pub(crate) fn replace(&mut self, replace: &Replace, events: &mut Vec<Event>) -> Result<(), Rejection> {
        self.takes_orders()?;
        let account = self.account_of(replace.account);
        self.not_suspended(account)?;
        let slot = self.order_of(account, replace.order_id)?;
        let order = *self.state.orders.get(slot);
        let meant_for_other_side = match order.detail {
            Detail::Bid(_) => replace.min_timeslices.is_some(),
            Detail::Ask(_) => replace.parts.is_some(),
        };
        if meant_for_other_side {
            return Err(RejectReason::Malformed.into());
        }
        self.not_repeated(account, replace.request_id)?;
        match order.detail {
            Detail::Bid(bid) => self.replace_bid(slot, order, bid, replace, events),
            Detail::Ask(ask) => self.replace_ask(slot, order, ask, replace, events),
        }
    }

    /// Section 5: same price and not more parts: it keeps its priority and its fee rates. Otherwise it enters again.
    fn replace_bid(
        &mut self,
        slot: OrderSlot,
        before: Order,
        bid: BidDetail,
        replace: &Replace,
        events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        let unit_price = replace.unit_price.unwrap_or(before.unit_price);
        let parts = replace.parts.unwrap_or(bid.remaining);
        let in_place = unit_price == before.unit_price && parts <= bid.remaining;
        check_bid_price(unit_price, parts, bid.duration)?;
        self.check_bid_size(unit_price, parts, before.lot_parts, bid.duration, bid.is_flexible())?;
        let terms = if in_place { before.terms } else { self.state.terms_today() };
        let rates = self.state.terms(terms);
        let hold = money::hold(rates, unit_price, parts, before.lot_parts, bid.duration, bid.delivery);
        let held_before = self.held(&before, &bid, bid.remaining);
        let (_, held) = self.check_cover(Some(before.account), hold, held_before)?;
        let changed = BidDetail { remaining: parts, ..bid };
        let order = Order { unit_price, terms, detail: Detail::Bid(changed), ..before };
        if before.post_only {
            self.bid_matches_nothing(&Want::of(&order, &changed))?;
        }
        self.state.remember_request(replace.account, replace.request_id);
        self.change_hold(&before, held_before, held);
        events.push(Event::Replaced { order_id: before.order_id });
        if in_place {
            self.state.set_remaining(slot, parts);
            return Ok(());
        }
        self.state.unlist(slot);
        self.enter_again(slot, order, events)
    }

    fn change_hold(&mut self, order: &Order, before: Planck, after: Planck) {
        let mut funds = self.state.funds(order.account);
        funds.free.0 = funds.free.0 + before.0 - after.0;
        funds.held.0 = funds.held.0 - before.0 + after.0;
        self.state.set_funds(order.account, funds);
    }

    /// Section 5: an ask always enters again, with all its pieces.
    fn replace_ask(
        &mut self,
        slot: OrderSlot,
        before: Order,
        ask: AskDetail,
        replace: &Replace,
        events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        let now = self.state.tradable_from;
        let unit_price = replace.unit_price.unwrap_or(before.unit_price);
        let min_timeslices = replace.min_timeslices.unwrap_or(ask.min_timeslices);
        let pieces = || {
            self.state.regions.pieces_from(ask.first_piece).map(|(slot, holding)| (slot, holding.region()))
        };
        check_price(unit_price)?;
        for (_, piece) in pieces() {
            self.check_lot(before.lot_parts, piece.mask.parts())?;
        }
        let longest = pieces().map(|(_, piece)| piece.effective_duration(now)).max();
        check_min_timeslices(min_timeslices, longest.unwrap_or(Timeslices(0)))?;
        for (_, piece) in pieces() {
            self.check_interlacing(before.lot_parts, piece.mask.parts())?;
        }
        let worths =
            pieces().map(|(_, piece)| unit_price.notional(piece.mask.parts(), piece.effective_duration(now)));
        self.check_minimum(worths.max().unwrap_or_default())?;
        let order = Order { unit_price, terms: self.state.terms_today(), ..before };
        if before.post_only {
            let changed = AskDetail { min_timeslices, ..ask };
            let offer = Offer::of(&order, &changed, self.state.terms(order.terms));
            for (piece, _) in pieces() {
                self.piece_matches_nothing(&offer, piece)?;
            }
        }
        self.state.remember_request(replace.account, replace.request_id);
        events.push(Event::Replaced { order_id: before.order_id });
        self.state.unlist(slot);
        self.state.set_min_timeslices(slot, min_timeslices);
        let detail = self.state.orders.get(slot).detail;
        self.enter_again(slot, Order { detail, ..order }, events)
    }

    /// Section 5: as a taker, with the next priority and today's rates and the same id. The order is out of the book.
    fn enter_again(
        &mut self,
        slot: OrderSlot,
        order: Order,
        events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        let priority = self.state.next_priority();
        *self.state.orders.get_mut(slot) = Order { priority, ..order };
        self.match_and_settle(slot, TimeInForce::GoodTillCancelled, events)
    }
}

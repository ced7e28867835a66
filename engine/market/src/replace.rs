//! Replacing an order (section 5): checked like a new one; if it is rejected the old one stays as it was.

use crate::checks::{check_bid_price, check_min_timeslices, check_price};
use crate::market::Market;
use crate::money;
use crate::order::{AskDetail, BidDetail, Detail, Order};
use coretime_types::{Event, Parts, RejectReason, Rejection, Replace, TimeInForce, Timeslices, UnitPrice};

impl Market {
    pub(crate) fn replace(&mut self, replace: &Replace, events: &mut Vec<Event>) -> Result<(), Rejection> {
        self.takes_orders()?;
        self.not_suspended(replace.account)?;
        let order = self.order_of(replace.account, replace.order_id)?;
        let meant_for_other_side = match order.detail {
            Detail::Bid(_) => replace.min_timeslices.is_some(),
            Detail::Ask(_) => replace.parts.is_some(),
        };
        if meant_for_other_side {
            return Err(RejectReason::Malformed.into());
        }
        self.not_repeated(replace.account, replace.request_id)?;
        let unit_price = replace.unit_price.unwrap_or(order.unit_price);
        let (changed, in_place) = match &order.detail {
            Detail::Bid(bid) => {
                let parts = replace.parts.unwrap_or(bid.remaining);
                let in_place = unit_price == order.unit_price && parts <= bid.remaining;
                (self.changed_bid(order, bid, unit_price, parts, in_place)?, in_place)
            }
            Detail::Ask(ask) => {
                let least = replace.min_timeslices.unwrap_or(ask.min_timeslices);
                (self.changed_ask(order, ask, unit_price, least)?, false)
            }
        };
        self.not_matching(&changed)?;
        self.state.remember_request(replace.account, replace.request_id);
        self.enter_again(changed, in_place, events)
    }

    /// The bid as it would be, if the rules and its account's funds allow it.
    fn changed_bid(
        &self,
        order: &Order,
        bid: &BidDetail,
        unit_price: UnitPrice,
        parts: Parts,
        in_place: bool,
    ) -> Result<Order, Rejection> {
        check_bid_price(unit_price, parts, bid.duration)?;
        self.check_bid_size(unit_price, parts, order.lot_parts, bid.duration, bid.is_flexible())?;
        let fees = if in_place { order.fees } else { self.fee_rates() };
        let held = money::hold(&fees, unit_price, parts, order.lot_parts, bid.duration, bid.delivery);
        let held = self.check_cover(order.account, held, bid.held)?;
        let detail = Detail::Bid(BidDetail { remaining: parts, held, ..bid.clone() });
        Ok(Order { unit_price, fees, detail, ..order.clone() })
    }

    /// The ask as it would be, with all its pieces.
    fn changed_ask(
        &self,
        order: &Order,
        ask: &AskDetail,
        unit_price: UnitPrice,
        min_timeslices: Timeslices,
    ) -> Result<Order, Rejection> {
        let now = self.state.tradable_from;
        check_price(unit_price)?;
        let pieces = || ask.pieces.iter().map(|piece| &piece.region);
        for piece in pieces() {
            self.check_lot(order.lot_parts, piece.mask.parts())?;
        }
        let longest = pieces().map(|piece| piece.effective_duration(now)).max().unwrap_or_default();
        check_min_timeslices(min_timeslices, longest)?;
        for piece in pieces() {
            self.check_interlacing(order.lot_parts, piece.mask.parts())?;
        }
        let value = |piece: &coretime_types::Region| {
            unit_price.notional(piece.mask.parts(), piece.effective_duration(now))
        };
        self.check_minimum(pieces().map(value).max().unwrap_or_default())?;
        let min_fill_notional = self.state.settings.min_fill_notional;
        let detail = AskDetail { min_timeslices, min_fill_notional, ..ask.clone() };
        Ok(Order { unit_price, fees: self.fee_rates(), detail: Detail::Ask(detail), ..order.clone() })
    }

    fn enter_again(
        &mut self,
        mut changed: Order,
        in_place: bool,
        events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        let Some(old) = self.state.remove_order(changed.order_id) else {
            return Err(RejectReason::UnknownOrder.into());
        };
        if let (Detail::Bid(before), Detail::Bid(after)) = (&old.detail, &changed.detail) {
            let mut funds = self.state.funds(changed.account);
            funds.free.0 = funds.free.0 + before.held.0 - after.held.0;
            funds.held.0 = funds.held.0 - before.held.0 + after.held.0;
            self.state.set_funds(changed.account, funds);
        }
        events.push(Event::Replaced { order_id: changed.order_id });
        if in_place {
            self.state.insert_order(changed);
            return Ok(());
        }
        changed.priority = self.state.next_priority();
        self.match_and_settle(changed, TimeInForce::GoodTillCancelled, events)
    }
}

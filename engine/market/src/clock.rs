//! The only clock (section 2), and what ends when it moves.

use crate::market::Market;
use crate::order::Detail;
use crate::slots::{OrderSlot, RegionSlot, Slot};
use coretime_types::{DoneReason, Event, OrderId, RegionId, RejectReason, Rejection, Timeslice};

impl Market {
    /// Section 2: the clock moves forward only; an equal time does nothing, an earlier one is rejected. First orders
    /// end, then regions leave. Costs as much as there is that ends, not as much as there is.
    pub(crate) fn advance_clock(
        &mut self,
        tradable_from: Timeslice,
        events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        let before = self.state.tradable_from;
        if tradable_from < before {
            return Err(RejectReason::ClockBackwards.into());
        }
        if tradable_from > before {
            self.state.tradable_from = tradable_from;
            self.state.outflows.advance(before, tradable_from);
            self.expire_orders(before, events);
            self.expire_regions(before, events);
        }
        Ok(())
    }

    /// Section 2: an order ends when `T >= expire_at`, a bid when `max(earliest, T) + duration > latest`, an ask
    /// without a live piece; in ascending order id.
    fn expire_orders(&mut self, before: Timeslice, events: &mut Vec<Event>) {
        let now = self.state.tradable_from;
        let mut over = self.state.orders.expired(before, now);
        over.extend(self.state.bids.ended(before, now).into_iter().map(OrderSlot::new));
        for piece in self.state.asks.ended(before, now) {
            over.extend(self.state.end_piece(RegionSlot::new(piece)));
        }
        let is_over = |slot: &OrderSlot| {
            let order = self.state.orders.get(*slot);
            order.expire_at.is_some_and(|expiry| now >= expiry)
                || match order.detail {
                    Detail::Bid(_) => true,
                    Detail::Ask(ask) => ask.live_pieces == 0,
                }
        };
        let over: Vec<(OrderId, OrderSlot)> = over
            .into_iter()
            .filter(is_over)
            .map(|slot| (self.state.orders.get(slot).order_id, slot))
            .collect();
        self.end_orders(over, DoneReason::Expired, events);
    }

    /// Section 2: what ends by `T` leaves the ledger, free or a dead piece of a live ask, in ascending `(begin, core,
    /// mask)`.
    fn expire_regions(&mut self, before: Timeslice, events: &mut Vec<Event>) {
        let slots = self.state.regions.leaving(before, self.state.tradable_from);
        let mut gone: Vec<(RegionId, RegionSlot)> =
            slots.into_iter().map(|slot| (self.state.regions.get(slot).region().id(), slot)).collect();
        gone.sort_unstable();
        for (id, slot) in gone {
            self.state.detach(slot);
            let holding = self.state.remove_region(slot);
            self.state.totals.regions_expired.0 += holding.region().part_timeslices().0;
            events.push(Event::RegionExpired { region: id });
        }
    }
}

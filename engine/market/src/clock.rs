//! The only clock (section 2), and what ends when it moves.

use crate::market::Market;
use crate::order::Detail;
use crate::slots::{OrderSlot, RegionSlot};
use coretime_types::{DoneReason, Event, OrderId, RegionId, RejectReason, Rejection, Timeslice};

impl Market {
    /// Costs as much as there is that ends, not as much as there is.
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
            self.expire_orders(before, events);
            self.expire_regions(before, events);
        }
        Ok(())
    }

    /// In ascending order id.
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

    /// What can no longer be sold leaves the ledger, free or a dead piece of a live ask, in ascending id.
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

//! The only clock (section 2), and what ends when it moves.

use crate::market::Market;
use crate::order::{BidDetail, Detail, Order};
use coretime_types::{DoneReason, Event, OrderId, Region, RegionId, RejectReason, Rejection, Timeslice};

impl Market {
    pub(crate) fn advance_clock(
        &mut self,
        tradable_from: Timeslice,
        events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        if tradable_from < self.state.tradable_from {
            return Err(RejectReason::ClockBackwards.into());
        }
        if tradable_from > self.state.tradable_from {
            self.state.tradable_from = tradable_from;
            self.expire_orders(events);
            self.expire_regions(events);
            self.forget_roots();
        }
        Ok(())
    }

    /// In ascending order id.
    fn expire_orders(&mut self, events: &mut Vec<Event>) {
        let now = self.state.tradable_from;
        let over = |order: &&Order| {
            order.expire_at.is_some_and(|expiry| now >= expiry)
                || match &order.detail {
                    Detail::Bid(bid) => is_too_late(bid, now),
                    Detail::Ask(ask) => !ask.has_live_piece(now),
                }
        };
        let ids: Vec<OrderId> = self.state.orders.values().filter(over).map(|order| order.order_id).collect();
        for order_id in ids {
            self.end_resting(order_id, DoneReason::Expired, events);
        }
    }

    /// What can no longer be sold leaves the ledger, free or a dead piece of a live ask, in ascending id.
    fn expire_regions(&mut self, events: &mut Vec<Event>) {
        let now = self.state.tradable_from;
        let is_over = |region: &Region| region.end <= now;
        let free = self.state.free.values().map(|free| free.region).filter(is_over);
        let mut gone: Vec<(RegionId, Region, Option<OrderId>)> =
            free.map(|region| (region.id(), region, None)).collect();
        for order in self.state.orders.values() {
            if let Detail::Ask(ask) = &order.detail {
                let dead = ask.pieces.iter().map(|piece| piece.region).filter(is_over);
                gone.extend(dead.map(|region| (region.id(), region, Some(order.order_id))));
            }
        }
        gone.sort_unstable();
        for (id, region, ask) in gone {
            match ask {
                None => drop(self.state.remove_free(id)),
                Some(order_id) => self.drop_piece(order_id, id),
            }
            self.state.totals.regions_expired.0 += region.part_timeslices().0;
            events.push(Event::RegionExpired { region: id });
        }
    }

    fn drop_piece(&mut self, order_id: OrderId, id: RegionId) {
        let Some(mut order) = self.state.remove_order(order_id) else { return };
        if let Detail::Ask(ask) = &mut order.detail {
            ask.pieces.retain(|piece| piece.region.id() != id);
        }
        self.state.insert_order(order);
    }

    /// A former deposit that nothing in the ledger or on its way out can be a part of.
    fn forget_roots(&mut self) {
        let now = self.state.tradable_from;
        let instructions = &self.state.instructions;
        let awaited = |root: &Region| {
            instructions.values().filter_map(|instruction| instruction.region()).any(|r| root.contains(&r))
        };
        for roots in self.state.roots.values_mut() {
            roots.retain(|root| root.end > now || awaited(root));
        }
        self.state.roots.retain(|_, roots| !roots.is_empty());
    }
}

fn is_too_late(bid: &BidDetail, now: Timeslice) -> bool {
    let begin = bid.within.begin.max(now);
    begin.checked_add(bid.duration).is_none_or(|end| end > bid.within.end)
}

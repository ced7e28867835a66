//! The clock, and what ends when it moves: section 2.

use super::{Checker, ledger::Holder, order::Terms, told::Told};
use crate::error::{Check, holds};
use coretime_types::{DoneReason, Event, OrderId, RegionId, Timeslice};

impl Checker {
    pub(super) fn advance_clock(&mut self, to: Timeslice, told: &mut Told<'_>) -> Check {
        holds("the clock does not go back", None, to >= self.now)?;
        if to == self.now {
            return Ok(());
        }
        self.now = to;
        self.limits.turn_to(to);
        let over = self.over_at.range(..=(u64::from(to.0), OrderId(u64::MAX)));
        let mut ids: Vec<OrderId> = over.map(|(_, id)| *id).collect();
        ids.sort_unstable();
        for id in ids {
            told.expect_done(id, DoneReason::Expired)?;
            if let Some(order) = self.take_order(id) {
                self.release(order)?;
            }
        }
        for id in self.ledger.ended_by(to) {
            told.expect(None, Event::RegionExpired { region: id })?;
            self.expire_region(id)?;
        }
        Ok(())
    }

    fn expire_region(&mut self, id: RegionId) -> Check {
        let Some(asset) = self.ledger.asset(id) else { return Ok(()) };
        let piece = self.ledger.take("a region that expires", id, asset.holder)?;
        let flows = &mut self.ledger.flows;
        flows.regions_expired.0 = flows.regions_expired.0.saturating_add(piece.region.part_timeslices().0);
        let Holder::Under(order) = asset.holder else { return Ok(()) };
        if let Some(mut order) = self.take_order(order) {
            if let Terms::Ask(ask) = &mut order.terms {
                ask.pieces.retain(|piece| piece.region.id() != id);
            }
            self.rest(order);
        }
        Ok(())
    }
}

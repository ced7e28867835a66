//! Sections 1, 2 and 8: settings, the clock, modes.

use super::{Model, Outcome, ensure};
use crate::coverage::Rare;
use coretime_types::{DoneReason, Event, Planck, RejectReason, SettingsChange};

impl Model {
    pub(crate) fn configure(&mut self, change: &SettingsChange) -> Outcome {
        let valid = change.taker_ppm.is_none_or(|rate| (0..=100_000).contains(&rate.0))
            && change.maker_ppm.is_none_or(|rate| (-100_000..=100_000).contains(&rate.0))
            && change.min_withdrawal.is_none_or(|least| least >= 1)
            && change.min_lot_parts.is_none_or(|lot| (1..=80).contains(&lot.0));
        ensure(valid, RejectReason::InvalidSetting)?;
        let switches = change.interlacing.is_some_and(|on| on != self.settings.interlacing);
        let live = !self.bids.is_empty() || !self.asks.is_empty();
        ensure(!(switches && live), RejectReason::OrdersLive)?;
        let old = self.settings.clone();
        let planck = |new: Option<u64>, old: Planck| new.map_or(old, |amount| Planck(amount.into()));
        let new = &mut self.settings;
        new.taker_ppm = change.taker_ppm.unwrap_or(old.taker_ppm);
        new.maker_ppm = change.maker_ppm.unwrap_or(old.maker_ppm);
        new.fee_account = change.fee_account.unwrap_or(old.fee_account);
        new.min_fill_notional = planck(change.min_fill_notional, old.min_fill_notional);
        new.delivery_fee = planck(change.delivery_fee, old.delivery_fee);
        new.withdrawal_fee = planck(change.withdrawal_fee, old.withdrawal_fee);
        new.min_withdrawal = planck(change.min_withdrawal, old.min_withdrawal);
        new.min_lot_parts = change.min_lot_parts.unwrap_or(old.min_lot_parts);
        new.max_orders = change.max_orders.unwrap_or(old.max_orders);
        new.max_orders_per_account = change.max_orders_per_account.unwrap_or(old.max_orders_per_account);
        new.max_regions_per_account = change.max_regions_per_account.unwrap_or(old.max_regions_per_account);
        new.interlacing = change.interlacing.unwrap_or(old.interlacing);
        Ok(())
    }

    pub(crate) fn advance_clock(&mut self, to: u32, events: &mut Vec<Event>) -> Outcome {
        ensure(to >= self.now, RejectReason::ClockBackwards)?;
        if to > self.now {
            self.now = to;
            self.expire_orders(events);
            self.expire_regions(events);
        }
        Ok(())
    }

    fn expire_orders(&mut self, events: &mut Vec<Event>) {
        let mut over = Vec::new();
        for bid in &self.bids {
            if bid.head.expire_at.is_some_and(|at| self.now >= at) {
                over.push((bid.head.id, Rare::OrderExpiresByItsTime));
            } else if self.is_past(bid) {
                over.push((bid.head.id, Rare::BidExpiresByItsWindow));
            }
        }
        for ask in &self.asks {
            if ask.head.expire_at.is_some_and(|at| self.now >= at) {
                over.push((ask.head.id, Rare::OrderExpiresByItsTime));
            } else if !ask.has_live_piece(self.now) {
                over.push((ask.head.id, Rare::AskExpiresWithoutLivePiece));
            }
        }
        over.sort_unstable();
        for (id, rare) in over {
            self.meet(rare);
            self.end_live(id, DoneReason::Expired, events);
        }
    }

    fn expire_regions(&mut self, events: &mut Vec<Event>) {
        let now = self.now;
        let mut over = Vec::new();
        self.free.retain(|owned| {
            let worthless = owned.parcel.end <= now;
            over.extend(worthless.then_some(owned.parcel));
            !worthless
        });
        let under_asks = over.len();
        for ask in &mut self.asks {
            ask.pieces.retain(|piece| {
                let worthless = piece.end <= now;
                over.extend(worthless.then_some(*piece));
                !worthless
            });
        }
        if over.len() > under_asks {
            self.meet(Rare::DeadPieceExpires);
        }
        over.sort_unstable_by_key(super::Parcel::id);
        for parcel in over {
            self.totals.regions_expired += parcel.part_timeslices();
            events.push(Event::RegionExpired { region: parcel.region().id() });
        }
    }

    pub(crate) fn change_causes(
        &mut self,
        events: &mut Vec<Event>,
        change: impl FnOnce(&mut Model),
    ) -> Outcome {
        let before = self.mode();
        change(self);
        let mode = self.mode();
        if mode != before {
            events.push(Event::ModeChanged { mode });
        }
        Ok(())
    }
}

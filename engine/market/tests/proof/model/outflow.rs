//! Outflow limits, which the rules do not have: written from what the engine's front page says of them. All that left
//! stands in one list, which is added up again for every instruction.

use super::{Model, Outcome, ensure};
use crate::coverage::Rare;
use coretime_types::{AccountId, Call, Event, InstructionNumber, OutflowLimit, OutflowScope, RejectReason};

/// The most planck, and the most part-timeslices.
pub(crate) type Limit = OutflowLimit;

#[derive(Clone, Debug, Default)]
pub(crate) struct Outflow {
    pub(crate) limits: Vec<(OutflowScope, Limit)>,
    /// What left, and on which day: planck, then part-timeslices.
    pub(crate) left: Vec<(u32, AccountId, u128, u128)>,
}

impl Outflow {
    pub(crate) fn limit(&self, scope: OutflowScope) -> Option<Limit> {
        self.limits.iter().find(|(known, _)| *known == scope).map(|(_, limit)| *limit)
    }
}

impl Model {
    /// 24 hours of 60 minutes, in timeslices of 8.
    fn today(&self) -> u32 {
        self.now / (24 * 60 / 8)
    }

    /// What left today, of all whom `counts` names.
    pub(crate) fn left_today(&self, counts: impl Fn(AccountId) -> bool) -> (u128, u128) {
        let left = self.outflow.left.iter();
        let left = left.filter(|(day, account, ..)| *day == self.today() && counts(*account));
        left.fold((0, 0), |sum: (u128, u128), (.., planck, parts)| {
            (sum.0.saturating_add(*planck), sum.1.saturating_add(*parts))
        })
    }

    pub(crate) fn limit_outflow(&mut self, scope: OutflowScope, limit: Option<Limit>) {
        self.outflow.limits.retain(|(known, _)| *known != scope);
        let says_nothing = |limit: &Limit| {
            limit.funds.is_none() && limit.regions.is_none() && !matches!(scope, OutflowScope::Account(_))
        };
        if let Some(limit) = limit.filter(|limit| !says_nothing(limit)) {
            self.outflow.limits.push((scope, limit));
        }
        if self.outflow.limits.is_empty() {
            self.outflow.left.clear();
        }
    }

    /// Whether a new instruction is held. If not, it counts.
    pub(crate) fn is_held_back(&mut self, account: AccountId, call: &Call, is_fill: bool) -> bool {
        if self.outflow.limits.is_empty() {
            return false;
        }
        let (planck, parts) = match call {
            Call::Pay { amount, .. } => (amount.0, 0),
            Call::Transfer { region, .. } | Call::Assign { region, .. } => (0, region.part_timeslices().0),
        };
        let exceeds = |limit: Option<Limit>, left: (u128, u128)| {
            let exceeds_one = |most: Option<u128>, left: u128, more: u128| {
                more > 0 && most.is_some_and(|most| left.saturating_add(more) > most)
            };
            limit.is_some_and(|limit| {
                exceeds_one(limit.funds.map(|most| most.0), left.0, planck)
                    || exceeds_one(limit.regions.map(|most| most.0), left.1, parts)
            })
        };
        let own = self.outflow.limit(OutflowScope::Account(account));
        let own = own.or(self.outflow.limit(OutflowScope::EachAccount));
        let above_own = exceeds(own, self.left_today(|one| one == account));
        let above_venue = exceeds(self.outflow.limit(OutflowScope::Venue), self.left_today(|_| true));
        let is_held = above_own || above_venue;
        match (above_own, above_venue) {
            (true, false) => self.meet(Rare::HeldAboveAccountLimit),
            (false, true) => self.meet(Rare::HeldAboveVenueLimit),
            _ => {}
        }
        if is_held && is_fill {
            self.meet(Rare::HeldDelivery);
        }
        if !is_held {
            let today = self.today();
            if self.outflow.left.iter().any(|(day, ..)| *day < today) {
                self.meet(Rare::OutflowOfAnotherDay);
            }
            self.outflow.left.push((today, account, planck, parts));
        }
        is_held
    }

    pub(crate) fn approve(&mut self, number: InstructionNumber, events: &mut Vec<Event>) -> Outcome {
        let found = self.instructions.iter_mut().find(|instruction| instruction.number == number.0);
        let instruction = found.ok_or(RejectReason::UnknownInstruction)?;
        ensure(instruction.held, RejectReason::NotHeld)?;
        instruction.held = false;
        events.push(Event::InstructionReleased { number });
        Ok(())
    }
}

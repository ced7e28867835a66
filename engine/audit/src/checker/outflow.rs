//! Outflow limits: which instructions had to be held, counted again.

use super::{Checker, told::Told};
use crate::error::{Check, Mismatch, all_same, holds, same};
use coretime_market::Market;
use coretime_types::{
    AccountId, Call, Event, InstructionNumber, Outflow, OutflowLimit, OutflowScope, PartTimeslices, Planck,
    Timeslice,
};
use std::collections::{BTreeMap, BTreeSet};

/// A timeslice is 8 minutes.
const TIMESLICES_A_DAY: u32 = 24 * 60 / 8;

/// The limits and what they apply to. Where a limit has no number, any amount may leave.
#[derive(Debug, Default)]
pub(super) struct Limits {
    venue: OutflowLimit,
    each_account: OutflowLimit,
    accounts: BTreeMap<AccountId, OutflowLimit>,
    /// What left on `day` without an operator, while there was a limit.
    left: BTreeMap<AccountId, Outflow>,
    left_of_all: Outflow,
    day: u32,
    held: BTreeSet<InstructionNumber>,
}

impl Limits {
    fn is_any_set(&self) -> bool {
        [self.venue, self.each_account].iter().any(|limit| limit.funds.is_some() || limit.regions.is_some())
            || !self.accounts.is_empty()
    }

    fn begin_anew(&mut self) {
        self.left.clear();
        self.left_of_all = Outflow::default();
    }

    /// Counts the call, or says that it must be held.
    fn must_hold(&mut self, now: Timeslice, account: AccountId, call: &Call) -> bool {
        if !self.is_any_set() {
            return false;
        }
        self.turn_to(now);
        let own = self.accounts.get(&account).unwrap_or(&self.each_account);
        let (mut of_account, mut of_all) =
            (self.left.get(&account).copied().unwrap_or_default(), self.left_of_all);
        let mut is_above = false;
        for (limit, left) in [(own, &mut of_account), (&self.venue, &mut of_all)] {
            is_above |= match call {
                Call::Pay { amount, .. } => {
                    left.funds = Planck(left.funds.0.saturating_add(amount.0));
                    limit.funds.is_some_and(|most| left.funds > most)
                }
                Call::Transfer { region, .. } | Call::Assign { region, .. } => {
                    let parts = region.part_timeslices().0;
                    left.regions = PartTimeslices(left.regions.0.saturating_add(parts));
                    limit.regions.is_some_and(|most| left.regions > most)
                }
            };
        }
        if !is_above {
            self.left.insert(account, of_account);
            self.left_of_all = of_all;
        }
        is_above
    }

    pub(super) fn turn_to(&mut self, now: Timeslice) {
        let today = now.0 / TIMESLICES_A_DAY;
        if self.day != today {
            self.day = today;
            self.begin_anew();
        }
    }

    pub(super) fn end(&mut self, number: InstructionNumber) {
        self.held.remove(&number);
    }
}

impl Checker {
    pub(super) fn limit_outflow(&mut self, scope: OutflowScope, limit: Option<OutflowLimit>) {
        let limits = &mut self.limits;
        match scope {
            OutflowScope::Venue => limits.venue = limit.unwrap_or_default(),
            OutflowScope::EachAccount => limits.each_account = limit.unwrap_or_default(),
            OutflowScope::Account(account) => {
                limits.accounts.remove(&account);
                limits.accounts.extend(limit.map(|limit| (account, limit)));
            }
        }
        if !limits.is_any_set() {
            limits.begin_anew();
        }
    }

    pub(super) fn approve_outflow(&mut self, number: InstructionNumber, told: &mut Told<'_>) -> Check {
        holds("the instruction that is approved is open", None, self.instructions.contains_key(&number))?;
        holds("the instruction that is approved is held", None, self.limits.held.remove(&number))?;
        told.expect(None, Event::InstructionReleased { number })
    }

    /// An instruction has just arisen: it is held if, and only if, it is above a limit.
    pub(super) fn check_limits(
        &mut self,
        number: InstructionNumber,
        account: AccountId,
        call: &Call,
        told: &mut Told<'_>,
    ) -> Check {
        if !self.limits.must_hold(self.now, account, call) {
            return Ok(());
        }
        self.limits.held.insert(number);
        told.expect(None, Event::InstructionHeld { number })
    }

    /// What is held is not submitted.
    pub(super) fn check_not_held(&self, numbers: &[InstructionNumber]) -> Check {
        let held = numbers.iter().find(|number| self.limits.held.contains(number));
        match held {
            None => Ok(()),
            Some(number) => Err(Mismatch::new(
                "an instruction that was submitted",
                None,
                "that it is not held",
                format!("{number} is held"),
            )),
        }
    }

    pub(super) fn compare_outflow(&self, market: &Market) -> Check {
        let limits = &self.limits;
        let set = |scope| market.outflow_limit(scope).unwrap_or_default();
        same("the venue's outflow limit", None, limits.venue, set(OutflowScope::Venue))?;
        same("each account's outflow limit", None, limits.each_account, set(OutflowScope::EachAccount))?;
        let ours = limits.accounts.iter().map(|(account, limit)| (*account, *limit));
        all_same("an account's outflow limit", ours, market.outflow_limits())?;
        let ours = limits.left.iter().map(|(account, left)| (*account, *left));
        all_same("what left today", ours, market.outflows_today())?;
        same("what left today, of all", None, limits.left_of_all, market.outflow_today())?;
        all_same("a held instruction", limits.held.iter().copied(), market.held_instructions())
    }
}

//! Outflow limits: what may leave in a day without an operator. No part of the rules of the market; without a limit
//! nothing here does anything.

use crate::market::Market;
use crate::state::State;
use crate::undo::Undo;
use codec::{Decode, Encode};
use coretime_types::{
    AccountId, Call, Event, InstructionNumber, Outflow, OutflowLimit, OutflowScope, PartTimeslices, Planck,
    RejectReason, Rejection, Timeslice, Timeslices,
};
use std::collections::{BTreeMap, BTreeSet};

/// The limits, what left today, and what waits for an operator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Outflows {
    /// Of all accounts together. Without numbers there is none.
    venue: OutflowLimit,
    /// Of each account that has none of its own.
    each_account: OutflowLimit,
    /// Of single accounts, instead of that.
    accounts: BTreeMap<AccountId, OutflowLimit>,
    /// What left today, of all accounts together; counted while there is any limit.
    venue_today: Outflow,
    /// The same of each account of which anything left.
    accounts_today: BTreeMap<AccountId, Outflow>,
    /// Instructions that are held.
    held: BTreeSet<InstructionNumber>,
}

impl Outflows {
    /// Whether there is nothing to say about them.
    pub(crate) fn is_nothing(&self) -> bool {
        !self.has_limits() && self.held.is_empty()
    }

    fn has_limits(&self) -> bool {
        let none = OutflowLimit::default();
        self.venue != none || self.each_account != none || !self.accounts.is_empty()
    }

    fn limit_of(&self, account: AccountId) -> OutflowLimit {
        self.accounts.get(&account).copied().unwrap_or(self.each_account)
    }

    fn today_of(&self, account: AccountId) -> Outflow {
        self.accounts_today.get(&account).copied().unwrap_or_default()
    }

    fn forget_today(&mut self) {
        (self.venue_today, self.accounts_today) = (Outflow::default(), BTreeMap::new());
    }

    /// A new day begins.
    pub(crate) fn advance(&mut self, before: Timeslice, now: Timeslice) {
        if day(before) != day(now) {
            self.forget_today();
        }
    }

    /// The instruction has ended, or never was.
    pub(crate) fn forget(&mut self, number: InstructionNumber) {
        self.held.remove(&number);
    }

    /// Takes back what was counted.
    pub(crate) fn restore_account(&mut self, account: AccountId, before: Option<Outflow>) {
        match before {
            Some(before) => drop(self.accounts_today.insert(account, before)),
            None => drop(self.accounts_today.remove(&account)),
        }
    }

    /// Takes back what was counted.
    pub(crate) fn restore_venue(&mut self, before: Outflow) {
        self.venue_today = before;
    }

    /// Whether the parts fit together; `is_open` says which instructions have not ended.
    pub(crate) fn is_possible(&self, is_open: impl Fn(&InstructionNumber) -> bool) -> bool {
        let counts = self.venue_today != Outflow::default() || !self.accounts_today.is_empty();
        self.held.iter().all(is_open) && (self.has_limits() || !counts)
    }
}

impl State {
    /// Counts what a new instruction takes out, or holds it. One that is held does not count, nor does it when it is
    /// approved: the operator answers for it. One that is returned counts all the same.
    pub(crate) fn limit_outflow(
        &mut self,
        number: InstructionNumber,
        account: AccountId,
        call: &Call,
        events: &mut Vec<Event>,
    ) {
        if !self.outflows.has_limits() {
            return;
        }
        let outflow = outflow_of(call);
        let outflows = &mut self.outflows;
        let venue_today = plus(outflows.venue_today, outflow);
        let account_today = plus(outflows.today_of(account), outflow);
        let is_above = |limit: OutflowLimit, today: Outflow| match call {
            Call::Pay { .. } => limit.funds.is_some_and(|limit| today.funds > limit),
            Call::Transfer { .. } | Call::Assign { .. } => {
                limit.regions.is_some_and(|limit| today.regions > limit)
            }
        };
        if is_above(outflows.venue, venue_today) || is_above(outflows.limit_of(account), account_today) {
            outflows.held.insert(number);
            events.push(Event::InstructionHeld { number });
            return;
        }
        let venue_before = std::mem::replace(&mut outflows.venue_today, venue_today);
        let account_before = outflows.accounts_today.insert(account, account_today);
        self.undo.note(|| Undo::VenueOutflow(venue_before));
        self.undo.note(|| Undo::AccountOutflow(account, account_before));
    }
}

/// The number of the day that a timeslice lies in. Days are counted on the market's clock, not on a calendar.
fn day(timeslice: Timeslice) -> u32 {
    timeslice.0 / Timeslices::DAY.0
}

/// What returns and leaves again can add up to more than can be counted: then it stays at the most.
fn plus(today: Outflow, more: Outflow) -> Outflow {
    Outflow {
        funds: Planck(today.funds.0.saturating_add(more.funds.0)),
        regions: PartTimeslices(today.regions.0.saturating_add(more.regions.0)),
    }
}

fn outflow_of(call: &Call) -> Outflow {
    match call {
        Call::Pay { amount, .. } => Outflow { funds: *amount, ..Outflow::default() },
        Call::Transfer { region, .. } | Call::Assign { region, .. } => {
            Outflow { regions: region.part_timeslices(), ..Outflow::default() }
        }
    }
}

impl Market {
    /// Sets or takes away a limit. It holds for instructions that arise from now on: those that are held stay held.
    /// What leaves is counted from the first limit on, until there is none.
    pub(crate) fn set_outflow_limit(&mut self, scope: OutflowScope, limit: Option<OutflowLimit>) {
        let outflows = &mut self.state.outflows;
        match (scope, limit) {
            (OutflowScope::Venue, limit) => outflows.venue = limit.unwrap_or_default(),
            (OutflowScope::EachAccount, limit) => outflows.each_account = limit.unwrap_or_default(),
            (OutflowScope::Account(account), Some(limit)) => drop(outflows.accounts.insert(account, limit)),
            (OutflowScope::Account(account), None) => drop(outflows.accounts.remove(&account)),
        }
        if !outflows.has_limits() {
            outflows.forget_today();
        }
    }

    /// An operator lets an instruction go. In any mode: what is submitted when is settlement's business.
    pub(crate) fn approve_outflow(
        &mut self,
        number: InstructionNumber,
        events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        if !self.state.instructions.contains_key(&number) {
            return Err(RejectReason::UnknownInstruction.into());
        }
        if !self.state.outflows.held.remove(&number) {
            return Err(RejectReason::NotHeld.into());
        }
        events.push(Event::InstructionReleased { number });
        Ok(())
    }

    /// Whether the instruction waits for an operator.
    pub fn is_held(&self, number: InstructionNumber) -> bool {
        self.state.outflows.held.contains(&number)
    }

    /// The instructions that wait for an operator, by number.
    pub fn held_instructions(&self) -> impl Iterator<Item = InstructionNumber> {
        self.state.outflows.held.iter().copied()
    }

    /// The limit that is set for just this; none if it is not set.
    pub fn outflow_limit(&self, scope: OutflowScope) -> Option<OutflowLimit> {
        let outflows = &self.state.outflows;
        let set = |limit: OutflowLimit| (limit != OutflowLimit::default()).then_some(limit);
        match scope {
            OutflowScope::Venue => set(outflows.venue),
            OutflowScope::EachAccount => set(outflows.each_account),
            OutflowScope::Account(account) => outflows.accounts.get(&account).copied(),
        }
    }

    /// The limit that holds for an account: its own, or that of each.
    pub fn outflow_limit_of(&self, account: AccountId) -> OutflowLimit {
        self.state.outflows.limit_of(account)
    }

    /// The accounts that have a limit of their own, by key.
    pub fn outflow_limits(&self) -> impl Iterator<Item = (AccountId, OutflowLimit)> {
        self.state.outflows.accounts.iter().map(|(account, limit)| (*account, *limit))
    }

    /// What left today without an operator, of an account.
    pub fn outflow_today_of(&self, account: AccountId) -> Outflow {
        self.state.outflows.today_of(account)
    }

    /// What left today without an operator, of all accounts together.
    pub fn outflow_today(&self) -> Outflow {
        self.state.outflows.venue_today
    }

    /// The accounts of which anything is counted today, by key.
    pub fn outflows_today(&self) -> impl Iterator<Item = (AccountId, Outflow)> {
        self.state.outflows.accounts_today.iter().map(|(account, today)| (*account, *today))
    }
}

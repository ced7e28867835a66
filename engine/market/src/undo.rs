//! Taking back what an order did: fill or kill and baskets run as they are and are undone if they fail (rule 4.9).

use crate::accounts::{AccountIndex, Funds};
use crate::custody::Totals;
use crate::order::Order;
use crate::regions::{Holding, Piece};
use crate::slots::{OrderSlot, RegionSlot};
use crate::state::{Counters, State};
use coretime_types::{AccountId, ClientOrderId, InstructionNumber, OrderId, Outflow, Parts, Timeslice};

/// How to take back one primitive change. Taken back in the opposite order, each finds what it left.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Undo {
    Funds(AccountIndex, Funds),
    RegionInserted(RegionSlot),
    RegionRemoved(Holding),
    RegionGiven(RegionSlot, AccountIndex),
    RegionCut(RegionSlot, Piece, Timeslice),
    Attached(RegionSlot),
    Detached { slot: RegionSlot, under: OrderSlot, after: Option<RegionSlot>, listed: bool },
    OrderInserted(OrderSlot),
    OrderRemoved(Order),
    BidUnlisted(OrderSlot),
    Remaining(OrderSlot, Parts),
    Named(AccountIndex, ClientOrderId),
    NameEnded { account: AccountIndex, forgotten: Option<(ClientOrderId, OrderId)> },
    Totals(Totals),
    Instructed(InstructionNumber),
    VenueOutflow(Outflow),
    AccountOutflow(AccountId, Option<Outflow>),
}

/// The changes of the order that runs now, oldest first. Empty, and nothing is noted, outside of an attempt.
#[derive(Clone, Debug, Default)]
pub(crate) struct UndoLog {
    running: bool,
    changes: Vec<Undo>,
}

impl UndoLog {
    pub(crate) fn note(&mut self, undo: impl FnOnce() -> Undo) {
        if self.running {
            self.changes.push(undo());
        }
    }

    pub(crate) fn is_running(&self) -> bool {
        self.running
    }

    pub(crate) fn begin(&mut self) {
        self.running = true;
    }

    /// What was done stays.
    pub(crate) fn keep(&mut self) {
        self.running = false;
        self.changes.clear();
    }
}

impl State {
    /// Takes back everything since the attempt began.
    pub(crate) fn roll_back(&mut self, counters: Counters) {
        self.undo.running = false;
        while let Some(change) = self.undo.changes.pop() {
            self.take_back(change);
        }
        self.counters = counters;
    }

    fn take_back(&mut self, change: Undo) {
        match change {
            Undo::Funds(account, funds) => self.set_funds(account, funds),
            Undo::RegionInserted(slot) => drop(self.remove_region(slot)),
            Undo::RegionRemoved(holding) => drop(self.restore_region(holding)),
            Undo::RegionGiven(slot, account) => self.give_region(slot, account),
            Undo::RegionCut(slot, before, leaves_at) => drop(self.regions.cut(slot, before, leaves_at)),
            Undo::Attached(slot) => self.detach(slot),
            Undo::Detached { slot, under, after, listed } => self.attach(slot, under, after, listed),
            Undo::OrderInserted(slot) => drop(self.remove_order(slot)),
            Undo::OrderRemoved(order) => drop(self.restore_order(order)),
            Undo::BidUnlisted(slot) => self.list_bid(slot),
            Undo::Remaining(slot, before) => self.restore_remaining(slot, before),
            Undo::Named(account, name) => self.accounts.forget_name(account, name),
            Undo::NameEnded { account, forgotten } => self.accounts.revive_name(account, forgotten),
            Undo::Totals(totals) => self.totals = totals,
            Undo::Instructed(number) => {
                self.instructions.remove(&number);
                self.outflows.forget(number);
            }
            Undo::VenueOutflow(before) => self.outflows.restore_venue(before),
            Undo::AccountOutflow(account, before) => self.outflows.restore_account(account, before),
        }
    }
}

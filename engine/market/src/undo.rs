//! Taking back what an order did: fill or kill and baskets run as they are and are undone if they fail (rule 4.9).

use crate::account::Funds;
use crate::custody::Totals;
use crate::order::{FreeRegion, Order};
use crate::state::{Counters, State};
use coretime_types::{AccountId, ClientOrderId, InstructionNumber, OrderId, RegionId};

/// How to take back one primitive change.
#[derive(Clone, Debug)]
pub(crate) enum Undo {
    /// `None`: the ledger had never heard of the account.
    Funds(AccountId, Option<Funds>),
    FreeInserted(RegionId),
    FreeRemoved(FreeRegion),
    OrderInserted(OrderId),
    OrderRemoved(Box<Order>),
    Named(AccountId, ClientOrderId),
    NameEnded {
        account: AccountId,
        forgotten: Option<(ClientOrderId, OrderId)>,
    },
    Totals(Totals),
    Instructed(InstructionNumber),
}

/// The changes of the order that runs now, oldest first. Empty, and nothing is noted, outside of [`State::attempt`].
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

    /// Ends noting; the changes, newest first, are to be taken back or dropped.
    pub(crate) fn end(&mut self) -> Vec<Undo> {
        self.running = false;
        let mut changes = std::mem::take(&mut self.changes);
        changes.reverse();
        changes
    }
}

impl State {
    /// Takes back `changes`, newest first.
    pub(crate) fn roll_back(&mut self, changes: Vec<Undo>, counters: Counters) {
        for change in changes {
            match change {
                Undo::Funds(account, Some(funds)) => self.set_funds(account, funds),
                Undo::Funds(account, None) => drop(self.accounts.remove(&account)),
                Undo::FreeInserted(id) => drop(self.remove_free(id)),
                Undo::FreeRemoved(free) => self.insert_free(free),
                Undo::OrderInserted(order_id) => drop(self.remove_order(order_id)),
                Undo::OrderRemoved(order) => self.insert_order(*order),
                Undo::Named(account, name) => {
                    self.accounts.entry(account).or_default().client_orders.remove(&name);
                }
                Undo::NameEnded { account, forgotten } => {
                    let account = self.accounts.entry(account).or_default();
                    account.ended.pop_back();
                    if let Some((name, order_id)) = forgotten {
                        account.ended.push_front(name);
                        account.client_orders.insert(name, order_id);
                    }
                }
                Undo::Totals(totals) => self.totals = totals,
                Undo::Instructed(number) => drop(self.instructions.remove(&number)),
            }
        }
        self.counters = counters;
    }
}

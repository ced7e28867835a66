//! The checker's own ledger: money and core time, and what must always add up.

use super::order::Piece;
use crate::error::{Check, Mismatch, same};
use coretime_types::{
    AccountId, BalanceChange, CoreIndex, InstructionNumber, LedgerCause, OrderId, PartTimeslices, Planck,
    Region, RegionId, Timeslice,
};
use std::collections::{BTreeMap, BTreeSet};

/// An account's money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Money {
    pub(crate) free: Planck,
    pub(crate) held: Planck,
}

/// Why money moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// From free to held, or back.
    Hold(OrderId),
    /// It becomes more or less.
    Change(LedgerCause),
}

/// One change of an account's money, with what it had then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Movement {
    pub(crate) account: AccountId,
    pub(crate) entry: Entry,
    pub(crate) before: Money,
    pub(crate) after: Money,
}

impl Movement {
    /// What became of all that the account has, free and held together; `None` where that is as before.
    pub(crate) fn change(&self) -> Option<Change> {
        let Entry::Change(cause) = self.entry else { return None };
        // A credit or debit is of what is free.
        let (before, after) = (self.before.free, self.after.free);
        let change = match after.checked_sub(before) {
            Some(more) => BalanceChange::Credit(more),
            None => BalanceChange::Debit(Planck(before.0.abs_diff(after.0))),
        };
        let total = Planck(self.after.free.0.saturating_add(self.after.held.0));
        Some(Change { account: self.account, cause, change, total })
    }
}

/// One change of what an account has, free and held together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whose.
    pub account: AccountId,
    /// Why.
    pub cause: LedgerCause,
    /// How much.
    pub change: BalanceChange,
    /// What the account has after it.
    pub total: Planck,
}

/// Whose a region is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    Free(AccountId),
    Under(OrderId),
    /// It has left the ledger, and an instruction is to move it.
    Leaving(InstructionNumber),
}

/// A region that custody has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Asset {
    pub(super) piece: Piece,
    pub(super) holder: Holder,
}

/// What came in and went out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flows {
    pub(super) funds_deposited: Planck,
    pub(super) funds_withdrawn: Planck,
    pub(super) regions_deposited: PartTimeslices,
    pub(super) regions_instructed: PartTimeslices,
    pub(super) regions_expired: PartTimeslices,
    pub(super) regions_lost: PartTimeslices,
}

#[derive(Debug, Default)]
pub(super) struct Ledger {
    accounts: BTreeMap<AccountId, Money>,
    assets: BTreeMap<RegionId, Asset>,
    /// The same by core, to find what shares core time.
    by_core: BTreeMap<CoreIndex, BTreeSet<RegionId>>,
    /// Those in the ledger, by end.
    by_end: BTreeSet<(Timeslice, RegionId)>,
    pub(super) flows: Flows,
    /// All money of all accounts, and all part-timeslices in the ledger; kept entry by entry.
    funds_there: u128,
    parts_there: u128,
    /// What moved, if somebody wants to know.
    journal: Option<Vec<Movement>>,
}

fn impossible(what: &'static str, order: Option<OrderId>, detail: String) -> Box<Mismatch> {
    Mismatch::new(what, order, "that it can be done", detail)
}

impl Ledger {
    pub(super) fn accounts(&self) -> impl Iterator<Item = (&AccountId, &Money)> {
        self.accounts.iter()
    }

    pub(super) fn assets(&self) -> impl Iterator<Item = (&RegionId, &Asset)> {
        self.assets.iter()
    }

    /// From now on what moves is kept, until it is taken.
    pub(super) fn keep_journal(&mut self) {
        self.journal = Some(Vec::new());
    }

    pub(super) fn take_journal(&mut self) -> Vec<Movement> {
        self.journal.as_mut().map(std::mem::take).unwrap_or_default()
    }

    fn set(&mut self, account: AccountId, entry: Entry, before: Money, after: Money) {
        self.accounts.insert(account, after);
        if let Some(journal) = &mut self.journal
            && before != after
        {
            journal.push(Movement { account, entry, before, after });
        }
    }

    fn money(&self, account: AccountId) -> Money {
        self.accounts.get(&account).copied().unwrap_or_default()
    }

    pub(super) fn free(&self, account: AccountId) -> Planck {
        self.money(account).free
    }

    /// Money comes into the ledger.
    pub(super) fn credit(&mut self, account: AccountId, amount: Planck, cause: LedgerCause) -> Check {
        let before = self.money(account);
        let sum = before.free.checked_add(amount).zip(self.funds_there.checked_add(amount.0));
        let too_much = || impossible("a credit", None, format!("{amount} more than fits, to {account}"));
        let (free, there) = sum.ok_or_else(too_much)?;
        self.funds_there = there;
        self.set(account, Entry::Change(cause), before, Money { free, ..before });
        Ok(())
    }

    /// Money leaves the ledger.
    pub(super) fn debit(&mut self, account: AccountId, amount: Planck, cause: LedgerCause) -> Check {
        let before = self.money(account);
        let too_little =
            || impossible("a debit", None, format!("{account} has {} free of {amount}", before.free));
        let free = before.free.checked_sub(amount).ok_or_else(too_little)?;
        self.funds_there = self.funds_there.saturating_sub(amount.0);
        self.set(account, Entry::Change(cause), before, Money { free, ..before });
        Ok(())
    }

    /// Money goes from one account to another.
    pub(super) fn pay(
        &mut self,
        from: AccountId,
        to: AccountId,
        amount: Planck,
        cause: LedgerCause,
    ) -> Check {
        self.debit(from, amount, cause)?;
        self.credit(to, amount, cause)
    }

    /// Changes what an order holds of its account's money.
    pub(super) fn change_hold(
        &mut self,
        order: OrderId,
        account: AccountId,
        from: Planck,
        to: Planck,
    ) -> Check {
        let before = self.money(account);
        let free = before.free.checked_add(from).and_then(|free| free.checked_sub(to));
        let held = before.held.checked_sub(from).and_then(|held| held.checked_add(to));
        let (free, held) = free.zip(held).ok_or_else(|| {
            let Money { free, held } = before;
            let detail =
                format!("{account} has {free} free and {held} held, for a hold of {to} instead of {from}");
            impossible("the cover of an order", Some(order), detail)
        })?;
        self.set(account, Entry::Hold(order), before, Money { free, held });
        Ok(())
    }

    pub(super) fn asset(&self, id: RegionId) -> Option<Asset> {
        self.assets.get(&id).copied()
    }

    /// Takes a region out, which must be held so.
    pub(super) fn take(&mut self, what: &'static str, id: RegionId, holder: Holder) -> Check<Piece> {
        let found = self.assets.get(&id).copied();
        let order = if let Holder::Under(order) = holder { Some(order) } else { None };
        let Some(Asset { piece, holder: is }) = found else {
            return Err(Mismatch::new(what, order, format!("region {id:?}"), "no such region"));
        };
        same(what, order, holder, is)?;
        self.assets.remove(&id);
        if let Some(ids) = self.by_core.get_mut(&id.core) {
            ids.remove(&id);
        }
        if !matches!(is, Holder::Leaving(_)) {
            self.by_end.remove(&(piece.region.end, id));
            self.parts_there = self.parts_there.saturating_sub(piece.region.part_timeslices().0);
        }
        Ok(piece)
    }

    /// Puts a region in. Nobody may have any of its core time.
    pub(super) fn put(&mut self, piece: Piece, holder: Holder) -> Check {
        let id = piece.region.id();
        if self.assets.contains_key(&id) {
            return Err(impossible("a region", None, format!("there is one {id:?} already")));
        }
        self.assets.insert(id, Asset { piece, holder });
        self.by_core.entry(id.core).or_default().insert(id);
        if !matches!(holder, Holder::Leaving(_)) {
            self.by_end.insert((piece.region.end, id));
            let parts = piece.region.part_timeslices().0;
            self.parts_there = self.parts_there.checked_add(parts).ok_or_else(|| {
                impossible("a region", None, "more part-timeslices than can be counted".into())
            })?;
        }
        Ok(())
    }

    /// Some region that shares core time with this one.
    pub(super) fn overlapping(&self, region: &Region) -> Option<Region> {
        let ids = self.by_core.get(&region.core)?.iter();
        let mut regions = ids.filter_map(|id| self.assets.get(id)).map(|asset| asset.piece.region);
        regions.find(|other| other.overlaps(region))
    }

    /// What is worthless at a time, in ascending id.
    pub(super) fn ended_by(&self, now: Timeslice) -> BTreeSet<RegionId> {
        self.by_end.iter().take_while(|(end, _)| *end <= now).map(|(_, id)| *id).collect()
    }

    /// Section 6: nothing is ever created.
    pub(super) fn check_conservation(&self) -> Check {
        let Flows { funds_deposited, funds_withdrawn, .. } = self.flows;
        let funds = funds_deposited.checked_sub(funds_withdrawn).map(|funds| funds.0);
        same("the sum of all free and held funds", None, funds, Some(self.funds_there))?;
        let Flows { regions_deposited, regions_instructed, regions_expired, .. } = self.flows;
        let parts = regions_deposited.0.checked_sub(regions_instructed.0);
        let parts = parts.and_then(|parts| parts.checked_sub(regions_expired.0));
        same("the sum of all part-timeslices in the ledger", None, parts, Some(self.parts_there))
    }
}

//! The market as far as it is durable, and the records that led there.

use super::Entry;
use coretime_market::Market;
use coretime_sequencer::{ChainHash, Position, Record};
use coretime_types::{AccountId, Event, Sequence, Timeslice, Trade};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};
use tokio::sync::watch;

/// Trades kept for the curve.
const TRADES_CAPACITY: usize = 65_536;

/// The market as far as it is durable, and the records that led there.
pub(crate) struct Replica {
    market: Market,
    position: Position,
    capacity: usize,
    /// The last records, without gaps, up to `position`.
    entries: VecDeque<Arc<Entry>>,
    accounts: BTreeMap<AccountId, AccountEntries>,
    /// Whose watchers are still to be woken.
    to_wake: Vec<AccountId>,
    trades: VecDeque<Trade>,
    /// Kept to be used again.
    events: Vec<Event>,
    ended: bool,
}

/// An account's own among the last records.
struct AccountEntries {
    entries: VecDeque<Arc<Entry>>,
    /// After this, none of the account's own is missing.
    complete_after: Sequence,
    wake: watch::Sender<()>,
}

/// The replica's market does not do what the engine's did.
#[derive(Debug, thiserror::Error)]
#[error("following the log gives other events than were recorded at sequence {0}")]
pub(crate) struct Diverged(Sequence);

impl Replica {
    /// At the beginning of everything.
    pub(crate) fn new(capacity: usize) -> Replica {
        let position = Position { sequence: Sequence(0), chain_hash: ChainHash::START };
        Replica {
            market: Market::default(),
            position,
            capacity: capacity.max(1),
            entries: VecDeque::new(),
            accounts: BTreeMap::new(),
            to_wake: Vec::new(),
            trades: VecDeque::new(),
            events: Vec::new(),
            ended: false,
        }
    }

    /// Takes over a market; its records are not there.
    pub(crate) fn load(&mut self, market: Market, position: Position) {
        (self.market, self.position) = (market, position);
        for account in self.accounts.values_mut() {
            account.complete_after = position.sequence;
        }
    }

    /// Is shown records that will be applied next.
    pub(crate) fn look_ahead(&mut self, records: &[Arc<Record>]) {
        self.market.look_ahead(records.iter().map(|record| &record.command));
    }

    /// Goes on by the record that follows.
    pub(crate) fn apply(&mut self, record: Arc<Record>) -> Result<(), Diverged> {
        let mut entry = Entry::before(record, &self.market);
        let record = entry.record.clone();
        self.events.clear();
        self.market.apply(&record.command, &mut self.events);
        if self.events[..] != record.events[..] {
            return Err(Diverged(record.sequence));
        }
        entry.complete(&self.market);
        for event in record.events.iter() {
            if let Event::Trade(trade) = event {
                if self.trades.len() == TRADES_CAPACITY {
                    self.trades.pop_front();
                }
                self.trades.push_back(*trade);
            }
        }
        self.push(Arc::new(entry));
        self.position = Position { sequence: record.sequence, chain_hash: record.chain_hash };
        Ok(())
    }

    /// Before the position is moved.
    fn push(&mut self, entry: Arc<Entry>) {
        if self.entries.len() == self.capacity
            && let Some(oldest) = self.entries.pop_front()
        {
            self.forget(&oldest);
        }
        let floor = self.floor();
        for account in &entry.parties {
            let own = self.accounts.entry(*account).or_insert_with(|| AccountEntries::new(floor));
            own.entries.push_back(entry.clone());
            if self.to_wake.last() != Some(account) {
                self.to_wake.push(*account);
            }
        }
        self.entries.push_back(entry);
    }

    fn forget(&mut self, oldest: &Entry) {
        for account in &oldest.parties {
            if let Some(own) = self.accounts.get_mut(account) {
                own.entries.pop_front();
                own.complete_after = oldest.record.sequence;
                if own.is_idle() {
                    self.accounts.remove(account);
                }
            }
        }
    }

    /// After this, every record is there.
    fn floor(&self) -> Sequence {
        let count = u64::try_from(self.entries.len()).unwrap_or(u64::MAX);
        Sequence(self.position.sequence.0.saturating_sub(count))
    }

    /// The accounts that have new records since this was asked last. They are to be woken once the replica can be read.
    pub(crate) fn take_to_wake(&mut self) -> Vec<AccountId> {
        let mut accounts = std::mem::take(&mut self.to_wake);
        accounts.sort_unstable();
        accounts.dedup();
        accounts
    }

    /// Wakes who watches these accounts.
    pub(crate) fn wake(&self, accounts: &[AccountId]) {
        for account in accounts {
            if let Some(own) = self.accounts.get(account) {
                own.wake.send_replace(());
            }
        }
    }

    /// Nothing more comes.
    pub(crate) fn end(&mut self) {
        self.ended = true;
        for account in self.accounts.values() {
            account.wake.send_replace(());
        }
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    pub(crate) fn market(&self) -> &Market {
        &self.market
    }

    pub(crate) fn position(&self) -> Position {
        self.position
    }

    pub(crate) fn tradable_from(&self) -> Timeslice {
        self.market.tradable_from()
    }

    /// The last trades, the newest first.
    pub(crate) fn newest_trades(&self) -> impl Iterator<Item = &Trade> {
        self.trades.iter().rev()
    }

    /// Whether every record after `after` is there or still to come.
    pub(crate) fn can_follow(&self, after: Sequence) -> bool {
        after >= self.floor() && after <= self.position.sequence
    }

    /// The record after `after`; `None`: not yet.
    pub(crate) fn next(&self, after: Sequence) -> Option<Arc<Entry>> {
        let index = after.0.checked_sub(self.floor().0)?;
        self.entries.get(usize::try_from(index).ok()?).cloned()
    }

    /// Whether none of the account's own records after `after` is missing.
    pub(crate) fn is_complete(&self, account: AccountId, after: Sequence) -> bool {
        self.accounts.get(&account).map_or(self.floor(), |own| own.complete_after) <= after
    }

    /// Adds the account's own records after `after` to `to`, up to `max`.
    pub(crate) fn next_of(
        &self,
        account: AccountId,
        after: Sequence,
        max: usize,
        to: &mut VecDeque<Arc<Entry>>,
    ) {
        if let Some(own) = self.accounts.get(&account) {
            // Who keeps up is near the end.
            let newer = |entry: &&Arc<Entry>| entry.record.sequence > after;
            let newest = own.entries.iter().rev().take(max).take_while(newer).count();
            let begin = if newest < max {
                own.entries.len().saturating_sub(newest)
            } else {
                own.entries.partition_point(|entry| entry.record.sequence <= after)
            };
            to.extend(own.entries.range(begin..).take(max).cloned());
        }
    }

    /// Is woken whenever the account has a new record of its own; `None`: some after `after` are missing already.
    pub(super) fn watch(&mut self, account: AccountId, after: Sequence) -> Option<watch::Receiver<()>> {
        if !self.is_complete(account, after) || after > self.position.sequence {
            return None;
        }
        let floor = self.floor();
        let own = self.accounts.entry(account).or_insert_with(|| AccountEntries::new(floor));
        Some(own.wake.subscribe())
    }

    /// Somebody watches the account no more.
    pub(super) fn unwatch(&mut self, account: AccountId) {
        if self.accounts.get(&account).is_some_and(AccountEntries::is_idle) {
            self.accounts.remove(&account);
        }
    }
}

impl AccountEntries {
    fn new(complete_after: Sequence) -> AccountEntries {
        AccountEntries { entries: VecDeque::new(), complete_after, wake: watch::Sender::new(()) }
    }

    fn is_idle(&self) -> bool {
        self.entries.is_empty() && self.wake.receiver_count() == 0
    }
}

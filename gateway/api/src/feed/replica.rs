//! The market as far as it is durable, and the records that led there.

use super::{
    Entry,
    own::{OwnRecords, Place},
    ring::Ring,
};
use coretime_market::Market;
use coretime_sequencer::{ChainHash, Position, Record};
use coretime_types::{AccountId, Event, Sequence, Timeslice, Trade};
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};
use tokio::sync::watch;

/// Trades kept for the curve.
const TRADES_CAPACITY: usize = 65_536;

/// The market as far as it is durable, and the records that led there.
pub(crate) struct Replica {
    market: Market,
    position: Position,
    /// The last records, up to `position`.
    ring: Arc<Ring>,
    /// Those of the last records that are not in the ring yet.
    applied: Vec<Arc<Entry>>,
    /// By chosen keys nobody makes this slow: the standard hash is keyed by chance.
    accounts: HashMap<AccountId, Arc<OwnRecords>>,
    /// Whose watchers are still to be woken.
    to_wake: Vec<Arc<OwnRecords>>,
    trades: VecDeque<Trade>,
    /// Kept to be used again.
    events: Vec<Event>,
}

/// What is to be done once the replica can be read again.
#[must_use]
pub(super) struct Published {
    pub(super) position: Position,
    /// Has new records.
    pub(super) to_wake: Vec<Arc<OwnRecords>>,
    /// Nobody sees these any more, unless he holds them.
    pub(super) gone: Vec<Arc<Entry>>,
}

/// The replica's market does not do what the engine's did.
#[derive(Debug, thiserror::Error)]
#[error("following the log gives other events than were recorded at sequence {0}")]
pub(crate) struct Diverged(Sequence);

impl Replica {
    /// At the beginning of everything.
    pub(super) fn new(ring: Arc<Ring>) -> Replica {
        let position = Position { sequence: Sequence(0), chain_hash: ChainHash::START };
        Replica {
            market: Market::default(),
            position,
            ring,
            applied: Vec::new(),
            accounts: HashMap::new(),
            to_wake: Vec::new(),
            trades: VecDeque::new(),
            events: Vec::new(),
        }
    }

    /// Takes over a market; its records are not there.
    pub(crate) fn load(&mut self, market: Market, position: Position) {
        (self.market, self.position) = (market, position);
        self.ring.begin_after(position.sequence);
        self.accounts.values().for_each(|own| own.begin_after(position.sequence));
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

    fn push(&mut self, entry: Arc<Entry>) {
        for account in &entry.parties {
            let own = own_records(&mut self.accounts, &self.ring, *account);
            if own.push(entry.clone()) {
                self.to_wake.push(own.clone());
            }
        }
        self.applied.push(entry);
    }

    /// Gives what was applied to the readers.
    pub(super) fn publish(&mut self) -> Published {
        let mut gone = Vec::new();
        self.ring.extend(&mut self.applied, &mut gone);
        gone.iter().for_each(|oldest| self.forget(oldest));
        Published { position: self.position, to_wake: std::mem::take(&mut self.to_wake), gone }
    }

    fn forget(&mut self, oldest: &Entry) {
        for account in &oldest.parties {
            if let Some(own) = self.accounts.get(account) {
                own.forget(oldest.record.sequence);
                self.unwatch(*account);
            }
        }
    }

    /// Nothing more comes.
    pub(super) fn end(&mut self) {
        self.ring.end();
        self.accounts.values().for_each(|own| own.end());
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
    pub(super) fn can_follow(&self, after: Sequence) -> bool {
        after >= self.ring.floor() && after <= self.position.sequence
    }

    /// The account's own records, who is woken when there are more, and where those after `after` begin; `None`: some of
    /// those are missing already.
    pub(super) fn watch(
        &mut self,
        account: AccountId,
        after: Sequence,
    ) -> Option<(Arc<OwnRecords>, watch::Receiver<()>, Place)> {
        if after > self.position.sequence {
            return None;
        }
        let own = own_records(&mut self.accounts, &self.ring, account);
        let watched = own.watch(after).map(|(wake, place)| (own.clone(), wake, place));
        self.unwatch(account);
        watched
    }

    /// Somebody watches the account no more.
    pub(super) fn unwatch(&mut self, account: AccountId) {
        if self.accounts.get(&account).is_some_and(|own| own.is_idle()) {
            self.accounts.remove(&account);
        }
    }
}

/// Those of the account; after a record that all have, if it had none.
fn own_records<'a>(
    accounts: &'a mut HashMap<AccountId, Arc<OwnRecords>>,
    ring: &Ring,
    account: AccountId,
) -> &'a Arc<OwnRecords> {
    accounts.entry(account).or_insert_with(|| Arc::new(OwnRecords::new(ring.floor(), ring.has_ended())))
}

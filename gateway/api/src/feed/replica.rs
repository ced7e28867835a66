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

#[cfg(test)]
mod tests {
    use super::*;
    use coretime_types::{BlockNumber, ChainReference, Command, Planck};

    const ALICE: AccountId = AccountId([1; 32]);
    const BOB: AccountId = AccountId([2; 32]);

    /// Whose command each record is; the replica is asked to cancel all, which each may.
    fn go_on(replica: &mut Replica, senders: &[AccountId]) -> Published {
        for account in senders {
            let sequence = Sequence(replica.position().sequence.0 + 1);
            let (account, request_id) = (*account, None);
            let command = Command::CancelAll { account, side: None, request_id };
            let chain_hash = ChainHash::START;
            let record = Record { sequence, chain_hash, time_ms: 0, command, events: [].into() };
            replica.apply(Arc::new(record)).unwrap();
        }
        replica.publish()
    }

    fn sequences(entries: &VecDeque<Arc<Entry>>) -> Vec<u64> {
        entries.iter().map(|entry| entry.record.sequence.0).collect()
    }

    fn replica(capacity: usize) -> (Replica, Arc<Ring>) {
        let ring = Arc::new(Ring::new(capacity));
        (Replica::new(ring.clone()), ring)
    }

    #[test]
    fn who_reads_all_gets_all_or_is_too_slow() {
        let (mut replica, ring) = replica(4);
        let mut read = VecDeque::new();
        assert!(ring.next(Sequence(0), 9, &mut read).is_ok() && read.is_empty());
        drop(go_on(&mut replica, &[ALICE, BOB, ALICE]));
        ring.next(Sequence(0), 2, &mut read).unwrap();
        ring.next(Sequence(2), 2, &mut read).unwrap();
        assert_eq!(sequences(&read), [1, 2, 3]);
        let gone = go_on(&mut replica, &[ALICE, BOB, BOB]).gone;
        assert_eq!(gone.len(), 2);
        assert!(ring.next(Sequence(1), 9, &mut read).is_err());
        assert!(!replica.can_follow(Sequence(1)) && replica.can_follow(Sequence(2)));
        assert!(replica.can_follow(Sequence(6)) && !replica.can_follow(Sequence(7)));
        read.clear();
        ring.next(Sequence(2), 9, &mut read).unwrap();
        assert_eq!(sequences(&read), [3, 4, 5, 6]);
        replica.end();
        assert!(ring.next(Sequence(5), 9, &mut read).is_ok());
        assert!(ring.next(Sequence(6), 9, &mut read).is_err());
    }

    #[test]
    fn who_reads_his_own_gets_all_of_it_and_is_woken_once_a_group() {
        let (mut replica, _ring) = replica(4);
        go_on(&mut replica, &[ALICE, BOB]).to_wake.iter().for_each(|own| own.wake());
        let (own, mut wake, mut place) = replica.watch(ALICE, Sequence(1)).unwrap();
        let mut read = VecDeque::new();
        own.next(&mut place, Sequence(1), 9, &mut read).unwrap();
        assert!(read.is_empty());
        let published = go_on(&mut replica, &[ALICE, BOB, ALICE]);
        assert_eq!(published.to_wake.len(), 2);
        assert!(!wake.has_changed().unwrap());
        published.to_wake.iter().for_each(|own| own.wake());
        assert!(wake.has_changed().unwrap());
        wake.mark_unchanged();
        own.next(&mut place, Sequence(1), 1, &mut read).unwrap();
        own.next(&mut place, Sequence(3), 9, &mut read).unwrap();
        assert_eq!(sequences(&read), [3, 5]);
        // What it has not read is pushed out by others' records.
        drop(go_on(&mut replica, &[ALICE, BOB, BOB, BOB, BOB]));
        assert!(matches!(own.next(&mut place, Sequence(5), 9, &mut read), Err(super::super::End::TooSlow)));
        assert!(replica.watch(ALICE, Sequence(5)).is_none());
        assert!(replica.watch(ALICE, Sequence(6)).is_some());
        assert!(replica.watch(ALICE, Sequence(11)).is_none());
    }

    #[test]
    fn accounts_that_nobody_would_miss_are_forgotten() {
        let (mut replica, _ring) = replica(1);
        drop(go_on(&mut replica, &[ALICE, BOB]));
        assert_eq!(replica.accounts.keys().collect::<Vec<_>>(), [&BOB]);
        let watched = replica.watch(ALICE, Sequence(2)).unwrap();
        assert!(replica.accounts.contains_key(&ALICE));
        drop(watched);
        replica.unwatch(ALICE);
        assert!(!replica.accounts.contains_key(&ALICE));
    }

    #[test]
    fn records_of_before_a_market_was_taken_over_are_missing() {
        let (mut replica, ring) = replica(4);
        let (own, _wake, mut place) = replica.watch(ALICE, Sequence(0)).unwrap();
        let mut market = Market::default();
        let reference = ChainReference { block: BlockNumber(1), event: 0 };
        market
            .apply(&Command::DepositFunds { account: ALICE, amount: Planck(1), reference }, &mut Vec::new());
        replica.load(market, Position { sequence: Sequence(9), chain_hash: ChainHash::START });
        let mut read = VecDeque::new();
        assert!(own.next(&mut place, Sequence(0), 9, &mut read).is_err());
        assert!(ring.next(Sequence(0), 9, &mut read).is_err());
        assert!(!replica.can_follow(Sequence(8)) && replica.can_follow(Sequence(9)));
        drop(go_on(&mut replica, &[ALICE]));
        ring.next(Sequence(9), 9, &mut read).unwrap();
        assert_eq!(sequences(&read), [10]);
    }
}

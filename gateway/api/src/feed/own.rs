//! An account's own among the last records. They have a lock of their own, so that who reads them never waits for
//! records of others, nor holds these up.

use super::{Entry, reader::End};
use coretime_types::Sequence;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::watch;

/// An account's own among the last records.
pub(super) struct OwnRecords {
    records: Mutex<Records>,
    wake: watch::Sender<()>,
}

struct Records {
    entries: VecDeque<Arc<Entry>>,
    /// How many came before those.
    gone: u64,
    /// After this, none of the account's own is missing.
    complete_after: Sequence,
    /// Something has come since the watchers were woken last.
    unseen: bool,
    ended: bool,
}

/// How many of the account's own records a reader is behind, of all that ever came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place(u64);

impl OwnRecords {
    pub(super) fn new(complete_after: Sequence, ended: bool) -> OwnRecords {
        let entries = VecDeque::new();
        OwnRecords {
            records: Mutex::new(Records { entries, gone: 0, complete_after, unseen: false, ended }),
            wake: watch::Sender::new(()),
        }
    }

    fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a record; whether it is the first since the watchers were woken last.
    pub(super) fn push(&self, entry: Arc<Entry>) -> bool {
        let mut records = self.records();
        records.entries.push_back(entry);
        !std::mem::replace(&mut records.unseen, true)
    }

    /// Forgets the oldest record, which is this.
    pub(super) fn forget(&self, oldest: Sequence) {
        let mut records = self.records();
        records.entries.pop_front();
        records.gone = records.gone.saturating_add(1);
        records.complete_after = oldest;
    }

    /// Records up to this are missing.
    pub(super) fn begin_after(&self, last: Sequence) {
        self.records().complete_after = last;
    }

    /// Wakes who watches.
    pub(super) fn wake(&self) {
        self.records().unseen = false;
        self.wake.send_replace(());
    }

    /// Nothing more comes.
    pub(super) fn end(&self) {
        self.records().ended = true;
        self.wake();
    }

    /// Nobody would miss it.
    pub(super) fn is_idle(&self) -> bool {
        self.wake.receiver_count() == 0 && self.records().entries.is_empty()
    }

    /// Is woken whenever there is a new record, and where the records after `after` begin; `None`: some of those are
    /// missing already.
    pub(super) fn watch(&self, after: Sequence) -> Option<(watch::Receiver<()>, Place)> {
        let records = self.records();
        if records.complete_after > after {
            return None;
        }
        let before = records.entries.partition_point(|entry| entry.record.sequence <= after);
        let before = u64::try_from(before).unwrap_or(u64::MAX);
        Some((self.wake.subscribe(), Place(records.gone.saturating_add(before))))
    }

    /// Adds the records from a place on to `to`, up to `max`; none: not yet. `last` is the one before.
    pub(super) fn next(
        &self,
        place: &mut Place,
        last: Sequence,
        max: usize,
        to: &mut VecDeque<Arc<Entry>>,
    ) -> Result<(), End> {
        let records = self.records();
        if records.complete_after > last {
            return Err(End::TooSlow);
        }
        let begin = usize::try_from(place.0.saturating_sub(records.gone)).unwrap_or(usize::MAX);
        let count_before = to.len();
        to.extend(records.entries.iter().skip(begin).take(max).cloned());
        let count = to.len() - count_before;
        place.0 = place.0.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
        if count == 0 && records.ended { Err(End::Stopped) } else { Ok(()) }
    }
}

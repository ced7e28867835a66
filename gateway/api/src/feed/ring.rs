//! The last records, for who reads them all. They have a lock of their own, since the market's is held for as long as a
//! group of records takes.

use super::{Entry, reader::End};
use coretime_types::Sequence;
use std::{
    collections::VecDeque,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

/// The last records, without gaps.
pub(super) struct Ring(RwLock<Records>);

struct Records {
    entries: VecDeque<Arc<Entry>>,
    capacity: usize,
    /// The last record that was added.
    last: Sequence,
    ended: bool,
}

impl Ring {
    pub(super) fn new(capacity: usize) -> Ring {
        let capacity = capacity.max(1);
        Ring(RwLock::new(Records {
            entries: VecDeque::with_capacity(capacity),
            capacity,
            last: Sequence(0),
            ended: false,
        }))
    }

    fn read(&self) -> RwLockReadGuard<'_, Records> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Records> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins after a record that is not here.
    pub(super) fn begin_after(&self, last: Sequence) {
        let mut records = self.write();
        records.entries.clear();
        records.last = last;
    }

    /// Adds the records that follow; those that they push out go to `gone`.
    pub(super) fn extend(&self, entries: &mut Vec<Arc<Entry>>, gone: &mut Vec<Arc<Entry>>) {
        let mut records = self.write();
        for entry in entries.drain(..) {
            if records.entries.len() == records.capacity {
                gone.extend(records.entries.pop_front());
            }
            records.last = entry.record.sequence;
            records.entries.push_back(entry);
        }
    }

    /// After this, every record is here.
    pub(super) fn floor(&self) -> Sequence {
        self.read().floor()
    }

    /// Adds the records after `after` to `to`, up to `max`; none: not yet.
    pub(super) fn next(&self, after: Sequence, max: usize, to: &mut VecDeque<Arc<Entry>>) -> Result<(), End> {
        let records = self.read();
        let begin = after.0.checked_sub(records.floor().0).ok_or(End::TooSlow)?;
        let begin = usize::try_from(begin).unwrap_or(usize::MAX);
        let count_before = to.len();
        to.extend(records.entries.iter().skip(begin).take(max).cloned());
        if to.len() == count_before && records.ended { Err(End::Stopped) } else { Ok(()) }
    }

    pub(super) fn end(&self) {
        self.write().ended = true;
    }

    pub(super) fn has_ended(&self) -> bool {
        self.read().ended
    }
}

impl Records {
    fn floor(&self) -> Sequence {
        let count = u64::try_from(self.entries.len()).unwrap_or(u64::MAX);
        Sequence(self.last.0.saturating_sub(count))
    }
}

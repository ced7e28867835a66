//! The last records, kept in memory for readers.

use crate::Record;
use coretime_types::Sequence;
use std::{collections::VecDeque, sync::Arc};

/// The last records, without gaps.
pub(crate) struct History {
    records: VecDeque<Arc<Record>>,
    capacity: usize,
    /// The last record that was added, 0 before the first.
    last: Sequence,
}

/// Where a record is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Lookup {
    /// Here.
    Found(Arc<Record>),
    /// Only in the log.
    Gone,
    /// Nowhere yet.
    NotYet,
}

impl History {
    /// Empty, behind a command that is only in the log.
    pub(crate) fn behind(last: Sequence, capacity: usize) -> History {
        History { records: VecDeque::new(), capacity: capacity.max(1), last }
    }

    /// Whether a record is behind those that are here.
    pub(crate) fn follows(&self, sequence: Sequence) -> bool {
        sequence > self.last
    }

    /// Adds the record that follows the last.
    pub(crate) fn push(&mut self, record: Arc<Record>) {
        if self.records.len() == self.capacity {
            self.records.pop_front();
        }
        self.last = record.sequence;
        self.records.push_back(record);
    }

    /// Adds the records from a sequence on to `to`, up to `max`: none where the first of them is not here.
    pub(crate) fn copy(&self, from: Sequence, max: usize, to: &mut Vec<Arc<Record>>) {
        let begin = self.records.front().and_then(|first| from.0.checked_sub(first.sequence.0));
        if let Some(begin) = begin.and_then(|begin| usize::try_from(begin).ok())
            && begin < self.records.len()
        {
            to.extend(self.records.range(begin..).take(max).cloned());
        }
    }

    pub(crate) fn get(&self, sequence: Sequence) -> Lookup {
        if sequence > self.last {
            return Lookup::NotYet;
        }
        self.records
            .front()
            .and_then(|first| sequence.0.checked_sub(first.sequence.0))
            .and_then(|index| self.records.get(usize::try_from(index).ok()?))
            .map_or(Lookup::Gone, |record| Lookup::Found(record.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coretime_log::ChainHash;
    use coretime_types::{Command, Timeslice};

    fn record(sequence: u64) -> Arc<Record> {
        Arc::new(Record {
            sequence: Sequence(sequence),
            chain_hash: ChainHash::START,
            time_ms: 0,
            command: Command::AdvanceClock { tradable_from: Timeslice(0) },
            events: Arc::new([]),
        })
    }

    #[test]
    fn it_keeps_the_last_records() {
        let mut history = History::behind(Sequence(0), 3);
        assert_eq!(history.get(Sequence(1)), Lookup::NotYet);
        for sequence in 1..=5 {
            history.push(record(sequence));
        }
        assert_eq!(history.get(Sequence(0)), Lookup::Gone);
        assert_eq!(history.get(Sequence(2)), Lookup::Gone);
        for sequence in 3..=5 {
            assert_eq!(history.get(Sequence(sequence)), Lookup::Found(record(sequence)));
        }
        assert_eq!(history.get(Sequence(6)), Lookup::NotYet);

        let copy = |from, max| {
            let mut to = Vec::new();
            history.copy(Sequence(from), max, &mut to);
            to.iter().map(|record| record.sequence.0).collect::<Vec<_>>()
        };
        assert_eq!(copy(3, 2), [3, 4]);
        assert_eq!(copy(4, 9), [4, 5]);
        assert!(copy(2, 9).is_empty() && copy(6, 9).is_empty());

        let mut history = History::behind(Sequence(9), 3);
        assert_eq!((history.get(Sequence(9)), history.get(Sequence(10))), (Lookup::Gone, Lookup::NotYet));
        history.push(record(10));
        assert_eq!(history.get(Sequence(9)), Lookup::Gone);
        assert_eq!(history.get(Sequence(10)), Lookup::Found(record(10)));
    }
}

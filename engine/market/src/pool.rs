//! Records in slots that can be fetched ahead of being read: a library's pool gives no address but by reading.

use prefetch_index::prefetch_index;
use std::ops::{Index, IndexMut};

/// Records by small numbers. The place of who is taken out goes to who comes next.
#[derive(Clone, Debug)]
pub(crate) struct Pool<T> {
    records: Vec<Option<T>>,
    /// The one that became vacant last is last.
    vacant: Vec<u32>,
}

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Pool { records: Vec::new(), vacant: Vec::new() }
    }
}

impl<T> Pool<T> {
    /// After a removal it gets the place that became vacant last.
    pub(crate) fn insert(&mut self, record: T) -> u32 {
        if let Some(at) = self.vacant.pop() {
            self.records[at as usize] = Some(record);
            return at;
        }
        self.records.push(Some(record));
        (self.records.len() - 1) as u32
    }

    /// Takes out a record that is there.
    pub(crate) fn remove(&mut self, at: usize) -> T {
        let Some(record) = self.records[at].take() else { nothing_at(at) };
        self.vacant.push(at as u32);
        record
    }

    /// `None` if the place is vacant.
    pub(crate) fn get(&self, at: usize) -> Option<&T> {
        self.records.get(at)?.as_ref()
    }

    /// In no order that means anything.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.records.iter().flatten()
    }

    /// Fetches a record, without waiting for it.
    #[inline]
    pub(crate) fn look_at(&self, at: usize) {
        prefetch_index(&self.records, at);
        // Its end lies where the next one begins.
        prefetch_index(&self.records, at.saturating_add(1));
    }
}

impl<T> Index<usize> for Pool<T> {
    type Output = T;

    fn index(&self, at: usize) -> &T {
        match &self.records[at] {
            Some(record) => record,
            None => nothing_at(at),
        }
    }
}

impl<T> IndexMut<usize> for Pool<T> {
    fn index_mut(&mut self, at: usize) -> &mut T {
        match &mut self.records[at] {
            Some(record) => record,
            None => nothing_at(at),
        }
    }
}

#[cold]
#[expect(
    clippy::panic,
    reason = "a slot that is kept after its record is a bug, like an index out of bounds"
)]
fn nothing_at(at: usize) -> ! {
    panic!("there is no record in slot {at}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_that_became_vacant_last_is_taken_first() {
        let mut pool = Pool::default();
        assert_eq!(["a", "b", "c", "d"].map(|record| pool.insert(record)), [0, 1, 2, 3]);
        assert_eq!((pool.remove(1), pool.remove(3)), ("b", "d"));
        assert_eq!((pool.get(1), pool.get(2), pool.get(9)), (None, Some(&"c"), None));
        assert_eq!(pool.iter().copied().collect::<String>(), "ac");
        assert_eq!(["e", "f", "g"].map(|record| pool.insert(record)), [3, 1, 4]);
        pool[1] = "h";
        pool.look_at(4);
        pool.look_at(usize::MAX);
        assert_eq!(pool.iter().copied().collect::<String>(), "ahceg");
    }
}

//! Where records are kept, by key: a hash table that holds no keys, since the records do.
//!
//! An entry is 8 bytes, half of a key's hash and the record's number, so that ever so many records are found through few
//! lines of memory. A record is looked at only where half of the hash agrees. Seeds and neighbours are those of
//! [`Table`](crate::table::Table), and like there nothing is allocated but to grow.

use crate::slots::Slot;
use crate::table::{Key, Seeds};
use prefetch_index::prefetch_index;
use std::marker::PhantomData;

/// No slot has the greatest number.
const EMPTY: u64 = u64::MAX;

/// The upper half of a hash, but for the lowest bits, which are the neighbour number.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Tag(u32);

/// The directory. A power of two of entries, at most half of them in use.
#[derive(Clone, Debug)]
pub(crate) struct Directory<K, S> {
    entries: Vec<u64>,
    len: usize,
    shift: u32,
    seeds: Seeds,
    kinds: PhantomData<(K, S)>,
}

impl<K: Key, S: Slot> Default for Directory<K, S> {
    fn default() -> Self {
        let mut directory =
            Directory { entries: Vec::new(), len: 0, shift: 0, seeds: Seeds::random(), kinds: PhantomData };
        directory.resize(16);
        directory
    }
}

impl<K: Key, S: Slot> Directory<K, S> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The record of this key. `is_it` says whether a record has it.
    #[inline]
    pub(crate) fn find(&self, key: K, is_it: impl Fn(S) -> bool) -> Option<S> {
        let tag = self.tag(key);
        let mask = self.entries.len() - 1;
        let mut at = self.home(tag);
        loop {
            let entry = self.entries[at];
            if entry == EMPTY {
                return None;
            }
            let slot = S::new(entry as u32);
            if tag_of(entry) == tag && is_it(slot) {
                return Some(slot);
            }
            at = (at + 1) & mask;
        }
    }

    /// Enters a key that is not there.
    pub(crate) fn insert(&mut self, key: K, slot: S) {
        if self.len * 2 >= self.entries.len() {
            self.resize(self.entries.len() * 2);
        }
        let tag = self.tag(key);
        self.put(u64::from(tag.0) << 32 | u64::from(slot.number()));
        self.len += 1;
    }

    /// Takes a key out whose record is this one. What is not there stays so.
    pub(crate) fn remove(&mut self, key: K, slot: S) {
        let tag = self.tag(key);
        let wanted = u64::from(tag.0) << 32 | u64::from(slot.number());
        let mask = self.entries.len() - 1;
        let mut at = self.home(tag);
        while self.entries[at] != wanted {
            if self.entries[at] == EMPTY {
                return;
            }
            at = (at + 1) & mask;
        }
        // Those behind it move up, unless they are where they should be.
        let mut next = (at + 1) & mask;
        while self.entries[next] != EMPTY {
            let home = self.home(tag_of(self.entries[next]));
            if (next.wrapping_sub(home) & mask) >= (next.wrapping_sub(at) & mask) {
                self.entries[at] = self.entries[next];
                at = next;
            }
            next = (next + 1) & mask;
        }
        self.entries[at] = EMPTY;
        self.len -= 1;
    }

    /// Fetches what [`Directory::find`] will read, without waiting for it.
    #[inline]
    pub(crate) fn look_at(&self, key: K) {
        prefetch_index(&self.entries, self.home(self.tag(key)));
    }

    #[inline]
    fn tag(&self, key: K) -> Tag {
        let hash = (key.hash(&self.seeds) >> 32) as u32;
        Tag(hash & !7 | key.neighbour() as u32)
    }

    #[inline]
    fn home(&self, tag: Tag) -> usize {
        ((tag.0 >> self.shift) ^ (tag.0 & 7)) as usize
    }

    fn put(&mut self, entry: u64) {
        let mask = self.entries.len() - 1;
        let mut at = self.home(tag_of(entry));
        while self.entries[at] != EMPTY {
            at = (at + 1) & mask;
        }
        self.entries[at] = entry;
    }

    fn resize(&mut self, entries: usize) {
        let before = std::mem::replace(&mut self.entries, vec![EMPTY; entries]);
        // Beyond 2^32 entries there are not records enough.
        self.shift = 32_u32.saturating_sub(entries.trailing_zeros());
        for entry in before.into_iter().filter(|entry| *entry != EMPTY) {
            self.put(entry);
        }
    }
}

fn tag_of(entry: u64) -> Tag {
    Tag((entry >> 32) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::{NEIGHBOUR_BITS, neighbour};
    use std::collections::BTreeMap;

    #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
    struct Number(u64);

    impl Key for Number {
        fn hash(self, seeds: &Seeds) -> u64 {
            // The upper half collides.
            if self.0 >= 512 { u64::MAX } else { seeds.mix(self.0 >> NEIGHBOUR_BITS, 7) }
        }

        fn neighbour(self) -> usize {
            neighbour(self.0)
        }
    }

    impl Slot for u32 {
        fn new(number: u32) -> u32 {
            number
        }

        fn number(self) -> u32 {
            self
        }
    }

    #[test]
    fn it_agrees_with_an_ordered_map() {
        for seed in 0..20 {
            let mut rng = fastrand::Rng::with_seed(seed);
            let (mut directory, mut map) = (Directory::<Number, u32>::default(), BTreeMap::new());
            // The key of each record.
            let mut records: Vec<Number> = Vec::new();
            for step in 0..20_000_u32 {
                let key = Number(rng.u64(0..544));
                if rng.u32(0..20_000) > step && !map.contains_key(&key) {
                    directory.insert(key, step);
                    map.insert(key, step);
                } else {
                    let slot = map.remove(&key);
                    directory.remove(key, slot.unwrap_or(step));
                }
                records.push(key);
                let key = Number(rng.u64(0..544));
                let found = directory.find(key, |slot| records[slot as usize] == key);
                assert_eq!(found, map.get(&key).copied(), "seed {seed}, step {step}");
                assert_eq!(directory.len(), map.len());
            }
        }
    }
}

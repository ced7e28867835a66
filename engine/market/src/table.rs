//! A hash table for numbers: keys of a few words, values that are numbers too, looked up on every command.
//!
//! Keys lie beside their values and near where their hash says, so that a lookup reads one line of memory; the tables of
//! libraries read two. Nothing is allocated but when it grows. Hashes are seeded by chance, so that nobody can choose
//! names that collide; no result depends on it, since who lists keys sorts them.

use prefetch_index::prefetch_index;
use std::hash::{BuildHasher, RandomState};

/// A key that can be hashed with a few multiplications.
pub(crate) trait Key: Copy + Eq + Default {
    fn hash(self, seeds: &Seeds) -> u64;

    /// Keys of one hash and different neighbour numbers, 0 to 7, lie beside each other: for keys that are counted
    /// upwards, so that those of one time are in one place.
    fn neighbour(self) -> usize {
        0
    }
}

/// How many neighbours there are, as a power of two.
pub(crate) const NEIGHBOUR_BITS: u32 = 3;

/// The neighbour number of a number that is counted upwards.
pub(crate) fn neighbour(number: u64) -> usize {
    (number & ((1 << NEIGHBOUR_BITS) - 1)) as usize
}

/// A value with one number that is never used.
pub(crate) trait Value: Copy + Eq {
    const NONE: Self;
}

impl Value for u32 {
    const NONE: u32 = u32::MAX;
}

impl Value for u64 {
    const NONE: u64 = u64::MAX;
}

/// What makes hashes of one table unlike those of another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seeds(u64, u64);

impl Seeds {
    pub(crate) fn random() -> Seeds {
        let random = RandomState::new();
        Seeds(random.hash_one(1) | 1, random.hash_one(2) | 1)
    }

    /// Two words into one.
    #[inline]
    pub(crate) fn mix(&self, a: u64, b: u64) -> u64 {
        let product = u128::from(a ^ self.0).wrapping_mul(u128::from(b ^ self.1));
        (product as u64) ^ ((product >> 64) as u64)
    }
}

#[derive(Clone, Copy, Debug)]
struct Entry<K, V> {
    key: K,
    value: V,
}

/// The table. A power of two of entries, at most half of them in use.
#[derive(Clone, Debug)]
pub(crate) struct Table<K, V> {
    entries: Vec<Entry<K, V>>,
    len: usize,
    /// The upper bits of a hash, shifted by this, are where its key should be.
    shift: u32,
    seeds: Seeds,
}

impl<K: Key, V: Value> Default for Table<K, V> {
    fn default() -> Self {
        let mut table = Table { entries: Vec::new(), len: 0, shift: 0, seeds: Seeds::random() };
        table.resize(16);
        table
    }
}

impl<K: Key, V: Value> Table<K, V> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(crate) fn get(&self, key: K) -> Option<V> {
        let mask = self.entries.len() - 1;
        let mut at = self.home(key);
        loop {
            let entry = &self.entries[at];
            if entry.value == V::NONE {
                return None;
            }
            if entry.key == key {
                return Some(entry.value);
            }
            at = (at + 1) & mask;
        }
    }

    /// Fetches what [`Table::get`] will read, without waiting for it.
    #[inline]
    pub(crate) fn look_at(&self, key: K) {
        prefetch_index(&self.entries, self.home(key));
    }

    /// Puts a key in that is not there, or gives it another value.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        if self.len * 2 >= self.entries.len() {
            self.resize(self.entries.len() * 2);
        }
        let mask = self.entries.len() - 1;
        let mut at = self.home(key);
        while self.entries[at].value != V::NONE && self.entries[at].key != key {
            at = (at + 1) & mask;
        }
        self.len += usize::from(self.entries[at].value == V::NONE);
        self.entries[at] = Entry { key, value };
    }

    pub(crate) fn remove(&mut self, key: K) -> Option<V> {
        let mask = self.entries.len() - 1;
        let mut at = self.home(key);
        while self.entries[at].key != key || self.entries[at].value == V::NONE {
            if self.entries[at].value == V::NONE {
                return None;
            }
            at = (at + 1) & mask;
        }
        let removed = self.entries[at].value;
        // Those behind it move up, unless they are where they should be.
        let mut next = (at + 1) & mask;
        while self.entries[next].value != V::NONE {
            let home = self.home(self.entries[next].key);
            if (next.wrapping_sub(home) & mask) >= (next.wrapping_sub(at) & mask) {
                self.entries[at] = self.entries[next];
                at = next;
            }
            next = (next + 1) & mask;
        }
        self.entries[at].value = V::NONE;
        self.len -= 1;
        Some(removed)
    }

    /// All keys, in an order that means nothing and is another one each time.
    pub(crate) fn keys(&self) -> impl Iterator<Item = K> {
        self.entries.iter().filter(|entry| entry.value != V::NONE).map(|entry| entry.key)
    }

    #[inline]
    fn home(&self, key: K) -> usize {
        (key.hash(&self.seeds) >> self.shift) as usize ^ key.neighbour()
    }

    fn resize(&mut self, entries: usize) {
        let empty = Entry { key: K::default(), value: V::NONE };
        let before = std::mem::replace(&mut self.entries, vec![empty; entries]);
        self.shift = 64 - entries.trailing_zeros();
        let mask = entries - 1;
        for entry in before.into_iter().filter(|entry| entry.value != V::NONE) {
            let mut at = self.home(entry.key);
            while self.entries[at].value != V::NONE {
                at = (at + 1) & mask;
            }
            self.entries[at] = entry;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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

    #[test]
    fn it_agrees_with_an_ordered_map() {
        for seed in 0..20 {
            let mut rng = fastrand::Rng::with_seed(seed);
            let (mut table, mut map) = (Table::default(), BTreeMap::new());
            for step in 0..20_000_u32 {
                let key = Number(rng.u64(0..544));
                if rng.u32(0..20_000) > step {
                    table.insert(key, step);
                    map.insert(key, step);
                } else {
                    assert_eq!(table.remove(key), map.remove(&key), "seed {seed}, step {step}");
                }
                let key = Number(rng.u64(0..544));
                assert_eq!(table.get(key), map.get(&key).copied(), "seed {seed}, step {step}");
                assert_eq!(table.len(), map.len());
            }
        }
    }
}

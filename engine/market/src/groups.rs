//! Items in groups: all orders of an account, all regions that end at one timeslice. Putting one in and taking one
//! out cost the same whatever else is there, and allocate nothing once the tables have grown.

use crate::table::{Key, Seeds, Table};
use prefetch_index::prefetch_index;

/// Groups by a number. An item, a small number that its owner gives out, is in one group at most.
///
/// A group has no order that means anything: who lists one sorts it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Groups {
    first: Table<u32, u32>,
    links: Vec<Link>,
}

impl Key for u32 {
    fn hash(self, seeds: &Seeds) -> u64 {
        seeds.mix(u64::from(self), 0)
    }
}

/// The neighbours of an item in its group, a ring.
#[derive(Clone, Copy, Debug, Default)]
struct Link {
    before: u32,
    after: u32,
}

impl Groups {
    /// Puts an item that is in no group into this one.
    pub(crate) fn insert(&mut self, key: u32, item: u32) {
        let at = item as usize;
        if self.links.len() <= at {
            self.links.resize(at + 1, Link::default());
        }
        match self.first.get(key) {
            None => {
                self.first.insert(key, item);
                self.links[at] = Link { before: item, after: item };
            }
            Some(first) => {
                let last = self.links[first as usize].before;
                self.links[at] = Link { before: last, after: first };
                self.links[last as usize].after = item;
                self.links[first as usize].before = item;
            }
        }
    }

    /// Puts an item that is in no group into the group of another one.
    pub(crate) fn insert_beside(&mut self, other: u32, item: u32) {
        let at = item as usize;
        if self.links.len() <= at {
            self.links.resize(at + 1, Link::default());
        }
        let after = self.links[other as usize].after;
        self.links[at] = Link { before: other, after };
        self.links[other as usize].after = item;
        self.links[after as usize].before = item;
    }

    /// Fetches an item's neighbours, without waiting for them.
    pub(crate) fn look_at(&self, item: u32) {
        prefetch_index(&self.links, item as usize);
    }

    /// Fetches the neighbours of an item's neighbours, which putting something beside it or taking it out will change.
    pub(crate) fn look_around(&self, item: u32) {
        if let Some(link) = self.links.get(item as usize) {
            self.look_at(link.before);
            self.look_at(link.after);
        }
    }

    /// Takes an item out of its group.
    pub(crate) fn remove(&mut self, key: u32, item: u32) {
        let Link { before, after } = self.links[item as usize];
        if after == item {
            self.first.remove(key);
            return;
        }
        self.links[before as usize].after = after;
        self.links[after as usize].before = before;
        if self.first.get(key) == Some(item) {
            self.first.insert(key, after);
        }
    }

    /// The items of one group.
    pub(crate) fn of(&self, key: u32) -> impl Iterator<Item = u32> {
        let first = self.first.get(key);
        let mut next = first;
        std::iter::from_fn(move || {
            let item = next?;
            next = Some(self.links[item as usize].after).filter(|after| Some(*after) != first);
            Some(item)
        })
    }

    /// The items of all groups from `first` to `last`, both included; groups in ascending order of their keys.
    pub(crate) fn within(&self, first: u32, last: u32) -> Vec<u32> {
        let range = first..=last;
        let mut keys: Vec<u32> = if u64::from(last.saturating_sub(first)) < self.first.len() as u64 {
            range.filter(|key| self.first.get(*key).is_some()).collect()
        } else {
            self.first.keys().filter(|key| range.contains(key)).collect()
        };
        keys.sort_unstable();
        keys.into_iter().flat_map(|key| self.of(key)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn groups_agree_with_plain_sets() {
        let mut rng = fastrand::Rng::with_seed(7);
        let mut groups = Groups::default();
        let mut plain: BTreeMap<u32, u32> = BTreeMap::new();
        for _ in 0..20_000 {
            let item = rng.u32(0..200);
            if let Some(key) = plain.remove(&item) {
                groups.remove(key, item);
            } else {
                let key = rng.u32(0..20);
                groups.insert(key, item);
                plain.insert(item, key);
            }
            let key = rng.u32(0..20);
            let expected: BTreeSet<u32> = plain.iter().filter(|(_, k)| **k == key).map(|(i, _)| *i).collect();
            assert_eq!(groups.of(key).collect::<BTreeSet<u32>>(), expected);
            assert_eq!(groups.of(key).count(), expected.len());
            let (a, b) = (rng.u32(0..25), rng.u32(0..60));
            let expected: BTreeSet<u32> =
                plain.iter().filter(|(_, k)| (a..=b).contains(*k)).map(|(i, _)| *i).collect();
            assert_eq!(groups.within(a, b).into_iter().collect::<BTreeSet<u32>>(), expected);
        }
    }
}

//! A heap of entries, the best one on top: the children of an entry lie side by side, so that going down a large heap
//! waits for memory less often than in a binary one.

use super::tree::Key;

/// How many children an entry has.
const CHILDREN: usize = 8;

/// A place in a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) key: Key,
    pub(crate) item: u32,
}

/// The heap. It allocates only to become larger than it ever was.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heap {
    entries: Vec<Entry>,
}

impl Heap {
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn best(&self) -> Option<Entry> {
        self.entries.first().copied()
    }

    /// In no particular order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    pub(crate) fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
        self.lift(self.entries.len() - 1, entry);
    }

    /// Takes the best one away.
    pub(crate) fn pop(&mut self) {
        if let Some(last) = self.entries.pop()
            && !self.entries.is_empty()
        {
            self.lower(0, last);
        }
    }

    /// Throws everything away, and memory for more than `kept` entries.
    pub(crate) fn clear(&mut self, kept: usize) {
        self.entries.clear();
        self.entries.shrink_to(kept);
    }

    /// Keeps only these, and each only once.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Entry) -> bool) {
        self.entries.retain(keep);
        self.rebuild();
    }

    /// Keeps each only once. What is sorted is a heap, too.
    pub(crate) fn dedup(&mut self) {
        self.entries.sort_unstable();
        self.entries.dedup();
    }

    /// Puts an entry to `at` or above, where those that are worse come down.
    fn lift(&mut self, mut at: usize, entry: Entry) {
        while at > 0 {
            let parent = (at - 1) / CHILDREN;
            if self.entries[parent].key <= entry.key {
                break;
            }
            self.entries[at] = self.entries[parent];
            at = parent;
        }
        self.entries[at] = entry;
    }

    /// Puts an entry to `at` or below, where those that are better come up.
    fn lower(&mut self, mut at: usize, entry: Entry) {
        loop {
            let first = at * CHILDREN + 1;
            let end = (first + CHILDREN).min(self.entries.len());
            if first >= end {
                break;
            }
            let (mut best, mut best_key) = (first, self.entries[first].key);
            for child in first + 1..end {
                let key = self.entries[child].key;
                if key < best_key {
                    (best, best_key) = (child, key);
                }
            }
            if entry.key <= best_key {
                break;
            }
            self.entries[at] = self.entries[best];
            at = best;
        }
        self.entries[at] = entry;
    }

    fn rebuild(&mut self) {
        for at in (0..self.entries.len().div_ceil(CHILDREN)).rev() {
            self.lower(at, self.entries[at]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drained(mut heap: Heap) -> Vec<Entry> {
        std::iter::from_fn(|| {
            let best = heap.best()?;
            heap.pop();
            Some(best)
        })
        .collect()
    }

    #[test]
    fn what_comes_out_is_sorted() {
        let mut rng = fastrand::Rng::with_seed(11);
        for size in (0..40).chain([64, 65, 72, 73, 74, 600, 5_000]) {
            let mut heap = Heap::default();
            let mut plain: Vec<Entry> = (0..size)
                .map(|item| Entry { key: Key { price: rng.u64(0..50), priority: u64::from(item) }, item })
                .collect();
            rng.shuffle(&mut plain);
            for entry in &plain {
                heap.push(*entry);
            }
            plain.sort();
            assert_eq!(drained(heap.clone()), plain);
            heap.retain(|entry| entry.item % 3 != 0);
            plain.retain(|entry| entry.item % 3 != 0);
            assert_eq!((heap.len(), heap.iter().count()), (plain.len(), plain.len()));
            assert_eq!(drained(heap.clone()), plain);
            for entry in plain.iter().step_by(2) {
                heap.push(*entry);
            }
            heap.dedup();
            assert_eq!(drained(heap), plain);
        }
    }
}

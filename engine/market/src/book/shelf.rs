//! A shelf: orders of one shape, best first.

use super::heap::{Entry, Heap};
use super::point::Point;
use crate::table::{Key as Hashed, Seeds};
use coretime_types::{Parts, Timeslice};

/// What orders must have in common to be told apart by price and priority alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) lot_parts: Parts,
    /// Of a piece: a whole core that carries its renewal right. Of a bid: it takes nothing else.
    pub(crate) renewal: bool,
    pub(crate) point: Point,
    /// Of a piece: its ask's least worth of a fill, in planck.
    pub(crate) min_fill_notional: u64,
    /// The last moment of the clock at which it can trade.
    pub(crate) lives_until: Timeslice,
}

impl Hashed for Shape {
    fn hash(self, seeds: &Seeds) -> u64 {
        let pair = |upper: u32, lower: u32| u64::from(upper) << 32 | u64::from(lower);
        let Point([a, b, _, d, parts]) = self.point;
        let kind = pair(self.lot_parts.0 << 1 | u32::from(self.renewal), parts);
        seeds.mix(pair(a, b), pair(d, 0) ^ self.min_fill_notional) ^ seeds.mix(kind, 1)
    }
}

/// Orders of one shape. Who leaves is not looked for: his entry becomes void, and goes when it comes to the top, or with
/// all others when there are more void ones than valid ones.
#[derive(Clone, Debug)]
pub(crate) struct Shelf {
    pub(crate) shape: Shape,
    pub(crate) class: u8,
    pub(crate) valid: u32,
    pub(crate) entries: Heap,
}

impl Shelf {
    /// An emptied shelf keeps no more memory than this many entries.
    const KEPT_ENTRIES: usize = 64;
    /// So many void entries are nothing to speak of.
    const FEW: usize = 32;

    pub(crate) fn new(shape: Shape, class: u8) -> Shelf {
        Shelf { shape, class, valid: 0, entries: Heap::default() }
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear(Self::KEPT_ENTRIES);
    }

    pub(crate) fn best(&self) -> Option<Entry> {
        self.entries.best()
    }

    /// Throws void entries away, so that the best one is valid, and all of them when they are too many.
    pub(crate) fn tidy(&mut self, is_valid: impl Fn(&Entry) -> bool) {
        if self.entries.len() > 2 * self.valid as usize + Self::FEW {
            self.entries.retain(&is_valid);
            // What came back after an order was undone may be there twice.
            if self.entries.len() > self.valid as usize {
                self.entries.dedup();
            }
        }
        while let Some(entry) = self.best()
            && !is_valid(&entry)
        {
            self.entries.pop();
        }
    }
}

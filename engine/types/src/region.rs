//! Regions: a core, a window and a share of it.

use crate::{CoreIndex, CoreMask, PartTimeslices, Timeslice, Timeslices};
use codec::{Decode, Encode};
use std::fmt;

/// `[begin, end)`, half open. Valid if `begin < end`; whoever takes one from outside checks it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Window {
    /// The first timeslice inside.
    pub begin: Timeslice,
    /// The first timeslice after it.
    pub end: Timeslice,
}

impl Window {
    /// `end - begin`, zero if it is empty.
    pub fn duration(self) -> Timeslices {
        self.end.since(self.begin)
    }

    /// Whether the two windows share a timeslice.
    pub fn overlaps(self, other: Window) -> bool {
        self.begin < other.end && other.begin < self.end
    }
}

/// The on-chain id of a region. It does not pin the asset: after a partition the same id has another end.
///
/// Ordered by begin, then core, then mask.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct RegionId {
    /// Its first timeslice.
    pub begin: Timeslice,
    /// Its core.
    pub core: CoreIndex,
    /// Its parts of the core.
    pub mask: CoreMask,
}

/// A region: what is owned, cut, sold and delivered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Region {
    /// Its core.
    pub core: CoreIndex,
    /// Its first timeslice.
    pub begin: Timeslice,
    /// The first timeslice after it.
    pub end: Timeslice,
    /// Its parts of the core.
    pub mask: CoreMask,
}

impl Region {
    /// Its on-chain id.
    pub fn id(&self) -> RegionId {
        RegionId { begin: self.begin, core: self.core, mask: self.mask }
    }

    /// Its window.
    pub fn window(&self) -> Window {
        Window { begin: self.begin, end: self.end }
    }

    /// `max(begin, now)`: the first timeslice that can still be sold (rules, section 2).
    pub fn effective_begin(&self, tradable_from: Timeslice) -> Timeslice {
        self.begin.max(tradable_from)
    }

    /// The time that can still be sold, zero if there is none (rules, section 2).
    pub fn effective_duration(&self, tradable_from: Timeslice) -> Timeslices {
        self.end.since(self.effective_begin(tradable_from))
    }

    /// Parts times duration, heads that have expired included.
    pub fn part_timeslices(&self) -> PartTimeslices {
        PartTimeslices(u128::from(self.mask.parts().0) * u128::from(self.window().duration().0))
    }

    /// Whether the two share core time.
    pub fn overlaps(&self, other: &Region) -> bool {
        self.core == other.core && self.window().overlaps(other.window()) && self.mask.overlaps(other.mask)
    }

    /// Whether all of `other`'s core time is in `self`.
    pub fn contains(&self, other: &Region) -> bool {
        self.core == other.core
            && self.begin <= other.begin
            && other.end <= self.end
            && self.mask.contains(other.mask)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "core {} [{}, {}) mask {}", self.core, self.begin, self.end, self.mask)
    }
}

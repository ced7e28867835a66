//! One cut of a region on chain.

use coretime_types::{CoreMask, RegionId, Timeslice};

/// One call that turns a region of custody into two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// In time: `[begin, pivot)` keeps the id, `[pivot, end)` gets a new one. Both lose their renewal right.
    Partition {
        /// The region to cut.
        region: RegionId,
        /// Where: a timeslice inside it, not an offset.
        pivot: Timeslice,
    },
    /// By share: one region gets `mask`, the other the rest. Both keep a renewal right on chain.
    Interlace {
        /// The region to cut.
        region: RegionId,
        /// Some, not all, of its parts.
        mask: CoreMask,
    },
}

impl Cut {
    /// The region that it cuts.
    pub fn region(&self) -> RegionId {
        match self {
            Cut::Partition { region, .. } | Cut::Interlace { region, .. } => *region,
        }
    }
}

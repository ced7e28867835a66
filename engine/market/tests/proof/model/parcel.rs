//! A region as the model sees it: numbers, and bits of the core.

use coretime_types::{CoreIndex, CoreMask, Region, RegionId, Timeslice};

/// A region in the ledger, or on its way out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parcel {
    pub(crate) core: u16,
    pub(crate) begin: u32,
    pub(crate) end: u32,
    pub(crate) bits: u128,
    pub(crate) renewable: bool,
}

/// The mask as an integer: ten bytes, big endian (section 1).
pub(crate) fn bits_of(mask: CoreMask) -> u128 {
    let mut bytes = [0; 16];
    bytes[6..].copy_from_slice(&mask.to_bytes());
    u128::from_be_bytes(bytes)
}

/// The other way round.
pub(crate) fn mask_of(bits: u128) -> CoreMask {
    let mut bytes = [0; 10];
    bytes.copy_from_slice(&bits.to_be_bytes()[6..]);
    CoreMask::from_bytes(bytes)
}

/// The `count` least significant set bits.
pub(crate) fn lowest_bits(bits: u128, count: u32) -> u128 {
    let set = (0..80).filter(|bit| bits >> bit & 1 == 1);
    set.take(count as usize).map(|bit| 1 << bit).sum()
}

impl Parcel {
    pub(crate) fn new(region: Region, renewable: bool) -> Parcel {
        let Region { core: CoreIndex(core), begin: Timeslice(begin), end: Timeslice(end), mask } = region;
        Parcel { core, begin, end, bits: bits_of(mask), renewable }
    }

    pub(crate) fn region(&self) -> Region {
        Region {
            core: CoreIndex(self.core),
            begin: Timeslice(self.begin),
            end: Timeslice(self.end),
            mask: mask_of(self.bits),
        }
    }

    /// The on-chain id, in the order in which ids are sorted.
    pub(crate) fn id(&self) -> (u32, u16, u128) {
        (self.begin, self.core, self.bits)
    }

    pub(crate) fn parts(&self) -> u32 {
        self.bits.count_ones()
    }

    /// `max(begin, T)`.
    pub(crate) fn effective_begin(&self, now: u32) -> u32 {
        self.begin.max(now)
    }

    /// `end - max(begin, T)`, 0 where that is negative.
    pub(crate) fn effective_duration(&self, now: u32) -> u32 {
        let begin = self.effective_begin(now);
        self.end.saturating_sub(begin)
    }

    pub(crate) fn part_timeslices(&self) -> u128 {
        u128::from(self.parts()) * u128::from(self.end - self.begin)
    }

    pub(crate) fn overlaps(&self, other: &Parcel) -> bool {
        let same_time = self.begin < other.end && other.begin < self.end;
        self.core == other.core && same_time && self.bits & other.bits != 0
    }
}

/// The sort key of an id in a command.
pub(crate) fn key(id: RegionId) -> (u32, u16, u128) {
    (id.begin.0, id.core.0, bits_of(id.mask))
}

//! A model of the regions that custody owns on chain.

use crate::Cut;
use coretime_types::{Region, RegionId};
use std::collections::BTreeMap;

/// A region that custody owns on chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainRegion {
    /// The region.
    pub region: Region,
    /// Whether the chain records a price paid for it.
    pub renewable: bool,
}

/// The regions that custody owns on chain, as they stand now or will stand after some calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Custody {
    regions: BTreeMap<RegionId, ChainRegion>,
}

/// A call that the chain would refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CustodyError {
    /// Custody owns no region of that id.
    #[error("custody owns no region {0:?}")]
    Unknown(RegionId),
    /// The cut leaves nothing on one side.
    #[error("{cut:?} does not cut {region}")]
    NoCut {
        /// The cut.
        cut: Cut,
        /// The region it was meant for.
        region: Region,
    },
    /// The region of that id has another end.
    #[error("custody owns {on_chain}, not {wanted}")]
    OtherEnd {
        /// What was named.
        wanted: Region,
        /// What is there.
        on_chain: Region,
    },
}

impl Custody {
    /// The regions that the chain says custody owns. Of several with one id, the last counts (the chain has no two).
    pub fn new(regions: impl IntoIterator<Item = ChainRegion>) -> Self {
        Custody { regions: regions.into_iter().map(|root| (root.region.id(), root)).collect() }
    }

    /// Every region, ordered by id.
    pub fn regions(&self) -> impl Iterator<Item = &ChainRegion> {
        self.regions.values()
    }

    /// The region of that id.
    pub fn get(&self, id: RegionId) -> Option<&ChainRegion> {
        self.regions.get(&id)
    }

    /// The one region that `part` lies in, if there is one.
    pub fn root_of(&self, part: &Region) -> Option<&ChainRegion> {
        // A root begins no later than its part, so later ids need no look.
        self.regions
            .range(..)
            .take_while(|(id, _)| id.begin <= part.begin)
            .map(|(_, root)| root)
            .find(|root| root.region.contains(part))
    }

    /// Carries out a cut as the chain would.
    ///
    /// # Errors
    /// When the chain would refuse it; nothing has changed then.
    pub fn apply(&mut self, cut: &Cut) -> Result<(), CustodyError> {
        let root = *self.regions.get(&cut.region()).ok_or(CustodyError::Unknown(cut.region()))?;
        let whole = root.region;
        let refused = CustodyError::NoCut { cut: *cut, region: whole };
        let (one, other, renewable) = match *cut {
            Cut::Partition { pivot, .. } => {
                if pivot <= whole.begin || whole.end <= pivot {
                    return Err(refused);
                }
                (Region { end: pivot, ..whole }, Region { begin: pivot, ..whole }, false)
            }
            Cut::Interlace { mask, .. } => {
                if mask.is_empty() || mask == whole.mask || !whole.mask.contains(mask) {
                    return Err(refused);
                }
                let rest = whole.mask.without(mask);
                (Region { mask, ..whole }, Region { mask: rest, ..whole }, root.renewable)
            }
        };
        self.regions.remove(&whole.id());
        for region in [one, other] {
            self.regions.insert(region.id(), ChainRegion { region, renewable });
        }
        Ok(())
    }

    /// Takes a region out: it has left custody.
    ///
    /// # Errors
    /// When custody does not own exactly this region; nothing has changed then.
    pub fn remove(&mut self, region: &Region) -> Result<ChainRegion, CustodyError> {
        let on_chain = *self.regions.get(&region.id()).ok_or(CustodyError::Unknown(region.id()))?;
        if on_chain.region != *region {
            return Err(CustodyError::OtherEnd { wanted: *region, on_chain: on_chain.region });
        }
        self.regions.remove(&region.id());
        Ok(on_chain)
    }
}

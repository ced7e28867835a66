//! Shapes that commands, events and the state share when they are written.

use coretime_types::{OutflowLimit, PartTimeslices, Planck, Region, RegionId};
use serde::{Serialize, Serializer};
use std::fmt::Display;

/// Written as a string: amounts, accounts, masks.
pub(crate) struct Text<T>(pub(crate) T);

impl<T: Display> Serialize for Text<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[derive(Serialize)]
pub(crate) struct RegionShape {
    core: u16,
    begin: u32,
    end: u32,
    mask: Text<coretime_types::CoreMask>,
}

impl From<Region> for RegionShape {
    fn from(region: Region) -> Self {
        RegionShape { core: region.core.0, begin: region.begin.0, end: region.end.0, mask: Text(region.mask) }
    }
}

#[derive(Serialize)]
pub(crate) struct RegionIdShape {
    begin: u32,
    core: u16,
    mask: Text<coretime_types::CoreMask>,
}

impl From<RegionId> for RegionIdShape {
    fn from(id: RegionId) -> Self {
        RegionIdShape { begin: id.begin.0, core: id.core.0, mask: Text(id.mask) }
    }
}

/// What has no limit is left out.
#[derive(Serialize)]
pub(crate) struct OutflowLimitShape {
    #[serde(skip_serializing_if = "Option::is_none")]
    funds_planck: Option<Text<Planck>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    part_timeslices: Option<Text<PartTimeslices>>,
}

impl From<OutflowLimit> for OutflowLimitShape {
    fn from(limit: OutflowLimit) -> Self {
        OutflowLimitShape { funds_planck: limit.funds.map(Text), part_timeslices: limit.regions.map(Text) }
    }
}

/// One line of JSON. The shapes of this crate have nothing in them that JSON cannot hold.
pub(crate) fn line(shape: &impl Serialize) -> String {
    serde_json::to_string(shape).unwrap_or_default()
}

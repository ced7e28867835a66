//! Regions as people name them: `CORE@BEGIN`, with `/MASK` where it is not the whole core.

use anyhow::{Context, Result};
use coretime_proto::v1 as pb;
use coretime_types::CoreMask;

/// `3@355040`, or `3@355040/0000000000ffffffffff`.
pub(crate) fn parse(text: &str) -> Result<pb::RegionId> {
    let read = || {
        let (core, rest) = text.split_once('@')?;
        let (begin, mask) = match rest.split_once('/') {
            Some((begin, mask)) => (begin, CoreMask::from_hex(mask).ok()?),
            None => (rest, CoreMask::FULL),
        };
        let core: u16 = core.parse().ok()?;
        Some(pb::RegionId {
            begin_timeslice: begin.parse().ok()?,
            core_index: core.into(),
            core_mask: mask.to_bytes().to_vec(),
        })
    };
    read().with_context(|| {
        format!("{text:?} does not name a region: write CORE@BEGIN[/MASK], as `regions` shows it")
    })
}

pub(crate) fn name(region: &pb::Region) -> String {
    let mask = region.core_mask.as_slice().try_into().map(CoreMask::from_bytes).unwrap_or_default();
    let name = format!("{}@{}", region.core_index, region.begin_timeslice);
    if mask == CoreMask::FULL { name } else { format!("{name}/{mask}") }
}

pub(crate) fn parts(core_mask: &[u8]) -> u32 {
    core_mask.iter().map(|byte| byte.count_ones()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for text in ["3@355040", "0@7/0000000000ffffffffff"] {
            let id = parse(text).unwrap();
            let (begin_timeslice, core_index, core_mask) = (id.begin_timeslice, id.core_index, id.core_mask);
            let region = pb::Region { begin_timeslice, end_timeslice: 9, core_index, core_mask };
            assert_eq!(name(&region), text);
        }
        for wrong in ["", "3", "3@", "@7", "3@7/ff", "70000@7"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}

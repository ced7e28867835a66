//! The search for the fewest cuts.
//!
//! Only the box that holds the wanted region matters; what is cut off is never cut again. A cut is allowed if no
//! region of the ledger lies on both sides of it. Two facts make the search small:
//!
//! - *Smaller is better.* If a box can be finished in some calls, so can every smaller box around the wanted region:
//!   the same cuts are allowed there, for it holds fewer other regions. So of all cuts from the left only the last
//!   allowed pivot is worth trying, of all from the right the first, and of all masks the smallest.
//! - *Boxes repeat.* Which cuts led to a box does not matter, only how many. Cuts from the left and from the right
//!   commute, so there are few boxes.
//!
//! What is left is a breadth-first search over at most three moves a step.

use crate::{Custody, Cut};
use coretime_types::Region;
use std::collections::{BTreeMap, VecDeque};

/// Why a region cannot be isolated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CarveError {
    /// It lies in no region that custody owns on chain.
    #[error("{0} lies in no region that custody owns on chain")]
    NotInCustody(Region),
    /// Another region of the ledger shares core time with it.
    #[error("{wanted} overlaps {other}, which stays")]
    Overlap {
        /// The region that leaves.
        wanted: Region,
        /// The region in its way.
        other: Region,
    },
    /// No series of cuts isolates it without going through another region. Regions that came of the ledger's own
    /// binary cuts never are in such a place.
    #[error("no cuts isolate {0} without splitting another region")]
    Entangled(Region),
}

/// The fewest cuts, in order, after which exactly `wanted` is a region of custody and each region of `kept` still
/// lies in one. No cuts if it is one already.
///
/// `kept` are the ledger's regions, those of outstanding instructions included; ones elsewhere, and `wanted` itself,
/// do no harm.
///
/// # Errors
/// When the region is not in custody or no cuts isolate it: ledger and chain disagree.
pub fn isolate<'a>(
    custody: &Custody,
    kept: impl IntoIterator<Item = &'a Region>,
    wanted: &Region,
) -> Result<Vec<Cut>, CarveError> {
    let root = custody.root_of(wanted).ok_or(CarveError::NotInCustody(*wanted))?.region;
    let others: Vec<Region> =
        kept.into_iter().filter(|region| *region != wanted && root.overlaps(region)).copied().collect();
    if let Some(other) = others.iter().find(|region| region.overlaps(wanted)) {
        return Err(CarveError::Overlap { wanted: *wanted, other: *other });
    }

    let mut queue = VecDeque::from([root]);
    let mut reached_by: BTreeMap<Region, Option<(Region, Cut)>> = BTreeMap::from([(root, None)]);
    while let Some(place) = queue.pop_front() {
        if place == *wanted {
            return Ok(cuts_to(place, &reached_by));
        }
        let inside: Vec<Region> = others.iter().filter(|other| place.overlaps(other)).copied().collect();
        let moves = [
            from_left(&place, &inside, wanted),
            from_right(&place, &inside, wanted),
            by_share(&place, &inside, wanted),
        ];
        for (cut, next) in moves.into_iter().flatten() {
            if let std::collections::btree_map::Entry::Vacant(entry) = reached_by.entry(next) {
                entry.insert(Some((place, cut)));
                queue.push_back(next);
            }
        }
    }
    Err(CarveError::Entangled(*wanted))
}

fn cuts_to(mut place: Region, reached_by: &BTreeMap<Region, Option<(Region, Cut)>>) -> Vec<Cut> {
    let mut cuts = Vec::new();
    while let Some(Some((from, cut))) = reached_by.get(&place) {
        cuts.push(*cut);
        place = *from;
    }
    cuts.reverse();
    cuts
}

/// The last pivot not after the wanted region that goes through no other.
fn from_left(place: &Region, inside: &[Region], wanted: &Region) -> Option<(Cut, Region)> {
    let mut pivot = wanted.begin;
    while let Some(blocking) = inside.iter().find(|other| other.begin < pivot && pivot < other.end) {
        pivot = blocking.begin;
    }
    (place.begin < pivot)
        .then(|| (Cut::Partition { region: place.id(), pivot }, Region { begin: pivot, ..*place }))
}

/// The first pivot not before the wanted region's end that goes through no other.
fn from_right(place: &Region, inside: &[Region], wanted: &Region) -> Option<(Cut, Region)> {
    let mut pivot = wanted.end;
    while let Some(blocking) = inside.iter().find(|other| other.begin < pivot && pivot < other.end) {
        pivot = blocking.end;
    }
    (pivot < place.end)
        .then(|| (Cut::Partition { region: place.id(), pivot }, Region { end: pivot, ..*place }))
}

/// The fewest parts around the wanted region's that go through no other.
fn by_share(place: &Region, inside: &[Region], wanted: &Region) -> Option<(Cut, Region)> {
    let mut mask = wanted.mask;
    while let Some(blocking) =
        inside.iter().find(|other| mask.overlaps(other.mask) && !mask.contains(other.mask))
    {
        // There is no union of masks; this is one.
        mask = place.mask.without(place.mask.without(mask).without(blocking.mask));
    }
    (mask != place.mask).then(|| (Cut::Interlace { region: place.id(), mask }, Region { mask, ..*place }))
}

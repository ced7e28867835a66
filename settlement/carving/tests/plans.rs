//! Plans are right, and no plan has fewer calls: against brute force on small universes of random binary cuts.

// A test stops at the first surprise, in its helpers too.
#![allow(clippy::unwrap_used)]

use coretime_carving::{CarveError, ChainRegion, Custody, Cut, isolate};
use coretime_types::{CoreIndex, CoreMask, Parts, Region, Timeslice};
use proptest::prelude::*;
use std::collections::{BTreeMap, VecDeque};

fn mask(bits: u16) -> CoreMask {
    let mut bytes = [0; 10];
    bytes[8..].copy_from_slice(&bits.to_be_bytes());
    CoreMask::from_bytes(bytes)
}

fn bits(mask: CoreMask) -> u16 {
    let bytes = mask.to_bytes();
    u16::from_be_bytes([bytes[8], bytes[9]])
}

fn region(begin: u32, end: u32, mask: CoreMask) -> Region {
    Region { core: CoreIndex(7), begin: Timeslice(begin), end: Timeslice(end), mask }
}

fn custody(root: Region, renewable: bool) -> Custody {
    Custody::new([ChainRegion { region: root, renewable }])
}

/// Cuts a random region of the ledger at a random place, `seeds.len()` times.
fn ledger(root: Region, seeds: &[(u16, u16, bool)]) -> Vec<Region> {
    let mut regions = vec![root];
    for (which, place, in_time) in seeds {
        let index = usize::from(*which) % regions.len();
        let whole = regions[index];
        let duration = whole.end.0 - whole.begin.0;
        let parts = whole.mask.parts().0;
        let (one, other) = if *in_time && duration > 1 {
            let pivot = Timeslice(whole.begin.0 + 1 + u32::from(*place) % (duration - 1));
            (Region { end: pivot, ..whole }, Region { begin: pivot, ..whole })
        } else if !*in_time && parts > 1 {
            let low = whole.mask.lowest(Parts(1 + u32::from(*place) % (parts - 1)));
            (Region { mask: low, ..whole }, Region { mask: whole.mask.without(low), ..whole })
        } else {
            continue;
        };
        regions[index] = one;
        regions.push(other);
    }
    regions
}

fn split(a: &Region, b: &Region, other: &Region) -> bool {
    a.overlaps(other) && b.overlaps(other)
}

/// The fewest cuts, trying every pivot and every mask at every step.
fn fewest_by_brute_force(root: Region, ledger: &[Region], wanted: &Region) -> Option<usize> {
    let mut depth = BTreeMap::from([(root, 0_usize)]);
    let mut queue = VecDeque::from([root]);
    while let Some(place) = queue.pop_front() {
        let so_far = depth[&place];
        if place == *wanted {
            return Some(so_far);
        }
        let mut halves = Vec::new();
        for pivot in place.begin.0 + 1..place.end.0 {
            halves.push((
                Region { end: Timeslice(pivot), ..place },
                Region { begin: Timeslice(pivot), ..place },
            ));
        }
        let all = bits(place.mask);
        for part in (1..all).filter(|part| part & all == *part) {
            halves.push((Region { mask: mask(part), ..place }, Region { mask: mask(all & !part), ..place }));
        }
        for (one, other) in halves {
            if ledger.iter().any(|region| split(&one, &other, region)) {
                continue;
            }
            let next = if one.contains(wanted) { one } else { other };
            depth.entry(next).or_insert_with(|| {
                queue.push_back(next);
                so_far + 1
            });
        }
    }
    None
}

/// Carries out a plan on the model and checks what it leaves.
fn check(custody: &mut Custody, kept: &[Region], wanted: &Region) -> Vec<Cut> {
    let plan = isolate(custody, kept, wanted).unwrap();
    for cut in &plan {
        custody.apply(cut).unwrap();
    }
    assert_eq!(custody.get(wanted.id()).map(|root| root.region), Some(*wanted), "exactly what was wanted");
    for region in kept {
        let roots = custody.regions().filter(|root| root.region.overlaps(region)).count();
        assert_eq!(roots, 1, "{region} lies in one region on chain");
        assert!(custody.root_of(region).is_some(), "{region} lies in a region on chain");
    }
    plan
}

#[test]
fn a_slice_out_of_a_hundred_takes_two_partitions() {
    let root = region(0, 100, CoreMask::FULL);
    let pieces: Vec<Region> = (0..100).map(|begin| region(begin, begin + 1, CoreMask::FULL)).collect();
    let plan = check(&mut custody(root, true), &pieces, &pieces[50]);
    assert_eq!(
        plan,
        [
            Cut::Partition { region: root.id(), pivot: Timeslice(50) },
            Cut::Partition { region: region(50, 100, CoreMask::FULL).id(), pivot: Timeslice(51) },
        ]
    );
}

#[test]
fn the_whole_takes_no_call() {
    let root = region(3, 9, CoreMask::FULL);
    assert_eq!(isolate(&custody(root, true), &[root], &root), Ok(vec![]));
}

#[test]
fn a_renewable_part_keeps_its_right() {
    let root = region(0, 10, CoreMask::FULL);
    let low = CoreMask::FULL.lowest(Parts(40));
    let high = CoreMask::FULL.without(low);
    // The low half is cut in time, the high half keeps the root's whole window and with it the right.
    let kept = [region(0, 4, low), region(4, 10, low), region(0, 10, high)];
    let mut custody = custody(root, true);
    let plan = check(&mut custody, &kept, &kept[0]);
    assert_eq!(plan.len(), 2);
    assert_eq!(custody.get(kept[2].id()).map(|root| root.renewable), Some(true));
    assert_eq!(custody.get(kept[0].id()).map(|root| root.renewable), Some(false));
}

#[test]
fn disagreement_with_the_chain_is_an_error() {
    let root = region(0, 10, CoreMask::FULL);
    let outside = region(5, 11, CoreMask::FULL);
    assert_eq!(isolate(&custody(root, true), &[], &outside), Err(CarveError::NotInCustody(outside)));
    let wanted = region(0, 5, CoreMask::FULL);
    let other = region(4, 6, CoreMask::FULL);
    assert_eq!(isolate(&custody(root, true), &[other], &wanted), Err(CarveError::Overlap { wanted, other }));
}

#[test]
fn a_pinwheel_cannot_be_cut() {
    // Four regions around a fifth, as no binary cuts make them.
    let root = region(0, 3, mask(0b111));
    let kept = [
        region(0, 2, mask(0b001)),
        region(2, 3, mask(0b011)),
        region(1, 3, mask(0b100)),
        region(0, 1, mask(0b110)),
    ];
    let wanted = region(1, 2, mask(0b010));
    assert_eq!(isolate(&custody(root, true), &kept, &wanted), Err(CarveError::Entangled(wanted)));
}

#[test]
fn hundreds_of_pieces_that_alternate_are_still_bounded() {
    // The worst case: cut in time and by share in turns, one part at a time, with a fine-grained rest.
    let root = region(0, 5040, CoreMask::FULL);
    let mut rest = root;
    let mut pieces = Vec::new();
    for step in 0..79 {
        let low = rest.mask.lowest(Parts(1));
        pieces.push(Region { mask: low, ..rest });
        rest.mask = rest.mask.without(low);
        for _ in 0..5 {
            let pivot = if step % 2 == 0 { Timeslice(rest.begin.0 + 1) } else { Timeslice(rest.end.0 - 1) };
            let (off, left) = if step % 2 == 0 {
                (Region { end: pivot, ..rest }, Region { begin: pivot, ..rest })
            } else {
                (Region { begin: pivot, ..rest }, Region { end: pivot, ..rest })
            };
            pieces.push(off);
            rest = left;
        }
    }
    let plan = check(&mut custody(root, false), &pieces, &rest);
    assert_eq!(plan.len(), 79 * 2, "one interlace and one partition a turn");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn no_plan_has_fewer_calls(
        seeds in prop::collection::vec((any::<u16>(), any::<u16>(), any::<bool>()), 0..12),
        wanted in any::<prop::sample::Index>(),
    ) {
        let root = region(10, 17, mask(0b1_1111));
        let regions = ledger(root, &seeds);
        let wanted = regions[wanted.index(regions.len())];
        let plan = check(&mut custody(root, true), &regions, &wanted);
        prop_assert_eq!(Some(plan.len()), fewest_by_brute_force(root, &regions, &wanted));
    }

    #[test]
    fn regions_gone_from_the_ledger_only_make_plans_shorter(
        seeds in prop::collection::vec((any::<u16>(), any::<u16>(), any::<bool>()), 0..12),
        gone in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        wanted in any::<prop::sample::Index>(),
    ) {
        let root = region(10, 17, mask(0b1_1111));
        let all = ledger(root, &seeds);
        let wanted = all[wanted.index(all.len())];
        let gone: Vec<Region> = gone.iter().map(|index| all[index.index(all.len())]).collect();
        let left: Vec<Region> =
            all.iter().filter(|region| **region == wanted || !gone.contains(region)).copied().collect();
        let plan = check(&mut custody(root, true), &left, &wanted);
        prop_assert_eq!(Some(plan.len()), fewest_by_brute_force(root, &left, &wanted));
        prop_assert!(plan.len() <= isolate(&custody(root, true), &all, &wanted).unwrap().len());
    }

    #[test]
    fn everything_can_leave_one_after_another(
        seeds in prop::collection::vec((any::<u16>(), any::<u16>(), any::<bool>()), 0..60),
        order in any::<u64>(),
        renewable in any::<bool>(),
    ) {
        let root = region(0, 500, CoreMask::FULL);
        let mut left = ledger(root, &seeds);
        let pieces = left.len();
        let mut custody = custody(root, renewable);
        let mut calls = 0;
        let mut state = order | 1;
        while !left.is_empty() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let index = usize::try_from(state >> 33).unwrap() % left.len();
            let wanted = left[index];
            calls += check(&mut custody, &left, &wanted).len();
            let on_chain = custody.remove(&wanted).unwrap();
            prop_assert_eq!(on_chain.renewable, renewable && wanted.window() == root.window());
            left.swap_remove(index);
        }
        prop_assert_eq!(custody.regions().count(), 0, "nothing is left on chain");
        prop_assert_eq!(calls, pieces - 1, "as many cuts as the ledger made, and no more");
    }
}

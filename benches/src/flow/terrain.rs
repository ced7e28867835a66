//! What is on offer in *windows*: 5,000 distinct windows over 28 days, and what a timeslice costs on each day.

use coretime_types::{Timeslice, Window};
use fastrand::Rng;
use std::collections::BTreeSet;

/// The 28 days that all windows lie in.
pub(super) const MONTH: Window = Window { begin: Timeslice(1_000), end: Timeslice(6_040) };
const DAY: u32 = 180;
const DAYS: usize = 28;

/// How many distinct windows there are; the last tiling may add up to four more.
pub(super) const WINDOWS: usize = 5_000;

/// How wide a share is, in parts: whole cores down to 1/80.
pub(super) const WIDTHS: [u32; 8] = [80, 40, 20, 10, 5, 4, 2, 1];

/// The month cut into windows without a gap.
pub(super) type Tiling = Vec<Window>;

/// Tilings by how long their windows are, and the mid price of each day.
#[derive(Clone, Debug)]
pub(super) struct Terrain {
    /// Hours (1 to 3), days (half to one and a half), weeks (two thirds to one and a third), and the month.
    pub(super) classes: [Vec<Tiling>; 4],
    mids: [u32; DAYS],
}

/// Of 20 regions, or bids, how many are of each class.
const OF_TWENTY: [usize; 4] = [6, 8, 5, 1];

impl Terrain {
    pub(super) fn new(rng: &mut Rng) -> Terrain {
        let mut seen = BTreeSet::from([(MONTH.begin, MONTH.end)]);
        let mut tilings = |lengths: (u32, u32), enough: usize| {
            let mut class = Vec::new();
            while seen.len() < enough {
                let tiling = tile(rng, lengths);
                seen.extend(tiling.iter().map(|window| (window.begin, window.end)));
                class.push(tiling);
            }
            class
        };
        let hours = tilings((8, 22), WINDOWS * 2 / 5);
        let days = tilings((DAY / 2, DAY * 3 / 2), WINDOWS * 4 / 5);
        let weeks = tilings((DAY * 14 / 3, DAY * 28 / 3), WINDOWS);
        let mut mids: [u32; DAYS] = std::array::from_fn(|_| 1_000);
        for mid in &mut mids {
            *mid += rng.u32(0..28) * 20;
        }
        Terrain { classes: [hours, days, weeks, vec![vec![MONTH]]], mids }
    }

    /// A class at random, by how many regions are of it.
    pub(super) fn class(&self, rng: &mut Rng) -> usize {
        let choice = rng.usize(0..20);
        let (mut class, mut up_to) = (0, OF_TWENTY[0]);
        while choice >= up_to && class < 3 {
            class += 1;
            up_to += OF_TWENTY[class];
        }
        class
    }

    /// The class that lacks most, when there are so many regions of each.
    pub(super) fn lacking(&self, counts: [usize; 4]) -> usize {
        (0..4).min_by_key(|class| counts[*class] * 1_000 / OF_TWENTY[*class]).unwrap_or(0)
    }

    pub(super) fn window(&self, rng: &mut Rng, class: usize) -> Window {
        let tilings = &self.classes[class];
        let tiling = &tilings[rng.usize(0..tilings.len())];
        tiling[rng.usize(0..tiling.len())]
    }

    /// The lowest and the highest mid price of the days that a window touches.
    pub(super) fn mids(&self, window: Window) -> (u32, u32) {
        let day = |slice: u32| (slice.saturating_sub(MONTH.begin.0) / DAY) as usize;
        let days = day(window.begin.0).min(DAYS - 1)..=day(window.end.0 - 1).min(DAYS - 1);
        let mids = &self.mids[days];
        (mids.iter().min().copied().unwrap_or(0), mids.iter().max().copied().unwrap_or(0))
    }
}

fn tile(rng: &mut Rng, lengths: (u32, u32)) -> Tiling {
    let mut tiling = Vec::new();
    let mut begin = MONTH.begin.0;
    while begin < MONTH.end.0 {
        let left = MONTH.end.0 - begin;
        let length = rng.u32(lengths.0..=lengths.1);
        // Too short a rest goes to the last window.
        let length = if left < length + lengths.0 { left } else { length };
        tiling.push(Window { begin: Timeslice(begin), end: Timeslice(begin + length) });
        begin += length;
    }
    tiling
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tilings_cover_the_month_with_about_five_thousand_windows() {
        let terrain = Terrain::new(&mut Rng::with_seed(1));
        let mut windows = BTreeSet::new();
        for tiling in terrain.classes.iter().flatten() {
            assert_eq!((tiling[0].begin, tiling[tiling.len() - 1].end), (MONTH.begin, MONTH.end));
            assert!(tiling.is_sorted_by(|one, next| one.end == next.begin));
            windows.extend(tiling.iter().map(|window| (window.begin, window.end)));
        }
        assert!((WINDOWS..WINDOWS + 5).contains(&windows.len()), "{} windows", windows.len());
        let (low, high) = terrain.mids(MONTH);
        assert!(low < high, "days differ");
    }
}

//! The calendar of cores: what is in custody, and what of it is for sale.

use coretime_types::{CoreIndex, Parts, Region, UnitPrice, Window};
use std::collections::BTreeMap;

/// Cores that have a row.
const MAX_CORES: usize = 24;

/// A row for each core, as far as there is room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Supply {
    pub(crate) cores: Vec<CoreRow>,
    /// Cores that have no room.
    pub(crate) more_cores: usize,
}

/// One core.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CoreRow {
    pub(crate) core: CoreIndex,
    pub(crate) cells: Vec<CoreCell>,
}

/// A core in one column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct CoreCell {
    /// Part-timeslices for sale.
    pub(crate) offered: u64,
    /// Part-timeslices in custody that are not for sale.
    pub(crate) held: u64,
    /// The lowest price asked.
    pub(crate) price: Option<UnitPrice>,
}

impl Supply {
    /// From all regions of the ledger, in any order; columns follow one another and have one length.
    pub(crate) fn of(
        columns: &[Window],
        regions: impl Iterator<Item = (Region, Option<UnitPrice>)>,
    ) -> Supply {
        let mut cores: BTreeMap<CoreIndex, Vec<CoreCell>> = BTreeMap::new();
        for (region, price) in regions {
            for index in columns_of(columns, &region) {
                let Some(column) = columns.get(index) else { continue };
                let row =
                    cores.entry(region.core).or_insert_with(|| vec![CoreCell::default(); columns.len()]);
                if let Some(cell) = row.get_mut(index) {
                    cell.add(&region, *column, price);
                }
            }
        }
        let count = cores.len();
        let cores = cores.into_iter().take(MAX_CORES).map(|(core, cells)| CoreRow { core, cells }).collect();
        Supply { cores, more_cores: count.saturating_sub(MAX_CORES) }
    }
}

/// The columns that a region reaches into.
fn columns_of(columns: &[Window], region: &Region) -> std::ops::Range<usize> {
    let first = columns.partition_point(|column| column.end <= region.begin);
    let last = columns.partition_point(|column| column.begin < region.end);
    first..last
}

impl CoreCell {
    fn add(&mut self, region: &Region, column: Window, price: Option<UnitPrice>) {
        let begin = region.begin.max(column.begin);
        let length = region.end.min(column.end).since(begin);
        let part_timeslices = u64::from(region.mask.parts().0) * u64::from(length.0);
        let sum = if price.is_some() { &mut self.offered } else { &mut self.held };
        *sum = sum.saturating_add(part_timeslices);
        if let Some(price) = price {
            self.price = Some(self.price.map_or(price, |lowest| lowest.min(price)));
        }
    }

    /// How much of the core is for sale, and how much is in custody at all, in parts on average, rounded up.
    pub(crate) fn parts(&self, column: Window) -> (Parts, Parts) {
        let average = |part_timeslices: u64| {
            let parts = part_timeslices.div_ceil(u64::from(column.duration().0).max(1));
            Parts(u32::try_from(parts).unwrap_or(u32::MAX))
        };
        (average(self.offered), average(self.offered.saturating_add(self.held)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coretime_types::{CoreMask, Timeslice};

    fn window(begin: u32, end: u32) -> Window {
        Window { begin: Timeslice(begin), end: Timeslice(end) }
    }

    fn region(core: u16, begin: u32, end: u32, parts: u32) -> Region {
        let mask = CoreMask::FULL.lowest(Parts(parts));
        Region { core: CoreIndex(core), begin: Timeslice(begin), end: Timeslice(end), mask }
    }

    #[test]
    fn a_region_counts_in_the_columns_that_it_reaches_into() {
        let columns = [window(10, 20), window(20, 30), window(30, 40)];
        let regions = [
            (region(7, 15, 30, 80), Some(UnitPrice(5))),
            (region(7, 20, 25, 40), None),
            (region(7, 28, 30, 8), Some(UnitPrice(3))),
            (region(2, 40, 50, 80), Some(UnitPrice(1))),
            (region(3, 0, 100, 80), None),
        ];
        let supply = Supply::of(&columns, regions.into_iter());
        let cores: Vec<u16> = supply.cores.iter().map(|row| row.core.0).collect();
        assert_eq!(cores, [3, 7], "core 2 is outside");
        let cell = |row: usize, column: usize| supply.cores[row].cells[column];
        assert_eq!(cell(1, 0), CoreCell { offered: 400, held: 0, price: Some(UnitPrice(5)) });
        assert_eq!(cell(1, 1), CoreCell { offered: 816, held: 200, price: Some(UnitPrice(3)) });
        assert_eq!(cell(1, 2), CoreCell::default());
        assert_eq!(cell(0, 2).parts(columns[2]), (Parts(0), Parts(80)));
        assert_eq!(cell(1, 0).parts(columns[0]), (Parts(40), Parts(40)));
    }

    #[test]
    fn rows_are_bounded() {
        let regions = (0..100).map(|core| (region(core, 10, 20, 80), None));
        let supply = Supply::of(&[window(10, 20)], regions);
        assert_eq!((supply.cores.len(), supply.more_cores), (MAX_CORES, 100 - MAX_CORES));
    }
}

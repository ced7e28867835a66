//! All regions of the ledger, copied: who goes through them holds nobody up.

use coretime_market::Market;
use coretime_sequencer::Position;
use coretime_types::{Region, UnitPrice};

/// All regions, with the price asked for each that is for sale.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    pub(crate) position: Position,
    regions: Vec<(Region, Option<UnitPrice>)>,
}

impl Ledger {
    pub(crate) fn copy(market: &Market, position: Position) -> Ledger {
        Ledger { position, regions: market.supply().collect() }
    }

    pub(crate) fn regions(&self) -> impl Iterator<Item = (Region, Option<UnitPrice>)> {
        self.regions.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Supply;
    use coretime_types::{
        AccountId, BlockNumber, ChainReference, Command, CoreIndex, CoreMask, Timeslice, Window,
    };
    use std::time::Instant;

    /// Prints what is held up for how long; asserts no time.
    #[test]
    fn a_hundred_thousand_regions_are_copied_and_then_gone_through_aside() {
        const REGIONS: u32 = 100_000;
        const CORES: u32 = 200;
        let (mut market, mut events) = (Market::new(), Vec::new());
        for number in 0..REGIONS {
            let begin = Timeslice(1_000 + number / CORES * 100);
            let region = Region {
                core: CoreIndex(u16::try_from(number % CORES).unwrap()),
                begin,
                end: begin.checked_add(coretime_types::Timeslices(100)).unwrap(),
                mask: CoreMask::FULL,
            };
            let reference = ChainReference { block: BlockNumber(1), event: number };
            let command =
                Command::DepositRegion { account: AccountId([1; 32]), region, renewable: false, reference };
            market.apply(&command, &mut events);
        }
        let began = Instant::now();
        let ledger = Ledger::copy(&market, Position::default());
        let copied = began.elapsed();
        assert_eq!(ledger.regions.len(), usize::try_from(REGIONS).unwrap());
        let columns: Vec<Window> = (0..28)
            .map(|day| Window { begin: Timeslice(1_000 + day * 180), end: Timeslice(1_180 + day * 180) })
            .collect();
        let began = Instant::now();
        let supply = Supply::of(&columns, ledger.regions());
        println!("{REGIONS} regions: copied in {copied:?}, gone through in {:?}", began.elapsed());
        assert_eq!(supply.cores.len() + supply.more_cores, 200);
    }
}

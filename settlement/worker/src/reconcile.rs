//! The ledger against the chain, at a finalised block.

use crate::{
    ChainError, SettlementConfig, SettlementError,
    chain::{Chain, accounts, broker},
    ledger::Ledger,
};
use coretime_carving::ChainRegion;
use coretime_market::Market;
use coretime_sequencer::Engine;
use coretime_types::{BlockNumber, Call, PartTimeslices, Planck, Region, Timeslice};
use std::time::Duration;

/// The ledger moves on while the chain is read: so many blocks are compared before a difference counts.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(300);

/// Compares the ledger with the chain. It has its own connection, a new one for each comparison.
#[derive(Clone)]
pub struct Reconciler {
    config: SettlementConfig,
    ledger: Ledger,
}

/// What a comparison found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The finalised block that was compared.
    pub block: BlockNumber,
    /// What the ledger owes: all accounts' funds, and payments that are under way.
    pub owed: Planck,
    /// What custody has on chain.
    pub custody: Planck,
    /// The regions that custody owns on chain and that are not over.
    pub chain_regions: usize,
    /// The regions in the ledger and in instructions that are not over.
    pub ledger_regions: usize,
    /// What does not agree; empty is well.
    pub differences: Vec<Difference>,
}

/// Something that the ledger and the chain do not agree on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it is about.
    pub subject: String,
    /// What the ledger says.
    pub ledger: String,
    /// What the chain says.
    pub chain: String,
}

/// The ledger's side.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Books {
    block: BlockNumber,
    hash: String,
    tradable_from: Timeslice,
    owed: Planck,
    regions: Vec<Region>,
}

impl Reconciler {
    /// For the same venue as settlement is set up for.
    pub fn new(config: SettlementConfig, engine: Engine) -> Reconciler {
        Reconciler { config, ledger: Ledger(engine) }
    }

    /// Compares at the last block that the ledger has read. A difference is looked at again some blocks later before it
    /// counts, since the two sides cannot be read at one moment.
    ///
    /// # Errors
    /// When the chain cannot be read, the engine has stopped, or no block has been read yet.
    pub async fn compare(&self) -> Result<Report, SettlementError> {
        let chain = Chain::connect(&self.config.chain_url).await?;
        let mut tries = 1;
        loop {
            let report = self.compare_once(&chain).await?;
            if report.differences.is_empty() || tries == TRIES {
                return Ok(report);
            }
            tries += 1;
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn compare_once(&self, chain: &Chain) -> Result<Report, SettlementError> {
        let books = self.ledger.query(Books::of).await?;
        let books = books.ok_or_else(|| ChainError::Unsuitable("no block has been read yet".into()))?;
        let at = chain.at(books.block).await?;
        let found = crate::block::hash_of(&at);
        if found != books.hash {
            let (number, expected) = (books.block, books.hash);
            return Err(ChainError::OtherHistory { number, expected, found }.into());
        }
        let roots = broker::regions_of(&at, self.config.custody).await?;
        let balance = accounts::balance(&at, self.config.custody).await?;
        Ok(compare(&books, &roots, balance.total, self.config.float))
    }
}

impl Books {
    fn of(market: &Market) -> Option<Books> {
        let (block, hash) = market.last_block()?;
        let funds = market.accounts().flat_map(|(_, funds)| [funds.free, funds.held]);
        let payments = market.instructions().filter_map(|instruction| match instruction.call {
            Call::Pay { amount, .. } => Some(amount),
            Call::Transfer { .. } | Call::Assign { .. } => None,
        });
        // All deposits together fit into 128 bits, so this does.
        let owed = funds
            .chain(payments)
            .fold(Planck::ZERO, |sum, more| sum.checked_add(more).unwrap_or(Planck(u128::MAX)));
        let regions =
            market.ledger_regions().chain(market.instructions().filter_map(|one| one.region())).collect();
        let tradable_from = market.tradable_from();
        Some(Books { block, hash: hash.to_owned(), tradable_from, owed, regions })
    }
}

/// Regions that are over are left out on both sides: the ledger forgets them before the chain does.
fn compare(books: &Books, roots: &[ChainRegion], custody: Planck, float: Planck) -> Report {
    let now = books.tradable_from;
    let roots: Vec<Region> = roots.iter().map(|root| root.region).filter(|root| root.end > now).collect();
    let regions: Vec<Region> = books.regions.iter().filter(|region| region.end > now).copied().collect();
    let mut differences = Vec::new();
    for region in &regions {
        if !roots.iter().any(|root| root.contains(region)) {
            differences.push(Difference {
                subject: region.to_string(),
                ledger: "is in custody".into(),
                chain: "lies in no region that custody owns".into(),
            });
        }
    }
    for root in &roots {
        // The ledger's regions never overlap, so equal areas mean equal regions.
        let inside = regions.iter().filter(|region| root.contains(region));
        let counted: u128 = inside.map(|region| remaining(region, now).0).sum();
        let there = remaining(root, now).0;
        if counted != there {
            differences.push(Difference {
                subject: root.to_string(),
                ledger: format!("{counted} part-timeslices of it are counted"),
                chain: format!("{there} part-timeslices are left of it"),
            });
        }
    }
    if books.owed.checked_add(float) != Some(custody) {
        differences.push(Difference {
            subject: "funds".into(),
            ledger: format!("{} planck are owed, {float} are the operator's float", books.owed),
            chain: format!("custody has {custody} planck"),
        });
    }
    Report {
        block: books.block,
        owed: books.owed,
        custody,
        chain_regions: roots.len(),
        ledger_regions: regions.len(),
        differences,
    }
}

fn remaining(region: &Region, now: Timeslice) -> PartTimeslices {
    let duration = region.effective_duration(now);
    PartTimeslices(u128::from(region.mask.parts().0) * u128::from(duration.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use coretime_types::{CoreIndex, CoreMask};

    fn region(core: u16, begin: u32, end: u32) -> Region {
        Region { core: CoreIndex(core), begin: Timeslice(begin), end: Timeslice(end), mask: CoreMask::FULL }
    }

    fn subjects(regions: &[Region], roots: &[Region], custody: u128) -> Vec<String> {
        let books = Books {
            block: BlockNumber(1),
            hash: String::new(),
            tradable_from: Timeslice(10),
            owed: Planck(70),
            regions: regions.to_vec(),
        };
        let roots: Vec<ChainRegion> =
            roots.iter().map(|region| ChainRegion { region: *region, renewable: false }).collect();
        let report = compare(&books, &roots, Planck(custody), Planck(30));
        report.differences.into_iter().map(|difference| difference.subject).collect()
    }

    #[test]
    fn every_root_holds_exactly_the_ledgers_regions() {
        let whole = region(1, 0, 100);
        let parts = [region(1, 0, 40), region(1, 40, 100)];
        let nothing: [String; 0] = [];
        assert_eq!(subjects(&parts, &[whole], 100), nothing);
        assert_eq!(subjects(&[region(1, 10, 100)], &[whole], 100), nothing, "what is over counts nowhere");
        assert_eq!(subjects(&parts[1..], &[whole, region(2, 0, 10)], 100), [whole.to_string()]);
        assert_eq!(subjects(&parts, &[parts[0]], 100), [parts[1].to_string()]);
        let longer = region(1, 40, 101);
        assert_eq!(subjects(&[parts[0], longer], &[whole], 100).len(), 2, "another end is found");
        assert_eq!(subjects(&[], &[region(5, 3, 30)], 100), [region(5, 3, 30).to_string()]);
    }

    #[test]
    fn custody_has_what_is_owed_and_the_float_to_the_planck() {
        assert_eq!(subjects(&[], &[], 99), ["funds"]);
        assert_eq!(subjects(&[], &[], 101), ["funds"]);
    }
}

//! The ledger against the chain, at a finalised block.
//!
//! What custody has and nobody is credited with is *unattributed*: it was sent without a sender, or held back. It is
//! counted, and harms nobody. What the ledger owes and custody does not have is a *difference*.

use crate::{
    ChainError, SettlementError,
    chain::{AtBlock, Chain, USUAL_NODE_TIMEOUT, accounts, broker},
    ledger::Ledger,
};
use coretime_carving::ChainRegion;
use coretime_market::{Market, Piece};
use coretime_sequencer::Engine;
use coretime_types::{AccountId, BlockNumber, Call, CoreIndex, PartTimeslices, Planck, Region, Timeslice};
use std::{collections::BTreeMap, time::Duration};

/// The ledger moves on while the chain is read: so many blocks are compared before a difference counts.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(300);

/// Compares the ledger with the chain. It has its own connection, a new one for each comparison.
#[derive(Clone)]
pub struct Reconciler {
    pub(crate) chain_url: String,
    pub(crate) custody: AccountId,
    float: Planck,
    pub(crate) ledger: Ledger,
}

/// What a comparison found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The finalised block that was compared.
    pub block: BlockNumber,
    /// Its hash, as the log has it.
    pub block_hash: String,
    /// What the ledger owes: all accounts' funds, and payments that are under way.
    pub owed: Planck,
    /// What custody has on chain.
    pub custody: Planck,
    /// What of it is the operator's.
    pub float: Planck,
    /// What custody has beyond that: credited to nobody.
    pub unattributed_funds: Planck,
    /// The regions that custody owns on chain and that are not over.
    pub chain_regions: usize,
    /// The regions in the ledger and in instructions that are not over.
    pub ledger_regions: usize,
    /// Regions that custody owns on chain, credited to nobody.
    pub unattributed_regions: Vec<Region>,
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
pub(crate) struct Books {
    last_block: Option<(BlockNumber, String)>,
    tradable_from: Timeslice,
    owed: Planck,
    pieces: Vec<Piece>,
}

impl Reconciler {
    /// `float` is what the operator keeps in custody's account besides what the ledger owes.
    pub fn new(
        chain_url: impl Into<String>,
        custody: AccountId,
        float: Planck,
        engine: Engine,
    ) -> Reconciler {
        Reconciler { chain_url: chain_url.into(), custody, float, ledger: Ledger(engine) }
    }

    /// Compares at the last block that the ledger has read. A difference is looked at again some blocks later before it
    /// counts, since the two sides cannot be read at one moment.
    ///
    /// # Errors
    /// When the chain cannot be read, the engine has stopped, or no block has been read yet.
    pub async fn compare(&self) -> Result<Report, SettlementError> {
        let chain = Chain::connect(&self.chain_url, USUAL_NODE_TIMEOUT).await?;
        self.compare_with(&chain, |_| ()).await.map(|(report, ())| report)
    }

    /// With what else the market is asked for at the same moment.
    pub(crate) async fn compare_with<T: Send + 'static>(
        &self,
        chain: &Chain,
        question: impl Fn(&Market) -> T + Clone + Send + 'static,
    ) -> Result<(Report, T), SettlementError> {
        let mut tries = 1;
        loop {
            let question = question.clone();
            let (books, answer) =
                self.ledger.query(move |market| (Books::of(market), question(market))).await?;
            let (number, expected) = books
                .last_block
                .clone()
                .ok_or_else(|| ChainError::Unsuitable("no block has been read yet".into()))?;
            let at = chain.at(number).await?;
            let found = crate::block::hash_of(&at);
            if found != expected {
                return Err(ChainError::OtherHistory { number, expected, found }.into());
            }
            let report = compare_at(self.custody, self.float, &books, &at).await?;
            if report.differences.is_empty() || tries == TRIES {
                return Ok((report, answer));
            }
            tries += 1;
            tokio::time::sleep(PAUSE).await;
        }
    }
}

/// Compares the books with the chain's state after this block.
pub(crate) async fn compare_at(
    custody: AccountId,
    float: Planck,
    books: &Books,
    at: &AtBlock,
) -> Result<Report, SettlementError> {
    let roots = broker::regions_of(at, custody).await?;
    let balance = accounts::balance(at, custody).await?;
    let report = compare(books, &roots, balance.total, float);
    let block = BlockNumber(at.block_number());
    Ok(Report { block, block_hash: crate::block::hash_of(at), ..report })
}

impl Books {
    pub(crate) fn of(market: &Market) -> Books {
        let funds = market.accounts().flat_map(|(_, funds)| [funds.free, funds.held]);
        let payments = market.instructions().filter_map(|instruction| match instruction.call {
            Call::Pay { amount, .. } => Some(amount),
            Call::Transfer { .. } | Call::Assign { .. } => None,
        });
        // All deposits together fit into 128 bits, so this does.
        let owed = funds
            .chain(payments)
            .fold(Planck::ZERO, |sum, more| sum.checked_add(more).unwrap_or(Planck(u128::MAX)));
        let under_way = market
            .instructions()
            .filter_map(|one| one.region().map(|region| Piece { region, renewable: one.renewable }));
        let pieces = market.holdings().map(|(_, piece)| piece).chain(under_way).collect();
        let last_block = market.last_block().map(|(number, hash)| (number, hash.to_owned()));
        Books { last_block, tradable_from: market.tradable_from(), owed, pieces }
    }
}

/// Regions that are over are left out on both sides: the ledger forgets them before the chain does.
fn compare(books: &Books, roots: &[ChainRegion], custody: Planck, float: Planck) -> Report {
    let now = books.tradable_from;
    let mut differences = Vec::new();
    // By core: a ledger has many regions, and a core few roots.
    let mut by_core: BTreeMap<CoreIndex, Vec<(ChainRegion, u128)>> = BTreeMap::new();
    for root in roots.iter().filter(|root| root.region.end > now) {
        by_core.entry(root.region.core).or_default().push((*root, 0));
    }
    let mut ledger_regions = 0;
    for piece in books.pieces.iter().filter(|piece| piece.region.end > now) {
        ledger_regions += 1;
        let region = &piece.region;
        let candidates = by_core.get_mut(&region.core).into_iter().flatten();
        let Some((root, counted)) = candidates.into_iter().find(|(root, _)| root.region.contains(region))
        else {
            differences.push(Difference {
                subject: region.to_string(),
                ledger: "is in custody".into(),
                chain: "lies in no region that custody owns".into(),
            });
            continue;
        };
        *counted += remaining(region, now).0;
        // A cut in the ledger ends the right there, the chain may still have it; never the other way round.
        let root_has_it =
            root.renewable && root.region.begin == region.begin && root.region.end == region.end;
        if piece.renewable && !root_has_it {
            differences.push(Difference {
                subject: region.to_string(),
                ledger: "can be renewed".into(),
                chain: format!("its root {} cannot", root.region),
            });
        }
    }
    let mut unattributed_regions = Vec::new();
    let mut chain_regions = 0;
    for (root, counted) in by_core.into_values().flatten() {
        chain_regions += 1;
        let there = remaining(&root.region, now).0;
        // The ledger's regions never overlap, so equal areas mean equal regions.
        if counted == 0 {
            unattributed_regions.push(root.region);
        } else if counted != there {
            differences.push(Difference {
                subject: root.region.to_string(),
                ledger: format!("{counted} part-timeslices of it are counted"),
                chain: format!("{there} part-timeslices are left of it"),
            });
        }
    }
    let needed = books.owed.checked_add(float);
    let unattributed_funds = needed.and_then(|needed| custody.checked_sub(needed));
    if unattributed_funds.is_none() {
        differences.push(Difference {
            subject: "funds".into(),
            ledger: format!("{} planck are owed, {float} are the operator's float", books.owed),
            chain: format!("custody has {custody} planck"),
        });
    }
    Report {
        owed: books.owed,
        custody,
        float,
        unattributed_funds: unattributed_funds.unwrap_or_default(),
        chain_regions,
        ledger_regions,
        unattributed_regions,
        differences,
        ..Report::default()
    }
}

fn remaining(region: &Region, now: Timeslice) -> PartTimeslices {
    let duration = region.effective_duration(now);
    PartTimeslices(u128::from(region.mask.parts().0) * u128::from(duration.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use coretime_types::CoreMask;

    fn region(core: u16, begin: u32, end: u32) -> Region {
        Region { core: CoreIndex(core), begin: Timeslice(begin), end: Timeslice(end), mask: CoreMask::FULL }
    }

    fn report(regions: &[Region], roots: &[Region], custody: u128, rights: (bool, bool)) -> Report {
        let (renewable, root_renewable) = rights;
        let books = Books {
            last_block: None,
            tradable_from: Timeslice(10),
            owed: Planck(70),
            pieces: regions.iter().map(|region| Piece { region: *region, renewable }).collect(),
        };
        let roots: Vec<ChainRegion> =
            roots.iter().map(|region| ChainRegion { region: *region, renewable: root_renewable }).collect();
        compare(&books, &roots, Planck(custody), Planck(30))
    }

    fn subjects(regions: &[Region], roots: &[Region]) -> Vec<String> {
        let report = report(regions, roots, 100, (false, false));
        report.differences.into_iter().map(|difference| difference.subject).collect()
    }

    #[test]
    fn every_root_holds_exactly_the_ledgers_regions() {
        let whole = region(1, 0, 100);
        let parts = [region(1, 0, 40), region(1, 40, 100)];
        let nothing: [String; 0] = [];
        assert_eq!(subjects(&parts, &[whole]), nothing);
        assert_eq!(subjects(&[region(1, 10, 100)], &[whole]), nothing, "what is over counts nowhere");
        assert_eq!(subjects(&parts[1..], &[whole, region(2, 0, 10)]), [whole.to_string()]);
        assert_eq!(subjects(&parts, &[parts[0]]), [parts[1].to_string()]);
        let longer = region(1, 40, 101);
        assert_eq!(subjects(&[parts[0], longer], &[whole]).len(), 2, "another end is found");
    }

    #[test]
    fn what_custody_has_beyond_the_ledger_is_unattributed_and_no_difference() {
        let stray = region(5, 3, 30);
        let found = report(&[], &[stray], 101, (false, false));
        assert_eq!((found.unattributed_regions, found.unattributed_funds), (vec![stray], Planck(1)));
        assert_eq!(found.differences, []);
        let short = report(&[], &[], 99, (false, false));
        assert_eq!((short.differences[0].subject.as_str(), short.differences.len()), ("funds", 1));
        assert_eq!(report(&[], &[], 100, (false, false)).unattributed_funds, Planck::ZERO);
    }

    #[test]
    fn a_renewal_right_in_the_ledger_is_one_on_chain() {
        let whole = region(1, 0, 100);
        let differences = |pieces: &[Region], rights| report(pieces, &[whole], 100, rights).differences.len();
        assert_eq!(differences(&[whole], (true, true)), 0);
        assert_eq!(differences(&[whole], (true, false)), 1);
        assert_eq!(differences(&[whole], (false, true)), 0, "cut in the ledger only");
        assert_eq!(differences(&[region(1, 0, 40), region(1, 40, 100)], (true, true)), 2);
    }
}

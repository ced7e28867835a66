//! What the chain says to it.

use crate::{
    ChainAuditError, ChainCheck,
    told::{Confirmed, DepositedRegion, Told},
};
use coretime_audit::{AuditError, Discrepancy};
use coretime_log::{ChainHash, Reader};
use coretime_settlement::{
    BatchEvidence, ChainError, ChainReader, FIRST_LATER_CREDIT, FinalisedBlock, RegionEvidence,
};
use coretime_types::{AccountId, BlockNumber, Call, RegionId, Sequence, SettlementConfirmed};
use std::{
    collections::BTreeMap,
    fmt::Debug,
    path::{Path, PathBuf},
};

/// What was compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Finalised blocks that were read.
    pub blocks: u64,
    /// Deposits that an event on chain shows.
    pub deposits: u64,
    /// Deposits that were credited later, when it was clear whose they are: no event on chain says so.
    pub later_credits: u64,
    /// Instructions that were carried out.
    pub instructions: u64,
    /// Anchors of commands in the log.
    pub anchors: u64,
    /// Anchors of commands behind the log's end: the venue has gone on since the copy was made.
    pub later_anchors: u64,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainProgress {
    /// Blocks read.
    pub blocks: u64,
    /// Blocks to be read.
    pub total_blocks: u64,
}

/// What custody's anchors say of the log, and in which block.
type Anchors = BTreeMap<Sequence, Vec<(BlockNumber, ChainHash)>>;

impl ChainCheck {
    /// Compares with the chain, once all of the log was read. `custody` is the venue's account on chain; none takes it
    /// from the deposits.
    ///
    /// # Errors
    /// The first thing that log and chain do not agree on, or why the log or the chain ([`ChainAuditError`]) cannot be
    /// read.
    pub async fn finish(
        self,
        url: &str,
        custody: Option<AccountId>,
        log_folder: &Path,
        archives: &[PathBuf],
        tell: impl FnMut(ChainProgress),
    ) -> Result<Compared, AuditError> {
        let (mut compared, anchors) = self.compare(url, custody, tell).await?;
        // Few at most: the log is read once more.
        let mut reader = Reader::open_with(log_folder, archives, Sequence(1))?;
        while let Some(record) = reader.next_record()? {
            for (block, chain_hash) in anchors.get(&record.sequence).into_iter().flatten() {
                compared.anchors += 1;
                same(
                    record.sequence,
                    "the chain hash that an anchor on chain names",
                    &format!("{chain_hash} in block {block}"),
                    &format!("{} in block {block}", record.chain_hash),
                )?;
            }
        }
        let last_seen =
            self.blocks.iter().rev().find_map(|(number, told)| told.seen.is_some().then_some(*number));
        for (sequence, anchors) in anchors.range(Sequence(self.end.0.saturating_add(1))..) {
            for (block, chain_hash) in anchors {
                // A block is seen after everything that an anchor in it can name.
                if last_seen.is_some_and(|seen| *block <= seen) {
                    let found = format!("a log that ends at {} and has seen that block", self.end);
                    return Err(differs(*sequence, "an anchor on chain", &(block, chain_hash), &found));
                }
                compared.later_anchors += 1;
            }
        }
        Ok(compared)
    }

    /// Reads all blocks; gives the anchors in them.
    async fn compare(
        &self,
        url: &str,
        mut custody: Option<AccountId>,
        mut tell: impl FnMut(ChainProgress),
    ) -> Result<(Compared, Anchors), AuditError> {
        let chain = ChainReader::connect(url).await.map_err(ChainAuditError::Node)?;
        let newest = chain.newest().await.map_err(ChainAuditError::Node)?;
        let first = self.blocks.keys().next().copied().unwrap_or(BlockNumber(1));
        if let Some((last, told)) = self.blocks.iter().next_back()
            && *last > newest
        {
            let at = told.seen.as_ref().map_or(self.end, |(sequence, _)| *sequence);
            return Err(differs(at, "the newest finalised block", &format!("{last} or later"), &newest));
        }
        let (mut compared, mut anchors) = (Compared::default(), Anchors::new());
        let total_blocks = newest.0.saturating_sub(first.0).saturating_add(1);
        for number in first.0..=newest.0 {
            let number = BlockNumber(number);
            let block = chain.block(number).await.map_err(unreadable(number))?;
            if let Some(told) = self.blocks.get(&number) {
                compare_block(told, &block, &mut custody, &mut compared)?;
                for deposited in &told.regions {
                    compare_region(deposited, &block, custody).await?;
                }
                for confirmed in &told.confirmed {
                    compare_instruction(confirmed, &block).await?;
                    compared.instructions += 1;
                }
            }
            if let Some(custody) = custody {
                for anchor in block.anchors(custody).await.map_err(unreadable(number))? {
                    let of_sequence: &mut Vec<_> = anchors.entry(anchor.sequence).or_default();
                    of_sequence.push((number, anchor.chain_hash));
                }
            }
            compared.blocks += 1;
            tell(ChainProgress { blocks: compared.blocks, total_blocks });
        }
        if custody.is_none() {
            return Err(ChainAuditError::NoCustody.into());
        }
        Ok((compared, anchors))
    }
}

fn unreadable(block: BlockNumber) -> impl FnOnce(ChainError) -> ChainAuditError {
    move |source| ChainAuditError::Block { block, source }
}

fn compare_block(
    told: &Told,
    block: &FinalisedBlock,
    custody: &mut Option<AccountId>,
    compared: &mut Compared,
) -> Result<(), AuditError> {
    if let Some((sequence, hash)) = &told.seen {
        same(*sequence, "the hash of a finalised block", &block.hash(), hash)?;
    }
    for (sequence, event, account, amount) in &told.funds {
        if *event >= FIRST_LATER_CREDIT {
            compared.later_credits += 1;
            continue;
        }
        let found = block.funds_moved(*event);
        let to = *custody.get_or_insert(found.map_or(*account, |(_, to, _)| to));
        same(*sequence, "a deposit of funds on chain", &found, &Some((*account, to, *amount)))?;
        compared.deposits += 1;
    }
    for DepositedRegion { sequence, event, account, region, .. } in &told.regions {
        if *event >= FIRST_LATER_CREDIT {
            compared.later_credits += 1;
            continue;
        }
        let found = block.region_moved(*event);
        let to = *custody.get_or_insert(found.and_then(|(_, _, to)| to).unwrap_or(*account));
        let expected = Some((region.id(), Some(*account), Some(to)));
        same(*sequence, "a deposit of a region on chain", &found, &expected)?;
        compared.deposits += 1;
    }
    Ok(())
}

/// An event names a region without its end: the chain's state has that, and the renewal right.
async fn compare_region(
    told: &DepositedRegion,
    block: &FinalisedBlock,
    custody: Option<AccountId>,
) -> Result<(), AuditError> {
    let DepositedRegion { sequence, region, renewable, .. } = told;
    let found = region_on_chain(block, region.id()).await?;
    // Who credits what had no event knows custody by other deposits, or was told it.
    let owner = custody.or(found.and_then(|found| found.owner));
    let expected = Some(RegionEvidence { region: *region, owner, renewable: *renewable });
    same(*sequence, "a deposited region on chain", &found, &expected)
}

async fn region_on_chain(block: &FinalisedBlock, id: RegionId) -> Result<Option<RegionEvidence>, AuditError> {
    Ok(block.region(id).await.map_err(ChainAuditError::Region)?)
}

async fn compare_instruction(told: &Confirmed, block: &FinalisedBlock) -> Result<(), AuditError> {
    let Confirmed { sequence, confirmed, call, batch } = told;
    let SettlementConfirmed { instruction, extrinsic_index, chain_fee, .. } = confirmed;
    let at = |what, chain: &dyn Debug, log: &dyn Debug| Err(differs(*sequence, what, chain, log));
    let Some(batch) = batch else {
        return at("the batch of an instruction", &"that it was submitted before", &"that it was not");
    };
    let read = block.batch(*extrinsic_index, &batch.instructions).await;
    let found = read.map_err(unreadable(confirmed.block))?;
    let Some(BatchEvidence { extrinsic_hash, failure, lost, fees, paid, transferred }) = found else {
        return at("an extrinsic on chain", &"none at this place", &batch.extrinsic_hash);
    };
    same(*sequence, "the hash of a settled extrinsic", &extrinsic_hash, &batch.extrinsic_hash)?;
    if failure.is_some() || lost.contains(instruction) {
        return at("an instruction on chain", &(failure, lost), &"that it was carried out");
    }
    let place = batch.instructions.iter().position(|(number, _)| number == instruction);
    let fee = place.and_then(|place| fees.get(place)).copied().unwrap_or_default();
    same(*sequence, "the chain fee of an instruction", &fee, chain_fee)?;
    match *call {
        Call::Pay { to, amount } if !paid.contains(&(to, amount)) => {
            at("a payment on chain", &paid, &(to, amount))
        }
        Call::Transfer { region, to } if !transferred.contains(&(region.id(), to)) => {
            at("a settled region on chain", &transferred, &(region.id(), to))
        }
        Call::Transfer { region, to } => match region_on_chain(block, region.id()).await? {
            // Whose it is now may have cut it in the same block.
            Some(found) if found.owner == Some(to) && found.region.end > region.end => {
                at("the end of a settled region on chain", &found.region, &region)
            }
            _ => Ok(()),
        },
        // An assignment that was dropped has been found above.
        Call::Pay { .. } | Call::Assign { .. } => Ok(()),
    }
}

/// The chain says what must be, the log what is.
fn same<T: Debug + PartialEq>(
    sequence: Sequence,
    what: &'static str,
    chain: &T,
    log: &T,
) -> Result<(), AuditError> {
    if chain == log { Ok(()) } else { Err(differs(sequence, what, chain, log)) }
}

fn differs(sequence: Sequence, what: &'static str, chain: &dyn Debug, log: &dyn Debug) -> AuditError {
    let (expected, found) = (format!("{chain:?}"), format!("{log:?}"));
    Box::new(Discrepancy { sequence, order: None, what, expected, found }).into()
}

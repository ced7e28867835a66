//! The log against the chain: every block that it has seen, every deposit, every instruction that it says was carried
//! out with its fee, and every anchor that custody has left.
//!
//! Anchors are what the holder of the log cannot take back: so all finalised blocks are read for them, from the first
//! that the log names to the newest, whatever the log says of them.

use super::progress_bar;
use anyhow::{Context, Result, anyhow};
use coretime_audit::{AuditError, Discrepancy, Observer};
use coretime_log::{ChainHash, Reader, Record};
use coretime_settlement::{BatchEvidence, ChainReader, FIRST_LATER_CREDIT, FinalisedBlock, RegionEvidence};
use coretime_types::{
    AccountId, BlockNumber, Call, Command, Event, InstructionNumber, Planck, Region, RegionId, Sequence,
    SettlementConfirmed,
};
use std::{
    collections::BTreeMap,
    fmt::Debug,
    path::{Path, PathBuf},
    sync::Arc,
};

/// What the log says of one block.
#[derive(Debug, Default)]
struct Told {
    /// The block's hash.
    seen: Option<(Sequence, String)>,
    funds: Vec<(Sequence, u32, AccountId, Planck)>,
    regions: Vec<DepositedRegion>,
    confirmed: Vec<Confirmed>,
}

#[derive(Debug)]
struct DepositedRegion {
    sequence: Sequence,
    event: u32,
    account: AccountId,
    region: Region,
    renewable: bool,
}

#[derive(Debug)]
struct Confirmed {
    sequence: Sequence,
    confirmed: SettlementConfirmed,
    call: Call,
    /// What it was submitted in.
    batch: Option<Arc<Batch>>,
}

/// What was submitted together.
#[derive(Debug)]
struct Batch {
    extrinsic_hash: String,
    /// By number.
    instructions: Vec<(InstructionNumber, Call)>,
}

/// Collects what the log says, while that is verified.
#[derive(Debug, Default)]
pub(super) struct ChainCheck {
    blocks: BTreeMap<BlockNumber, Told>,
    open: BTreeMap<InstructionNumber, (Call, Option<Arc<Batch>>)>,
    /// The last command.
    end: Sequence,
}

/// What was compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Compared {
    pub(super) blocks: u64,
    pub(super) deposits: u64,
    /// Deposits that were credited later, when it was clear whose they are: no event on chain says so.
    pub(super) later_credits: u64,
    pub(super) instructions: u64,
    pub(super) anchors: u64,
    /// Anchors of commands behind the log's end: the venue has gone on since the copy was made.
    pub(super) later_anchors: u64,
}

impl Observer for ChainCheck {
    fn observe(&mut self, record: &Record, events: &[Event]) -> Result<(), AuditError> {
        self.end = record.sequence;
        if events.iter().any(|event| matches!(event, Event::Rejected(_))) {
            return Ok(());
        }
        let sequence = record.sequence;
        match &record.command {
            Command::BlockSeen { number, hash } => {
                self.told(*number).seen = Some((sequence, hash.clone()));
            }
            Command::DepositFunds { account, amount, reference } => {
                self.told(reference.block).funds.push((sequence, reference.event, *account, *amount));
            }
            Command::DepositRegion { account, region, renewable, reference } => {
                let (event, account, region, renewable) = (reference.event, *account, *region, *renewable);
                let deposited = DepositedRegion { sequence, event, account, region, renewable };
                self.told(reference.block).regions.push(deposited);
            }
            Command::SettlementSubmitted(submitted) => {
                let mut instructions: Vec<_> = submitted
                    .instructions
                    .iter()
                    .filter_map(|number| Some((*number, self.open.get(number)?.0)))
                    .collect();
                instructions.sort_unstable_by_key(|(number, _)| *number);
                let extrinsic_hash = submitted.extrinsic_hash.clone();
                let batch = Arc::new(Batch { extrinsic_hash, instructions });
                for number in &submitted.instructions {
                    if let Some((_, last)) = self.open.get_mut(number) {
                        *last = Some(batch.clone());
                    }
                }
            }
            Command::SettlementConfirmed(confirmed) => {
                if let Some((call, batch)) = self.open.remove(&confirmed.instruction) {
                    let (block, confirmed) = (confirmed.block, *confirmed);
                    self.told(block).confirmed.push(Confirmed { sequence, confirmed, call, batch });
                }
            }
            Command::SettlementFailed { instruction, .. } => {
                self.open.remove(instruction);
            }
            _ => {}
        }
        for event in events {
            if let Event::Instruction { number, call } = event {
                self.open.insert(*number, (*call, None));
            }
        }
        Ok(())
    }
}

impl ChainCheck {
    fn told(&mut self, block: BlockNumber) -> &mut Told {
        self.blocks.entry(block).or_default()
    }

    /// Compares with the chain, once all of the log was read.
    pub(super) fn finish(
        self,
        url: &str,
        custody: Option<AccountId>,
        log_folder: &Path,
        archives: &[PathBuf],
    ) -> Result<Compared, AuditError> {
        let unreadable = |error: anyhow::Error| AuditError::Beside(error.into());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.context("cannot start a runtime").map_err(unreadable)?;
        let (mut compared, anchors) = runtime.block_on(self.compare(url, custody))?;
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
        custody: Option<AccountId>,
    ) -> Result<(Compared, BTreeMap<Sequence, Vec<(BlockNumber, ChainHash)>>), AuditError> {
        let node = |error| AuditError::Beside(anyhow!("the chain cannot be read: {error}").into());
        let chain = ChainReader::connect(url).await.map_err(node)?;
        let newest = chain.newest().await.map_err(node)?;
        let first = self.blocks.keys().next().copied().unwrap_or(BlockNumber(1));
        if let Some((last, told)) = self.blocks.iter().next_back()
            && *last > newest
        {
            let at = told.seen.as_ref().map_or(self.end, |(sequence, _)| *sequence);
            return Err(differs(at, "the newest finalised block", &format!("{last} or later"), &newest));
        }
        let (mut compared, mut anchors) = (Compared::default(), BTreeMap::new());
        let mut custody = custody;
        let bar = progress_bar("blocks");
        bar.set_length(newest.0.saturating_sub(first.0));
        for number in first.0..=newest.0 {
            let number = BlockNumber(number);
            let unreadable = |error| {
                let text = format!(
                    "block {number} cannot be read; a node that keeps no old state cannot show it: {error}"
                );
                AuditError::Beside(anyhow!(text).into())
            };
            let block = chain.block(number).await.map_err(unreadable)?;
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
                for anchor in block.anchors(custody).await.map_err(unreadable)? {
                    let of_sequence: &mut Vec<_> = anchors.entry(anchor.sequence).or_default();
                    of_sequence.push((number, anchor.chain_hash));
                }
            }
            compared.blocks += 1;
            bar.inc(1);
        }
        bar.finish_and_clear();
        if custody.is_none() {
            let text = "nothing in the log names the venue's account on chain: give it (--custody)";
            return Err(AuditError::Beside(anyhow!(text).into()));
        }
        Ok((compared, anchors))
    }
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
    let read = block.region(id).await;
    read.map_err(|error| AuditError::Beside(anyhow!("a region cannot be read: {error}").into()))
}

async fn compare_instruction(told: &Confirmed, block: &FinalisedBlock) -> Result<(), AuditError> {
    let Confirmed { sequence, confirmed, call, batch } = told;
    let SettlementConfirmed { instruction, extrinsic_index, chain_fee, .. } = confirmed;
    let at = |what, chain: &dyn Debug, log: &dyn Debug| Err(differs(*sequence, what, chain, log));
    let Some(batch) = batch else {
        return at("the batch of an instruction", &"that it was submitted before", &"that it was not");
    };
    let read = block.batch(*extrinsic_index, &batch.instructions).await;
    let found =
        read.map_err(|error| AuditError::Beside(anyhow!("a block cannot be read: {error}").into()))?;
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

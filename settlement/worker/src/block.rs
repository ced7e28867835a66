//! One finalised block: clock, deposits, confirmations, and at last that it was read.

use crate::{
    HeldBack, Settlement, SettlementError,
    attempts::Blame,
    authorise::{self, KeyRemark},
    chain::{
        AtBlock, broker,
        events::{self, BlockEvent},
        extrinsic, relay_time, remarks,
    },
    confirm::{self, Verdict},
    deposits,
    ledger::{Open, note_rejection, rejection},
};
use coretime_types::{
    BlockNumber, Call, Command, ExtrinsicHash, FailureOutcome, InstructionNumber, SettlementConfirmed,
    SettlementSubmitted, Timeslices,
};
use std::collections::BTreeMap;

/// While catching up, blocks in which nothing happened are noted only now and then.
const QUIET_BLOCKS: u64 = 16;

/// One of our extrinsics.
struct Batch {
    /// Every instruction that was submitted in it, by number: they share its fee.
    all: Vec<InstructionNumber>,
    /// Those that have not ended.
    legs: Vec<(InstructionNumber, Call)>,
}

impl Batch {
    fn of(submission: &SettlementSubmitted) -> Batch {
        let mut all = submission.instructions.clone();
        all.sort_unstable();
        Batch { all, legs: Vec::new() }
    }
}

impl Settlement {
    /// Reads a block to its end.
    pub(crate) async fn read_block(&mut self, at: &AtBlock, newest: bool) -> Result<(), SettlementError> {
        let block = BlockNumber(at.block_number());
        let events = events::of_block(at).await?;
        self.check_anchors(at, &events).await?;
        self.take_authorisations(at, &events).await?;
        self.move_clock(at).await?;
        let arrived = self.credit_arrivals(at, &events).await?;
        let confirmed = self.confirm(at, &events).await?;
        self.moved |= arrived || confirmed;
        if newest {
            self.credit_later(at).await?;
        }
        if newest || arrived || confirmed || block.0.is_multiple_of(QUIET_BLOCKS) {
            let seen = Command::BlockSeen { number: block, hash: hash_of(at) };
            self.ledger.submit(seen).await?;
        }
        self.status.send_modify(|status| status.finalised_block = Some(block));
        Ok(())
    }

    async fn take_authorisations(&self, at: &AtBlock, events: &[BlockEvent]) -> Result<(), SettlementError> {
        let Some(sink) = &self.authorisations else { return Ok(()) };
        let block = BlockNumber(at.block_number());
        let (genesis, custody) = (self.info.genesis_hash, self.config.custody);
        for remark in remarks::of_block(at, events).await? {
            let taken_up = match authorise::parse(&remark.text, remark.sender, block, genesis, custody) {
                None => continue,
                Some(KeyRemark::Authorise(authorisation)) => {
                    tracing::info!(%block, account = %authorisation.account, "a key is authorised on chain");
                    sink.authorised(authorisation)
                }
                Some(KeyRemark::Revoke(revocation)) => {
                    tracing::info!(%block, account = %revocation.account, "a key is revoked on chain");
                    sink.revoked(revocation)
                }
            };
            taken_up.map_err(SettlementError::Authorisation)?;
        }
        Ok(())
    }

    async fn move_clock(&mut self, at: &AtBlock) -> Result<(), SettlementError> {
        let Some(last_committed) = broker::last_committed(at).await? else { return Ok(()) };
        let ahead = Timeslices(self.config.delivery_lead.0.saturating_add(1));
        let tradable_from = last_committed.checked_add(ahead).unwrap_or(last_committed);
        if tradable_from > self.tradable_from {
            let receipt = self.ledger.submit(Command::AdvanceClock { tradable_from }).await?;
            note_rejection(&receipt, "moving the clock");
            self.tradable_from = tradable_from;
        } else if self.status.borrow().timeslice_time.is_some() {
            return Ok(());
        }
        // With each timeslice anew: relay-chain blocks are not exactly as long as they should be.
        if let Some(time) = relay_time::present_timeslice(at).await? {
            self.status.send_modify(|status| status.timeslice_time = Some(time));
        }
        Ok(())
    }

    /// Whether anything arrived.
    async fn credit_arrivals(
        &mut self,
        at: &AtBlock,
        events: &[BlockEvent],
    ) -> Result<bool, SettlementError> {
        let block = BlockNumber(at.block_number());
        let (custody, signer) = (self.config.custody, self.config.signer.account());
        let arrivals = deposits::arrivals(block, events, custody, signer);
        for arrival in &arrivals {
            match deposits::credit(at, *arrival, custody).await? {
                Err(held_back) => self.hold_back(held_back)?,
                Ok(command) => {
                    let Some(mut held_back) = deposits::described(&command) else { continue };
                    let receipt = self.ledger.submit(command).await?;
                    match rejection(&receipt) {
                        None => tracing::info!(%block, what = held_back.what, "credited a deposit"),
                        Some(reason) => {
                            held_back.reason = format!("the market rejected it: {}", reason.name());
                            self.hold_back(held_back)?;
                        }
                    }
                }
            }
        }
        Ok(!arrivals.is_empty())
    }

    fn hold_back(&mut self, held_back: HeldBack) -> Result<(), SettlementError> {
        let HeldBack { reference, what, reason, .. } = &held_back;
        let (block, event) = (reference.block, reference.event);
        tracing::warn!(%block, event, what, reason, "not credited: it is counted as unattributed");
        self.held_back.add(held_back)?;
        self.show_held_back();
        Ok(())
    }

    /// Looks for our own extrinsics and reports what became of them. Whether there were any.
    async fn confirm(&mut self, at: &AtBlock, events: &[BlockEvent]) -> Result<bool, SettlementError> {
        let mut batches: BTreeMap<ExtrinsicHash, Batch> = BTreeMap::new();
        for open in self.ledger.query(Open::all).await? {
            if let Some(submission) = open.submission {
                let hash = submission.extrinsic_hash.clone();
                let batch = batches.entry(hash).or_insert_with(|| Batch::of(&submission));
                batch.legs.push((open.number, open.call));
            }
        }
        if batches.is_empty() {
            return Ok(false);
        }
        let mut found = false;
        for (index, hash) in extrinsic::hashes(at).await? {
            if let Some(batch) = batches.remove(&hash) {
                found = true;
                self.report(at, events, index, &hash, &batch).await?;
            }
        }
        Ok(found)
    }

    async fn report(
        &mut self,
        at: &AtBlock,
        events: &[BlockEvent],
        extrinsic_index: u32,
        hash: &ExtrinsicHash,
        batch: &Batch,
    ) -> Result<(), SettlementError> {
        let legs = &batch.legs;
        let block = BlockNumber(at.block_number());
        let fee = confirm::fee(events, extrinsic_index);
        let lost = match confirm::verdict(events, extrinsic_index, legs) {
            Verdict::CarriedOut { lost } => lost,
            Verdict::Failed { error } => {
                let blame = self.attempts.failed(legs, &error, block);
                tracing::warn!(%block, hash, error = error.0, ?blame, %fee, "a batch failed");
                self.status.send_modify(|status| {
                    status.last_error = Some(format!("batch {hash} failed in block {block}: {}", error.0));
                });
                if let Blame::Lasting(number) = blame {
                    self.ledger.fail(number, FailureOutcome::Returned, error.0).await?;
                }
                return Ok(());
            }
        };
        tracing::info!(%block, hash, legs = legs.len(), %fee, "a batch was carried out");
        for (instruction, chain_fee) in confirm::shares(fee, &batch.all) {
            // A crash may have come after some of the reports.
            if !legs.iter().any(|(open, _)| *open == instruction) {
                continue;
            }
            if lost.contains(&instruction) {
                let reason = "it came too late, and the chain dropped the region".to_owned();
                self.ledger.fail(instruction, FailureOutcome::Lost, reason).await?;
                continue;
            }
            let confirmed = SettlementConfirmed { instruction, block, extrinsic_index, chain_fee };
            let receipt = self.ledger.submit(Command::SettlementConfirmed(confirmed)).await?;
            note_rejection(&receipt, "a confirmation");
        }
        let done: Vec<InstructionNumber> = legs.iter().map(|(number, _)| *number).collect();
        self.attempts.succeeded(&done);
        self.status.send_modify(|status| status.last_error = None);
        Ok(())
    }
}

/// A block's hash as the log has it.
pub(crate) fn hash_of(at: &AtBlock) -> String {
    format!("0x{}", hex::encode(at.block_hash().0))
}

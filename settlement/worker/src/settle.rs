//! The newest finalised block: what became of the last batch, then the next one.

use crate::{
    Settlement, SettlementError,
    chain::{AtBlock, Chain, accounts, broker, calls::Payload, extrinsic},
    ledger::{Open, rejection},
    plan::{Plan, PlanInput, PlannedCall, plan},
};
use codec::{Compact, Decode};
use coretime_carving::Custody;
use coretime_types::{
    AccountId, BlockNumber, Call, Command, FailureOutcome, InstructionNumber, Mode, Region,
    SettlementSubmitted,
};
use std::collections::BTreeSet;

/// Bytes that are not included are given to the node again after so many blocks.
const RESUBMIT_BLOCKS: u64 = 5;

impl Settlement {
    /// All blocks up to this one have been read. Sends the next batch, unless one can still be included.
    pub(crate) async fn settle(&mut self, chain: &Chain, at: &AtBlock) -> Result<(), SettlementError> {
        let signer = self.config.signer.account();
        let nonce = accounts::nonce(at, signer).await?;
        let signer_free = accounts::balance(at, signer).await?.free;
        let (open, mode, regions) = self
            .ledger
            .query(|market| {
                let open = Open::all(market);
                // The whole ledger is asked for only when there is something to do.
                let regions: Vec<Region> = if open.is_empty() {
                    Vec::new()
                } else {
                    market
                        .ledger_regions()
                        .chain(market.instructions().filter_map(|one| one.region()))
                        .collect()
                };
                (open, market.mode(), regions)
            })
            .await?;

        let block = BlockNumber(at.block_number());
        let alive = open
            .iter()
            .filter_map(|open| open.submission.as_deref())
            .find(|submission| is_alive(submission, block, nonce, signer))
            .cloned();
        self.status.send_modify(|status| {
            status.signer_free = Some(signer_free);
            status.pending_instructions = open.len();
            status.in_flight = alive.as_ref().map(|submission| submission.extrinsic_hash.clone());
        });
        if let Some(submission) = alive {
            return self.resubmit(chain, block, &submission).await;
        }
        // Frozen, the venue pays nothing out.
        if open.is_empty() || mode == Mode::Frozen {
            return Ok(());
        }
        let open = open.into_iter().map(|open| (open.number, open.call)).collect();
        let chosen = self.attempts.choose(open, block);
        if chosen.is_empty() {
            return Ok(());
        }
        let Some(input) = self.plan_input(at, chosen, regions).await? else { return Ok(()) };
        let plan = plan(input);
        self.report_undeliverable(&plan).await?;
        self.send(chain, at, nonce, &plan).await
    }

    async fn plan_input(
        &self,
        at: &AtBlock,
        instructions: Vec<(InstructionNumber, Call)>,
        kept: Vec<Region>,
    ) -> Result<Option<PlanInput>, SettlementError> {
        let Some(last_committed) = broker::last_committed(at).await? else { return Ok(None) };
        let existential_deposit = self.info.existential_deposit;
        let custody = accounts::balance(at, self.config.custody).await?;
        let untouchable = existential_deposit.max(custody.frozen);
        let mut existing: BTreeSet<AccountId> = BTreeSet::new();
        let mut regions = Vec::new();
        for (_, call) in &instructions {
            match call {
                Call::Pay { to, amount } if *amount < existential_deposit => {
                    if accounts::balance(at, *to).await?.exists {
                        existing.insert(*to);
                    }
                }
                Call::Pay { .. } => {}
                Call::Transfer { .. } | Call::Assign { .. } if regions.is_empty() => {
                    regions = broker::regions_of(at, self.config.custody).await?;
                }
                Call::Transfer { .. } | Call::Assign { .. } => {}
            }
        }
        Ok(Some(PlanInput {
            instructions,
            kept,
            custody: Custody::new(regions),
            last_committed,
            existential_deposit,
            spendable: custody.free.checked_sub(untouchable).unwrap_or_default(),
            existing,
            can_interlace: self.info.can_interlace,
            max_legs: self.config.max_legs,
            max_calls: self.config.max_calls,
        }))
    }

    async fn report_undeliverable(&self, plan: &Plan) -> Result<(), SettlementError> {
        for (number, reason) in &plan.returned {
            self.ledger.fail(*number, FailureOutcome::Returned, reason.clone()).await?;
        }
        for (number, reason) in &plan.lost {
            self.ledger.fail(*number, FailureOutcome::Lost, reason.clone()).await?;
        }
        // It is planned again every block; it is told once.
        let told = self.status.borrow().stuck.clone();
        for (instruction, reason) in plan.stuck.iter().filter(|stuck| !told.contains(stuck)) {
            tracing::error!(%instruction, reason, "an instruction cannot be carried out as things are");
        }
        self.status.send_modify(|status| status.stuck.clone_from(&plan.stuck));
        Ok(())
    }

    /// Signs the batch, has it recorded, and only then gives it to the node.
    async fn send(
        &mut self,
        chain: &Chain,
        at: &AtBlock,
        nonce: u64,
        plan: &Plan,
    ) -> Result<(), SettlementError> {
        if plan.legs.is_empty() {
            return Ok(());
        }
        let calls: Vec<PlannedCall> = plan.legs.iter().flat_map(|leg| leg.calls.iter().copied()).collect();
        let anchor = self.ledger.0.durable_position();
        let remark = format!("coretime-exchange v1 {} {}", anchor.sequence, anchor.chain_hash);
        let payload = Payload::batch(&calls, &remark, self.config.proxy_for());
        let signed = extrinsic::sign(at, &payload, &self.config.signer, nonce, self.config.mortality_blocks)?;
        let submitted = SettlementSubmitted {
            instructions: plan.legs.iter().map(|leg| leg.instruction).collect(),
            extrinsic_hash: signed.hash.clone(),
            nonce: signed.nonce,
            valid_until_block: signed.valid_until,
            extrinsic: signed.bytes.clone(),
        };
        let receipt = self.ledger.submit(Command::SettlementSubmitted(submitted)).await?;
        if let Some(reason) = rejection(&receipt) {
            tracing::error!(reason = reason.name(), "the market knows nothing of a batch that was planned");
            return Ok(());
        }
        let block = BlockNumber(at.block_number());
        let (hash, legs) = (&signed.hash, plan.legs.len());
        tracing::info!(%block, hash, legs, calls = calls.len(), nonce, "submitting a batch");
        self.status.send_modify(|status| status.in_flight = Some(hash.clone()));
        self.give(chain, block, &signed.bytes).await
    }

    async fn resubmit(
        &mut self,
        chain: &Chain,
        block: BlockNumber,
        submission: &SettlementSubmitted,
    ) -> Result<(), SettlementError> {
        let due = self.submitted_at.is_none_or(|last| block.0 >= last.0.saturating_add(RESUBMIT_BLOCKS));
        if due && !submission.extrinsic.is_empty() {
            tracing::info!(%block, hash = submission.extrinsic_hash, "submitting a batch again, unchanged");
            self.give(chain, block, &submission.extrinsic).await?;
        }
        Ok(())
    }

    /// What the node answers decides nothing: only finalised blocks do.
    async fn give(
        &mut self,
        chain: &Chain,
        block: BlockNumber,
        extrinsic: &[u8],
    ) -> Result<(), SettlementError> {
        self.submitted_at = Some(block);
        if let Err(error) = chain.submit(extrinsic).await {
            tracing::warn!(%error, "the node did not take a batch; it will be submitted again");
            self.status.send_modify(|status| status.last_error = Some(error.to_string()));
        }
        Ok(())
    }
}

/// Whether it can still be included after `block`, of which all have been read up to here.
fn is_alive(submission: &SettlementSubmitted, block: BlockNumber, nonce: u64, signer: AccountId) -> bool {
    let nonce_used = signed_by(&submission.extrinsic) == Some(signer) && nonce > submission.nonce;
    block < submission.valid_until_block && !nonce_used
}

/// Who signed these bytes, if they are of the usual form; another signer's nonce says nothing.
fn signed_by(mut extrinsic: &[u8]) -> Option<AccountId> {
    /// Version 4, signed.
    const SIGNED: u8 = 0x84;
    /// `MultiAddress::Id`.
    const BY_ID: u8 = 0;
    Compact::<u32>::decode(&mut extrinsic).ok()?;
    match extrinsic {
        [SIGNED, BY_ID, rest @ ..] => rest.first_chunk().map(|account| AccountId(*account)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_alive_until_its_last_block_or_its_nonce_is_used() {
        let signer = AccountId([7; 32]);
        let mut extrinsic = vec![140, 0x84, 0];
        extrinsic.extend([7; 32]);
        extrinsic.push(1);
        let submission = SettlementSubmitted {
            instructions: vec![InstructionNumber(1)],
            extrinsic_hash: String::new(),
            nonce: 5,
            valid_until_block: BlockNumber(100),
            extrinsic,
        };
        let alive = |block, nonce, signer| is_alive(&submission, BlockNumber(block), nonce, signer);
        assert!(alive(99, 5, signer));
        assert!(!alive(100, 5, signer));
        assert!(!alive(50, 6, signer));
        assert!(alive(50, 6, AccountId([8; 32])), "another signer's nonce says nothing");
        for length in 0..35 {
            assert_eq!(signed_by(&submission.extrinsic[..length]), None, "{length}");
        }
    }
}

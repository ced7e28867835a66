//! What settlement reports (section 7), so that the log tells the whole story.

use crate::custody::Instruction;
use crate::market::Market;
use crate::regions::Piece;
use coretime_types::{
    AccountId, BlockNumber, Call, ChainReference, Event, FailureOutcome, InstructionEnd, InstructionNumber,
    Planck, RejectReason, Rejection, SettlementConfirmed, SettlementSubmitted,
};
use std::sync::Arc;

impl Market {
    /// Section 7: ends a block. Deposits of blocks up to this one count as seen.
    pub(crate) fn block_seen(&mut self, number: BlockNumber, hash: &str) {
        let seen = ChainReference { block: number, event: u32::MAX };
        if self.state.last_reference.is_none_or(|last| seen >= last) {
            self.state.last_reference = Some(seen);
            self.state.last_block = Some((number, hash.to_owned()));
        }
    }

    /// Section 7: no effect on the ledger. What is held is not to be submitted. What was submitted is kept with the instructions, for settlement to find
    /// after a restart.
    pub(crate) fn settlement_submitted(&mut self, submitted: &SettlementSubmitted) -> Result<(), Rejection> {
        let known = |number: &InstructionNumber| self.state.instructions.contains_key(number);
        if !submitted.instructions.iter().all(known) {
            return Err(RejectReason::UnknownInstruction.into());
        }
        if submitted.instructions.iter().any(|number| self.is_held(*number)) {
            return Err(RejectReason::InstructionHeld.into());
        }
        let submission = Arc::new(submitted.clone());
        for number in &submitted.instructions {
            if let Some(instruction) = self.state.instructions.get_mut(number) {
                instruction.submission = Some(submission.clone());
            }
        }
        Ok(())
    }

    /// Section 7: an instruction ends once; later reports are `unknown_instruction`.
    pub(crate) fn settlement_confirmed(
        &mut self,
        confirmed: &SettlementConfirmed,
        events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        let instruction = self.end_instruction(confirmed.instruction)?;
        events.push(Event::InstructionEnded { number: instruction.number, end: InstructionEnd::Confirmed });
        Ok(())
    }

    /// Section 7: `returned`, and what it was about is the account's again, or `lost`, and it is counted.
    pub(crate) fn settlement_failed(
        &mut self,
        number: InstructionNumber,
        outcome: FailureOutcome,
        events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        let instruction = self.end_instruction(number)?;
        match outcome {
            FailureOutcome::Returned => self.give_back(&instruction),
            FailureOutcome::Lost => {
                let parts = instruction.region().map(|region| region.part_timeslices()).unwrap_or_default();
                self.state.totals.regions_lost.0 += parts.0;
            }
        }
        events.push(Event::InstructionEnded { number, end: InstructionEnd::Failed(outcome) });
        Ok(())
    }

    fn end_instruction(&mut self, number: InstructionNumber) -> Result<Instruction, Rejection> {
        let ended = self.state.instructions.remove(&number).ok_or(RejectReason::UnknownInstruction)?;
        self.state.outflows.forget(number);
        Ok(ended)
    }

    /// Nothing happened on chain: money is credited again, a region is free again. Withdrawal fees are kept.
    fn give_back(&mut self, instruction: &Instruction) {
        match instruction.call {
            Call::Pay { to, amount } => {
                self.state.totals.funds_withdrawn.0 -= amount.0;
                let to = self.state.accounts.find_or_add(to);
                self.state.credit(to, amount);
            }
            Call::Transfer { region, .. } | Call::Assign { region, .. } => {
                self.state.totals.regions_instructed.0 -= region.part_timeslices().0;
                let account = self.state.accounts.find_or_add(instruction.account);
                self.state.insert_region(account, Piece { region, renewable: instruction.renewable });
            }
        }
    }

    /// Section 7: an operator's command, from the fee account only.
    pub(crate) fn compensate(&mut self, account: AccountId, amount: Planck) -> Result<(), Rejection> {
        let fee_account = self.state.settings.fee_account;
        if amount == Planck::ZERO {
            return Err(RejectReason::InvalidAmount.into());
        }
        let (fee_account, _) =
            self.check_cover(self.state.accounts.find(fee_account), Some(amount), Planck::ZERO)?;
        let account = self.state.accounts.find_or_add(account);
        self.state.debit(fee_account, amount);
        self.state.credit(account, amount);
        Ok(())
    }
}

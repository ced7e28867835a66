//! Section 7: deposits, withdrawals, and what settlement reports.

use super::{Model, Outcome, Parcel, ensure};
use crate::coverage::Rare;
use coretime_types::{
    AccountId, BlockNumber, Call, ChainReference, Event, FailureOutcome, InstructionEnd, InstructionNumber,
    Mode, Planck, Region, RejectReason, RequestId, SettlementSubmitted,
};

impl Model {
    /// Whether a deposit's reference is later than all that was seen.
    pub(crate) fn is_later(&self, reference: ChainReference) -> bool {
        self.last_reference.is_none_or(|last| reference > last)
    }

    pub(crate) fn deposit_funds(
        &mut self,
        account: AccountId,
        amount: Planck,
        events: &mut Vec<Event>,
    ) -> Outcome {
        let total = self.totals.funds_deposited.checked_add(amount.0);
        ensure(amount.0 > 0 && total.is_some(), RejectReason::InvalidAmount)?;
        self.totals.funds_deposited += amount.0;
        self.account(account).free += amount.0;
        events.push(Event::FundsDeposited { account, amount });
        Ok(())
    }

    pub(crate) fn deposit_region(
        &mut self,
        account: AccountId,
        region: Region,
        renewable: bool,
        events: &mut Vec<Event>,
    ) -> Outcome {
        let parcel = Parcel::new(region, renewable);
        let valid = parcel.begin < parcel.end && parcel.bits != 0 && parcel.end > self.now;
        ensure(valid, RejectReason::InvalidRegion)?;
        let free = self.free.iter().map(|owned| owned.parcel);
        let pieces = self.asks.iter().flat_map(|ask| ask.pieces.iter().copied());
        let leaving = self.instructions.iter().filter_map(|instruction| instruction.parcel);
        let taken = free.chain(pieces).chain(leaving).any(|known| known.overlaps(&parcel));
        ensure(!taken, RejectReason::RegionUnavailable)?;
        self.totals.regions_deposited += parcel.part_timeslices();
        self.give_free(account, parcel);
        events.push(Event::RegionDeposited { account, region });
        Ok(())
    }

    /// Deposits of blocks up to this one count as seen: as if the last event that it can have had been seen. The rules
    /// are silent on a block that comes late (it is passed over) or again (its newest hash is kept).
    pub(crate) fn block_seen(&mut self, number: BlockNumber, hash: &str) {
        let end = ChainReference { block: number, event: u32::MAX };
        if self.last_reference.is_none_or(|last| end >= last) {
            self.last_reference = Some(end);
            self.last_block = Some((number.0, hash.to_owned()));
        }
    }

    fn check_withdrawal(&mut self, account: AccountId, request: Option<RequestId>) -> Outcome {
        ensure(self.mode() != Mode::Frozen, RejectReason::Frozen)?;
        self.check_suspended(account)?;
        self.check_request(account, request)?;
        self.note_request(account, request);
        Ok(())
    }

    /// Takes an amount and the withdrawal fee from the account's free funds; the fee goes to the fee account.
    fn take_with_fee(&mut self, account: AccountId, amount: u128) -> Outcome {
        let fee = self.settings.withdrawal_fee.0;
        let cost = amount.checked_add(fee);
        let left = cost.and_then(|cost| self.free_funds(account).checked_sub(cost));
        self.account(account).free = left.ok_or(RejectReason::InsufficientFunds)?;
        let fee_account = self.settings.fee_account;
        self.account(fee_account).free += fee;
        Ok(())
    }

    pub(crate) fn withdraw_funds(
        &mut self,
        account: AccountId,
        amount: Planck,
        request: Option<RequestId>,
        events: &mut Vec<Event>,
    ) -> Outcome {
        self.check_withdrawal(account, request)?;
        let valid = amount.0 > 0 && amount >= self.settings.min_withdrawal;
        ensure(valid, RejectReason::InvalidAmount)?;
        self.take_with_fee(account, amount.0)?;
        self.totals.funds_withdrawn += amount.0;
        self.instruct(account, Call::Pay { to: account, amount }, None, events);
        Ok(())
    }

    pub(crate) fn withdraw_region(
        &mut self,
        account: AccountId,
        id: (u32, u16, u128),
        request: Option<RequestId>,
        events: &mut Vec<Event>,
    ) -> Outcome {
        self.check_withdrawal(account, request)?;
        let parcel = self.take_free(account, id).ok_or(RejectReason::RegionUnavailable)?;
        self.take_with_fee(account, 0)?;
        let call = Call::Transfer { region: parcel.region(), to: account };
        self.instruct(account, call, Some(parcel), events);
        Ok(())
    }

    fn find_instruction(&self, number: InstructionNumber) -> Result<usize, RejectReason> {
        let found = self.instructions.iter().position(|instruction| instruction.number == number.0);
        found.ok_or(RejectReason::UnknownInstruction)
    }

    pub(crate) fn submitted(&mut self, report: &SettlementSubmitted) -> Outcome {
        let indices: Result<Vec<_>, _> =
            report.instructions.iter().map(|number| self.find_instruction(*number)).collect();
        let is_held = indices?.into_iter().any(|index| self.instructions[index].held);
        ensure(!is_held, RejectReason::InstructionHeld)?;
        for number in &report.instructions {
            let index = self.find_instruction(*number)?;
            self.instructions[index].submission = Some(report.clone());
        }
        Ok(())
    }

    pub(crate) fn confirmed(&mut self, number: InstructionNumber, events: &mut Vec<Event>) -> Outcome {
        let index = self.find_instruction(number)?;
        self.instructions.swap_remove(index);
        events.push(Event::InstructionEnded { number, end: InstructionEnd::Confirmed });
        Ok(())
    }

    pub(crate) fn failed(
        &mut self,
        number: InstructionNumber,
        outcome: FailureOutcome,
        events: &mut Vec<Event>,
    ) -> Outcome {
        let index = self.find_instruction(number)?;
        let instruction = self.instructions.swap_remove(index);
        if instruction.held && outcome == FailureOutcome::Returned {
            self.meet(Rare::ReturnedWhileHeld);
        }
        match (outcome, instruction.call, instruction.parcel) {
            (FailureOutcome::Returned, Call::Pay { amount, .. }, _) => {
                self.totals.funds_withdrawn -= amount.0;
                self.account(instruction.account).free += amount.0;
            }
            (FailureOutcome::Returned, _, Some(parcel)) => {
                self.totals.regions_instructed -= parcel.part_timeslices();
                self.give_free(instruction.account, parcel);
            }
            (FailureOutcome::Lost, _, Some(parcel)) => self.totals.regions_lost += parcel.part_timeslices(),
            (FailureOutcome::Lost | FailureOutcome::Returned, _, None) => {}
        }
        events.push(Event::InstructionEnded { number, end: InstructionEnd::Failed(outcome) });
        Ok(())
    }

    pub(crate) fn compensate(&mut self, account: AccountId, amount: u128) -> Outcome {
        ensure(amount > 0, RejectReason::InvalidAmount)?;
        let fee_account = self.settings.fee_account;
        let left = self.free_funds(fee_account).checked_sub(amount);
        self.account(fee_account).free = left.ok_or(RejectReason::InsufficientFunds)?;
        self.account(account).free += amount;
        Ok(())
    }
}

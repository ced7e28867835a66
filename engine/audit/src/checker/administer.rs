//! Everything but orders and time: settings, modes, custody, settlement, cuts (sections 1, 5, 7 and 8).

use super::{Checker, Pending, ledger::Holder, order::Piece, told::Told};
use crate::error::{Check, Mismatch, holds, same};
use coretime_types::{
    AccountId, BlockNumber, Call, ChainReference, CoreMask, Event, FailureOutcome, InstructionEnd,
    InstructionNumber, LedgerCause, Mode, Planck, Region, RegionId, SettingsChange, SettlementSubmitted,
    Timeslice,
};

impl Checker {
    pub(super) fn configure(&mut self, change: &SettingsChange) -> Check {
        let planck = |amount: u64| Planck(amount.into());
        let settings = &mut self.settings;
        let before = settings.clone();
        settings.taker_ppm = change.taker_ppm.unwrap_or(before.taker_ppm);
        settings.maker_ppm = change.maker_ppm.unwrap_or(before.maker_ppm);
        settings.fee_account = change.fee_account.unwrap_or(before.fee_account);
        settings.min_fill_notional = change.min_fill_notional.map_or(before.min_fill_notional, planck);
        settings.delivery_fee = change.delivery_fee.map_or(before.delivery_fee, planck);
        settings.withdrawal_fee = change.withdrawal_fee.map_or(before.withdrawal_fee, planck);
        settings.min_withdrawal = change.min_withdrawal.map_or(before.min_withdrawal, planck);
        settings.min_lot_parts = change.min_lot_parts.unwrap_or(before.min_lot_parts);
        settings.max_orders = change.max_orders.unwrap_or(before.max_orders);
        settings.max_orders_per_account =
            change.max_orders_per_account.unwrap_or(before.max_orders_per_account);
        settings.max_regions_per_account =
            change.max_regions_per_account.unwrap_or(before.max_regions_per_account);
        settings.interlacing = change.interlacing.unwrap_or(before.interlacing);
        holds("the taker's rate", None, (0..=100_000).contains(&settings.taker_ppm.0))?;
        holds("the maker's rate", None, (-100_000..=100_000).contains(&settings.maker_ppm.0))
    }

    pub(super) fn change_mode(&mut self, told: &mut Told<'_>, change: impl FnOnce(&mut Checker)) -> Check {
        let before = self.mode();
        change(self);
        let mode = self.mode();
        if mode == before { Ok(()) } else { told.expect(None, Event::ModeChanged { mode }) }
    }

    /// Whether a deposit is later than all that were seen. From now on it is seen, whatever becomes of it.
    pub(super) fn see(&mut self, reference: ChainReference) -> bool {
        let is_news = self.last_reference.is_none_or(|last| reference > last);
        if is_news {
            self.last_reference = Some(reference);
        }
        is_news
    }

    pub(super) fn block_seen(&mut self, number: BlockNumber) {
        let seen = ChainReference { block: number, event: u32::MAX };
        self.last_reference = self.last_reference.max(Some(seen));
    }

    pub(super) fn deposit_funds(
        &mut self,
        account: AccountId,
        amount: Planck,
        reference: ChainReference,
        told: &mut Told<'_>,
    ) -> Check {
        if !self.see(reference) {
            return Ok(());
        }
        told.expect(None, Event::FundsDeposited { account, amount })?;
        let flows = &mut self.ledger.flows;
        let too_much =
            || Mismatch::new("all deposits", None, "that they fit into 128 bits", "that they do not");
        flows.funds_deposited = flows.funds_deposited.checked_add(amount).ok_or_else(too_much)?;
        self.ledger.credit(account, amount, LedgerCause::Deposit)
    }

    pub(super) fn deposit_region(
        &mut self,
        account: AccountId,
        region: Region,
        renewable: bool,
        reference: ChainReference,
        told: &mut Told<'_>,
    ) -> Check {
        if !self.see(reference) {
            return Ok(());
        }
        told.expect(None, Event::RegionDeposited { account, region })?;
        same(
            "a region that shares core time with the one deposited",
            None,
            None,
            self.ledger.overlapping(&region),
        )?;
        holds("the region is not empty", None, region.begin < region.end && !region.mask.is_empty())?;
        let flows = &mut self.ledger.flows;
        flows.regions_deposited.0 = flows.regions_deposited.0.saturating_add(region.part_timeslices().0);
        self.ledger.put(Piece { region, renewable }, Holder::Free(account))
    }

    fn check_may_withdraw(&self, account: AccountId) -> Check {
        holds("the venue is not frozen", None, self.mode() != Mode::Frozen)?;
        holds("the account is not suspended", None, !self.suspended.contains(&account))
    }

    fn charge_withdrawal(&mut self, account: AccountId) -> Check {
        let fee = self.settings.withdrawal_fee;
        let cause = LedgerCause::WithdrawalFee(self.coming_instruction());
        self.ledger.pay(account, self.settings.fee_account, fee, cause)
    }

    pub(super) fn withdraw_funds(
        &mut self,
        account: AccountId,
        amount: Planck,
        told: &mut Told<'_>,
    ) -> Check {
        self.check_may_withdraw(account)?;
        holds("the least withdrawal", None, amount >= self.settings.min_withdrawal)?;
        // Amount and fee must both have been there before: the fee account may be the same.
        let fee = self.settings.withdrawal_fee;
        let cost = amount.checked_add(fee).unwrap_or(Planck(u128::MAX));
        holds("the withdrawal is covered", None, self.ledger.free(account) >= cost)?;
        self.charge_withdrawal(account)?;
        self.ledger.debit(account, amount, LedgerCause::Withdrawal(self.coming_instruction()))?;
        let flows = &mut self.ledger.flows;
        flows.funds_withdrawn = Planck(flows.funds_withdrawn.0.saturating_add(amount.0));
        let (number, call) = (self.next_instruction(), Call::Pay { to: account, amount });
        told.expect(None, Event::Instruction { number, call })?;
        self.instructions.insert(number, Pending { account, call });
        self.check_limits(number, account, &call, told)
    }

    pub(super) fn withdraw_region(&mut self, account: AccountId, id: RegionId, told: &mut Told<'_>) -> Check {
        self.check_may_withdraw(account)?;
        self.charge_withdrawal(account)?;
        let piece = self.ledger.take("the region that is withdrawn", id, Holder::Free(account))?;
        let call = Call::Transfer { region: piece.region, to: account };
        self.instruct_region(None, account, call, piece, told)
    }

    pub(super) fn submitted(&self, submitted: &SettlementSubmitted) -> Check {
        let unknown = submitted.instructions.iter().find(|number| !self.instructions.contains_key(number));
        same("an instruction that was submitted but is not open", None, None, unknown)?;
        self.check_not_held(&submitted.instructions)
    }

    fn end_instruction(&mut self, number: InstructionNumber) -> Check<Pending> {
        let missing = || {
            Mismatch::new("an instruction that ends", None, format!("{number}, open"), "no such instruction")
        };
        self.limits.end(number);
        self.instructions.remove(&number).ok_or_else(missing)
    }

    fn leave(&mut self, number: InstructionNumber, call: Call) -> Check<Option<Piece>> {
        match call {
            Call::Transfer { region, .. } | Call::Assign { region, .. } => {
                let what = "the region of an instruction";
                self.ledger.take(what, region.id(), Holder::Leaving(number)).map(Some)
            }
            Call::Pay { .. } => Ok(None),
        }
    }

    pub(super) fn confirmed(&mut self, number: InstructionNumber, told: &mut Told<'_>) -> Check {
        let Pending { call, .. } = self.end_instruction(number)?;
        self.leave(number, call)?;
        told.expect(None, Event::InstructionEnded { number, end: InstructionEnd::Confirmed })
    }

    pub(super) fn failed(
        &mut self,
        number: InstructionNumber,
        outcome: FailureOutcome,
        told: &mut Told<'_>,
    ) -> Check {
        let Pending { account, call } = self.end_instruction(number)?;
        let piece = self.leave(number, call)?;
        told.expect(None, Event::InstructionEnded { number, end: InstructionEnd::Failed(outcome) })?;
        let parts = piece.map(|piece| piece.region.part_timeslices().0).unwrap_or_default();
        let flows = &mut self.ledger.flows;
        match (outcome, piece, call) {
            (FailureOutcome::Lost, ..) => {
                flows.regions_lost.0 = flows.regions_lost.0.saturating_add(parts);
                Ok(())
            }
            (FailureOutcome::Returned, Some(piece), _) => {
                flows.regions_instructed.0 = flows.regions_instructed.0.saturating_sub(parts);
                self.ledger.put(piece, Holder::Free(account))
            }
            (FailureOutcome::Returned, None, Call::Pay { to, amount }) => {
                flows.funds_withdrawn = Planck(flows.funds_withdrawn.0.saturating_sub(amount.0));
                self.ledger.credit(to, amount, LedgerCause::WithdrawalReturned(number))
            }
            (FailureOutcome::Returned, None, _) => Ok(()),
        }
    }

    pub(super) fn compensate(&mut self, account: AccountId, amount: Planck) -> Check {
        self.ledger.pay(self.settings.fee_account, account, amount, LedgerCause::Compensation)
    }

    pub(super) fn partition(&mut self, account: AccountId, id: RegionId, pivot: Timeslice) -> Check {
        let Piece { region, .. } = self.ledger.take("the region that is cut", id, Holder::Free(account))?;
        holds("the cut is inside the region", None, region.begin < pivot && pivot < region.end)?;
        for region in [Region { end: pivot, ..region }, Region { begin: pivot, ..region }] {
            self.ledger.put(Piece { region, renewable: false }, Holder::Free(account))?;
        }
        Ok(())
    }

    pub(super) fn interlace(&mut self, account: AccountId, id: RegionId, mask: CoreMask) -> Check {
        let Piece { region, renewable } =
            self.ledger.take("the region that is cut", id, Holder::Free(account))?;
        holds("interlacing is allowed", None, self.settings.interlacing)?;
        let is_inside = region.mask.contains(mask) && mask != region.mask && !mask.is_empty();
        holds("the cut is inside the region", None, is_inside)?;
        for mask in [mask, region.mask.without(mask)] {
            self.ledger.put(Piece { region: Region { mask, ..region }, renewable }, Holder::Free(account))?;
        }
        Ok(())
    }
}

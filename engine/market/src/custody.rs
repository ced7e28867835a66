//! What enters and leaves custody: deposits and withdrawals (section 7).

use crate::accounts::AccountIndex;
use crate::market::Market;
use crate::regions::Piece;
use codec::{Decode, Encode};
use coretime_types::{
    AccountId, Call, ChainReference, Event, InstructionNumber, PartTimeslices, Planck, Region, RegionId,
    RejectReason, Rejection, RequestId, SettlementSubmitted,
};
use std::sync::Arc;

/// What settlement still has to do on chain.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Instruction {
    /// Its number, from 1 without gaps.
    pub number: InstructionNumber,
    /// Who gets it, and gets it back if it cannot be done.
    pub account: AccountId,
    /// What must happen.
    pub call: Call,
    /// Whether its region carries the renewal right.
    pub renewable: bool,
    /// The newest extrinsic that it was reported to be in.
    pub submission: Option<Arc<Submission>>,
}

/// An extrinsic that carries an instruction, and others: they share one.
pub type Submission = SettlementSubmitted;

impl Instruction {
    /// The region it is about, if it is about one.
    pub fn region(&self) -> Option<Region> {
        match self.call {
            Call::Transfer { region, .. } | Call::Assign { region, .. } => Some(region),
            Call::Pay { .. } => None,
        }
    }
}

/// What entered and left the ledger since the beginning. Conservation (section 6) is checked against it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Totals {
    /// Planck credited by deposits.
    pub funds_deposited: Planck,
    /// Planck that left by withdrawals, less what was returned.
    pub funds_withdrawn: Planck,
    /// Part-timeslices credited by deposits.
    pub regions_deposited: PartTimeslices,
    /// Part-timeslices that became instructions, less what was returned.
    pub regions_instructed: PartTimeslices,
    /// Part-timeslices that left because their time was over.
    pub regions_expired: PartTimeslices,
    /// Part-timeslices that were instructed and are lost on chain; counted in `regions_instructed` too.
    pub regions_lost: PartTimeslices,
}

impl Market {
    /// Section 7. Section 9: an amount of 0, or with which all deposits together leave 128 bits, is rejected.
    pub(crate) fn deposit_funds(
        &mut self,
        account: AccountId,
        amount: Planck,
        reference: ChainReference,
        events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        if !self.is_news(reference) {
            return Ok(());
        }
        let total = self.state.totals.funds_deposited.checked_add(amount);
        let total = total.filter(|_| amount > Planck::ZERO).ok_or(RejectReason::InvalidAmount)?;
        self.state.totals.funds_deposited = total;
        let index = self.state.accounts.find_or_add(account);
        self.state.credit(index, amount);
        events.push(Event::FundsDeposited { account, amount });
        Ok(())
    }

    /// Section 7: core time that is in the ledger or in an instruction that has not ended is not counted twice.
    pub(crate) fn deposit_region(
        &mut self,
        account: AccountId,
        region: Region,
        renewable: bool,
        reference: ChainReference,
        events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        if !self.is_news(reference) {
            return Ok(());
        }
        if region.begin >= region.end || region.mask.is_empty() || region.end <= self.state.tradable_from {
            return Err(RejectReason::InvalidRegion.into());
        }
        if self.state.is_counted(&region) {
            return Err(RejectReason::RegionUnavailable.into());
        }
        self.state.totals.regions_deposited.0 += region.part_timeslices().0;
        let index = self.state.accounts.find_or_add(account);
        self.state.insert_region(index, Piece { region, renewable });
        events.push(Event::RegionDeposited { account, region });
        Ok(())
    }

    /// Section 7: whether a deposit is later than any seen before; another one changes nothing and has no event. It
    /// counts as seen from now on, whatever becomes of it.
    fn is_news(&mut self, reference: ChainReference) -> bool {
        let news = self.state.last_reference.is_none_or(|last| reference > last);
        if news {
            self.state.last_reference = Some(reference);
        }
        news
    }

    /// Section 7: leaves the ledger at once and becomes an instruction. Section 1: the fee is on top of the amount.
    pub(crate) fn withdraw_funds(
        &mut self,
        account: AccountId,
        amount: Planck,
        request_id: Option<RequestId>,
        events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        let index = self.may_withdraw(account, request_id)?;
        let settings = &self.state.settings;
        let fee = settings.withdrawal_fee;
        if amount == Planck::ZERO || amount < settings.min_withdrawal {
            return Err(RejectReason::InvalidAmount.into());
        }
        let cost = amount.checked_add(fee);
        let (index, _) = self.check_cover(index, cost, Planck::ZERO)?;
        self.state.remember_request(account, request_id);
        self.charge_withdrawal(index, fee);
        self.state.debit(index, amount);
        self.state.totals.funds_withdrawn.0 += amount.0;
        self.state.instruct(index, Call::Pay { to: account, amount }, false, events);
        Ok(())
    }

    /// Section 7: a free region leaves the ledger at once and becomes an instruction. Section 1: for a fee.
    pub(crate) fn withdraw_region(
        &mut self,
        account: AccountId,
        id: RegionId,
        request_id: Option<RequestId>,
        events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        let index = self.may_withdraw(account, request_id)?;
        let slot = self.free_region(index, id)?;
        let fee = self.state.settings.withdrawal_fee;
        let (index, _) = self.check_cover(index, Some(fee), Planck::ZERO)?;
        self.state.remember_request(account, request_id);
        self.charge_withdrawal(index, fee);
        let Piece { region, renewable } = self.state.remove_region(slot).piece;
        self.state.instruct(index, Call::Transfer { region, to: account }, renewable, events);
        Ok(())
    }

    /// Section 9, withdrawals: `frozen`, `suspended`, `duplicate_request`.
    fn may_withdraw(
        &self,
        account: AccountId,
        request_id: Option<RequestId>,
    ) -> Result<Option<AccountIndex>, Rejection> {
        if self.is_frozen() {
            return Err(RejectReason::Frozen.into());
        }
        let account = self.state.accounts.find(account);
        self.not_suspended(account)?;
        self.not_repeated(account, request_id)?;
        Ok(account)
    }

    fn charge_withdrawal(&mut self, account: AccountIndex, fee: Planck) {
        let fee_account = self.state.fee_account();
        self.state.debit(account, fee);
        self.state.credit(fee_account, fee);
    }
}

//! What enters and leaves custody: deposits and withdrawals (section 7).

use crate::market::Market;
use crate::order::FreeRegion;
use codec::Encode;
use coretime_types::{
    AccountId, Call, ChainReference, Event, InstructionNumber, PartTimeslices, Planck, Region, RegionId,
    RejectReason, Rejection, RequestId, SettlementSubmitted,
};
use std::sync::Arc;

/// What settlement still has to do on chain.
#[derive(Clone, Debug, PartialEq, Eq, Encode)]
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode)]
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
        self.state.credit(account, amount);
        events.push(Event::FundsDeposited { account, amount });
        Ok(())
    }

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
        self.state.roots.entry(region.core).or_default().push(region);
        self.state.insert_free(FreeRegion { account, region, renewable });
        events.push(Event::RegionDeposited { account, region });
        Ok(())
    }

    /// Whether a deposit is later than any seen before. It counts as seen from now on, whatever becomes of it.
    fn is_news(&mut self, reference: ChainReference) -> bool {
        let news = self.state.last_reference.is_none_or(|last| reference > last);
        if news {
            self.state.last_reference = Some(reference);
        }
        news
    }

    pub(crate) fn withdraw_funds(
        &mut self,
        account: AccountId,
        amount: Planck,
        request_id: Option<RequestId>,
        events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        self.may_withdraw(account, request_id)?;
        let settings = &self.state.settings;
        let fee = settings.withdrawal_fee;
        if amount == Planck::ZERO || amount < settings.min_withdrawal {
            return Err(RejectReason::InvalidAmount.into());
        }
        let cost = amount.checked_add(fee).filter(|cost| *cost <= self.state.funds(account).free);
        cost.ok_or(RejectReason::InsufficientFunds)?;
        self.state.remember_request(account, request_id);
        self.charge_withdrawal(account, fee);
        self.state.debit(account, amount);
        self.state.totals.funds_withdrawn.0 += amount.0;
        let call = Call::Pay { to: account, amount };
        self.state.instruct(account, call, false, events);
        Ok(())
    }

    pub(crate) fn withdraw_region(
        &mut self,
        account: AccountId,
        id: RegionId,
        request_id: Option<RequestId>,
        events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        self.may_withdraw(account, request_id)?;
        let free = self.state.free_region_of(account, id).ok_or(RejectReason::RegionUnavailable)?;
        let fee = self.state.settings.withdrawal_fee;
        if fee > self.state.funds(account).free {
            return Err(RejectReason::InsufficientFunds.into());
        }
        self.state.remember_request(account, request_id);
        self.charge_withdrawal(account, fee);
        self.state.remove_free(id);
        let call = Call::Transfer { region: free.region, to: account };
        self.state.instruct(account, call, free.renewable, events);
        Ok(())
    }

    fn may_withdraw(&self, account: AccountId, request_id: Option<RequestId>) -> Result<(), Rejection> {
        if self.is_frozen() {
            return Err(RejectReason::Frozen.into());
        }
        self.not_suspended(account)?;
        self.not_repeated(account, request_id)
    }

    fn charge_withdrawal(&mut self, account: AccountId, fee: Planck) {
        self.state.debit(account, fee);
        self.state.credit(self.state.settings.fee_account, fee);
    }
}

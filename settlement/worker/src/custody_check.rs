//! Once in a while, and whenever something has moved: is all there, can what was held back be credited by now, is there
//! enough for fees.
//!
//! After a block has been read to its end the comparison is exact: only settlement moves anything across the ledger's
//! border, and it has reported all that the block did.

use crate::{
    HeldBack, Settlement, SettlementError,
    chain::{AtBlock, broker, calls::Payload, extrinsic, weight},
    ledger::rejection,
    operator::{self, CreditError, Request, Unattributed},
    plan::PlannedCall,
    reconcile::{self, Books, Report},
};
use coretime_sequencer::Receipt;
use coretime_types::{
    AccountId, BlockNumber, Command, CoreIndex, CoreMask, Planck, Region, RegionId, Timeslice, Timeslices,
};

/// The freeze's cause when ledger and chain do not agree. Only the operator resumes it.
pub(crate) const CAUSE: &str = "reserves";
/// A signer that can pay for fewer deliveries than this is an alarm.
const LOW_SIGNER_DELIVERIES: u128 = 100;

impl Settlement {
    /// Whether it is time to compare, at this block.
    pub(crate) fn is_comparison_due(&self, block: BlockNumber) -> bool {
        let every = self.config.reconcile_every_blocks;
        self.moved || self.compared_at.is_none_or(|last| block.0 >= last.0.saturating_add(every))
    }

    /// Credits what was held back and is clean by now, and what the operator tells to credit. Before the block counts as
    /// seen, since deposits of a block that was seen are no news.
    pub(crate) async fn credit_later(&mut self, at: &AtBlock) -> Result<(), SettlementError> {
        let block = BlockNumber(at.block_number());
        let waiting: Vec<HeldBack> =
            self.held_back.items().iter().filter(|one| one.may_pass).cloned().collect();
        if self.is_comparison_due(block) {
            for item in waiting {
                let (Some(account), Some(id)) = (item.from, item.region) else { continue };
                match self.credit_region(at, account, id).await? {
                    // It waits on, or is gone: the comparison will show.
                    Ok(_) | Err(CreditError::Encumbered(_) | CreditError::NoSuchRegion(_)) => {}
                    // The market's answer will not change: the operator decides.
                    Err(error) => {
                        tracing::warn!(%error, what = item.what, "what was held back cannot be credited");
                        self.held_back.settle_for_good(id, error.to_string())?;
                        self.show_held_back();
                    }
                }
            }
        }
        while let Ok(request) = self.requests.try_recv() {
            let Request { what, account, give_back, answer } = request;
            if answer.is_closed() {
                continue;
            }
            let outcome = self.carry_out(at, what, account, give_back).await?;
            let error = outcome.as_ref().err().map(ToString::to_string);
            tracing::info!(?what, %account, give_back, error, "the operator credits what was unattributed");
            self.moved = true;
            // Whoever asked may have gone.
            let _ = answer.send(outcome);
        }
        Ok(())
    }

    async fn carry_out(
        &mut self,
        at: &AtBlock,
        what: Unattributed,
        account: AccountId,
        give_back: bool,
    ) -> Result<Result<Receipt, CreditError>, SettlementError> {
        let report = self.comparison(at).await?;
        let region = match operator::check(what, &report) {
            Ok(region) => region,
            Err(error) => return Ok(Err(error)),
        };
        let credited = match (what, region) {
            (Unattributed::Funds(amount), _) => self.credit_funds(at, account, amount).await?,
            (Unattributed::Region(id), _) => self.credit_region(at, account, id).await?,
        };
        let credited = match credited {
            Ok(credited) if give_back => credited,
            done => return Ok(done),
        };
        let withdrawal = match what {
            Unattributed::Funds(amount) => {
                let fee = self.ledger.query(|market| market.settings().withdrawal_fee).await?;
                let amount = amount.checked_sub(fee).unwrap_or_default();
                Command::WithdrawFunds { account, amount, request_id: None }
            }
            Unattributed::Region(region) => Command::WithdrawRegion { account, region, request_id: None },
        };
        let receipt = self.ledger.submit(withdrawal).await?;
        Ok(match rejection(&receipt) {
            None => Ok(receipt),
            Some(reason) => Err(CreditError::Withdrawal { credited, reason }),
        })
    }

    async fn credit_funds(
        &self,
        at: &AtBlock,
        account: AccountId,
        amount: Planck,
    ) -> Result<Result<Receipt, CreditError>, SettlementError> {
        let reference = self.later_reference(at).await?;
        let receipt = self.ledger.submit(Command::DepositFunds { account, amount, reference }).await?;
        Ok(deposited(receipt))
    }

    async fn credit_region(
        &mut self,
        at: &AtBlock,
        account: AccountId,
        id: RegionId,
    ) -> Result<Result<Receipt, CreditError>, SettlementError> {
        let block = BlockNumber(at.block_number());
        let record = broker::region(at, id).await?;
        let Some(record) = record.filter(|record| record.owner == Some(self.config.custody)) else {
            return Ok(Err(CreditError::NoSuchRegion(block)));
        };
        if let Some(reason) = broker::encumbrance(at, &record.region).await? {
            return Ok(Err(CreditError::Encumbered(reason)));
        }
        let reference = self.later_reference(at).await?;
        let (region, renewable) = (record.region, record.renewable);
        let receipt =
            self.ledger.submit(Command::DepositRegion { account, region, renewable, reference }).await?;
        let outcome = deposited(receipt);
        if outcome.is_ok() {
            tracing::info!(%block, %region, %account, "credited what had been held back");
            self.moved = true;
            self.forget_held_back(|one| one.region == Some(id))?;
        }
        Ok(outcome)
    }

    async fn later_reference(&self, at: &AtBlock) -> Result<coretime_types::ChainReference, SettlementError> {
        let last = self.ledger.query(|market| market.last_reference()).await?;
        Ok(operator::next_reference(BlockNumber(at.block_number()), last))
    }

    pub(crate) fn forget_held_back(
        &mut self,
        mut done: impl FnMut(&HeldBack) -> bool,
    ) -> Result<(), SettlementError> {
        if self.held_back.retain(|one| !done(one))? {
            self.show_held_back();
        }
        Ok(())
    }

    pub(crate) fn show_held_back(&self) {
        self.status.send_modify(|status| status.held_back = self.held_back.items().to_vec());
    }

    async fn comparison(&self, at: &AtBlock) -> Result<Report, SettlementError> {
        let books = self.ledger.query(Books::of).await?;
        reconcile::compare_at(self.config.custody, self.config.float, &books, at).await
    }

    /// Whether ledger and chain agree at this block. Asked before anything is signed: by now a region may have another
    /// end, another owner, or no renewal right any more.
    pub(crate) async fn agrees(&mut self, at: &AtBlock) -> Result<bool, SettlementError> {
        let compared = self.status.borrow().reserves.as_ref().map(|report| report.differences.is_empty());
        if self.compared_at == Some(BlockNumber(at.block_number()))
            && let Some(agrees) = compared
        {
            return Ok(agrees);
        }
        let agrees = self.comparison(at).await?.differences.is_empty();
        // The next block that is read to its end tells whether the venue is to be frozen.
        self.moved |= !agrees;
        Ok(agrees)
    }

    /// Compares ledger and chain after this block, which has been read to its end. A difference freezes the venue.
    pub(crate) async fn compare(&mut self, at: &AtBlock) -> Result<(), SettlementError> {
        let block = BlockNumber(at.block_number());
        if !self.is_comparison_due(block) {
            return Ok(());
        }
        (self.moved, self.compared_at) = (false, Some(block));
        let report = self.comparison(at).await?;
        for difference in &report.differences {
            let (subject, ledger, chain) = (&difference.subject, &difference.ledger, &difference.chain);
            tracing::error!(%block, subject, ledger, chain, "ledger and chain do not agree");
        }
        // Who sees the venue frozen finds why.
        self.status.send_modify(|status| status.reserves = Some(report.clone()));
        if !report.differences.is_empty()
            && !self.ledger.query(|market| market.freeze_causes().any(|cause| cause == CAUSE)).await?
        {
            self.ledger.submit(Command::Freeze { cause: CAUSE.into() }).await?;
        }
        // What is no more unattributed has been credited, has left, or is over.
        let is_there = |id: RegionId| report.unattributed_regions.iter().any(|region| region.id() == id);
        let funds = report.unattributed_funds;
        self.forget_held_back(|one| match one.region {
            Some(id) => !is_there(id),
            None => funds == Planck::ZERO,
        })?;
        self.check_costs(at).await
    }

    /// What a delivery costs on chain now, against what the venue takes for it and what the signer has.
    async fn check_costs(&mut self, at: &AtBlock) -> Result<(), SettlementError> {
        let fee = self.delivery_cost(at).await?;
        let (delivery_fee, withdrawal_fee) = self
            .ledger
            .query(|market| (market.settings().delivery_fee, market.settings().withdrawal_fee))
            .await?;
        let before = self.status.borrow().clone();
        // The existential deposit stays.
        let spendable = before.signer_free.map(|free| free.0.saturating_sub(self.info.existential_deposit.0));
        let is_low = spendable.is_some_and(|spendable| spendable / LOW_SIGNER_DELIVERIES < fee.0);
        if is_low && !before.signer_low {
            let free = before.signer_free.unwrap_or_default();
            tracing::error!(%free, delivery = %fee, "the signer can pay for few deliveries more: top it up");
        }
        let short = delivery_fee.min(withdrawal_fee) < fee;
        if short && before.fees_cover_delivery != Some(false) {
            tracing::warn!(
                %delivery_fee, %withdrawal_fee, delivery = %fee,
                "the venue's fees do not cover what a delivery costs on chain"
            );
        }
        self.status.send_modify(|status| {
            status.signer_low = is_low;
            status.delivery_cost = Some(fee);
            status.fees_cover_delivery = Some(!short);
        });
        Ok(())
    }

    /// The fee of a batch that delivers one slice: two cuts and a transfer. Nothing is submitted.
    async fn delivery_cost(&self, at: &AtBlock) -> Result<Planck, SettlementError> {
        let region =
            Region { core: CoreIndex(0), begin: Timeslice(1), end: Timeslice(100), mask: CoreMask::FULL };
        let cut = PlannedCall::Partition { region: region.id(), offset: Timeslices(9) };
        let delivery = PlannedCall::Transfer { region: region.id(), to: self.config.custody };
        let payload = Payload::batch(&[cut, cut, delivery], "", self.config.proxy_for());
        let (key, blocks) = (&self.config.signer, self.config.mortality_blocks);
        let signed = extrinsic::sign(at, &payload, key, 0, blocks)?;
        Ok(weight::cost(at, &signed.bytes).await?.fee)
    }
}

fn deposited(receipt: Receipt) -> Result<Receipt, CreditError> {
    match rejection(&receipt) {
        None => Ok(receipt),
        Some(reason) => Err(CreditError::Deposit(reason)),
    }
}

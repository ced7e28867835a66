//! What the operator tells settlement to do: credit what nobody was credited with, or give it back.
//!
//! A credit is a deposit like any other, in the log and in the ledger. Its reference is the block at which it was checked
//! and an event number that no block reaches, so that an auditor can tell it from what the chain itself told, and so
//! that it comes after the block's own deposits, as the rules want it.

use crate::reconcile::Report;
use coretime_sequencer::Receipt;
use coretime_types::{AccountId, BlockNumber, ChainReference, Planck, Region, RegionId, RejectReason};
use tokio::sync::{mpsc, oneshot};

/// Event numbers from here on are credits by hand or afterwards: no block has so many events.
pub const FIRST_LATER_CREDIT: u32 = 1 << 31;

pub(crate) const MAX_WAITING: usize = 64;

/// What to credit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unattributed {
    /// Planck, at most what is unattributed.
    Funds(Planck),
    /// A region that custody owns and nobody is credited with.
    Region(RegionId),
}

/// Why it was not credited; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreditError {
    /// There is less.
    #[error("only {available} planck are unattributed at block {block}")]
    NotEnough {
        /// So much there is.
        available: Planck,
        /// The block that was looked at.
        block: BlockNumber,
    },
    /// No such region.
    #[error("no such region is unattributed at block {0}")]
    NoSuchRegion(BlockNumber),
    /// It is not clean.
    #[error("the region cannot be credited: {0}")]
    Encumbered(String),
    /// Ledger and chain do not agree: nothing is credited before that is cleared up.
    #[error("ledger and chain do not agree at block {0}")]
    Differences(BlockNumber),
    /// The market refuses the deposit.
    #[error("the market rejects the deposit: {0}")]
    Deposit(RejectReason),
    /// It is credited, and the market refuses to pay it out.
    #[error("it is credited (record {}), and the market rejects the withdrawal: {reason}", .credited.sequence)]
    Withdrawal {
        /// The credit in the log.
        credited: Receipt,
        /// Why it is not paid out.
        reason: RejectReason,
    },
    /// Too many requests wait already.
    #[error("too many requests wait")]
    Busy,
    /// Settlement runs no more; the request may have been carried out.
    #[error("settlement has stopped")]
    Stopped,
}

/// A handle for the operator's part of settlement. What it asks for is done at the next finalised block.
#[derive(Clone, Debug)]
pub struct Operator(pub(crate) mpsc::Sender<Request>);

#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) what: Unattributed,
    pub(crate) account: AccountId,
    pub(crate) give_back: bool,
    pub(crate) answer: oneshot::Sender<Result<Receipt, CreditError>>,
}

impl Operator {
    /// Credits what is unattributed to an account; gives the credit in the log. Who stops waiting before settlement has
    /// begun with it takes the request back.
    ///
    /// # Errors
    /// When it is not there or cannot be credited.
    pub async fn credit(&self, what: Unattributed, account: AccountId) -> Result<Receipt, CreditError> {
        self.ask(what, account, false).await
    }

    /// Credits it to an account and pays it out to the same account on chain, at its cost: the withdrawal fee is taken
    /// from the amount; for a region it must be in the account. Gives the withdrawal in the log.
    ///
    /// # Errors
    /// When it is not there, cannot be credited, or cannot be paid out.
    pub async fn give_back(&self, what: Unattributed, account: AccountId) -> Result<Receipt, CreditError> {
        self.ask(what, account, true).await
    }

    async fn ask(
        &self,
        what: Unattributed,
        account: AccountId,
        give_back: bool,
    ) -> Result<Receipt, CreditError> {
        let (answer, answered) = oneshot::channel();
        self.0.try_send(Request { what, account, give_back, answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => CreditError::Busy,
            mpsc::error::TrySendError::Closed(_) => CreditError::Stopped,
        })?;
        answered.await.map_err(|_| CreditError::Stopped)?
    }
}

/// The reference of the next credit at this block.
pub(crate) fn next_reference(block: BlockNumber, last: Option<ChainReference>) -> ChainReference {
    let event = match last {
        Some(last) if last.block == block => last.event.saturating_add(1).max(FIRST_LATER_CREDIT),
        _ => FIRST_LATER_CREDIT,
    };
    ChainReference { block, event }
}

/// Whether it may be credited, by what the comparison at this block found. A region is given whole.
pub(crate) fn check(what: Unattributed, report: &Report) -> Result<Option<Region>, CreditError> {
    if !report.differences.is_empty() {
        return Err(CreditError::Differences(report.block));
    }
    match what {
        Unattributed::Funds(amount) if amount > report.unattributed_funds || amount == Planck::ZERO => {
            Err(CreditError::NotEnough { available: report.unattributed_funds, block: report.block })
        }
        Unattributed::Funds(_) => Ok(None),
        Unattributed::Region(id) => {
            let found = report.unattributed_regions.iter().find(|region| region.id() == id);
            found.copied().map(Some).ok_or(CreditError::NoSuchRegion(report.block))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credits_come_after_a_blocks_own_deposits_and_one_after_another() {
        let block = BlockNumber(5);
        let at = |block, event| Some(ChainReference { block: BlockNumber(block), event });
        let first = ChainReference { block, event: FIRST_LATER_CREDIT };
        assert_eq!(next_reference(block, None), first);
        assert_eq!(next_reference(block, at(4, u32::MAX)), first);
        assert_eq!(next_reference(block, at(5, 17)), first);
        let second = next_reference(block, Some(first));
        assert!(second > first);
    }

    #[test]
    fn only_what_is_there_is_credited_and_nothing_while_the_books_differ() {
        let report = Report { unattributed_funds: Planck(5), ..Report::default() };
        assert_eq!(check(Unattributed::Funds(Planck(5)), &report), Ok(None));
        for amount in [0, 6] {
            let refused = check(Unattributed::Funds(Planck(amount)), &report);
            assert!(matches!(refused, Err(CreditError::NotEnough { .. })), "{amount}");
        }
        let region = Unattributed::Region(RegionId::default());
        assert_eq!(check(region, &report), Err(CreditError::NoSuchRegion(BlockNumber(0))));
        let difference =
            crate::Difference { subject: "funds".into(), ledger: String::new(), chain: String::new() };
        let report = Report { differences: vec![difference], ..report };
        assert_eq!(
            check(Unattributed::Funds(Planck(1)), &report),
            Err(CreditError::Differences(BlockNumber(0)))
        );
    }
}

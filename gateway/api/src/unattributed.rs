//! The port for what reached custody and nobody was credited with.
//!
//! The gateway does not know settlement, which finds it and credits it; the binary connects the two.

use coretime_sequencer::Receipt;
use coretime_types::{AccountId, BlockNumber, ChainReference, Planck, Region, RegionId, RejectReason};
use futures::future::BoxFuture;

/// Where operators' decisions about it go.
pub trait UnattributedDeposits: Send + Sync + 'static {
    /// What there is, at the last comparison of ledger and chain; none before the first.
    fn list(&self) -> Option<UnattributedList>;

    /// Credits an account, and with `pay_out` withdraws it for that account in the same breath. Gives the last of its
    /// commands. Dropped before it has begun, it is not carried out.
    fn credit(
        &self,
        what: Unattributed,
        account: AccountId,
        pay_out: bool,
    ) -> BoxFuture<'static, Result<Receipt, NotCredited>>;
}

/// What nobody was credited with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnattributedList {
    /// The block of the comparison.
    pub block: BlockNumber,
    /// Money.
    pub funds: Planck,
    /// Regions.
    pub regions: Vec<Region>,
    /// What was seen to arrive and was not credited.
    pub held_back: Vec<HeldBackDeposit>,
}

/// Something that was seen to arrive, and was not credited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldBackDeposit {
    /// Its event.
    pub reference: ChainReference,
    /// Who sent it, where that is known.
    pub sender: Option<AccountId>,
    /// Which region, if it is one.
    pub region: Option<RegionId>,
    /// What it is, for people.
    pub description: String,
    /// Why it was not credited, for people.
    pub reason: String,
}

/// What is to be credited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unattributed {
    /// So much money.
    Funds(Planck),
    /// A region, whole.
    Region(RegionId),
}

/// Why it was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCredited {
    /// There is no such region, or less money.
    #[error("{0}")]
    Unknown(String),
    /// Something stands in the way.
    #[error("{0}")]
    Refused(String),
    /// It is credited, and not paid out.
    #[error("it is credited, and the withdrawal is rejected: {reason}")]
    CreditedOnly {
        /// The credit in the log.
        credited: Receipt,
        /// Why it is not paid out.
        reason: RejectReason,
    },
    /// Nobody takes it now; it may have been done.
    #[error("{0}")]
    Unavailable(String),
}

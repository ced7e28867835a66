//! How much may leave custody in a day without an operator.

use crate::{AccountId, PartTimeslices, Planck};
use codec::{Decode, Encode};

/// The most that may leave in a day; what is `None` has no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct OutflowLimit {
    /// Money that is paid out.
    pub funds: Option<Planck>,
    /// Core time that is transferred or assigned.
    pub regions: Option<PartTimeslices>,
}

/// What left, or is about to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Outflow {
    /// Money.
    pub funds: Planck,
    /// Core time.
    pub regions: PartTimeslices,
}

/// Whom a limit is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
pub enum OutflowScope {
    /// All accounts together.
    Venue,
    /// Each account that has no limit of its own.
    EachAccount,
    /// This account, instead of the limit of each.
    Account(AccountId),
}

//! The port through which proofs of reserves come: the gateway itself knows neither the chain nor how one is made.

use coretime_sequencer::Position;
use coretime_types::{AccountId, BlockNumber, PartTimeslices, Planck};

/// Where proofs of reserves come from.
pub trait ReservesSource: Send + Sync {
    /// The newest proof, with this account's branch; `None`: there is none yet. It is at hand: nothing is computed here
    /// that takes long.
    fn newest(&self, account: AccountId) -> Option<ProvenReserves>;
}

/// A proof of reserves, as one account sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenReserves {
    /// The chain, by the hash of its first block.
    pub genesis_hash: [u8; 32],
    /// The account that holds everyone's regions and funds.
    pub custody: AccountId,
    /// The finalised block at which ledger and chain were compared.
    pub block: BlockNumber,
    /// Its hash.
    pub block_hash: [u8; 32],
    /// Where the ledger was then, at least.
    pub position: Position,
    /// What is owed to all together.
    pub owed: Planck,
    /// The core time that is owed to all together.
    pub owed_core_time: PartTimeslices,
    /// The root of the tree.
    pub root: [u8; 32],
    /// What custody has on chain.
    pub custody_funds: Planck,
    /// What of it is the operator's own.
    pub float: Planck,
    /// What it has beyond that and what is owed.
    pub unattributed: Planck,
    /// How many regions custody owns.
    pub custody_regions: usize,
    /// What ledger and chain do not agree on.
    pub differences: Vec<String>,
    /// The account's way to the root; `None`: it is owed nothing.
    pub branch: Option<ProvenBranch>,
}

/// An account's way to the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenBranch {
    /// What keeps others from guessing this leaf.
    pub salt: [u8; 32],
    /// What the account is owed.
    pub funds: Planck,
    /// Of all its regions.
    pub core_time: PartTimeslices,
    /// The siblings, from the leaf to the top.
    pub steps: Vec<ProvenStep>,
}

/// A sibling on the way to the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenStep {
    /// Whether it stands before the node that is come from.
    pub is_left: bool,
    /// Its hash.
    pub hash: [u8; 32],
    /// The funds below it.
    pub funds: Planck,
    /// The core time below it.
    pub core_time: PartTimeslices,
}

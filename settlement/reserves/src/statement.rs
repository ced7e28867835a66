//! What the venue publishes: how much it owes, and where that was compared with the chain.

use crate::Hash;
use serde::{Deserialize, Serialize};

/// What the venue publishes. Amounts are decimal text; the root commits to all other fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The chain, by the hash of its first block.
    pub genesis: Hash,
    /// The custody account's public key.
    pub custody: Hash,
    /// The finalised block at which ledger and chain were compared.
    pub block: u64,
    /// Its hash.
    pub block_hash: Hash,
    /// The last command in the ledger then.
    pub sequence: u64,
    /// The log's chain hash there.
    pub chain_hash: Hash,
    /// What is owed to all accounts together, payments under way included.
    pub owed_funds_planck: String,
    /// The core time that is owed to all accounts together, in part-timeslices from the first that can still be sold.
    pub owed_core_time: String,
    /// The root of the tree.
    pub root: Hash,
}

//! What can go wrong with settlement.

use crate::{Anchor, ChainError, HeldBackError, KeyError};
use coretime_fills::StoreError;
use coretime_sequencer::{ReadError, Stopped, SubmitError};
use coretime_types::BlockNumber;

/// What can go wrong with settlement.
#[derive(Debug, thiserror::Error)]
pub enum SettlementError {
    /// The chain, or the way to it.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// The signer's key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The engine takes no command.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// The engine runs no more.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// The log's records cannot be read.
    #[error("cannot follow the log: {0}")]
    Read(#[from] ReadError),
    /// The store of fills.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Custody's batches come from another log: this one is a restored backup or a second server's.
    #[error(
        "a batch of custody's in block {block} comes from another log, or from a part that this log lacks: it names \
         record {} with chain hash {}, this log ends at record {} with chain hash {}; going on would deliver twice, so \
         find the log that has that record",
        .anchor.sequence, .anchor.chain_hash, .log.sequence, .log.chain_hash
    )]
    BehindAnchor {
        /// The finalised block that the batch stands in.
        block: BlockNumber,
        /// What the batch says of its log.
        anchor: Anchor,
        /// Where this log ends.
        log: Anchor,
    },
    /// The list of what was held back.
    #[error(transparent)]
    HeldBack(#[from] HeldBackError),
    /// An authorisation could not be taken up.
    #[error("an authorisation could not be taken up: {0}")]
    Authorisation(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A setting makes no sense.
    #[error("the settlement configuration is wrong: {0}")]
    Configuration(String),
    /// A thread of our own ended early.
    #[error("the task that writes the store of fills ended early: {0}")]
    Task(String),
}

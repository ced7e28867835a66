//! Why the chain cannot be compared with the log.

use coretime_audit::AuditError;
use coretime_settlement::ChainError;
use coretime_types::BlockNumber;

/// Why the chain cannot be compared with the log. Says nothing about either.
#[derive(Debug, thiserror::Error)]
pub enum ChainAuditError {
    /// There is no node, or it does not tell which block is the newest.
    #[error("the chain cannot be read: {0}")]
    Node(#[source] ChainError),
    /// The node does not give a block, its extrinsics or its events.
    #[error("block {block} cannot be read; a node that keeps no old state cannot show it: {source}")]
    Block {
        /// The block.
        block: BlockNumber,
        /// The node's answer.
        source: ChainError,
    },
    /// The node does not give a region of a block.
    #[error("a region cannot be read: {0}")]
    Region(#[source] ChainError),
    /// Nothing was deposited by an event, and nobody has said which account to look at.
    #[error("nothing in the log names the venue's account on chain: give it (--custody)")]
    NoCustody,
}

impl From<ChainAuditError> for AuditError {
    fn from(error: ChainAuditError) -> Self {
        AuditError::Beside(Box::new(error))
    }
}

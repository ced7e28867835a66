//! The chain, seen through subxt: everything that knows metadata, SCALE and JSON-RPC is in here.
//!
//! What is specific to today's broker pallet is in [`broker`]; `calls` and `events` name its calls and events besides.
//! Outside of this module there are only the exchange's own types.

pub(crate) mod accounts;
pub(crate) mod broker;
pub(crate) mod calls;
mod client;
pub(crate) mod events;
pub(crate) mod extrinsic;
pub(crate) mod info;
pub(crate) mod probe;
pub(crate) mod relay_time;
pub(crate) mod remarks;
pub(crate) mod required;
pub(crate) mod weight;

pub(crate) use client::{AtBlock, Chain, USUAL_NODE_TIMEOUT};
pub use info::ChainInfo;
pub use relay_time::{RELAY_BLOCK_MS, TimesliceTime};

use coretime_types::BlockNumber;
use std::error::Error;

/// What can go wrong with the chain.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The node, or the connection to it, failed.
    #[error("cannot {action}: {source}")]
    Node {
        /// What was tried.
        action: &'static str,
        /// What came of it.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The chain lacks something that settlement needs, or has it in another shape.
    #[error("this chain cannot be used: {0}")]
    Unsuitable(String),
    /// The node follows another chain than before.
    #[error("the node is on chain 0x{}, not on 0x{}", hex::encode(.found), hex::encode(.expected))]
    OtherChain {
        /// The genesis hash that was expected.
        expected: [u8; 32],
        /// The node's.
        found: [u8; 32],
    },
    /// A block that was final is another one now: another chain, or one that was reset.
    #[error("finalised block {number} is {found}, the ledger was built on {expected}")]
    OtherHistory {
        /// The block.
        number: BlockNumber,
        /// Its hash in the log.
        expected: String,
        /// Its hash on the chain.
        found: String,
    },
}

impl ChainError {
    pub(crate) fn node<E: Into<Box<dyn Error + Send + Sync>>>(
        action: &'static str,
    ) -> impl FnOnce(E) -> ChainError {
        move |source| ChainError::Node { action, source: source.into() }
    }

    /// Whether trying again can help.
    pub(crate) fn is_passing(&self) -> bool {
        !matches!(self, ChainError::OtherHistory { .. })
    }
}

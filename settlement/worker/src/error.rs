//! What can go wrong with settlement.

use crate::{ChainError, KeyError};
use coretime_fills::StoreError;
use coretime_sequencer::{ReadError, Stopped, SubmitError};

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
    /// A setting makes no sense.
    #[error("the settlement configuration is wrong: {0}")]
    Configuration(String),
    /// A thread of our own ended early.
    #[error("the task that writes the store of fills ended early: {0}")]
    Task(String),
}

//! What can go wrong with the store.

use coretime_types::Sequence;
use std::path::PathBuf;

/// What can go wrong with the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file system refused.
    #[error("cannot {action} {path}: {source}")]
    File {
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// sled refused.
    #[error("sled: {0}")]
    Sled(#[from] sled::Error),
    /// What is stored is not what was written.
    #[error("the store of fills is damaged: {0}")]
    Damaged(String),
    /// Records of the log do not follow one another.
    #[error("the store of fills is at {at}, the next record is {next}")]
    Gap {
        /// The position reached.
        at: Sequence,
        /// The record that came.
        next: Sequence,
    },
    /// Another process has the store open.
    #[error("the store of fills at {0} is in use by another process")]
    InUse(PathBuf),
}

impl StoreError {
    pub(crate) fn file(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> StoreError {
        let path = path.into();
        move |source| StoreError::File { action, path, source }
    }
}

//! What happens to a transaction that somebody watches.

use coretime_dev_runtime::Hash;
use serde::Serialize;
use tokio::sync::mpsc;

/// A transaction's status, in the words of `author_extrinsicUpdate`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum TxStatus {
    /// It waits for one with a lower nonce.
    Future,
    /// It can be in the next block.
    Ready,
    /// It is in this block.
    InBlock(Hash),
    /// The block that it is in is final.
    Finalized(Hash),
    /// The block that it is in has not become final for long.
    FinalityTimeout(Hash),
    /// Another took its place: same sender, same nonce, more tip.
    Usurped(Hash),
    /// There was no room for it, or it stayed too long.
    Dropped,
    /// It can not be in any block.
    Invalid,
}

impl TxStatus {
    /// Whether nothing comes after it.
    pub(crate) fn is_last(&self) -> bool {
        !matches!(self, Self::Future | Self::Ready | Self::InBlock(_))
    }
}

/// Who watches a transaction. What is sent is bounded by the statuses that a transaction can have.
#[derive(Debug, Default)]
pub(crate) struct Watchers(Vec<mpsc::UnboundedSender<TxStatus>>);

impl Watchers {
    pub(crate) fn add(&mut self) -> mpsc::UnboundedReceiver<TxStatus> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.0.push(sender);
        receiver
    }

    pub(crate) fn send(&mut self, status: &TxStatus) {
        self.0.retain(|watcher| watcher.send(status.clone()).is_ok());
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

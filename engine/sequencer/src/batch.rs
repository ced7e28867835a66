//! What goes from the log thread to the disk thread, and comes back empty.

use crate::{Receipt, Record, request::Query};
use coretime_log::Group;
use std::sync::Arc;
use tokio::sync::oneshot;

/// What shares one sync.
pub(crate) struct Batch<M> {
    /// What is to be written.
    pub(crate) group: Group,
    /// Who waits until that is durable, in order.
    pub(crate) waiting: Vec<Waiting<M>>,
}

/// What is not durable yet.
pub(crate) enum Waiting<M> {
    Command { record: Option<Arc<Record>>, answer: oneshot::Sender<Receipt> },
    Query(Box<dyn Query<M>>),
}

impl<M> Default for Batch<M> {
    fn default() -> Self {
        Batch { group: Group::default(), waiting: Vec::new() }
    }
}

//! Following what happens, as long as one keeps up.

use crate::{Record, Stopped, history::Lookup, shared::Shared};
use coretime_log::Position;
use coretime_types::Sequence;
use std::sync::Arc;
use tokio::sync::watch;

/// Why a subscription has ended.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SubscriptionEnd {
    /// It fell behind by more than the history in memory holds.
    #[error("the subscription lags: sequence {next} is no longer in memory")]
    Lagged {
        /// The record that was to come next.
        next: Sequence,
    },
    /// The engine has stopped, and every durable record was read.
    #[error(transparent)]
    Stopped(#[from] Stopped),
}

/// Follows the records after the position where it began. It has no buffer of its own: it reads the history that all
/// share, and ends when it falls behind that.
pub struct Subscription {
    shared: Arc<Shared>,
    durable: watch::Receiver<Position>,
    next: Sequence,
}

impl Subscription {
    pub(crate) fn new(shared: Arc<Shared>) -> Subscription {
        let durable = shared.durable.clone();
        let next = Sequence(shared.durable_position().sequence.0.saturating_add(1));
        Subscription { shared, durable, next }
    }

    /// The sequence of the record that comes next.
    pub fn next_sequence(&self) -> Sequence {
        self.next
    }

    /// The next record, as soon as it is durable, or why there is none. Cancel safe.
    pub async fn next(&mut self) -> Result<Arc<Record>, SubscriptionEnd> {
        loop {
            match self.shared.find(self.next) {
                Lookup::Found(record) => {
                    self.next = Sequence(record.sequence.0.saturating_add(1));
                    return Ok(record);
                }
                Lookup::Gone => return Err(SubscriptionEnd::Lagged { next: self.next }),
                Lookup::NotYet => {
                    // The last records are published before the thread's end closes this.
                    if self.durable.changed().await.is_err() && self.shared.find(self.next) == Lookup::NotYet
                    {
                        return Err(self.shared.stopped().into());
                    }
                }
            }
        }
    }
}

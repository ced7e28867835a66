//! What became of a command.

use coretime_log::ChainHash;
use coretime_types::{Command, Event, Sequence};
use std::sync::Arc;

/// The answer to a command: it is durable at this place in the log, and this came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Its place in the log.
    pub sequence: Sequence,
    /// The log's chain hash after its group: proof of everything up to it, and of all events that came of that.
    pub chain_hash: ChainHash,
    /// When it was accepted: milliseconds since 1970-01-01 UTC.
    pub time_ms: u64,
    /// What came of it.
    pub events: Arc<[Event]>,
}

/// A command with what came of it, for everybody who follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Its place in the log.
    pub sequence: Sequence,
    /// The log's chain hash after its group: proof of everything up to it, and of all events that came of that.
    pub chain_hash: ChainHash,
    /// When it was accepted: milliseconds since 1970-01-01 UTC.
    pub time_ms: u64,
    /// What was accepted.
    pub command: Command,
    /// What came of it.
    pub events: Arc<[Event]>,
}

impl Record {
    pub(crate) fn receipt(&self) -> Receipt {
        Receipt {
            sequence: self.sequence,
            chain_hash: self.chain_hash,
            time_ms: self.time_ms,
            events: self.events.clone(),
        }
    }
}

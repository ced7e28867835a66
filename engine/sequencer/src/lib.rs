//! The sequencer: one thread that owns the market and gives every command its place, one that encodes and hashes what
//! came of it, and one that owns the disk and lets nothing out before it is durable.
//!
//! ```text
//! submit --> bounded queue --> engine thread: --> bounded queue --> log thread:      --> disk thread:     --> answers
//! query  -->                   number, apply                        encode, hash         write, one sync      \-> readers
//!                                                                                        for each batch
//! ```
//!
//! While the disk syncs one batch, the next is encoded, and takes in whatever comes until the disk is free. A few
//! commands that nobody waits behind the engine encodes itself, which saves waking the log thread. The engine works ahead
//! of both as far as its queue is long; then it waits, the first queue fills, and who submits is told that
//! it is busy. Readers are [`EventReader`] and [`Subscription`].
//!
//! # What it promises
//!
//! - Commands are numbered in the order in which they are applied; everybody sees the same order.
//! - Nothing leaves before it is durable: answers, events, positions, and what queries saw.
//! - A command that was taken is answered: with a [`Receipt`], or with [`Stopped`] and then its outcome is open (it is
//!   in the log after a restart, or it is not). Dropping an [`Answer`] does not take the command back.
//! - A query sees the state at its place in the queue.
//! - If the log fails or anything panics on one of the threads, a query too, the engine stops, for everybody, and says
//!   why ([`Engine::stop_reason`], [`Engine::stopped`]). It never goes on as if all were well. What a panic has not
//!   reached, because it was done before, still becomes durable and is answered.
//! - A start, and every replay, compares the events with those that the log commits to, and refuses to go on if they
//!   differ.
//! - Everything is bounded: the queues ([`SubmitError::Busy`]), the history in memory, every reader's buffer. A slow
//!   reader never holds the engine up: an [`EventReader`] reads on from the disk, a [`Subscription`] ends as lagged.
//!
//! # Snapshots
//!
//! Every so many commands a snapshot of the whole state is written, by a second state machine that follows the durable
//! log on a thread of its own: the engine never waits for it. A start, and a reader that has to go back to the disk,
//! takes the newest good snapshot and replays what follows. A damaged snapshot is passed over, and one from which other
//! events follow than the log commits to; a log that ends before a snapshot, or has another history, is not started
//! from.
//!
//! What no start needs any more can be [archived](archive) while the engine does not run. Then a start that finds no good
//! snapshot says what is missing, and so does a reader that wants to begin before the segments that are there.
//!
//! # What it does not do
//!
//! It knows no rule of the market, no protobuf and no chain, and needs no async runtime: the futures here are woken by
//! the disk thread. A state machine that gives no snapshots of itself is replayed from the log's beginning. A history kept
//! in memory counts records, not bytes.

mod answer;
mod command_batch;
mod config;
mod disk_thread;
mod engine;
mod event_reader;
mod history;
mod log_thread;
mod record;
mod replay;
mod request;
mod running;
mod shared;
mod snapshot;
mod stop;
mod subscription;
mod thread;

pub use answer::{Answer, QueryAnswer};
pub use command_batch::CommandBatch;
pub use config::EngineConfig;
pub use coretime_log::{ChainHash, LogError, Position};
pub use engine::{Engine, SubmitError};
pub use event_reader::{EventReader, ReadError};
pub use record::{Receipt, Record};
pub use running::{Replayed, Running, StartError, start, start_machine};
pub use snapshot::{ArchiveError, Archived, archive};
pub use stop::{StopReason, Stopped};
pub use subscription::{Subscription, SubscriptionEnd};

use coretime_market::Market;
use coretime_types::{Command, Event};

/// What the sequencer runs: the market, or a stand-in in tests. It starts empty and is a pure function of its commands.
pub trait StateMachine: Default + Send + 'static {
    /// Applies a command and appends its events.
    fn apply(&mut self, command: &Command, events: &mut Vec<Event>);

    /// Is shown commands that it will most likely be given next, in this order. Changes nothing.
    fn look_ahead<'a>(&mut self, _commands: impl Iterator<Item = &'a Command> + Clone) {}

    /// The whole state, for a snapshot; `None` where no snapshots are made.
    fn encode_snapshot(&self) -> Option<Vec<u8>> {
        None
    }

    /// The state machine that [`encode_snapshot`](StateMachine::encode_snapshot) was asked of; `None` if these bytes
    /// are not of one. Whatever the bytes are, it does not take memory without bound.
    fn restore_snapshot(_: &[u8]) -> Option<Self> {
        None
    }

    /// The hash of the whole state: a state machine that was restored has the same.
    fn state_hash(&self) -> [u8; 32] {
        [0; 32]
    }
}

impl StateMachine for Market {
    fn apply(&mut self, command: &Command, events: &mut Vec<Event>) {
        Market::apply(self, command, events);
    }

    fn look_ahead<'a>(&mut self, commands: impl Iterator<Item = &'a Command> + Clone) {
        Market::look_ahead(self, commands);
    }

    fn encode_snapshot(&self) -> Option<Vec<u8>> {
        Some(self.snapshot())
    }

    fn restore_snapshot(bytes: &[u8]) -> Option<Market> {
        Market::restore(bytes).ok()
    }

    fn state_hash(&self) -> [u8; 32] {
        Market::state_hash(self)
    }
}

//! The sequencer: one thread that owns the market and gives every command its place, and one that owns the log and lets
//! nothing out before it is durable.
//!
//! ```text
//! submit --> bounded queue --> engine thread: --> bounded queue --> log thread: append group --> one sync --> answers
//! query  -->                   number, apply                        with the hash of its events           \-> readers
//! ```
//!
//! The engine works ahead of the log while that syncs, as far as the second queue is long; then it waits, the first
//! queue fills, and who submits is told that it is busy. Readers are [`EventReader`] and [`Subscription`].
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
//! # What it does not do
//!
//! It knows no rule of the market, no protobuf and no chain, and needs no async runtime: the futures here are woken by
//! the log thread. There are no snapshots yet: a start, and an [`EventReader`] that has to go back to the disk,
//! replay the log from its beginning. A history kept in memory counts records, not bytes.

mod answer;
mod config;
mod engine;
mod event_reader;
mod history;
mod log_thread;
mod record;
mod replay;
mod request;
mod running;
mod shared;
mod stop;
mod subscription;
mod thread;

pub use answer::{Answer, QueryAnswer};
pub use config::EngineConfig;
pub use coretime_log::{ChainHash, LogError, Position};
pub use engine::{Engine, SubmitError};
pub use event_reader::{EventReader, ReadError};
pub use record::{Receipt, Record};
pub use running::{Running, StartError, start, start_machine};
pub use stop::{StopReason, Stopped};
pub use subscription::{Subscription, SubscriptionEnd};

use coretime_market::Market;
use coretime_types::{Command, Event};

/// What the sequencer runs: the market, or a stand-in in tests. It starts empty and is a pure function of its commands.
pub trait StateMachine: Default + Send + 'static {
    /// Applies a command and appends its events.
    fn apply(&mut self, command: &Command, events: &mut Vec<Event>);
}

impl StateMachine for Market {
    fn apply(&mut self, command: &Command, events: &mut Vec<Event>) {
        Market::apply(self, command, events);
    }
}

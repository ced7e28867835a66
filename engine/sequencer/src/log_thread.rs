//! The log thread: makes what the engine has done durable, a group at a time, and only then lets it out.

use crate::{Receipt, Record, StopReason, request::Query, shared::Shared, stop::panic_message};
use coretime_log::{LogError, Position, Writer};
use coretime_types::{Command, Event};
use crossbeam_channel::{Receiver, Sender};
use std::{
    convert::Infallible,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};
use tokio::sync::{oneshot, watch};

/// What the engine has done, in order.
pub(crate) enum Done<M> {
    Command { time_ms: u64, command: Command, events: Arc<[Event]>, answer: oneshot::Sender<Receipt> },
    Query(Box<dyn Query<M>>),
}

/// Everything that the log thread owns.
pub(crate) struct LogThread<M> {
    pub(crate) log: Writer,
    pub(crate) done: Receiver<Done<M>>,
    pub(crate) group_max: usize,
    /// What is in the log or belongs behind it, and waits for the next sync.
    pub(crate) group: Vec<Waiting<M>>,
    pub(crate) durable: watch::Sender<Position>,
    pub(crate) shared: Arc<Shared>,
    /// Dropped with the thread: the engine waits for that too.
    pub(crate) _alive: Sender<Infallible>,
}

/// What is not durable yet.
pub(crate) enum Waiting<M> {
    Command { record: Option<Arc<Record>>, answer: oneshot::Sender<Receipt> },
    Query(Box<dyn Query<M>>),
}

/// What is kept until the reason of the end is known: readers take its drop for the end. `None` after a failure, whose
/// reason is known already.
pub(crate) type EndedLog = Option<watch::Sender<Position>>;

impl<M: 'static> LogThread<M> {
    /// Runs until the engine has nothing more, or a failure, whose reason is kept before anything is dropped.
    pub(crate) fn run_to_end(mut self) -> EndedLog {
        let reason = match catch_unwind(AssertUnwindSafe(|| self.run())) {
            Ok(Ok(())) => {
                tracing::debug!(position = ?self.log.durable_position(), "the log is closed");
                return Some(self.durable);
            }
            Ok(Err(error)) => StopReason::Log(Arc::new(error)),
            Err(panic) => StopReason::Panicked(panic_message(&*panic)),
        };
        self.shared.set_stopped(reason);
        None
    }

    fn run(&mut self) -> Result<(), LogError> {
        while let Ok(first) = self.done.recv() {
            self.take(first)?;
            while self.group.len() < self.group_max
                && let Ok(next) = self.done.try_recv()
            {
                self.take(next)?;
            }
            self.commit()?;
        }
        Ok(())
    }

    fn take(&mut self, done: Done<M>) -> Result<(), LogError> {
        match done {
            Done::Command { time_ms, command, events, answer } => {
                // In the group first: if what follows fails, the answer is dropped with the group, not before.
                self.group.push(Waiting::Command { record: None, answer });
                let Position { sequence, chain_hash } = self.log.append(time_ms, &command, &events)?;
                if let Some(Waiting::Command { record, .. }) = self.group.last_mut() {
                    *record = Some(Arc::new(Record { sequence, chain_hash, time_ms, command, events }));
                }
            }
            Done::Query(query) => self.group.push(Waiting::Query(query)),
        }
        Ok(())
    }

    /// Makes the group durable; only then does anything of it leave.
    fn commit(&mut self) -> Result<(), LogError> {
        let position = self.log.sync()?;
        let mut history = self.shared.history();
        for waiting in &self.group {
            if let Waiting::Command { record: Some(record), .. } = waiting {
                history.push(record.clone());
            }
        }
        drop(history);
        if *self.durable.borrow() != position {
            self.durable.send_replace(position);
        }
        for waiting in self.group.drain(..) {
            match waiting {
                Waiting::Command { record, answer } => {
                    if let Some(record) = record {
                        // Whoever submitted it may have lost interest.
                        let _ = answer.send(record.receipt());
                    }
                }
                Waiting::Query(query) => query.answer(),
            }
        }
        Ok(())
    }
}

//! The log thread: encodes and hashes what the engine has done, ahead of the disk.

use crate::{
    Receipt, StopReason, disk_thread::EndedLog, request::Query, shared::Shared, stop::panic_message,
};
use coretime_log::{LogError, Pipeline};
use coretime_types::{Command, Event};
use crossbeam_channel::Receiver;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    slice,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread::JoinHandle,
};
use tokio::sync::oneshot;

/// What the engine has done, in order, and who waits until it is durable.
pub(crate) enum Done<M> {
    Command(Executed, oneshot::Sender<Receipt>),
    Commands(Vec<Executed>, oneshot::Sender<Vec<Receipt>>),
    Query(Box<dyn Query<M>>),
}

impl<M> Done<M> {
    /// How many commands.
    pub(crate) fn len(&self) -> usize {
        self.executed().len()
    }

    fn executed(&self) -> &[Executed] {
        match self {
            Done::Command(executed, _) => slice::from_ref(executed),
            Done::Commands(executed, _) => executed,
            Done::Query(_) => &[],
        }
    }
}

/// A command that was carried out.
pub(crate) struct Executed {
    pub(crate) time_ms: u64,
    pub(crate) command: Command,
    pub(crate) events: Arc<[Event]>,
}

/// The way into the log, for one thread at a time: the log thread, or the engine while the log thread has nothing to do.
pub(crate) struct LogEntrance<M> {
    pub(crate) pipeline: Arc<Pipeline<Done<M>>>,
    pub(crate) shared: Arc<Shared>,
    /// What the log thread has added, of all that it was ever sent.
    added: AtomicU64,
}

/// The log takes nothing more. The reason is kept already.
pub(crate) struct LogEnded;

impl<M: 'static> LogEntrance<M> {
    pub(crate) fn new(pipeline: Arc<Pipeline<Done<M>>>, shared: Arc<Shared>) -> LogEntrance<M> {
        LogEntrance { pipeline, shared, added: AtomicU64::new(0) }
    }

    /// Whether the log thread has added all that it was sent, and so much was that.
    pub(crate) fn has_added(&self, sent: u64) -> bool {
        self.added.load(Ordering::Acquire) == sent
    }

    /// Encodes and hashes what was done, ahead of the disk. After a failure nothing of it is written.
    pub(crate) fn add(&self, done: Done<M>) -> Result<(), LogEnded> {
        let reason = match catch_unwind(AssertUnwindSafe(|| self.encode(done))) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => StopReason::Log(Arc::new(error)),
            Err(panic) => StopReason::Panicked(panic_message(&*panic)),
        };
        // If the disk has ended, its own reason came first.
        self.shared.set_stopped(reason);
        self.pipeline.break_off();
        Err(LogEnded)
    }

    fn encode(&self, done: Done<M>) -> Result<(), LogError> {
        self.pipeline.add(done, |encoder, done| {
            done.executed().iter().try_for_each(|Executed { time_ms, command, events }| {
                encoder.append(*time_ms, command, events).map(drop)
            })
        })
    }
}

/// Everything that the log thread owns.
pub(crate) struct LogThread<M> {
    pub(crate) done: Receiver<Done<M>>,
    pub(crate) entrance: Arc<LogEntrance<M>>,
}

impl<M: 'static> LogThread<M> {
    /// Runs until the engine has nothing more, or a failure, whose reason is kept before anything is dropped.
    pub(crate) fn run_to_end(self, disk_thread: JoinHandle<EndedLog>) -> EndedLog {
        if let Ok(()) = self.run() {
            self.entrance.pipeline.close();
        }
        // What it has taken still becomes durable and is answered.
        disk_thread.join().ok().flatten()
    }

    fn run(&self) -> Result<(), LogEnded> {
        for done in &self.done {
            self.entrance.add(done)?;
            self.entrance.added.fetch_add(1, Ordering::Release);
        }
        Ok(())
    }
}

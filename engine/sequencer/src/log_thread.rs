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
    sync::Arc,
    thread::JoinHandle,
};
use tokio::sync::oneshot;

/// What the engine has done, in order, and who waits until it is durable.
pub(crate) enum Done<M> {
    Command(Executed, oneshot::Sender<Receipt>),
    Commands(Vec<Executed>, oneshot::Sender<Vec<Receipt>>),
    Query(Box<dyn Query<M>>),
}

/// A command that was carried out.
pub(crate) struct Executed {
    pub(crate) time_ms: u64,
    pub(crate) command: Command,
    pub(crate) events: Arc<[Event]>,
}

/// Everything that the log thread owns.
pub(crate) struct LogThread<M> {
    pub(crate) done: Receiver<Done<M>>,
    pub(crate) pipeline: Arc<Pipeline<Done<M>>>,
    pub(crate) shared: Arc<Shared>,
}

impl<M: 'static> LogThread<M> {
    /// Runs until the engine has nothing more, or a failure, whose reason is kept before anything is dropped.
    pub(crate) fn run_to_end(self, disk_thread: JoinHandle<EndedLog>) -> EndedLog {
        let reason = match catch_unwind(AssertUnwindSafe(|| self.run())) {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(StopReason::Log(Arc::new(error))),
            Err(panic) => Some(StopReason::Panicked(panic_message(&*panic))),
        };
        match reason {
            None => self.pipeline.close(),
            Some(reason) => {
                // If the disk has ended, its own reason came first.
                self.shared.set_stopped(reason);
                self.pipeline.break_off();
            }
        }
        // What it has taken still becomes durable and is answered.
        disk_thread.join().ok().flatten()
    }

    fn run(&self) -> Result<(), LogError> {
        for done in &self.done {
            self.pipeline.add(done, |encoder, done| {
                let executed = match done {
                    Done::Command(executed, _) => slice::from_ref(executed),
                    Done::Commands(executed, _) => executed,
                    Done::Query(_) => &[],
                };
                executed.iter().try_for_each(|Executed { time_ms, command, events }| {
                    encoder.append(*time_ms, command, events).map(drop)
                })
            })?;
        }
        Ok(())
    }
}

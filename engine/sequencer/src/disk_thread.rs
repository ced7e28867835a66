//! The disk thread: makes batches durable, one sync each, and only then lets out what they hold.

use crate::{
    StopReason,
    batch::{Batch, Waiting},
    shared::Shared,
    stop::panic_message,
};
use coretime_log::{Disk, LogError, Position};
use crossbeam_channel::{Receiver, Sender};
use std::{
    convert::Infallible,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};
use tokio::sync::watch;

/// Everything that the disk thread owns.
pub(crate) struct DiskThread<M> {
    pub(crate) disk: Disk,
    pub(crate) batches: Receiver<Batch<M>>,
    /// Back to the log thread, empty.
    pub(crate) spares: Sender<Batch<M>>,
    pub(crate) durable: watch::Sender<Position>,
    pub(crate) shared: Arc<Shared>,
    /// Dropped with the thread: the engine waits for that too.
    pub(crate) _alive: Sender<Infallible>,
}

/// What is kept until the reason of the end is known: readers take its drop for the end. `None` after a failure, whose
/// reason is known already.
pub(crate) type EndedLog = Option<watch::Sender<Position>>;

impl<M: 'static> DiskThread<M> {
    /// Runs until no batch comes any more, or a failure, whose reason is kept before anything is dropped.
    pub(crate) fn run_to_end(mut self) -> EndedLog {
        // What is being done; here, so that a failure does not drop it before the reason is kept.
        let mut current = Batch::default();
        let reason = match catch_unwind(AssertUnwindSafe(|| self.run(&mut current))) {
            Ok(Ok(())) => {
                tracing::debug!(position = ?self.disk.durable_position(), "the log is closed");
                return Some(self.durable);
            }
            Ok(Err(error)) => StopReason::Log(Arc::new(error)),
            Err(panic) => StopReason::Panicked(panic_message(&*panic)),
        };
        self.shared.set_stopped(reason);
        None
    }

    fn run(&mut self, current: &mut Batch<M>) -> Result<(), LogError> {
        while let Ok(batch) = self.batches.recv() {
            *current = batch;
            self.commit(current)?;
            current.group.clear();
            // The log thread is gone when it has nothing more.
            let _ = self.spares.send(std::mem::take(current));
        }
        Ok(())
    }

    /// Makes the batch durable; only then does anything of it leave.
    fn commit(&mut self, batch: &mut Batch<M>) -> Result<(), LogError> {
        let position = self.disk.write_and_sync(&batch.group)?;
        let mut history = self.shared.history();
        for waiting in &batch.waiting {
            if let Waiting::Command { record: Some(record), .. } = waiting {
                history.push(record.clone());
            }
        }
        drop(history);
        if *self.durable.borrow() != position {
            self.durable.send_replace(position);
        }
        for waiting in batch.waiting.drain(..) {
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

//! The disk thread: makes batches durable, one sync each, and only then lets out what they hold.

use crate::{
    Receipt, Record, StopReason,
    log_thread::{Done, Executed},
    shared::Shared,
    stop::panic_message,
};
use coretime_log::{Batch, Disk, LogError, Pipeline, Position};
use coretime_types::Sequence;
use crossbeam_channel::Sender;
use std::{
    convert::Infallible,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};
use tokio::sync::{oneshot, watch};

/// Everything that the disk thread owns.
pub(crate) struct DiskThread<M> {
    pub(crate) disk: Disk,
    pub(crate) pipeline: Arc<Pipeline<Done<M>>>,
    pub(crate) durable: watch::Sender<Position>,
    pub(crate) shared: Arc<Shared>,
    /// Dropped with the thread: the engine waits for that too.
    pub(crate) _alive: Sender<Infallible>,
}

/// What is kept until the reason of the end is known: readers take its drop for the end. `None` after a failure, whose
/// reason is known already.
pub(crate) type EndedLog = Option<watch::Sender<Position>>;

impl<M: 'static> DiskThread<M> {
    /// Runs until nothing more comes, or a failure, whose reason is kept before anything is dropped.
    pub(crate) fn run_to_end(mut self) -> EndedLog {
        // What is being done; here, so that a failure does not drop it before the reason is kept.
        let mut waiting = Vec::new();
        let reason = match catch_unwind(AssertUnwindSafe(|| self.run(&mut waiting))) {
            Ok(Ok(())) => {
                tracing::debug!(position = ?self.disk.durable_position(), "the log is closed");
                return Some(self.durable);
            }
            Ok(Err(error)) => StopReason::Log(Arc::new(error)),
            Err(panic) => StopReason::Panicked(panic_message(&*panic)),
        };
        self.shared.set_stopped(reason);
        self.pipeline.end();
        None
    }

    fn run(&mut self, waiting: &mut Vec<Done<M>>) -> Result<(), LogError> {
        let mut batch = Batch::default();
        let mut answers = Vec::new();
        while self.pipeline.take(&mut batch, waiting) {
            let first = Sequence(self.disk.durable_position().sequence.0.saturating_add(1));
            let position = self.disk.write_and_sync(&batch)?;
            // Only now does anything of it leave.
            self.publish(&batch, first, waiting, &mut answers);
            if *self.durable.borrow() != position {
                self.durable.send_replace(position);
            }
            answers.drain(..).for_each(Waiting::answer);
        }
        Ok(())
    }

    /// Puts the records into the history; who waits for them is to be answered next.
    fn publish(
        &self,
        batch: &Batch,
        first: Sequence,
        waiting: &mut Vec<Done<M>>,
        answers: &mut Vec<Waiting<M>>,
    ) {
        let mut history = self.shared.history();
        let mut positions = batch.positions(first);
        let mut record = |executed| {
            let Executed { time_ms, command, events } = executed;
            let Position { sequence, chain_hash } = positions.next()?;
            let record = Arc::new(Record { sequence, chain_hash, time_ms, command, events });
            history.push(record.clone());
            Some(record)
        };
        for done in waiting.drain(..) {
            answers.push(match done {
                Done::Query(query) => Waiting::Query(query),
                Done::Command(executed, answer) => {
                    let Some(record) = record(executed) else { return };
                    Waiting::Command(record, answer)
                }
                Done::Commands(executed, answer) => {
                    Waiting::Commands(executed.into_iter().map_while(&mut record).collect(), answer)
                }
            });
        }
    }
}

/// What is durable and not answered yet.
enum Waiting<M> {
    Command(Arc<Record>, oneshot::Sender<Receipt>),
    Commands(Vec<Arc<Record>>, oneshot::Sender<Vec<Receipt>>),
    Query(Box<dyn crate::request::Query<M>>),
}

impl<M> Waiting<M> {
    fn answer(self) {
        match self {
            Waiting::Command(record, answer) => {
                // Whoever submitted it may have lost interest.
                let _ = answer.send(record.receipt());
            }
            Waiting::Commands(records, answer) => {
                let _ = answer.send(records.iter().map(|record| record.receipt()).collect());
            }
            Waiting::Query(query) => query.answer(),
        }
    }
}

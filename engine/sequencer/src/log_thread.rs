//! The log thread: encodes and hashes what the engine has done, a batch at a time, while the disk is busy with the
//! batch before.

use crate::{
    Receipt, Record, StopReason,
    batch::{Batch, Waiting},
    disk_thread::EndedLog,
    request::Query,
    shared::Shared,
    stop::panic_message,
};
use coretime_log::{Encoder, LogError, Position};
use coretime_types::{Command, Event};
use crossbeam_channel::{Receiver, Sender, select};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::JoinHandle,
};
use tokio::sync::oneshot;

/// What is encoded into one batch, at most (a single larger record apart): bounds the memory.
const BATCH_BYTES: usize = 1 << 20;

/// What the engine has done, in order.
pub(crate) enum Done<M> {
    Command { time_ms: u64, command: Command, events: Arc<[Event]>, answer: oneshot::Sender<Receipt> },
    Query(Box<dyn Query<M>>),
}

/// Everything that the log thread owns.
pub(crate) struct LogThread<M> {
    pub(crate) encoder: Encoder,
    pub(crate) done: Receiver<Done<M>>,
    pub(crate) batch_max: usize,
    /// What is being filled.
    pub(crate) batch: Batch<M>,
    /// To the disk, which takes one at a time.
    pub(crate) batches: Sender<Batch<M>>,
    /// Back from the disk, empty: whoever has this may send the next.
    pub(crate) spares: Receiver<Batch<M>>,
    pub(crate) shared: Arc<Shared>,
}

/// The disk thread has ended, for a reason that it has kept.
struct DiskEnded;

impl<M: 'static> LogThread<M> {
    /// Runs until the engine has nothing more, or a failure, whose reason is kept before anything is dropped.
    pub(crate) fn run_to_end(mut self, disk_thread: JoinHandle<EndedLog>) -> EndedLog {
        let reason = match catch_unwind(AssertUnwindSafe(|| self.run())) {
            Ok(Ok(Ok(()) | Err(DiskEnded))) => None,
            Ok(Err(error)) => Some(StopReason::Log(Arc::new(error))),
            Err(panic) => Some(StopReason::Panicked(panic_message(&*panic))),
        };
        let LogThread { batch, batches, .. } = self;
        if let Some(reason) = reason {
            self.shared.set_stopped(reason);
        }
        // What was handed over still becomes durable and is answered.
        drop(batches);
        let ended = disk_thread.join().ok().flatten();
        drop(batch);
        ended
    }

    fn run(&mut self) -> Result<Result<(), DiskEnded>, LogError> {
        while let Ok(first) = self.done.recv() {
            self.take(first)?;
            let Some(spare) = self.fill()? else { return Ok(Err(DiskEnded)) };
            let mut batch = std::mem::replace(&mut self.batch, spare);
            let room = std::mem::take(&mut self.batch.group);
            if self.encoder.group().is_empty() {
                // Questions only.
                self.batch.group = room;
            } else {
                batch.group = self.encoder.take_group(room);
            }
            if let Err(unsent) = self.batches.send(batch) {
                // Kept until the reason is known.
                self.batch = unsent.into_inner();
                return Ok(Err(DiskEnded));
            }
        }
        Ok(Ok(()))
    }

    /// Takes what comes until the disk is free; `None` if it never will be.
    fn fill(&mut self) -> Result<Option<Batch<M>>, LogError> {
        loop {
            while !self.is_full()
                && let Ok(next) = self.done.try_recv()
            {
                self.take(next)?;
            }
            if self.is_full() {
                return Ok(self.spares.recv().ok());
            }
            select! {
                recv(self.spares) -> spare => return Ok(spare.ok()),
                recv(self.done) -> next => match next {
                    Ok(next) => self.take(next)?,
                    // Nothing more comes.
                    Err(_) => return Ok(self.spares.recv().ok()),
                },
            }
        }
    }

    fn is_full(&self) -> bool {
        self.batch.waiting.len() >= self.batch_max || self.encoder.group().len() >= BATCH_BYTES
    }

    fn take(&mut self, done: Done<M>) -> Result<(), LogError> {
        match done {
            Done::Command { time_ms, command, events, answer } => {
                // In the batch first: if what follows fails, the answer is dropped with the batch, not before.
                self.batch.waiting.push(Waiting::Command { record: None, answer });
                let Position { sequence, chain_hash } = self.encoder.append(time_ms, &command, &events)?;
                if let Some(Waiting::Command { record, .. }) = self.batch.waiting.last_mut() {
                    *record = Some(Arc::new(Record { sequence, chain_hash, time_ms, command, events }));
                }
            }
            Done::Query(query) => self.batch.waiting.push(Waiting::Query(query)),
        }
        Ok(())
    }
}

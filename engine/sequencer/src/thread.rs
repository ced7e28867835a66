//! The engine thread.

use crate::{
    Receipt, Record, StateMachine, StopReason,
    request::{Query, Request},
    shared::Shared,
    stop::panic_message,
};
use coretime_log::{LogError, Position, Writer};
use coretime_types::{Command, Event};
use crossbeam_channel::Receiver;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::sync::{oneshot, watch};

/// Everything that the engine thread owns.
pub(crate) struct EngineThread<M> {
    pub(crate) machine: M,
    pub(crate) log: Writer,
    /// The last time given out: times never decrease.
    pub(crate) last_time_ms: u64,
    pub(crate) requests: Receiver<Request<M>>,
    pub(crate) group_max: usize,
    /// What was done since the last sync, and waits for the next.
    pub(crate) group: Vec<Waiting<M>>,
    /// The events of one command; kept to be used again.
    pub(crate) events: Vec<Event>,
    pub(crate) closing: bool,
    pub(crate) durable: watch::Sender<Position>,
    pub(crate) shared: Arc<Shared>,
}

/// What was done and is not durable yet.
pub(crate) enum Waiting<M> {
    Command { record: Option<Arc<Record>>, answer: oneshot::Sender<Receipt> },
    Query(Box<dyn Query<M>>),
}

impl<M: StateMachine> EngineThread<M> {
    /// Runs until a shutdown or a failure. The reason is kept before anything is dropped, so that whoever loses an
    /// answer can be told why.
    pub(crate) fn run_to_end(mut self) {
        let reason = match catch_unwind(AssertUnwindSafe(|| self.run())) {
            Ok(Ok(())) => StopReason::ShutDown,
            Ok(Err(error)) => StopReason::Log(Arc::new(error)),
            Err(panic) => StopReason::Panicked(panic_message(&*panic)),
        };
        match &reason {
            StopReason::ShutDown => tracing::info!(position = ?self.log.durable_position(), "{reason}"),
            StopReason::Log(_) | StopReason::Panicked(_) => tracing::error!("{reason}"),
        }
        self.shared.set_stopped(reason);
        self.shared.clear_if_stopped(&self.requests);
    }

    fn run(&mut self) -> Result<(), LogError> {
        while let Some(first) = self.next_request() {
            self.take(first)?;
            while self.group.len() < self.group_max
                && let Ok(request) = self.requests.try_recv()
            {
                self.take(request)?;
            }
            self.commit()?;
        }
        Ok(())
    }

    /// Waits for a request; during a shutdown, takes what is there.
    fn next_request(&self) -> Option<Request<M>> {
        if self.closing { self.requests.try_recv().ok() } else { self.requests.recv().ok() }
    }

    fn take(&mut self, request: Request<M>) -> Result<(), LogError> {
        match request {
            Request::Submit { command, answer } => {
                // In the group first: if what follows fails, the answer is dropped with the group, not before.
                self.group.push(Waiting::Command { record: None, answer });
                let done = self.execute(command)?;
                if let Some(Waiting::Command { record, .. }) = self.group.last_mut() {
                    *record = Some(done);
                }
            }
            Request::Query(query) => {
                self.group.push(Waiting::Query(query));
                if let Some(Waiting::Query(query)) = self.group.last_mut() {
                    query.look(&self.machine);
                }
            }
            Request::Shutdown => self.closing = true,
        }
        Ok(())
    }

    fn execute(&mut self, command: Command) -> Result<Arc<Record>, LogError> {
        self.last_time_ms = now_ms().max(self.last_time_ms);
        let Position { sequence, chain_hash } = self.log.append(self.last_time_ms, &command)?;
        self.events.clear();
        self.machine.apply(&command, &mut self.events);
        let events = self.events.as_slice().into();
        Ok(Arc::new(Record { sequence, chain_hash, time_ms: self.last_time_ms, command, events }))
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

/// Milliseconds since 1970-01-01 UTC by the wall clock; 0 before.
fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

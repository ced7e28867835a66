//! The engine thread: applies commands in order, ahead of the log.

use crate::{
    StateMachine, StopReason,
    disk_thread::EndedLog,
    log_thread::{Done, Executed, LogEnded, LogEntrance},
    request::Request,
    shared::Shared,
    stop::panic_message,
};
use coretime_market::LOOK_AHEAD;
use coretime_types::{Command, Event, Sequence};
use crossbeam_channel::{Receiver, Sender, TryRecvError, select};
use std::{
    collections::VecDeque,
    convert::Infallible,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::JoinHandle,
    time::{SystemTime, UNIX_EPOCH},
};

/// Everything that the engine thread owns.
pub(crate) struct EngineThread<M> {
    pub(crate) machine: M,
    /// The place of the last command that the machine has carried out.
    pub(crate) last: Sequence,
    /// The last time given out: times never decrease.
    pub(crate) last_time_ms: u64,
    pub(crate) requests: Receiver<Request<M>>,
    /// What was done goes here, to become durable. Bounded: the engine waits when it is too far ahead.
    pub(crate) done: Sender<Done<M>>,
    /// What went there so far.
    pub(crate) sent: u64,
    /// Or here, a few commands that nobody else waits behind: that saves waking the log thread.
    pub(crate) entrance: Arc<LogEntrance<M>>,
    /// Closed when the disk thread has ended: without a shutdown, only after a failure of its own or the log thread's.
    pub(crate) log_ended: Receiver<Infallible>,
    /// The events of one command; kept to be used again.
    pub(crate) events: Vec<Event>,
    pub(crate) closing: bool,
    pub(crate) shared: Arc<Shared>,
}

/// Commands that the engine encodes itself while nobody else waits: fewer than it takes to wake a thread.
const ENCODED_HERE: usize = 8;

/// What came of a command.
struct Outcome {
    time_ms: u64,
    events: Arc<[Event]>,
}

impl<M: StateMachine> EngineThread<M> {
    /// Runs until a shutdown or a failure, of its own or of the log. The reason is kept before anything is dropped, so
    /// that whoever loses an answer can be told why.
    pub(crate) fn run_to_end(mut self, log_thread: JoinHandle<EndedLog>) {
        // What is being done; here, so that a panic does not drop it before the reason is kept.
        let mut taken = VecDeque::with_capacity(LOOK_AHEAD);
        let result = catch_unwind(AssertUnwindSafe(|| self.run(&mut taken)));
        let EngineThread { requests, done, shared, .. } = self;
        // What was done still becomes durable and is answered.
        drop(done);
        let ended = log_thread.join().ok();
        let reason = match result {
            Ok(Ok(()) | Err(LogEnded)) => StopReason::ShutDown,
            Err(panic) => StopReason::Panicked(panic_message(&*panic)),
        };
        // The log's own reason came first, if it had one.
        shared.set_stopped(reason);
        match shared.stop_reason() {
            Some(reason @ StopReason::ShutDown) => tracing::info!("{reason}"),
            Some(reason) => tracing::error!("{reason}"),
            None => {}
        }
        shared.clear_if_stopped(&requests);
        drop(taken);
        drop(ended);
    }

    /// Takes what is queued, a few requests at once, so that the machine can look ahead.
    fn run(&mut self, taken: &mut VecDeque<Request<M>>) -> Result<(), LogEnded> {
        while let Some(request) = self.next_request()? {
            taken.push_back(request);
            taken.extend(self.requests.try_iter().take(LOOK_AHEAD - 1));
            if taken.len() > 1 {
                let commands = taken.iter().flat_map(Request::commands);
                self.machine.look_ahead(commands.take(LOOK_AHEAD));
            }
            while !taken.is_empty() {
                self.take(taken)?;
            }
        }
        Ok(())
    }

    /// Waits for a request; during a shutdown, takes what is there.
    fn next_request(&self) -> Result<Option<Request<M>>, LogEnded> {
        match self.requests.try_recv() {
            Ok(request) => return Ok(Some(request)),
            Err(TryRecvError::Disconnected) => return Ok(None),
            Err(TryRecvError::Empty) if self.closing => return Ok(None),
            Err(TryRecvError::Empty) => {}
        }
        select! {
            recv(self.requests) -> request => Ok(request.ok()),
            recv(self.log_ended) -> _ => Err(LogEnded),
        }
    }

    /// Does the first of the requests.
    fn take(&mut self, taken: &mut VecDeque<Request<M>>) -> Result<(), LogEnded> {
        // What is being done stays among the taken until it is done.
        let mut outcomes = Vec::new();
        let outcome = match taken.front_mut() {
            Some(Request::Submit { command, .. }) => {
                self.look_at_clock();
                Some(self.execute(command))
            }
            Some(Request::SubmitAll { batch, .. }) => {
                outcomes.reserve_exact(batch.len());
                for commands in batch.commands().chunks(LOOK_AHEAD) {
                    self.look_at_clock();
                    self.machine.look_ahead(commands.iter());
                    outcomes.extend(commands.iter().map(|command| self.execute(command)));
                }
                None
            }
            Some(Request::Query(query)) => {
                query.look(&self.machine, self.last);
                None
            }
            Some(Request::Shutdown) | None => {
                self.closing = true;
                taken.pop_front();
                return Ok(());
            }
        };
        let done = match taken.pop_front() {
            Some(Request::Submit { command, answer }) => {
                let Some(Outcome { time_ms, events }) = outcome else { return Ok(()) };
                Done::Command(Executed { time_ms, command, events }, answer)
            }
            Some(Request::SubmitAll { batch, answer }) => {
                let commands = batch.into_commands().into_iter().zip(outcomes);
                let executed = commands.map(|(command, Outcome { time_ms, events })| Executed {
                    time_ms,
                    command,
                    events,
                });
                Done::Commands(executed.collect(), answer)
            }
            Some(Request::Query(query)) => Done::Query(query),
            Some(Request::Shutdown) | None => return Ok(()),
        };
        let nobody_waits = || taken.is_empty() && self.requests.is_empty();
        if done.len() <= ENCODED_HERE && nobody_waits() && self.entrance.has_added(self.sent) {
            return self.entrance.add(done);
        }
        self.sent += 1;
        // A failed log has kept its reason before it lets go of its end.
        self.done.send(done).map_err(|_| LogEnded)
    }

    fn look_at_clock(&mut self) {
        self.last_time_ms = now_ms().max(self.last_time_ms);
    }

    fn execute(&mut self, command: &Command) -> Outcome {
        self.events.clear();
        self.machine.apply(command, &mut self.events);
        self.last = Sequence(self.last.0.saturating_add(1));
        Outcome { time_ms: self.last_time_ms, events: self.events.as_slice().into() }
    }
}

/// Milliseconds since 1970-01-01 UTC by the wall clock; 0 before.
fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

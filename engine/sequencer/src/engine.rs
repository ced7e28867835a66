//! The handle through which everybody talks to the engine.

use crate::{
    Answer, CommandBatch, EventReader, QueryAnswer, Receipt, StateMachine, StopReason, Stopped, Subscription,
    command_batch::check_size,
    request::{Question, Request},
    shared::Shared,
};
use coretime_log::{MAX_PAYLOAD_BYTES, Position};
use coretime_market::Market;
use coretime_types::{Command, Sequence};
use crossbeam_channel::{Receiver, Sender, TrySendError};
use std::sync::Arc;
use tokio::sync::oneshot;

/// Why a command or query was not taken. It changed nothing and never will.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SubmitError {
    /// The queue is full: try again later.
    #[error("the engine is busy: its queue is full")]
    Busy,
    /// The engine runs no more.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// No record of the log holds a command of this size.
    #[error("the command takes {bytes} bytes; the log holds up to {MAX_PAYLOAD_BYTES}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
}

/// The handle through which everybody talks to the engine. Cheap to clone.
pub struct Engine<M = Market> {
    requests: Sender<Request<M>>,
    /// The other end of the queue, to clear it when nobody takes from it any more.
    leftovers: Receiver<Request<M>>,
    shared: Arc<Shared>,
}

impl<M> Clone for Engine<M> {
    fn clone(&self) -> Self {
        Engine {
            requests: self.requests.clone(),
            leftovers: self.leftovers.clone(),
            shared: self.shared.clone(),
        }
    }
}

impl<M: StateMachine> Engine<M> {
    pub(crate) fn new(
        requests: Sender<Request<M>>,
        leftovers: Receiver<Request<M>>,
        shared: Arc<Shared>,
    ) -> Engine<M> {
        Engine { requests, leftovers, shared }
    }

    /// Submits a command, without blocking. Its answer comes when it is durable; a command that the rules reject is
    /// answered too, with its event `Rejected`.
    pub fn submit(&self, command: Command) -> Result<Answer<Receipt>, SubmitError> {
        check_size(&command)?;
        let (answer, receiver) = oneshot::channel();
        self.enqueue(Request::Submit { command, answer })?;
        Ok(Answer::new(receiver, self.shared.clone()))
    }

    /// Submits commands together, without blocking: all are taken, or none. Their receipts come together, in their order,
    /// when all are durable. A batch is one item of the queue, so it is best kept short.
    pub fn submit_all(&self, batch: CommandBatch) -> Result<Answer<Vec<Receipt>>, SubmitError> {
        let (answer, receiver) = oneshot::channel();
        self.enqueue(Request::SubmitAll { batch, answer })?;
        Ok(Answer::new(receiver, self.shared.clone()))
    }

    /// Asks the state machine something, in the engine thread: be quick, and do not panic. It sees all commands that
    /// were queued before it, and the answer comes when those are durable.
    pub fn query<T, F>(&self, question: F) -> Result<QueryAnswer<T>, SubmitError>
    where
        T: Send + 'static,
        F: FnOnce(&M) -> T + Send + 'static,
    {
        self.query_at(|machine, _| question(machine))
    }

    /// As [`query`](Engine::query), and tells the question the place of the last command that the state machine has
    /// carried out: who follows the records after it has the same state.
    pub fn query_at<T, F>(&self, question: F) -> Result<QueryAnswer<T>, SubmitError>
    where
        T: Send + 'static,
        F: FnOnce(&M, Sequence) -> T + Send + 'static,
    {
        let (answer, receiver) = oneshot::channel();
        self.enqueue(Request::Query(Box::new(Question::new(question, answer))))?;
        Ok(Answer::new(receiver, self.shared.clone()))
    }

    fn enqueue(&self, request: Request<M>) -> Result<(), SubmitError> {
        if self.shared.is_closing() || self.shared.stop_reason().is_some() {
            return Err(self.shared.stopped().into());
        }
        let queued = self.requests.try_send(request).map_err(|error| match error {
            TrySendError::Full(_) => SubmitError::Busy,
            TrySendError::Disconnected(_) => self.shared.stopped().into(),
        });
        // The engine may have ended meanwhile. If it has still done this, its answer is there.
        self.shared.clear_if_stopped(&self.leftovers);
        queued
    }

    /// Begins a shutdown: nothing more is taken, what is queued is done.
    pub(crate) fn close(&self) {
        self.shared.close();
        // Waits for room in the queue: the engine makes it, also when it ends.
        let _ = self.requests.send(Request::Shutdown);
        self.shared.clear_if_stopped(&self.leftovers);
    }

    /// Commands, batches of them, and queries that wait in the queue now.
    pub fn queued(&self) -> usize {
        self.requests.len()
    }

    /// Reads every record from `next` on, in order, each once, however slowly: for those who must not miss anything.
    pub fn events_from(&self, next: Sequence) -> EventReader {
        EventReader::new(self.shared.clone(), next)
    }

    /// Follows the records after the present durable position, and ends when it lags behind: for those who can start
    /// again from a snapshot.
    pub fn subscribe(&self) -> Subscription {
        Subscription::new(self.shared.clone())
    }

    /// The last record that is durable and published.
    pub fn durable_position(&self) -> Position {
        self.shared.durable_position()
    }

    /// Why the engine runs no more; `None` while it runs.
    pub fn stop_reason(&self) -> Option<StopReason> {
        self.shared.stop_reason()
    }

    /// Waits until the engine has stopped.
    pub async fn stopped(&self) -> StopReason {
        let mut durable = self.shared.durable.clone();
        while durable.changed().await.is_ok() {}
        self.shared.stopped().reason
    }
}

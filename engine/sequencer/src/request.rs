//! What waits in the queue.

use crate::{CommandBatch, Receipt};
use coretime_types::{Command, Sequence};
use std::slice;
use tokio::sync::oneshot;

/// What waits in the queue.
pub(crate) enum Request<M> {
    Submit {
        command: Command,
        answer: oneshot::Sender<Receipt>,
    },
    SubmitAll {
        batch: CommandBatch,
        answer: oneshot::Sender<Vec<Receipt>>,
    },
    Query(Box<dyn Query<M>>),
    /// Take what is in the queue, then end.
    Shutdown,
}

impl<M> Request<M> {
    /// The commands that a request brings.
    pub(crate) fn commands(&self) -> &[Command] {
        match self {
            Request::Submit { command, .. } => slice::from_ref(command),
            Request::SubmitAll { batch, .. } => batch.commands(),
            Request::Query(_) | Request::Shutdown => &[],
        }
    }
}

/// A question to the state machine, in two steps: what it saw leaves only when it is durable.
pub(crate) trait Query<M>: Send {
    /// `last` is the place of the last command that the machine has carried out.
    fn look(&mut self, machine: &M, last: Sequence);
    fn answer(self: Box<Self>);
}

/// The one implementation: a closure, then its result.
pub(crate) struct Question<F, T> {
    question: Option<F>,
    result: Option<T>,
    answer: oneshot::Sender<T>,
}

impl<F, T> Question<F, T> {
    pub(crate) fn new(question: F, answer: oneshot::Sender<T>) -> Question<F, T> {
        Question { question: Some(question), result: None, answer }
    }
}

impl<M, F, T> Query<M> for Question<F, T>
where
    F: FnOnce(&M, Sequence) -> T + Send,
    T: Send,
{
    fn look(&mut self, machine: &M, last: Sequence) {
        self.result = self.question.take().map(|question| question(machine, last));
    }

    fn answer(self: Box<Self>) {
        if let Some(result) = self.result {
            // Whoever asked may have lost interest.
            let _ = self.answer.send(result);
        }
    }
}

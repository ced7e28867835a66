//! Waiting for an answer.

use crate::{Receipt, Stopped, shared::Shared};
use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};
use tokio::sync::oneshot;

/// An answer that is to come: await it, or [`wait`](Answer::wait) for it. Dropping it does not take back what was asked.
#[must_use = "the answer says what became of it"]
pub struct Answer<T = Receipt> {
    receiver: oneshot::Receiver<T>,
    shared: Arc<Shared>,
}

/// The answer to a query.
pub type QueryAnswer<T> = Answer<T>;

impl<T> Answer<T> {
    pub(crate) fn new(receiver: oneshot::Receiver<T>, shared: Arc<Shared>) -> Answer<T> {
        Answer { receiver, shared }
    }

    /// Blocks this thread until the answer is there.
    ///
    /// # Panics
    ///
    /// On a thread that runs async tasks: await the answer there.
    pub fn wait(self) -> Result<T, Stopped> {
        self.receiver.blocking_recv().map_err(|_| self.shared.stopped())
    }
}

impl<T> Future for Answer<T> {
    type Output = Result<T, Stopped>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = Pin::new(&mut self.receiver).poll(context);
        answer.map(|answer| answer.map_err(|_| self.shared.stopped()))
    }
}

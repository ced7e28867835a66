//! What a session gives: a bounded buffer of messages in groups, then a status.

use coretime_proto::v1::{self, order_session_response::Message};
use coretime_types::Sequence;
use futures::stream::{BoxStream, Stream, StreamExt};
use std::{
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
};
use tokio::sync::mpsc;
use tonic::Status;

type Response = v1::OrderSessionResponse;

/// The session's end. What it ends with is kept apart: there may be no room for it.
pub(super) struct Output {
    sender: mpsc::Sender<Vec<Message>>,
    group_max: usize,
    end: Arc<OnceLock<Status>>,
}

/// Messages that are given at a time, at most: a client that does not read has a few of these groups waiting.
const GROUP_MAX: usize = 64;

/// Why nothing can be given any more.
pub(super) enum Closed {
    /// Nobody is there to read.
    Lost,
    /// The client does not read.
    TooSlow(Sequence),
}

/// Room for one group.
pub(super) struct Permit<'a>(mpsc::Permit<'a, Vec<Message>>);

impl Permit<'_> {
    pub(super) fn send(self, group: Vec<Message>) {
        self.0.send(group);
    }
}

/// A session's end and the client's; `capacity` messages may wait in between.
pub(super) fn channel(capacity: usize) -> (Output, BoxStream<'static, Result<Response, Status>>) {
    let group_max = (capacity / 4).clamp(1, GROUP_MAX);
    let (sender, receiver) = mpsc::channel((capacity / group_max).max(1));
    let end = Arc::new(OnceLock::new());
    let output = Output { sender, group_max, end: end.clone() };
    (output, Responses { receiver, group: Vec::new().into_iter(), end: Some(end) }.boxed())
}

/// The client's end.
struct Responses {
    receiver: mpsc::Receiver<Vec<Message>>,
    group: std::vec::IntoIter<Message>,
    /// `None`: it was told.
    end: Option<Arc<OnceLock<Status>>>,
}

impl Stream for Responses {
    type Item = Result<Response, Status>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(message) = self.group.next() {
                return Poll::Ready(Some(Ok(Response { message: Some(message) })));
            }
            match ready!(self.receiver.poll_recv(context)) {
                Some(group) => self.group = group.into_iter(),
                None => {
                    let status = self.end.take().and_then(|end| end.get().cloned());
                    return Poll::Ready(status.map(Err));
                }
            }
        }
    }
}

impl Output {
    /// Messages in a group, at most.
    pub(super) fn group_max(&self) -> usize {
        self.group_max
    }

    /// Room for a group, if there is some now.
    pub(super) fn try_reserve(&self) -> Option<Permit<'_>> {
        self.sender.try_reserve().ok().map(Permit)
    }

    /// Waits for room. Cancel safe.
    pub(super) async fn reserve(&self) -> Result<Permit<'_>, Closed> {
        self.sender.reserve().await.map(Permit).map_err(|_| Closed::Lost)
    }

    /// Ends the stream behind all that was given.
    pub(super) fn end(self, status: Option<Status>) {
        if let Some(status) = status {
            // Set once: the output is used up.
            let _ = self.end.set(status);
        }
    }
}

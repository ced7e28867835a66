//! What a session gives: a bounded buffer, then a status.

use coretime_proto::v1::{self, order_session_response::Message};
use coretime_types::Sequence;
use futures::stream::{BoxStream, StreamExt, unfold};
use std::sync::{Arc, OnceLock};
use tokio::sync::mpsc;
use tonic::Status;

type Response = v1::OrderSessionResponse;

/// The session's end. What it ends with is kept apart: there may be no room for it.
pub(super) struct Output {
    sender: mpsc::Sender<Response>,
    end: Arc<OnceLock<Status>>,
}

/// Why nothing can be given any more.
pub(super) enum Closed {
    /// Nobody is there to read.
    Lost,
    /// The client does not read.
    TooSlow(Sequence),
}

/// Room for one message.
pub(super) struct Permit<'a>(mpsc::Permit<'a, Response>);

impl Permit<'_> {
    pub(super) fn send(self, message: Message) {
        self.0.send(Response { message: Some(message) });
    }
}

/// A session's end and the client's.
pub(super) fn channel(capacity: usize) -> (Output, BoxStream<'static, Result<Response, Status>>) {
    let (sender, receiver) = mpsc::channel(capacity.max(1));
    let end = Arc::new(OnceLock::new());
    let output = Output { sender, end: end.clone() };
    let stream = unfold(Some((receiver, end)), async |state| {
        let (mut receiver, end): (mpsc::Receiver<Response>, Arc<OnceLock<Status>>) = state?;
        match receiver.recv().await {
            Some(message) => Some((Ok(message), Some((receiver, end)))),
            None => end.get().cloned().map(|status| (Err(status), None)),
        }
    });
    (output, stream.boxed())
}

impl Output {
    /// Room for a message, if there is some now.
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

//! A stream that is opened again when it breaks: what all feeds have in common.

use crate::backoff::Backoff;
use crate::client::Client;
use crate::error::{ClientError, reason};
use tonic::{Response, Status, Streaming};

/// A stream that is opened again when it breaks.
pub(crate) struct Reopened<T> {
    client: Client,
    stream: Option<Streaming<T>>,
    backoff: Backoff,
    opened: u64,
}

/// What there is to do next.
pub(crate) enum Next<T> {
    /// To take this in.
    Message(T),
    /// To say where to go on: the stream is to be opened.
    Open,
    /// To begin anew: the venue does not tell any more what was asked for.
    TooOld(Status),
}

impl<T> Reopened<T> {
    pub(crate) fn new(client: Client) -> Reopened<T> {
        Reopened { client, stream: None, backoff: Backoff::default(), opened: 0 }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// How often it was opened.
    pub(crate) fn opened(&self) -> u64 {
        self.opened
    }

    /// Waits for the next message. Safe to be dropped while it waits.
    ///
    /// # Errors
    /// What opening it again would not change.
    pub(crate) async fn next(&mut self) -> Result<Next<T>, ClientError> {
        let Some(stream) = &mut self.stream else { return Ok(Next::Open) };
        match stream.message().await {
            Ok(Some(message)) => {
                self.backoff.reset();
                Ok(Next::Message(message))
            }
            Ok(None) => self.ended(Status::unavailable("the stream has ended")).await,
            Err(status) => self.ended(status).await,
        }
    }

    /// Takes what opening the stream came to.
    ///
    /// # Errors
    /// What trying again would not change.
    pub(crate) async fn take(
        &mut self,
        opened: Result<Response<Streaming<T>>, ClientError>,
    ) -> Result<Next<T>, ClientError> {
        match opened {
            Ok(stream) => {
                self.opened = self.opened.saturating_add(1);
                self.stream = Some(stream.into_inner());
                self.next().await
            }
            Err(ClientError::Status(status)) => self.ended(*status).await,
            Err(error) => Err(error),
        }
    }

    /// Gives it up; the next one is opened.
    pub(crate) fn close(&mut self) {
        self.stream = None;
    }

    async fn ended(&mut self, status: Status) -> Result<Next<T>, ClientError> {
        self.stream = None;
        if reason(&status).as_deref() == Some("RESUME_TOO_OLD") {
            return Ok(Next::TooOld(status));
        }
        self.client.after_stream_ended(&status, &mut self.backoff).await?;
        Ok(Next::Open)
    }
}

//! The whole book, followed through disconnects.

use crate::backoff::Backoff;
use crate::book::Book;
use crate::client::Client;
use crate::error::{ClientError, reason};
use coretime_proto::v1 as pb;
use tonic::{Status, Streaming};

/// Follows `MarketDataService.StreamBook` and rebuilds the book; opens the stream again when it breaks, after the last
/// sequence that was seen, or with a snapshot.
pub struct BookFeed {
    client: Client,
    stream: Option<Streaming<pb::StreamBookResponse>>,
    backoff: Backoff,
    book: Book,
    opened: u64,
}

impl BookFeed {
    pub(crate) fn new(client: Client) -> BookFeed {
        BookFeed { client, stream: None, backoff: Backoff::default(), book: Book::default(), opened: 0 }
    }

    /// The book as of the last [`next`](BookFeed::next).
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// How often the stream was opened.
    pub fn opened(&self) -> u64 {
        self.opened
    }

    /// Waits until the book has changed and is whole. Safe to be dropped while it waits; until the next call ends, the book
    /// may then be in the middle of a change ([`Book::is_whole`]).
    ///
    /// # Errors
    /// What trying again would not change.
    pub async fn next(&mut self) -> Result<&Book, ClientError> {
        loop {
            let Some(stream) = &mut self.stream else {
                self.open().await?;
                continue;
            };
            match stream.message().await {
                Ok(Some(message)) => {
                    self.backoff.reset();
                    let changes = matches!(
                        message.message,
                        Some(
                            pb::stream_book_response::Message::Snapshot(_)
                                | pb::stream_book_response::Message::Update(_)
                        )
                    );
                    if let Err(error) = self.book.apply(message) {
                        tracing::warn!(%error, "the book is read anew");
                        self.book = Book::default();
                        self.stream = None;
                    } else if changes && self.book.is_whole() {
                        return Ok(&self.book);
                    }
                }
                Ok(None) => self.broken(&Status::unavailable("the stream has ended")).await?,
                Err(status) => self.broken(&status).await?,
            }
        }
    }

    async fn open(&mut self) -> Result<(), ClientError> {
        // In the middle of a change there is nothing to go on from.
        if !self.book.is_whole() {
            self.book = Book::default();
        }
        let asked = pb::StreamBookRequest { resume_after_sequence: self.book.resume_after() };
        match self.client.market_data().stream_book(asked).await {
            Ok(stream) => {
                self.opened = self.opened.saturating_add(1);
                self.stream = Some(stream.into_inner());
                Ok(())
            }
            Err(status) => self.broken(&status).await,
        }
    }

    async fn broken(&mut self, status: &Status) -> Result<(), ClientError> {
        self.stream = None;
        if reason(status).as_deref() == Some("RESUME_TOO_OLD") {
            self.book = Book::default();
            return Ok(());
        }
        self.client.after_stream_ended(status, &mut self.backoff).await
    }
}

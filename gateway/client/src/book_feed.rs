//! The whole book, followed through disconnects.

use crate::book::Book;
use crate::client::Client;
use crate::error::ClientError;
use crate::reopened::{Next, Reopened};
use coretime_proto::v1 as pb;
use pb::stream_book_response::Message;

/// Follows `MarketDataService.StreamBook` and rebuilds the book; opens the stream again when it breaks, after the last
/// sequence that was seen, or with a snapshot.
pub struct BookFeed {
    stream: Reopened<pb::StreamBookResponse>,
    book: Book,
}

impl BookFeed {
    pub(crate) fn new(client: Client) -> BookFeed {
        BookFeed { stream: Reopened::new(client), book: Book::default() }
    }

    /// The book as of the last [`next`](BookFeed::next).
    pub fn book(&self) -> &Book {
        &self.book
    }

    /// How often the stream was opened.
    pub fn opened(&self) -> u64 {
        self.stream.opened()
    }

    /// Waits until the book has changed and is whole. Safe to be dropped while it waits; until the next call ends, the book
    /// may then be in the middle of a change ([`Book::is_whole`]).
    ///
    /// # Errors
    /// What trying again would not change.
    pub async fn next(&mut self) -> Result<&Book, ClientError> {
        loop {
            let next = match self.stream.next().await? {
                Next::Open => {
                    // In the middle of a change there is nothing to go on from.
                    if !self.book.is_whole() {
                        self.book = Book::default();
                    }
                    let asked = pb::StreamBookRequest { resume_after_sequence: self.book.resume_after() };
                    let opened = self.stream.client().market_data().stream_book(asked).await;
                    self.stream.take(opened.map_err(ClientError::from)).await?
                }
                next => next,
            };
            match next {
                Next::Message(message) => {
                    let changes = matches!(message.message, Some(Message::Snapshot(_) | Message::Update(_)));
                    if let Err(error) = self.book.apply(message) {
                        tracing::warn!(%error, "the book is read anew");
                        self.book = Book::default();
                        self.stream.close();
                    } else if changes && self.book.is_whole() {
                        return Ok(&self.book);
                    }
                }
                Next::Open => {}
                Next::TooOld(_) => self.book = Book::default(),
            }
        }
    }
}

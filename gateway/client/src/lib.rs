//! A trader's gRPC client: logs in with an on-chain key, keeps the session, never leaves a bot in doubt.
//!
//! - [`Client`] is for bots: it logs in when it must, renews the session, connects again with growing pauses, and finds
//!   out what became of a command whose answer was lost, by asking for the client order id. What it sends again has
//!   the same id, so that it is carried out once at most.
//! - [`AccountFeed`] follows the account's own orders, instructions and fills, [`BookFeed`] the whole [`Book`]. Both resume
//!   after the last sequence they have seen, or begin anew with a snapshot, and say which. [`ReceiptFeed`] follows
//!   everyone's receipts.
//! - [`Trader`] is one session and no more: the generated clients of `coretime-proto` with the session's token put into
//!   every request. It does not retry and does not renew. The demo's people and tests that look at single calls use it.
//!
//! ```no_run
//! # async fn example(key: subxt_signer::sr25519::Keypair, bid: coretime_proto::v1::Bid) -> Result<(), coretime_client::ClientError> {
//! use coretime_client::{Client, ClientConfig, Credentials};
//! let client = Client::new("http://127.0.0.1:50051", Credentials::Key(Box::new(key)), ClientConfig::default())?;
//! // The bid names itself: its terms have `client_order_id: coretime_client::fresh_id()?`.
//! let placed = client.place_bid(bid).await?;
//! let mut account = client.account_feed();
//! while !account.state().orders.is_empty() {
//!     account.next().await?;
//! }
//! # Ok(()) }
//! ```
//!
//! Deliberately absent: strategies (see `coretime-bots`), and order sessions: a bot that needs cancel-on-disconnect opens
//! one with [`Client::services`].

mod account_feed;
mod backoff;
mod book;
mod book_feed;
mod client;
mod commands;
mod error;
mod login;
mod pages;
mod receipt_feed;
mod reopened;
mod services;
mod trader;

pub use account_feed::{AccountFeed, AccountState, AccountUpdate};
pub use book::{Book, BookError, BookLevel};
pub use book_feed::BookFeed;
pub use client::{Client, ClientConfig, Credentials, endpoint};
pub use commands::{Cancelled, Placed, QuoteElement, Quoted, Withdrawn, fresh_id};
pub use error::{ClientError, reason};
pub use login::{Login, log_in};
pub use receipt_feed::ReceiptFeed;
pub use services::{Bearer, Services, Session};
pub use trader::Trader;

//! A trader's gRPC client: logs in with an on-chain key and keeps the session; rebuilds the book.
//!
//! [`Trader`] is the generated clients of `coretime-proto` with the session's token put into every request, plus the
//! few calls that everybody makes. All else is called on its `orders`, `accounts` and `settlement`. The demo's people
//! and the system tests trade with it.
//!
//! It does not retry: a trader who sends again does so with the same client order id or request id. A session that has
//! expired is not renewed: log in again.

mod book;
mod trader;

pub use book::{Book, BookError, BookLevel};
pub use trader::{Bearer, ClientError, Session, Trader};

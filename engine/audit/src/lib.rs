//! What an auditor does with the command log alone, without the venue: verify that it is whole and that everything in
//! it was done by the rules, and read it out.
//!
//! # What [`verify`] checks
//!
//! - The log itself: every checksum, the chain, the order of segments (`coretime-log`).
//! - Receipts that somebody holds: that the log has the same chain hash at the same place.
//! - What came of the commands: every command is replayed with the engine's rules, and the log's commitments are
//!   compared with the events.
//! - What was done, *independently of the engine's own ledger and book*: a checker with its own structures follows
//!   commands and events. Every trade is with the best compatible order by price and time, and nothing compatible is
//!   left when an order rests or is cancelled as the rest of an IOC order; price, parts, window and cut are those of the
//!   rules; limits, quantities and lots are kept; fees are exact; what an order could cost was held; orders, trades and
//!   instructions are numbered without gaps; orders and regions end when the clock says so, in order.
//! - After every command: all money is what was deposited less what was withdrawn, and all part-timeslices those
//!   deposited less those that left. Nobody's balance ever goes below zero.
//! - At the end, and after each million commands: the engine's whole state is the checker's.
//!
//! # What [`export`] reads out
//!
//! Fills (a trade as each of its two accounts sees it), trades, commands with their events, and the ledger: every
//! change of every account's money with its reason, as the checker has followed it. As CSV or JSON Lines, in the order of
//! the log; amounts are exact, in planck and beside that in the token.
//!
//! # What it does not check
//!
//! - Whether a command that was rejected could have been accepted: the checker leaves that to the replay.
//! - Whether commands were left out before they reached the log: nobody can see that from the log.
//! - The chain: whether deposits were real and instructions carried out is written there. Who compares it looks on as
//!   an [`Observer`], as `coretime-chain-audit` does for `coretime-exchange verify --chain`.
//!
//! Library only: no terminal, no thread. It works on a copy of the log, or beside a server that is stopped.

mod checker;
mod error;
mod export;
mod verify;

pub use checker::Change;
pub use error::{AuditError, Discrepancy};
pub use export::{Bound, Export, Format, ParseBoundError, Table, export};
pub use verify::{Observer, Progress, Receipts, Verified, replay, verify};

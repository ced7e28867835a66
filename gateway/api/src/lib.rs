//! The gateway: the exchange's gRPC services ([`coretime_proto::v1`]) over the engine.
//!
//! ```text
//! request -> access (path, session) -> convert -> Engine::submit / query -> convert -> answer, or a status
//!                                                 Engine::subscribe      -> streams
//!                                                 FillSource             -> fills, instructions, ledger entries
//!                                                 ReservesSource         -> proofs of reserves
//! ```
//!
//! # What it promises
//!
//! - Credentials are checked before a request is looked at, by one table of all calls (`auth/access.rs`). The account
//!   is always the session's; no request names one. Another account's order does not exist, as far as anyone is told.
//! - Bad input changes nothing and names the field at fault; a reject names the rules' own reason. Its statuses carry
//!   `google.rpc` details (`status.rs`); only what never becomes a request (too large, or no protobuf) is refused without.
//! - An answer to a command is given when the command is durable, with its place in the log. A stream leaves nothing
//!   out: it ends rather than leave a gap.
//! - Whatever a client can make grow has a bound, in [`GatewayConfig`].
//!
//! # What it does not do
//!
//! It knows no rule of the market (a request that makes sense goes to the engine, which decides), no chain client and
//! no store: fills and ledger entries come through the port [`FillSource`], proofs of reserves through
//! [`ReservesSource`], deposits that nobody was credited with through [`UnattributedDeposits`], when a timeslice begins
//! through [`TimesliceTimes`]; keys that accounts authorise on chain come in by [`AuthorisedKeys`]. Sessions and open
//! challenges live in memory: after a restart everyone logs in again; API keys,
//! authorised keys and allowed tasks are kept in a journal (`auth/journal.rs`).
//!
//! Known limit: an order that has ended is known by its client order id only, and only that it has ended
//! ([`coretime_market::Market::find_order`]); what it traded is in the fills.

mod auth;
mod config;
mod connection;
mod convert;
mod feed;
mod fill_source;
mod health;
mod metrics;
mod rate;
mod reader;
mod request_log;
mod reserves_source;
mod server;
mod service;
mod status;
mod streams;
mod timeslice_times;
mod unattributed;
mod venue_info;

pub use auth::{
    access::{Access, RPCS},
    authorised::AuthorisedKeys,
    journal::JournalError,
};
pub use config::{GatewayConfig, TlsConfig};
pub use fill_source::{FillSource, FillSourceError, InstructionProgress, RecordedFill, RecordedInstruction};
pub use metrics::GatewayMetrics;
pub use rate::Rate;
pub use reader::{MarketReader, ReadKeyError, ReaderStopped};
pub use reserves_source::{ProvenBranch, ProvenReserves, ProvenStep, ReservesSource};
pub use server::{Gateway, GatewayError};
pub use timeslice_times::{TimesliceTime, TimesliceTimes};
pub use unattributed::{HeldBackDeposit, NotCredited, Unattributed, UnattributedDeposits, UnattributedList};
pub use venue_info::VenueInfo;

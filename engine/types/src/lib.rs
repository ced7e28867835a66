//! The exchange's vocabulary: quantities, regions, orders, commands, events and reject reasons.
//!
//! Everything that crosses a boundary between the engine and the rest (gateway, settlement, log, tests) is one of
//! these types. They hold shapes and units, never rules: what a command *does* is in `coretime-market`.
//!
//! - Quantities are newtypes: a [`Timeslice`] cannot be passed where [`Timeslices`] (a count) or [`Parts`] are meant.
//! - [`Command`] is all that can happen to the market, [`Event`] all that can come of it; a [`LedgerEntry`] is what
//!   became of an account's money, as whoever follows both can tell.
//! - Every type has one binary form, SCALE (<https://docs.polkadot.com/polkadot-protocol/basics/data-encoding/>),
//!   used by the command log and the state hash. New variants and fields go to the end; none is ever reused.
//!
//! Deliberately absent: floating point numbers, decimals, clocks, and any knowledge of protobuf or of a chain client.

// The codec's derive narrows variant indices, which it has checked to fit.
#![allow(clippy::cast_possible_truncation)]

mod command;
mod event;
mod id;
mod ledger;
mod mask;
mod order;
mod outflow;
mod quantity;
mod region;
mod reject;
mod settings;

pub use command::{
    CancelTarget, Command, ExtrinsicHash, FailureOutcome, QuoteOrder, Replace, SettlementConfirmed,
    SettlementSubmitted,
};
pub use event::{Call, DoneReason, Event, InstructionEnd, Mode, Rejection, Trade};
pub use id::{
    AccountId, BlockNumber, ChainReference, ClientOrderId, InstructionNumber, OrderId, ParseAccountError,
    Priority, RequestId, Sequence, TaskId, TradeId,
};
pub use ledger::{BalanceChange, LedgerCause, LedgerEntry, LedgerPlace};
pub use mask::{CoreMask, MaskError};
pub use order::{Ask, Bid, BidTerms, Delivery, SelfTrade, Side, TimeInForce};
pub use outflow::{Outflow, OutflowLimit, OutflowScope};
pub use quantity::{CoreIndex, PartTimeslices, Parts, Planck, Ppm, Timeslice, Timeslices, UnitPrice};
pub use region::{Region, RegionId, Window};
pub use reject::RejectReason;
pub use settings::{Settings, SettingsChange};

//! The rules of the market: a deterministic state machine, `state x command -> state x events`.
//!
//! [`Market::apply`] is the only way to change anything. Whoever applies the same commands gets the same events, bit
//! for bit, on any machine; [`Market::state_hash`] tells in 32 bytes whether two agree.
//!
//! # Where each rule is
//!
//! | section of the rules | file |
//! | --- | --- |
//! | 1 settings | `venue.rs` |
//! | 2 clock | `clock.rs` |
//! | 3 orders: checks and their order (with 9) | `checks.rs` |
//! | 3 orders: placing | `place.rs` |
//! | 4.1 to 4.3, 4.6 what fits and which window | `fit.rs` |
//! | 4.4 carving | `carve.rs` |
//! | 4.5, 4.7 to 4.9 the loop, self trade, post only, fill or kill | `matching.rs`, `place.rs` |
//! | 5 cancel, replace, basket, quote, cuts by the owner | `cancel.rs`, `replace.rs`, `basket.rs`, `cuts.rs` |
//! | 6 money | `money.rs`, `trade.rs` |
//! | 7 deposits, withdrawals, settlement | `custody.rs`, `settlement.rs` |
//! | 8 modes, suspension | `venue.rs` |
//! | 11 book of a window | `depth.rs` |
//!
//! # Invariants
//!
//! - A rejected command changes nothing: the state hash before is the state hash after.
//! - There is no trade without cover: what an open bid can cost is held.
//! - The sum of all free and held funds is deposits less withdrawals; no part-timeslice is created.
//! - The resting book is never crossed.
//!
//! # Deliberately absent
//!
//! No clock but the one that commands move, no randomness, no floating point, no threads, no I/O, no hash maps. How a
//! region is carved out on chain is settlement's business; here a cut is a right, not a call.
//!
//! # Where the rules leave room
//!
//! - A replace whose fields are meant for the other side is `malformed`. Which side the order is on is known once it is
//!   found, so this comes right after `unknown_order`.
//! - Each leg of a basket is checked against `max_orders` as it runs, when earlier legs have filled and ended.
//! - The bid side of the book of a window assumes an ask that takes any lot and any duration.
//! - The orders of a quote are the quote's account's, whatever account they name.
//! - A `BlockSeen` of a block before the last reference is passed over; of the same block again, the newest hash counts.
//! - A basket's leg that repeats a client order id does not name the earlier order, which may be undone with it.
//! - What an order needs beyond 128 bits of planck is `insufficient_funds`: nobody can own that much.

// The codec's derive narrows variant indices, which it has checked to fit.
#![allow(clippy::cast_possible_truncation)]

mod accounts;
mod basket;
mod book;
mod cancel;
mod canonical;
mod carve;
mod checks;
mod clock;
mod custody;
mod cuts;
mod depth;
mod fit;
mod groups;
mod listing;
mod market;
mod matching;
mod money;
mod order;
mod place;
mod regions;
mod replace;
mod settlement;
mod slots;
mod state;
mod table;
mod trade;
mod undo;
mod venue;
mod view;

pub use accounts::Funds;
pub use canonical::RestoreError;
pub use custody::{Instruction, Submission, Totals};
pub use depth::{Book, Level};
pub use market::Market;
pub use regions::{FreeRegion, Piece};
pub use view::{OrderDetail, OrderView};

//! The rules of the market: a deterministic state machine, `state x command -> state x events`.
//!
//! [`Market::apply`] is the only way to change anything. Whoever applies the same commands gets the same events, bit
//! for bit, on any machine; [`Market::state_hash`] tells in 32 bytes whether two agree.
//!
//! # Where each rule is
//!
//! Each function that carries out a rule says so with its number: search for `Section 5:` or `Rule 4.3:`.
//!
//! | section of the rules | file |
//! | --- | --- |
//! | 1 settings | `venue.rs`; fees and least amounts of withdrawals `custody.rs`, room for cuts `cuts.rs` |
//! | 2 clock | `clock.rs` |
//! | 3 orders: checks, in the order of section 9 | `checks.rs` |
//! | 3 orders: placing, time in force | `place.rs` |
//! | 3 names of orders and of requests | `accounts.rs` |
//! | 4.1 pieces | `listing.rs` |
//! | 4.2, 4.3, 4.6 what fits, how much, which window | `fit.rs`; the same as a search `listing.rs`, `book/point.rs` |
//! | 4.4 carving | `carve.rs`, `trade.rs` |
//! | 4.5, 4.7 the loop, self trade | `matching.rs` |
//! | 4.8 post only | `place.rs` |
//! | 4.9 fill or kill | `place.rs`, `undo.rs` |
//! | 5 cancel, replace, basket and quote, cuts by the owner | `cancel.rs`, `replace.rs`, `basket.rs`, `cuts.rs` |
//! | 6 money | `money.rs`, `trade.rs` |
//! | 7 deposits, withdrawals, settlement | `custody.rs`, `settlement.rs` |
//! | 8 modes, suspension | `venue.rs` |
//! | 9 reject reasons of orders | `checks.rs`; of other commands where they are carried out |
//! | 11 book of a window | `depth.rs`; what a purchase would get `preview.rs` |
//!
//! What the rules do not have, outflow limits (below), is in `outflow.rs`.
//!
//! How orders, regions and names are found is in `directory.rs`, `table.rs` and `groups.rs`; the book is in `book/`.
//!
//! # What a command costs
//!
//! Orders, regions and accounts are kept in slots and found through tables, all in constant time. What rests is on
//! *shelves*: orders of one shape (window, duration, parts, lot), best price and then first come first. The shapes are
//! points in trees, one for each lot (`book/`). With `s` orders on a shelf and `w` shapes of one lot:
//!
//! | command | cost |
//! | --- | --- |
//! | place what rests | a search, then O(log s) for the shelf and O(log w) if it is the best there |
//! | cancel, replace in place | O(1), or O(log s + log w) for the best of a shelf |
//! | each trade | a search, O(log s + log w), and the same for each rest that goes on being sold |
//! | a search | O(log w) for each lot that can fit where the best price fits; at most as many nodes as the border of what fits crosses, O(w^(1-1/d)) for shapes that differ in `d` of begin, end, least duration and parts |
//! | a search where the best price is worth too little (`min_fill_notional`) | looks at all orders of that shelf |
//! | replace an ask, end an ask | the above for each of its pieces |
//! | fill or kill, basket that fails | twice the cost of what it tried |
//! | clock | the above for each order and region that ends; nothing for what stays |
//! | cancel all | O(k log k) and the above for `k` orders |
//! | deposit a region | as many regions as its core has, and all outstanding instructions |
//! | books of windows, previews, lists | as much as they show, sorted |
//! | state hash, snapshot | as much as there is, sorted |
//!
//! Who leaves a shelf is not looked for; its entry is thrown away when it comes to the top or when there are more such
//! than others. So costs are amortised: now and then a cancel pays for those before it.
//!
//! In a large market a command mostly waits for memory. Who has several at hand calls [`Market::look_ahead`] before
//! applying them, so that they wait together; it changes nothing.
//!
//! The steady state of placing, matching and cancelling allocates nothing (`tests/allocations.rs`).
//!
//! # Invariants
//!
//! - A rejected command changes nothing: the state hash before is the state hash after.
//! - There is no trade without cover: what an open bid can cost is held.
//! - The sum of all free and held funds is deposits less withdrawals; no part-timeslice is created.
//! - The resting book is never crossed.
//!
//! # Outflow limits
//!
//! Operators may limit what leaves custody in a day, by `LimitOutflow`: planck that are paid out and part-timeslices that
//! are transferred or assigned; of all accounts together, of each account, or of one account instead of that.
//!
//! - An instruction that would bring its account's or the venue's sum of the day above a limit is *held*: it arises as
//!   always, has left the ledger, and `InstructionHeld` follows it. `SettlementSubmitted` of one that is held is rejected
//!   (`instruction_held`), so that it cannot be carried out by mistake. It may end like any other.
//! - `ApproveOutflow` lets it go, in any mode (`unknown_instruction`; `not_held`), with the event `InstructionReleased`.
//! - A day is 180 timeslices, 24 hours of 8 minutes, of the market's own clock; the sums begin anew when `T / 180` changes.
//!   They count from the first limit on, while there is any. What is held does not count, nor when it is approved: the
//!   operator answers for it. What is returned has counted all the same.
//! - A changed limit holds for what arises afterwards: what is held stays held.
//!
//! With no limit set all is as if there were none of this: events, state hashes and snapshots are the same bytes.
//!
//! # Deliberately absent
//!
//! No clock but the one that commands move, no floating point, no threads, no I/O. Chance only seeds the hashes of tables,
//! so that nobody can choose names that collide; nothing is ever listed in their order. How a region is carved out on
//! chain is settlement's business; here a cut is a right, not a call.
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
mod directory;
mod fit;
mod groups;
mod listing;
mod look_ahead;
mod market;
mod matching;
mod money;
mod order;
mod outflow;
mod place;
mod pool;
mod preview;
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
pub use look_ahead::LOOK_AHEAD;
pub use market::Market;
pub use preview::{Preview, PreviewedFill};
pub use regions::{FreeRegion, Piece};
pub use view::{OrderDetail, OrderView};

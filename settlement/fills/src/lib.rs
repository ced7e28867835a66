//! Fills: every trade and what became of it on chain, and every change of an account's money; kept in sled.
//!
//! The command log is the authority; this store is a projection of it that can be asked by trade, by account and by
//! instruction, and that can be thrown away and made again at any time.
//!
//! What it promises:
//! - [`FillStore::apply`] takes a group of the log's records in order and makes them durable as one: one atomic sled
//!   batch with the position (sequence and chain hash) that it reached, then a real sync of sled's file (its own
//!   `flush` does not sync), then a small count file beside it.
//! - [`FillStore::open`] reads everything once and believes nothing: contents against a digest in the database, the
//!   database against the count file. On any doubt the folder is set aside, never deleted, and an empty store opens;
//!   whoever feeds it starts from the log's first record again.
//! - One writer, any number of readers ([`FillReader`]); a reader sees only what is durable in the log.
//!
//! Ledger entries are what a bookkeeper wants: what an account has, free and held together, became more or less. That a
//! bid holds money, or gives it back, is none. All entries of an account add up to what it has, at every record.
//!
//! What it does not do: read the log, or check its position against it (`coretime-settlement` does both); decide
//! anything. It holds no order book; of live bids it keeps what their delivery fees need.
//!
//! Keys are one letter and big-endian numbers, so that a scan is in the order of trades:
//!
//! | key | value |
//! | --- | --- |
//! | `f` trade id | [`FillRecord`] |
//! | `a` account, trade id | nothing: the fills of an account, once for buyer and seller each |
//! | `i` instruction | [`InstructionRecord`] |
//! | `w` account, instruction | nothing: the instructions of an account |
//! | `l` account, sequence, index | a ledger entry: cause, change, what there is after it |
//! | `t` account | what all its ledger entries add up to |
//! | `d` order id | a live bid that delivers: price, remaining parts, delivery fee |
//! | `c` | fees and fee account in force, and the market's clock |
//! | `m` | position, counts and digest |

// The codec's derive narrows variant indices, which it has checked to fit.
#![allow(clippy::cast_possible_truncation)]

mod count_file;
mod error;
mod keys;
mod open;
mod project;
mod reader;
mod record;
mod statement;
mod store;
mod writes;

pub use error::StoreError;
pub use open::{Opened, SetAside};
pub use reader::FillReader;
pub use record::{Counts, Fill, FillRecord, InstructionRecord, LogRecord, Position, Settlement};
pub use store::FillStore;

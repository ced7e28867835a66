//! A command log against the chain: every block that it has seen, every deposit, every instruction that it says was
//! carried out with its fee, and every anchor that custody has left.
//!
//! [`ChainCheck`] looks on as an [`Observer`](coretime_audit::Observer) while `coretime-audit` verifies the log itself;
//! [`ChainCheck::finish`] then reads the chain. What the log and the chain do not agree on is a
//! [`Discrepancy`](coretime_audit::Discrepancy); a chain that cannot be read is no verdict, an error.
//!
//! Anchors are what the holder of the log cannot take back: so all finalised blocks are read for them, from the first
//! that the log names to the newest, whatever the log says of them. The node must have the state of the blocks in which
//! something was deposited or delivered; an archive node has.
//!
//! Library only: no terminal. `coretime-exchange verify --chain` prints what it finds.

mod compare;
mod error;
mod told;

pub use compare::{ChainProgress, Compared};
pub use error::ChainAuditError;
pub use told::ChainCheck;

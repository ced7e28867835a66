//! Proof of reserves: a salted Merkle sum tree of what the venue owes.
//!
//! Each account is a leaf with what it is owed: planck, and part-timeslices of core time. Each node carries the sums of
//! what is below it, and its hash commits to them; so the root commits to what is owed to all together. It is bound to
//! the finalised block at which ledger and chain were compared ([`Statement`]), where everybody can see what custody
//! has. A trader gets his own [`Branch`], and [`Branch::verify`] tells him that he is counted, without asking anybody.
//!
//! What it promises:
//! - Who leaves an account out, or counts it with less, gives that account's owner no branch that verifies.
//! - No negative amounts: sums are checked, so nothing can be hidden behind something else.
//! - A branch tells nothing about other accounts but sums: leaves are salted with a secret of the venue's and stand in
//!   an order that depends on it.
//!
//! What it does not do: look at a chain, or at a ledger. That the sums at the root are no more than what custody has is
//! for whoever reads both. An account that never asks for its branch is not protected by it.

mod branch;
mod hash;
mod statement;
mod tree;

pub use branch::{Branch, Side, Step, Unproven};
pub use hash::Hash;
pub use statement::Statement;
pub use tree::{Liability, Overflow, Salt, Tree};

//! Carving: the fewest calls on chain that isolate a region which leaves custody.
//!
//! In the ledger a cut is a right; on chain it is a call that costs a fee. So custody's regions on chain (the
//! *roots*) stay whole until a part of one has to leave, and then are cut no more than that part needs.
//!
//! What it promises:
//! - [`isolate`] returns as few cuts as any correct plan has, after which exactly the wanted region stands on chain.
//! - No cut goes through another region of the ledger: each still lies in one region that custody owns.
//! - A renewal right survives: a ledger region that has one spans its root's whole window, so it stands in the way of
//!   every partition until it is interlaced away, and interlacing keeps the right.
//! - Time is bounded: at most 79 interlaces deep, each step linear in the ledger's regions of one root.
//!
//! What it does not do: talk to a chain. It knows nothing of fees, of who owns what, or of what a call looks like:
//! a pivot here is a timeslice, not the offset that pallet-broker's call takes.

mod custody;
mod cut;
mod search;

pub use custody::{ChainRegion, Custody, CustodyError};
pub use cut::Cut;
pub use search::{CarveError, isolate};

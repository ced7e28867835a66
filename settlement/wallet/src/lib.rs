//! A user of the coretime chain, as any wallet would be one: buys cores, sends money and regions, looks things up.
//!
//! The demo's people and the system tests act through it. It is apart from settlement on purpose: what it reads back is
//! an independent look at what settlement did.
//!
//! It waits for finality after each call and tells why one failed. It does not retry, queue or keep anything, and it
//! holds no key longer than a call takes.

mod wallet;

pub use wallet::{OnChainRegion, Wallet, WalletError};

//! Settlement against the development chain: the real pallets, over WebSocket, as against any node.
//!
//! What stands on chain in the end is read back through the wallet, which shares no code with settlement.

// A test stops at the first surprise, in its helpers too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod anchors;
mod crashes;
mod delivery;
mod deposits;
mod failures;
mod in_flight;
mod store;
mod venue;

//! The development chain as a client sees it: a real subxt client over WebSocket.

// `clippy.toml` allows these in tests, but does not see that their helpers are part of them.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used)]

mod broker;
mod finality;
mod pool;
mod restart;
mod rpc;
mod support;

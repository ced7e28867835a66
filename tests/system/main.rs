//! The whole system, as its users meet it: the real binary, real processes, a real chain, killed and started again.

// A test says what went wrong by panicking.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod archive;
mod audit;
mod audit_chain;
mod bad_input;
mod bots;
mod client;
mod command_line;
mod custody;
mod demo;
mod documents;
mod exchange;
mod http;
mod kills;
mod metrics;
mod page;
mod page_http;
mod pictures;
mod placed_orders;
mod process;
mod python;
mod python_package;
mod receipts;
mod replay;
mod reserves;
mod restart;
mod store;
mod wire;

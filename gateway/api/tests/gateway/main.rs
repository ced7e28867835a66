//! The gateway as a trader meets it: a real server on the loopback, a real engine with its log in a temporary folder.

// A test's helpers may panic, too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod audit;
mod book;
mod credentials;
mod fields;
mod fills;
mod garbled;
mod limits;
mod login;
mod money_and_regions;
mod operator;
mod order_session;
mod orders;
mod privacy;
mod python;
mod raw;
mod server;
mod streams;
mod tls;
mod unattributed;
mod venue;

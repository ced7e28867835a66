//! The audit of logs on disk.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy does not take helpers of tests for tests")]

mod export;
mod support;
mod verify;

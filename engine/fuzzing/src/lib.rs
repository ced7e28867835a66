//! Fuzzing inside of `cargo test`, for every decoder of bytes from outside. A crate for tests only.
//!
//! A [`Campaign`] takes the valid inputs of a [`Corpus`], changes each a little (bits, numbers, words, items, fields of
//! protobuf messages, spans, splices with other inputs, cuts) and hands the result to a test. Changed valid inputs get
//! far behind the first check of a decoder; random bytes do not. A [`Tally`] counts how far they got, so that a test fails that reached nothing.
//!
//! # Promises
//!
//! - The number of inputs is bounded: `FUZZ_INPUTS`, else the test's own default of a few seconds.
//! - The same seed (`FUZZ_SEED`, else 1) gives the same inputs on every machine.
//! - A failure prints the seed and the smallest change that still fails, with its input as text and as hex digits.
//! - What was reached is printed past the capture of the test harness, so that it shows when the test passes, too.
//!
//! # Why proptest
//!
//! It runs on stable Rust within `cargo test`, is seeded, and shrinks a list of changes for nothing, which bolero's
//! engine for `cargo test` (corpus as it is, then random bytes) and arbtest (random bytes) do not.
//!
//! # What it does not do
//!
//! It is not guided by coverage. For that the compiler has to instrument the whole build, which takes flags or tools
//! beyond `cargo test` (cargo-fuzz, afl.rs, `cargo bolero`). The tests say instead what must be reached, by name.

// Part of tests: a finding ends the test.
#![allow(clippy::panic)]

mod campaign;
mod corpus;
mod edit;
mod memory;
mod tally;
mod wire;
mod words;

pub use campaign::Campaign;
pub use corpus::Corpus;
pub use memory::within_bytes;
pub use tally::Tally;

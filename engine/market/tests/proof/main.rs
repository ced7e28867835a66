//! The market shown to be right by means that can fail.
//!
//! `model` is a second, naive implementation of the rules, written from their text and sharing nothing with the engine
//! but the types. `differential` drives both with long random streams and compares every event and the whole state
//! after every command; `scenario` does so through the text format; `coverage` fails if the streams missed a rare state. The other modules test single promises.

// Helpers of a test fail by panicking; clippy's allowance covers only the bodies of `#[test]` functions.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
// Counts and seeds of a test are small.
#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss)]

mod classics;
mod coverage;
mod differential;
mod extremes;
mod fixtures;
mod generator;
mod memory;
mod model;
mod parallel;
mod properties;
mod scenario;
mod shrink;
mod view;

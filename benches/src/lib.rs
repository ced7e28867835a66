//! What is fast, measured: `cargo bench -p benches`.
//!
//! The benches are in `benches/`. They measure; nothing here passes or fails by time.

//! The port for which timeslice is when, in real time.
//!
//! The gateway does not know settlement, which reads it from the chain; the binary connects the two.

use coretime_types::Timeslice;

/// Who knows when timeslices begin.
pub trait TimesliceTimes: Send + Sync + 'static {
    /// When one of them begins that is not long ago; none while it is not known.
    fn newest(&self) -> Option<TimesliceTime>;
}

/// When a timeslice begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimesliceTime {
    /// Which.
    pub timeslice: Timeslice,
    /// When, in milliseconds since the Unix epoch.
    pub begin_unix_ms: u64,
}

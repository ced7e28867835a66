//! The gateway's port for which timeslice is when, over settlement: the two do not know each other.

use coretime_gateway::{TimesliceTime, TimesliceTimes};
use coretime_settlement::Status;
use tokio::sync::watch;

/// What settlement has read from the chain.
pub(crate) struct ReadFromChain(pub(crate) watch::Receiver<Status>);

impl TimesliceTimes for ReadFromChain {
    fn newest(&self) -> Option<TimesliceTime> {
        let coretime_settlement::TimesliceTime { timeslice, begin_unix_ms } =
            self.0.borrow().timeslice_time?;
        Some(TimesliceTime { timeslice, begin_unix_ms })
    }
}

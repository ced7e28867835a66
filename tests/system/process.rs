//! A process of a test's own, which does not outlive it.

use std::process::Child;

/// Killed when it goes out of scope.
pub(crate) struct Process(pub(crate) Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

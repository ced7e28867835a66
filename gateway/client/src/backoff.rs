//! Growing pauses between attempts.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(50);
const LONGEST: Duration = Duration::from_secs(5);

/// How often in a row it has failed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Backoff(u32);

impl Backoff {
    /// The pause before the next attempt: twice as long each time, up to a limit, and somewhere between half of that and
    /// all of it, so that those who lost the same server do not come back all at once.
    pub(crate) fn next(&mut self) -> Duration {
        let whole = FIRST.saturating_mul(1 << self.0.min(16)).min(LONGEST);
        self.0 = self.0.saturating_add(1);
        let half = whole / 2;
        // Without randomness: the whole.
        getrandom::u32().map_or(whole, |chance| half + half * (chance % 1_024) / 1_024)
    }

    /// It has worked.
    pub(crate) fn reset(&mut self) {
        self.0 = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit() {
        let mut backoff = Backoff::default();
        let pauses: Vec<_> = (0..100).map(|_| backoff.next()).collect();
        assert!(pauses[0] >= FIRST / 2 && pauses[0] <= FIRST);
        assert!(pauses[5] >= FIRST * 16 && pauses[5] <= FIRST * 32);
        assert!(pauses[20..].iter().all(|pause| *pause >= LONGEST / 2 && *pause <= LONGEST));
        backoff.reset();
        assert!(backoff.next() <= FIRST);
    }
}

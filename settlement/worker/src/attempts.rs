//! What to try when a batch has failed: narrowing down to the leg at fault, and waiting longer and longer.
//!
//! A failed `batch_all` does not say which leg it was. So its legs become suspects, which are tried in batches of half
//! the size, in turns with instructions that are above suspicion. A leg that fails alone is the one at fault. All of
//! this is in memory only: after a restart the narrowing begins again, which costs fees and nothing else.

use crate::chain::events::DispatchFailure;
use coretime_types::{BlockNumber, Call, InstructionNumber};
use std::collections::{BTreeMap, BTreeSet};

const MAX_WAIT_BLOCKS: u64 = 64;

/// Who is under suspicion, and until when to wait.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    suspects: BTreeMap<InstructionNumber, Suspect>,
    /// How many suspects to try together.
    together: usize,
    suspects_turn: bool,
    /// The failures in a row that no leg is to blame for.
    general_failures: u32,
    paused_until: BlockNumber,
}

#[derive(Clone, Copy, Debug, Default)]
struct Suspect {
    failures_alone: u32,
    not_before: BlockNumber,
}

/// What a failed batch means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Blame {
    /// No leg: the chain refuses what the signer does at all.
    Nobody,
    /// One of the legs.
    Somebody,
    /// This one, and it may succeed later.
    Passing(InstructionNumber),
    /// This one, and it can never succeed.
    Lasting(InstructionNumber),
}

impl Attempts {
    /// Forgets whatever has ended. Those under way are still open: how they fared before is not forgotten.
    pub(crate) fn keep(&mut self, open: &BTreeSet<InstructionNumber>) {
        self.suspects.retain(|number, _| open.contains(number));
    }

    /// The instructions to try next, of all that wait.
    pub(crate) fn choose(
        &mut self,
        waiting: Vec<(InstructionNumber, Call)>,
        block: BlockNumber,
    ) -> Vec<(InstructionNumber, Call)> {
        if block < self.paused_until {
            return Vec::new();
        }
        let (suspects, clean): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|(number, _)| self.suspects.contains_key(number));
        let due: Vec<_> = suspects
            .into_iter()
            .filter(|(number, _)| self.suspects.get(number).is_some_and(|one| one.not_before <= block))
            .take(self.together.max(1))
            .collect();
        let take_suspects = !due.is_empty() && (clean.is_empty() || self.suspects_turn);
        self.suspects_turn = !take_suspects;
        if take_suspects { due } else { clean }
    }

    /// These were carried out.
    pub(crate) fn succeeded(&mut self, legs: &[InstructionNumber]) {
        self.general_failures = 0;
        for number in legs {
            self.suspects.remove(number);
        }
    }

    /// A batch of these failed in this block.
    pub(crate) fn failed(
        &mut self,
        legs: &[(InstructionNumber, Call)],
        error: &DispatchFailure,
        block: BlockNumber,
    ) -> Blame {
        if is_general(error) {
            self.paused_until = later(block, self.general_failures);
            self.general_failures = self.general_failures.saturating_add(1);
            return Blame::Nobody;
        }
        if let [(number, call)] = legs {
            if is_lasting(call, error) {
                self.suspects.remove(number);
                return Blame::Lasting(*number);
            }
            let suspect = self.suspects.entry(*number).or_default();
            suspect.not_before = later(block, suspect.failures_alone);
            suspect.failures_alone = suspect.failures_alone.saturating_add(1);
            return Blame::Passing(*number);
        }
        self.together = (legs.len() / 2).max(1);
        for (number, _) in legs {
            self.suspects.entry(*number).or_default();
        }
        Blame::Somebody
    }
}

/// Twice as long every time.
fn later(block: BlockNumber, failures: u32) -> BlockNumber {
    let wait = 2_u64.saturating_pow(failures.saturating_add(1)).min(MAX_WAIT_BLOCKS);
    BlockNumber(block.0.saturating_add(wait))
}

/// The signer may not act for custody, or the call is filtered: no leg is to blame.
fn is_general(error: &DispatchFailure) -> bool {
    error.0.starts_with("Proxy.") || error.0.starts_with("System.") || error.0 == "BadOrigin"
}

/// The payee cannot be paid.
fn is_lasting(call: &Call, error: &DispatchFailure) -> bool {
    const REFUSED: [&str; 5] =
        ["Token.BelowMinimum", "Token.CannotCreate", "Token.Blocked", "Token.Unsupported", "NoProviders"];
    matches!(call, Call::Pay { .. }) && REFUSED.contains(&error.0.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use coretime_types::{AccountId, Planck};

    fn open(numbers: impl IntoIterator<Item = u64>) -> Vec<(InstructionNumber, Call)> {
        let call = Call::Pay { to: AccountId([1; 32]), amount: Planck(1) };
        numbers.into_iter().map(|number| (InstructionNumber(number), call)).collect()
    }

    fn error(name: &str) -> DispatchFailure {
        DispatchFailure(name.into())
    }

    #[test]
    fn one_bad_leg_of_a_hundred_is_found_and_the_others_go_on() {
        let mut attempts = Attempts::default();
        let mut left: Vec<u64> = (1..=100).collect();
        let (mut tries, mut block) = (0, 0);
        let blamed = loop {
            let batch = attempts.choose(open(left.clone()), BlockNumber(block));
            assert!(!batch.is_empty());
            tries += 1;
            block += 1;
            if batch.iter().any(|(number, _)| number.0 == 77) {
                match attempts.failed(&batch, &error("Broker.NotOwner"), BlockNumber(block)) {
                    Blame::Passing(number) => break number,
                    blame => assert_eq!(blame, Blame::Somebody),
                }
            } else {
                let done: Vec<InstructionNumber> = batch.iter().map(|(number, _)| *number).collect();
                attempts.succeeded(&done);
                left.retain(|number| !done.contains(&InstructionNumber(*number)));
            }
        };
        assert_eq!(blamed, InstructionNumber(77));
        assert!(tries < 20, "{tries}");
        assert!(left.len() < 30, "{left:?}");
    }

    #[test]
    fn waits_grow_and_nobody_is_starved() {
        let mut attempts = Attempts::default();
        let mut block = BlockNumber(0);
        for wait in [2, 4, 8, 16, 32, 64, 64] {
            let blame = attempts.failed(&open([1]), &error("Broker.NotOwner"), block);
            assert_eq!(blame, Blame::Passing(InstructionNumber(1)));
            let due = BlockNumber(block.0 + wait);
            assert!(attempts.choose(open([1]), BlockNumber(due.0 - 1)).is_empty());
            assert_eq!(attempts.choose(open([1]), due), open([1]));
            block = due;
        }
        let late = BlockNumber(1_000);
        let turns = [(); 2].map(|()| attempts.choose(open([1, 2]), late));
        assert!(turns.contains(&open([1])) && turns.contains(&open([2])), "in turns");
    }

    #[test]
    fn a_suspect_that_is_under_way_again_is_not_forgotten_until_it_has_ended() {
        let mut attempts = Attempts::default();
        let open_numbers = BTreeSet::from([1, 2].map(InstructionNumber));
        for (block, wait) in [(0, 2), (100, 4), (200, 8)] {
            attempts.failed(&open([1]), &error("Broker.NotOwner"), BlockNumber(block));
            attempts.keep(&open_numbers);
            // While it waits, or is under way, others are tried.
            assert_eq!(attempts.choose(open([2]), BlockNumber(block)), open([2]));
            assert!(attempts.choose(open([1]), BlockNumber(block + wait - 1)).is_empty());
            assert_eq!(attempts.choose(open([1]), BlockNumber(block + wait)), open([1]));
        }
        attempts.keep(&BTreeSet::from([InstructionNumber(2)]));
        assert_eq!(attempts.choose(open([1]), BlockNumber(200)), open([1]));
    }

    #[test]
    fn what_no_leg_is_to_blame_for_stops_everything_for_a_while() {
        let mut attempts = Attempts::default();
        let blame = attempts.failed(&open([1, 2]), &error("Proxy.NotProxy"), BlockNumber(10));
        assert_eq!(blame, Blame::Nobody);
        assert!(attempts.choose(open([1, 2, 3]), BlockNumber(11)).is_empty());
        assert_eq!(attempts.choose(open([1, 2, 3]), BlockNumber(12)), open([1, 2, 3]));
    }

    #[test]
    fn a_payee_that_cannot_be_paid_is_a_lasting_failure() {
        let mut attempts = Attempts::default();
        let blame = attempts.failed(&open([4]), &error("Token.BelowMinimum"), BlockNumber(1));
        assert_eq!(blame, Blame::Lasting(InstructionNumber(4)));
        let blame = attempts.failed(&open([4]), &error("Token.FundsUnavailable"), BlockNumber(1));
        assert_eq!(blame, Blame::Passing(InstructionNumber(4)));
    }
}

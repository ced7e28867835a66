//! The hash chains over all records and over all events.

use codec::Encode;
use coretime_types::{Event, Sequence};
use std::fmt;

/// The BLAKE3 hash over everything in the log up to the end of a group.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainHash(pub [u8; 32]);

impl ChainHash {
    /// The hash before the first group.
    pub const START: ChainHash = ChainHash([0; 32]);
}

/// Groups up to about this size are hashed in one piece with the hash before them.
const TOGETHER_BYTES: usize = 512;
/// As much of a large group is hashed at once: BLAKE3 takes many chunks of 1,024 bytes side by side, if the piece
/// begins where one of its trees would.
const PIECE_BYTES: usize = 64 << 10;

/// The hash of a group that is still growing. Large groups are hashed piece by piece while they grow, so that little
/// remains when the disk asks for one.
#[derive(Clone, Debug, Default)]
pub(crate) struct GroupHash {
    hasher: blake3::Hasher,
    /// Of the group's bytes, so many are hashed.
    hashed_bytes: usize,
}

impl GroupHash {
    /// Takes up whole pieces of a group, of which more may come; `before` is the hash before it.
    pub(crate) fn grow(&mut self, before: ChainHash, group: &[u8]) {
        // The hash before the group is a part of the first piece.
        let before_bytes = before.0.len();
        let whole_pieces = (before_bytes + group.len()) / PIECE_BYTES * PIECE_BYTES;
        if whole_pieces <= before_bytes + self.hashed_bytes {
            return;
        }
        self.begin(before);
        let until = whole_pieces - before_bytes;
        self.hasher.update(&group[self.hashed_bytes..until]);
        self.hashed_bytes = until;
    }

    /// The hash after the group, which is now whole; makes ready for the next one.
    pub(crate) fn end(&mut self, before: ChainHash, group: &[u8]) -> ChainHash {
        // A small group, of one command, is hashed faster in one piece.
        let mut together = [0; TOGETHER_BYTES];
        if let Some(piece) = together.get_mut(..before.0.len() + group.len()) {
            let (start, rest) = piece.split_at_mut(before.0.len());
            start.copy_from_slice(&before.0);
            rest.copy_from_slice(group);
            return ChainHash(*blake3::hash(piece).as_bytes());
        }
        self.begin(before);
        self.hasher.update(&group[self.hashed_bytes..]);
        let hash = ChainHash(*self.hasher.finalize().as_bytes());
        self.hasher.reset();
        self.hashed_bytes = 0;
        hash
    }

    fn begin(&mut self, before: ChainHash) {
        if self.hashed_bytes == 0 {
            self.hasher.update(&before.0);
        }
    }
}

/// The BLAKE3 hash over all events up to a commitment.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutputsHash(pub [u8; 32]);

impl OutputsHash {
    /// The hash before the first command.
    pub const START: OutputsHash = OutputsHash([0; 32]);
}

macro_rules! show_as_hex {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )*};
}
show_as_hex!(ChainHash, OutputsHash);

/// Follows the events, command by command, and hashes them from commitment to commitment.
#[derive(Clone, Debug)]
pub struct Outputs {
    /// The last command taken up.
    sequence: Sequence,
    /// The last command that is committed to.
    committed: Sequence,
    /// At that commitment.
    hash: OutputsHash,
    /// Over that hash and the events since, but for what is in the buffer.
    hasher: blake3::Hasher,
    /// What is not yet hashed: the hash at the commitment, then events in SCALE.
    buffer: Vec<u8>,
}

impl Default for Outputs {
    fn default() -> Self {
        Outputs::after(Sequence(0), OutputsHash::START)
    }
}

impl Outputs {
    /// Goes on behind a commitment.
    pub fn after(sequence: Sequence, hash: OutputsHash) -> Outputs {
        let hasher = blake3::Hasher::new();
        Outputs { sequence, committed: sequence, hash, hasher, buffer: hash.0.to_vec() }
    }

    /// Takes up the events of the next command.
    pub fn add(&mut self, events: &[Event]) {
        events.encode_to(&mut self.buffer);
        self.sequence.0 = self.sequence.0.saturating_add(1);
        let whole_pieces = self.buffer.len() / PIECE_BYTES * PIECE_BYTES;
        if whole_pieces > 0 {
            self.hasher.update(&self.buffer[..whole_pieces]);
            drop(self.buffer.drain(..whole_pieces));
        }
    }

    /// Ends what the next commitment states.
    pub fn commit(&mut self) -> Commitment {
        self.hasher.update(&self.buffer);
        self.hash = OutputsHash(*self.hasher.finalize().as_bytes());
        self.hasher.reset();
        self.buffer.clear();
        self.buffer.extend_from_slice(&self.hash.0);
        self.committed = self.sequence;
        self.last_commitment()
    }

    fn last_commitment(&self) -> Commitment {
        Commitment { sequence: self.committed, outputs: self.hash }
    }

    /// The last command whose events were taken up; 0 before the first.
    pub fn sequence(&self) -> Sequence {
        self.sequence
    }

    /// The hash at the last commitment.
    pub fn hash(&self) -> OutputsHash {
        self.hash
    }

    /// Compares what was taken up with what the log commits to at the same place.
    ///
    /// # Errors
    /// [`LogError::OutputsDiffer`](crate::LogError::OutputsDiffer) if other events came of the commands than the log
    /// says.
    pub fn check(&mut self, stated: &Commitment) -> Result<(), crate::LogError> {
        // Who goes on behind a command may find the commitment that covers it.
        let is_known = stated.sequence == self.committed && self.sequence == self.committed;
        let replayed = if is_known { self.last_commitment() } else { self.commit() };
        if replayed == *stated {
            return Ok(());
        }
        Err(crate::LogError::OutputsDiffer {
            sequence: stated.sequence,
            expected: stated.outputs,
            replayed: replayed.sequence,
            found: replayed.outputs,
        })
    }
}

/// A place behind a commitment, from which a replay can go on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// The last command before it.
    pub position: Position,
    /// What the commitment there states.
    pub outputs: OutputsHash,
    /// That command's time.
    pub time_ms: u64,
}

/// What the log commits to: which events came of all commands up to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commitment {
    /// The last command that it covers.
    pub sequence: Sequence,
    /// The hash over all events up to there.
    pub outputs: OutputsHash,
}

/// A place in the log, with proof of everything before it: what a receipt names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Position {
    /// The last command; 0 before the first.
    pub sequence: Sequence,
    /// The chain hash after its group.
    pub chain_hash: ChainHash,
}

impl Position {
    /// Before the first command.
    pub const START: Position = Position { sequence: Sequence(0), chain_hash: ChainHash::START };
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The format's front page: one hash over what came before and the whole group.
        #[test]
        fn a_group_that_grows_has_the_hash_of_the_whole(steps in prop::collection::vec(0..100_000_usize, 1..6)) {
            let (mut growing, mut before) = (GroupHash::default(), ChainHash::START);
            // Nothing of one group is left for the next.
            for round in 0..2_u8 {
                let mut group = vec![];
                for bytes in &steps {
                    group.resize(group.len() + bytes, round);
                    growing.grow(before, &group);
                }
                let whole = ChainHash(*blake3::hash(&[&before.0[..], &group].concat()).as_bytes());
                prop_assert_eq!(growing.end(before, &group), whole);
                before = whole;
            }
        }
    }
}

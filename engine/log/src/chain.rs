//! The hash chains over all records and over all events.

use codec::Encode;
use coretime_types::{Event, Sequence};
use std::fmt;

/// The BLAKE3 hash over everything in the log up to the end of a group.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainHash(pub [u8; 32]);

/// Groups up to about this size are hashed in one piece with the hash before them.
const TOGETHER_BYTES: usize = 512;

impl ChainHash {
    /// The hash before the first group.
    pub const START: ChainHash = ChainHash([0; 32]);

    /// The hash after one more group.
    #[must_use]
    pub(crate) fn after(self, group: &[u8]) -> ChainHash {
        // A small group, of one command, is hashed faster in one piece.
        let mut together = [0; TOGETHER_BYTES];
        let bytes = self.0.len() + group.len();
        if let Some(piece) = together.get_mut(..bytes) {
            let (before, after) = piece.split_at_mut(self.0.len());
            before.copy_from_slice(&self.0);
            after.copy_from_slice(group);
            return ChainHash(*blake3::hash(piece).as_bytes());
        }
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.0);
        hasher.update(group);
        ChainHash(*hasher.finalize().as_bytes())
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

/// Events are hashed in portions of about this size: large ones are hashed several times faster than small ones.
const PORTION_BYTES: usize = 64 << 10;

/// Follows the events, command by command, and hashes them from commitment to commitment.
#[derive(Clone, Debug)]
pub struct Outputs {
    /// The last command taken up.
    sequence: Sequence,
    /// The last command that is committed to.
    committed: Sequence,
    /// At that commitment.
    hash: OutputsHash,
    /// Over that and what came since, but for what is in the buffer.
    hasher: blake3::Hasher,
    /// Events in SCALE that are not yet hashed.
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
        let mut hasher = blake3::Hasher::new();
        hasher.update(&hash.0);
        Outputs { sequence, committed: sequence, hash, hasher, buffer: Vec::new() }
    }

    /// Takes up the events of the next command.
    pub fn add(&mut self, events: &[Event]) {
        events.encode_to(&mut self.buffer);
        self.sequence.0 = self.sequence.0.saturating_add(1);
        if self.buffer.len() >= PORTION_BYTES {
            self.hash_buffer();
        }
    }

    /// Ends what the next commitment states.
    pub fn commit(&mut self) -> Commitment {
        self.hash_buffer();
        self.hash = OutputsHash(*self.hasher.finalize().as_bytes());
        self.hasher.reset();
        self.hasher.update(&self.hash.0);
        self.committed = self.sequence;
        self.last_commitment()
    }

    fn last_commitment(&self) -> Commitment {
        Commitment { sequence: self.committed, outputs: self.hash }
    }

    fn hash_buffer(&mut self) {
        self.hasher.update(&self.buffer);
        self.buffer.clear();
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

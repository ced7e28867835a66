//! The hash chain over all records.

use coretime_types::Sequence;
use std::fmt;

/// The BLAKE3 hash over everything in the log up to a record.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainHash(pub [u8; 32]);

impl ChainHash {
    /// The hash before the first record.
    pub const START: ChainHash = ChainHash([0; 32]);

    /// The hash after one more record.
    #[must_use]
    pub(crate) fn after(self, record: &[u8]) -> ChainHash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.0);
        hasher.update(record);
        ChainHash(*hasher.finalize().as_bytes())
    }
}

impl fmt::Display for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for ChainHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A place in the log, with proof of everything before it: what a receipt names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Position {
    /// The last command; 0 before the first.
    pub sequence: Sequence,
    /// The chain hash after it.
    pub chain_hash: ChainHash,
}

impl Position {
    /// Before the first command.
    pub const START: Position = Position { sequence: Sequence(0), chain_hash: ChainHash::START };
}

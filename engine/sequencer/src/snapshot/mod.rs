//! Snapshots of the whole state, so that a start need not replay the log from its beginning.
//!
//! A snapshot is a help, never an authority: it is believed only if its own hash holds, if the log has the same chain
//! hash at its place, and if what follows in the log commits to the events that follow from it. Else an older one is
//! taken, or none.
//!
//! A file, `DATA/snapshots/<sequence, 20 digits>.snapshot`, integers little endian:
//!
//! | bytes | field |
//! | --- | --- |
//! | 8 | magic: the ASCII letters `CTXSNAP`, 0x0A |
//! | 4 | format version, 1 |
//! | 8 | sequence of the last command in it; the log has a commitment right behind that |
//! | 32 | the log's chain hash after that command |
//! | 32 | the outputs hash that the commitment states |
//! | 8 | the time of that command, in milliseconds since 1970-01-01 UTC |
//! | 32 | hash of the whole state, as the state machine gives it |
//! | 8 | length of what follows, without the last field |
//! | | the state, as the state machine writes it |
//! | 32 | BLAKE3 of everything before |

mod archive;
mod folder;
mod follower;

pub use archive::{ArchiveError, Archived, archive};
pub(crate) use folder::{newest, restore};
pub(crate) use follower::{Follower, start as start_follower};

use coretime_log::{ChainHash, LogError, OutputsHash, Position, Start};
use coretime_types::Sequence;
use std::{io, path::PathBuf};

const MAGIC: [u8; 8] = *b"CTXSNAP\n";
const FORMAT_VERSION: u32 = 1;
const HEADER_BYTES: usize = 8 + 4 + 8 + 32 + 32 + 8 + 32 + 8;
const HASH_BYTES: usize = 32;

/// A state, and the place in the log that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Snapshot {
    pub(crate) start: Start,
    pub(crate) state_hash: [u8; 32],
    pub(crate) state: Vec<u8>,
}

/// Why a snapshot cannot be used, or not be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SnapshotError {
    #[error("cannot {action} {}: {source}", path.display())]
    Io { action: &'static str, path: PathBuf, source: io::Error },
    #[error("it is cut short")]
    CutShort,
    #[error("it does not begin as a snapshot does")]
    WrongMagic,
    #[error("it has format version {0}")]
    OtherVersion(u32),
    #[error("its hash does not hold")]
    WrongHash,
    #[error("it is of sequence {0}, not of the one in its name")]
    WrongName(Sequence),
    #[error("the state machine cannot be made from it")]
    Unusable,
    #[error("the state in it has another hash than it says")]
    WrongState,
    #[error(transparent)]
    Log(#[from] LogError),
}

impl Snapshot {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let Start { position, outputs, time_ms } = self.start;
        let mut bytes = Vec::with_capacity(HEADER_BYTES + self.state.len() + HASH_BYTES);
        bytes.extend_from_slice(&MAGIC);
        bytes.extend_from_slice(&FORMAT_VERSION.to_le_bytes());
        bytes.extend_from_slice(&position.sequence.0.to_le_bytes());
        bytes.extend_from_slice(&position.chain_hash.0);
        bytes.extend_from_slice(&outputs.0);
        bytes.extend_from_slice(&time_ms.to_le_bytes());
        bytes.extend_from_slice(&self.state_hash);
        bytes.extend_from_slice(&(self.state.len() as u64).to_le_bytes());
        bytes.extend_from_slice(&self.state);
        let hash = blake3::hash(&bytes);
        bytes.extend_from_slice(hash.as_bytes());
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Snapshot, SnapshotError> {
        let mut rest = bytes;
        if take::<8>(&mut rest)? != MAGIC {
            return Err(SnapshotError::WrongMagic);
        }
        let version = u32::from_le_bytes(take(&mut rest)?);
        if version != FORMAT_VERSION {
            return Err(SnapshotError::OtherVersion(version));
        }
        let (covered, hash) = bytes.split_last_chunk::<HASH_BYTES>().ok_or(SnapshotError::CutShort)?;
        if blake3::hash(covered).as_bytes() != hash {
            return Err(SnapshotError::WrongHash);
        }
        let sequence = Sequence(u64::from_le_bytes(take(&mut rest)?));
        let chain_hash = ChainHash(take(&mut rest)?);
        let outputs = OutputsHash(take(&mut rest)?);
        let time_ms = u64::from_le_bytes(take(&mut rest)?);
        let state_hash = take(&mut rest)?;
        let length = u64::from_le_bytes(take(&mut rest)?);
        let state = rest.strip_suffix(hash.as_slice()).ok_or(SnapshotError::CutShort)?;
        if state.len() as u64 != length {
            return Err(SnapshotError::CutShort);
        }
        let start = Start { position: Position { sequence, chain_hash }, outputs, time_ms };
        Ok(Snapshot { start, state_hash, state: state.to_vec() })
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], SnapshotError> {
    let (first, after) = rest.split_first_chunk::<N>().ok_or(SnapshotError::CutShort)?;
    *rest = after;
    Ok(*first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot() -> Snapshot {
        let position = Position { sequence: Sequence(7), chain_hash: ChainHash([1; 32]) };
        let start = Start { position, outputs: OutputsHash([2; 32]), time_ms: 9 };
        Snapshot { start, state_hash: [3; 32], state: vec![4, 5, 6] }
    }

    #[test]
    fn what_is_written_is_read() {
        let bytes = snapshot().to_bytes();
        assert_eq!(bytes.len(), HEADER_BYTES + 3 + HASH_BYTES);
        assert_eq!(Snapshot::from_bytes(&bytes).unwrap(), snapshot());
    }

    #[test]
    fn a_flipped_bit_or_a_cut_anywhere_is_refused() {
        let bytes = snapshot().to_bytes();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Snapshot::from_bytes(&flipped).is_err(), "bit {bit}");
        }
        for cut in 0..bytes.len() {
            assert!(Snapshot::from_bytes(&bytes[..cut]).is_err(), "cut at {cut}");
        }
    }
}

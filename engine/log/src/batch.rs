//! What goes to the disk together.

use crate::{Position, format::Header};
use coretime_types::Sequence;

/// Groups that are encoded, hashed and ready to be written: the way from an [`Encoder`](crate::Encoder) to a
/// [`Disk`](crate::Disk). Mostly it is one group. An empty one can be filled again, with the room that it has.
#[derive(Debug, Default)]
pub struct Batch {
    pub(crate) bytes: Vec<u8>,
    /// Where each of its groups ends, ascending.
    pub(crate) ends: Vec<Position>,
    /// Where the log goes on in a new segment, ascending.
    pub(crate) rolls: Vec<Roll>,
}

/// The end of one segment and the beginning of the next.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Roll {
    /// How many of the batch's bytes come before it.
    pub(crate) at: usize,
    /// Of the segment that begins.
    pub(crate) header: Header,
    /// The last command before it.
    pub(crate) before: Position,
}

impl Batch {
    /// How many bytes of records there are.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Forgets what is in it; the room stays.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.rolls.clear();
    }

    /// The places of its commands, each with the hash of its group; `first` is the first of them.
    pub fn positions(&self, first: Sequence) -> impl Iterator<Item = Position> {
        let mut next = first.0;
        self.ends.iter().flat_map(move |end| {
            let group = next..=end.sequence.0;
            next = end.sequence.0.saturating_add(1);
            group.map(|sequence| Position { sequence: Sequence(sequence), chain_hash: end.chain_hash })
        })
    }
}

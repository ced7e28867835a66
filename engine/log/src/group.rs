//! What goes to the disk together.

use crate::{Position, format::Header};

/// Records that are encoded, hashed and ready to be written: the way from an [`Encoder`](crate::Encoder) to a
/// [`Disk`](crate::Disk). An empty one can be filled again, with the room that it has.
#[derive(Debug, Default)]
pub struct Group {
    pub(crate) bytes: Vec<u8>,
    /// Where the log goes on in a new segment, ascending.
    pub(crate) rolls: Vec<Roll>,
    /// The last command up to its end.
    pub(crate) end: Position,
}

/// The end of one segment and the beginning of the next.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Roll {
    /// How many of the group's bytes come before it.
    pub(crate) at: usize,
    /// Of the segment that begins.
    pub(crate) header: Header,
    /// The last command before it.
    pub(crate) before: Position,
}

impl Group {
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
        self.rolls.clear();
    }
}

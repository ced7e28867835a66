//! Making the bytes of the log: records, checksums, both hash chains, and where segments end.

use crate::{
    ChainHash, Group, LogError, Outputs, Position,
    format::{self, Body, COMMITMENT_BYTES, HEADER_BYTES, Header, Kind, SEAL_BYTES},
    group::Roll,
};
use codec::Encode;
use coretime_types::{Command, Event, Sequence};

/// What ends a segment, for which every record leaves room.
const ENDING_BYTES: u64 = (COMMITMENT_BYTES + SEAL_BYTES) as u64;

/// Where encoding goes on.
pub(crate) struct EncoderStart {
    pub(crate) max_segment_bytes: u64,
    pub(crate) segment_bytes: u64,
    pub(crate) position: Position,
    pub(crate) chain: ChainHash,
    pub(crate) outputs: Outputs,
    pub(crate) is_uncommitted: bool,
    pub(crate) time_ms: u64,
}

/// The half of the log that computes. It touches no disk and works ahead of the half that does, the
/// [`Disk`](crate::Disk): while that writes and syncs one [`Group`], the next is encoded. Positions from here are
/// promises to nobody before the disk has their group.
#[derive(Debug)]
pub struct Encoder {
    max_segment_bytes: u64,
    /// The last segment's size with everything encoded.
    segment_bytes: u64,
    /// The last command appended.
    position: Position,
    /// Over all records appended, commitments too.
    chain: ChainHash,
    /// Follows the events.
    outputs: Outputs,
    /// Whether commands were appended that no commitment covers yet.
    is_uncommitted: bool,
    time_ms: u64,
    group: Group,
}

impl Encoder {
    pub(crate) fn new(start: EncoderStart) -> Encoder {
        let EncoderStart {
            max_segment_bytes,
            segment_bytes,
            position,
            chain,
            outputs,
            is_uncommitted,
            time_ms,
        } = start;
        let group = Group { end: position, ..Group::default() };
        Encoder { max_segment_bytes, segment_bytes, position, chain, outputs, is_uncommitted, time_ms, group }
    }

    /// The last command appended, durable or not.
    pub fn position(&self) -> Position {
        self.position
    }

    /// What was appended since the last [`Encoder::take_group`].
    pub fn group(&self) -> &Group {
        &self.group
    }

    /// Appends a command with the next sequence, and takes up its events for the next commitment. A time before the
    /// last record's is taken for that one's: times never decrease.
    ///
    /// # Errors
    /// [`LogError::TooLarge`] for a command that no record holds; it changes nothing.
    pub fn append(
        &mut self,
        time_ms: u64,
        command: &Command,
        events: &[Event],
    ) -> Result<Position, LogError> {
        let time_ms = time_ms.max(self.time_ms);
        let sequence = Sequence(self.position.sequence.0.saturating_add(1));
        let mut start = self.group.bytes.len();
        let body = Body { kind: Kind::Command, sequence, time_ms };
        format::append_record(&mut self.group.bytes, body, |buffer| command.encode_to(buffer))
            .map_err(|bytes| LogError::TooLarge { bytes })?;
        let record_bytes = (self.group.bytes.len() - start) as u64;

        let has_records = self.segment_bytes > HEADER_BYTES as u64;
        if has_records && self.segment_bytes + record_bytes + ENDING_BYTES > self.max_segment_bytes {
            let record = self.group.bytes.split_off(start);
            self.roll();
            start = self.group.bytes.len();
            self.group.bytes.extend_from_slice(&record);
        }
        self.chain = self.chain.after(&self.group.bytes[start..]);
        self.position = Position { sequence, chain_hash: self.chain };
        self.outputs.add(events);
        self.is_uncommitted = true;
        self.segment_bytes += record_bytes;
        self.time_ms = time_ms;
        self.group.end = self.position;
        Ok(self.position)
    }

    /// Commits to the events of everything appended and gives the group, which is to be written before any later one;
    /// `next` is filled from now on.
    pub fn take_group(&mut self, next: Group) -> Group {
        self.commit_to_outputs();
        self.take_records(next)
    }

    /// As [`Encoder::take_group`], without a commitment: more of the same group follows.
    pub(crate) fn take_records(&mut self, mut next: Group) -> Group {
        next.clear();
        next.end = self.position;
        std::mem::replace(&mut self.group, next)
    }

    fn commit_to_outputs(&mut self) {
        if !self.is_uncommitted {
            return;
        }
        let start = self.group.bytes.len();
        format::append_commitment(&mut self.group.bytes, self.outputs.commit());
        self.chain = self.chain.after(&self.group.bytes[start..]);
        self.segment_bytes += COMMITMENT_BYTES as u64;
        self.is_uncommitted = false;
    }

    /// Goes on in a new segment.
    fn roll(&mut self) {
        self.commit_to_outputs();
        let first = Sequence(self.position.sequence.0.saturating_add(1));
        let header = Header { first, chain_before: self.chain };
        self.group.rolls.push(Roll { at: self.group.bytes.len(), header, before: self.position });
        self.segment_bytes = HEADER_BYTES as u64;
    }
}

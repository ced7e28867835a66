//! Making the bytes of the log: records, checksums, both hash chains, and where groups and segments end.

use crate::{
    Batch, ChainHash, LogError, Outputs, Position,
    batch::Roll,
    chain::GroupHash,
    format::{self, Body, COMMITMENT_BYTES, GROUP_BYTES, HEADER_BYTES, Header, Kind, SEAL_BYTES},
};
use codec::Encode;
use coretime_types::{Command, Event, Sequence};

/// What ends a segment, for which every record leaves room.
const ENDING_BYTES: u64 = (COMMITMENT_BYTES + SEAL_BYTES) as u64;

/// Checksums are added to about so many bytes of records at once.
const CHECKSUMS_AT_ONCE_BYTES: usize = 4 << 10;

/// Where encoding goes on.
pub(crate) struct EncoderStart {
    pub(crate) max_segment_bytes: u64,
    pub(crate) segment_bytes: u64,
    pub(crate) position: Position,
    pub(crate) outputs: Outputs,
    pub(crate) time_ms: u64,
}

/// The half of the log that computes. It touches no disk and works ahead of the half that does, the
/// [`Disk`](crate::Disk): while that writes and syncs one [`Batch`], the next is encoded.
#[derive(Debug)]
pub struct Encoder {
    max_segment_bytes: u64,
    /// The last segment's size with everything encoded.
    segment_bytes: u64,
    /// The last command appended.
    sequence: Sequence,
    /// After the last group that has ended.
    chain: ChainHash,
    /// Of the group that has not ended.
    group_hash: GroupHash,
    /// Follows the events.
    outputs: Outputs,
    time_ms: u64,
    batch: Batch,
    /// Where in the batch the group begins that has not ended.
    group_start: usize,
    /// Where in the batch the records begin that have no checksums yet.
    open_start: usize,
}

impl Encoder {
    pub(crate) fn new(start: EncoderStart) -> Encoder {
        let EncoderStart { max_segment_bytes, segment_bytes, position, outputs, time_ms } = start;
        Encoder {
            max_segment_bytes,
            segment_bytes,
            sequence: position.sequence,
            chain: position.chain_hash,
            group_hash: GroupHash::default(),
            outputs,
            time_ms,
            batch: Batch::default(),
            group_start: 0,
            open_start: 0,
        }
    }

    /// The last command appended, durable or not.
    pub fn sequence(&self) -> Sequence {
        self.sequence
    }

    /// What was appended since the last [`Encoder::take_batch`].
    pub fn batch(&self) -> &Batch {
        &self.batch
    }

    /// Appends a command with the next sequence, and takes up its events for the group's commitment. A time before the
    /// last record's is taken for that one's: times never decrease.
    ///
    /// # Errors
    /// [`LogError::TooLarge`] for a command that no record holds; it changes nothing.
    pub fn append(
        &mut self,
        time_ms: u64,
        command: &Command,
        events: &[Event],
    ) -> Result<Sequence, LogError> {
        if self.batch.len() - self.group_start >= GROUP_BYTES {
            self.end_group();
        }
        let time_ms = time_ms.max(self.time_ms);
        let sequence = Sequence(self.sequence.0.saturating_add(1));
        let start = self.batch.len();
        let body = Body { kind: Kind::Command, sequence, time_ms };
        format::append_open_record(&mut self.batch.bytes, body, |buffer| command.encode_to(buffer))
            .map_err(|bytes| LogError::TooLarge { bytes })?;
        let record_bytes = (self.batch.len() - start) as u64;

        let has_records = self.segment_bytes > HEADER_BYTES as u64;
        if has_records && self.segment_bytes + record_bytes + ENDING_BYTES > self.max_segment_bytes {
            let record = self.batch.bytes.split_off(start);
            self.roll();
            self.batch.bytes.extend_from_slice(&record);
        }
        self.sequence = sequence;
        self.outputs.add(events);
        self.segment_bytes += record_bytes;
        self.time_ms = time_ms;
        if self.batch.len() - self.open_start >= CHECKSUMS_AT_ONCE_BYTES {
            self.add_checksums();
            self.group_hash.grow(self.chain, &self.batch.bytes[self.group_start..]);
        }
        Ok(sequence)
    }

    /// Ends the group and gives what was appended, which is to be written before anything later; `next` is filled from
    /// now on.
    pub fn take_batch(&mut self, mut next: Batch) -> Batch {
        self.end_group();
        next.clear();
        (self.group_start, self.open_start) = (0, 0);
        std::mem::replace(&mut self.batch, next)
    }

    /// Whether there are groups that have ended.
    pub(crate) fn has_ended_groups(&self) -> bool {
        self.group_start > 0
    }

    /// As [`Encoder::take_batch`], but leaves the group that has not ended.
    pub(crate) fn take_ended_groups(&mut self, mut next: Batch) -> Batch {
        next.clear();
        next.bytes.extend_from_slice(&self.batch.bytes[self.group_start..]);
        self.batch.bytes.truncate(self.group_start);
        self.open_start -= self.group_start;
        self.group_start = 0;
        std::mem::replace(&mut self.batch, next)
    }

    fn add_checksums(&mut self) {
        format::add_checksums(&mut self.batch.bytes[self.open_start..]);
        self.open_start = self.batch.len();
    }

    /// Commits to the events of the group's commands, and hashes all of it.
    fn end_group(&mut self) {
        if self.group_start == self.batch.len() {
            return;
        }
        format::append_open_commitment(&mut self.batch.bytes, self.outputs.commit());
        self.add_checksums();
        self.chain = self.group_hash.end(self.chain, &self.batch.bytes[self.group_start..]);
        self.segment_bytes += COMMITMENT_BYTES as u64;
        self.group_start = self.batch.len();
        self.batch.ends.push(self.position());
    }

    /// Goes on in a new segment.
    fn roll(&mut self) {
        self.end_group();
        let first = Sequence(self.sequence.0.saturating_add(1));
        let header = Header { first, chain_before: self.chain };
        self.batch.rolls.push(Roll { at: self.batch.len(), header, before: self.position() });
        self.segment_bytes = HEADER_BYTES as u64;
    }

    /// Where the last group has ended.
    fn position(&self) -> Position {
        Position { sequence: self.sequence, chain_hash: self.chain }
    }
}

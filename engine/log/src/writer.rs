//! Appending to the log.

use crate::{
    ChainHash, LogError, Outputs, Position, folder,
    format::{self, Body, COMMITMENT_BYTES, HEADER_BYTES, Header, Kind, SEAL_BYTES},
    log_folder,
    segment_file::{OpenSegment, SegmentFile},
};
use codec::Encode;
use coretime_types::{Command, Event, Sequence};
use std::{
    fs::File,
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::Arc,
};

/// What is written to the file at once, at most (a single larger record apart): bounds the memory between two syncs.
const BUFFER_BYTES: usize = 1 << 20;
/// What ends a segment, for which every record leaves room.
const ENDING_BYTES: u64 = (COMMITMENT_BYTES + SEAL_BYTES) as u64;

/// How the log is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// A segment is not made larger than this, unless a single record is.
    pub segment_bytes: u64,
    /// A segment's file is made longer in steps of this, ahead of what is written: then a sync need not change the
    /// file's length, and a full disk shows early. 0: only as it is written.
    pub preallocate_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options { segment_bytes: 64 << 20, preallocate_bytes: 4 << 20 }
    }
}

/// Where a log ends.
pub(crate) struct Tail {
    pub(crate) path: PathBuf,
    pub(crate) file: Box<dyn SegmentFile>,
    pub(crate) segment_bytes: u64,
    pub(crate) position: Position,
    pub(crate) chain: ChainHash,
    pub(crate) is_uncommitted: bool,
    pub(crate) outputs: Outputs,
    pub(crate) time_ms: u64,
}

/// The end of the log, for the one process that appends to it. Made by [`recover`](crate::recover).
///
/// Dropping it writes nothing: what was not synced was never promised.
#[derive(Debug)]
pub struct Writer {
    data_folder: PathBuf,
    /// Held, never read: the data folder is this process's as long as it is open.
    _lock: File,
    options: Options,
    open_segment: OpenSegment,
    path: PathBuf,
    file: Box<dyn SegmentFile>,
    /// The segment's size with what is still in the buffer.
    segment_bytes: u64,
    /// How long the file was made; 0 if that was not tried yet.
    allocated_bytes: u64,
    /// Records that are not yet in the file.
    buffer: Vec<u8>,
    /// The last command appended.
    position: Position,
    /// Over all records appended, commitments too.
    chain: ChainHash,
    /// Follows the events.
    outputs: Outputs,
    /// Whether commands were appended that no commitment covers yet.
    is_uncommitted: bool,
    /// Everything up to here survives a crash.
    durable: Position,
    time_ms: u64,
    failure: Option<Arc<str>>,
}

impl Writer {
    pub(crate) fn new(
        data_folder: PathBuf,
        lock: File,
        options: Options,
        open_segment: OpenSegment,
        tail: Tail,
    ) -> Writer {
        Writer {
            data_folder,
            _lock: lock,
            options,
            open_segment,
            path: tail.path,
            file: tail.file,
            segment_bytes: tail.segment_bytes,
            allocated_bytes: 0,
            buffer: Vec::with_capacity(BUFFER_BYTES),
            position: tail.position,
            chain: tail.chain,
            outputs: tail.outputs,
            is_uncommitted: tail.is_uncommitted,
            durable: tail.position,
            time_ms: tail.time_ms,
            failure: None,
        }
    }

    /// The last command appended, durable or not.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The last command that survives a crash.
    pub fn durable_position(&self) -> Position {
        self.durable
    }

    /// Appends a command with the next sequence, and takes up its events for the next commitment. It is not durable
    /// before [`Writer::sync`] returns. A time before the last record's is taken for that one's: times never decrease.
    ///
    /// # Errors
    /// A command that is too large is refused and changes nothing; any other error is final.
    pub fn append(
        &mut self,
        time_ms: u64,
        command: &Command,
        events: &[Event],
    ) -> Result<Position, LogError> {
        self.check_alive()?;
        let time_ms = time_ms.max(self.time_ms);
        let sequence = Sequence(self.position.sequence.0.saturating_add(1));
        let mut start = self.buffer.len();
        let body = Body { kind: Kind::Command, sequence, time_ms };
        format::append_record(&mut self.buffer, body, |buffer| command.encode_to(buffer))
            .map_err(|bytes| LogError::TooLarge { bytes })?;
        let record_bytes = (self.buffer.len() - start) as u64;

        let has_records = self.segment_bytes > HEADER_BYTES as u64;
        if has_records && self.segment_bytes + record_bytes + ENDING_BYTES > self.options.segment_bytes {
            let record = self.buffer.split_off(start);
            let rolled = self.roll();
            self.noting_failure(rolled)?;
            self.buffer.extend_from_slice(&record);
            start = 0;
        }
        self.chain = self.chain.after(&self.buffer[start..]);
        self.position = Position { sequence, chain_hash: self.chain };
        self.outputs.add(events);
        self.is_uncommitted = true;
        self.segment_bytes += record_bytes;
        self.time_ms = time_ms;
        if self.buffer.len() >= BUFFER_BYTES {
            let written = self.write_buffer();
            self.noting_failure(written)?;
        }
        Ok(self.position)
    }

    /// Commits to the events of everything appended and makes it durable.
    ///
    /// # Errors
    /// Any error is final.
    pub fn sync(&mut self) -> Result<Position, LogError> {
        self.check_alive()?;
        if self.durable.sequence != self.position.sequence {
            self.commit_to_outputs();
            let synced = self.write_and_sync();
            self.noting_failure(synced)?;
            self.durable = self.position;
        }
        Ok(self.durable)
    }

    fn commit_to_outputs(&mut self) {
        if !self.is_uncommitted {
            return;
        }
        let start = self.buffer.len();
        format::append_commitment(&mut self.buffer, self.outputs.commit());
        self.chain = self.chain.after(&self.buffer[start..]);
        self.segment_bytes += COMMITMENT_BYTES as u64;
        self.is_uncommitted = false;
    }

    /// Goes on in a new segment. Its header is durable before this one is sealed: so a sealed segment without a
    /// successor has lost it, and one without a seal before an empty one is a roll that a crash cut short.
    fn roll(&mut self) -> Result<(), LogError> {
        self.commit_to_outputs();
        self.write_and_sync()?;
        let first = Sequence(self.position.sequence.0.saturating_add(1));
        let header = Header { first, chain_before: self.chain };
        let log_folder = log_folder(&self.data_folder);
        let (path, file) = folder::create_segment(&self.data_folder, &log_folder, header)?;
        self.buffer.extend_from_slice(&format::seal(first));
        self.segment_bytes += SEAL_BYTES as u64;
        self.write_and_sync()?;

        self.durable = self.position;
        self.path = path;
        self.file = (self.open_segment)(file);
        self.segment_bytes = HEADER_BYTES as u64;
        self.allocated_bytes = 0;
        Ok(())
    }

    fn write_and_sync(&mut self) -> Result<(), LogError> {
        self.write_buffer()?;
        self.file.sync_data().map_err(LogError::io("sync", &self.path))
    }

    fn write_buffer(&mut self) -> Result<(), LogError> {
        self.allocate()?;
        self.file.write_all(&self.buffer).map_err(LogError::io("write", &self.path))?;
        self.buffer.clear();
        Ok(())
    }

    /// Makes the file longer if what is in the buffer does not fit.
    fn allocate(&mut self) -> Result<(), LogError> {
        let (needed, step) = (self.segment_bytes, self.options.preallocate_bytes);
        if step == 0 || needed <= self.allocated_bytes {
            return Ok(());
        }
        let steps = needed.div_ceil(step).saturating_mul(step);
        let bytes = steps.min(self.options.segment_bytes).max(needed);
        match self.file.allocate(bytes) {
            Ok(()) => self.allocated_bytes = bytes,
            // Then it grows as it is written.
            Err(error) if error.kind() == ErrorKind::Unsupported => self.options.preallocate_bytes = 0,
            Err(error) => return Err(LogError::io("allocate", &self.path)(error)),
        }
        Ok(())
    }

    fn check_alive(&self) -> Result<(), LogError> {
        match &self.failure {
            Some(cause) => Err(LogError::Failed { cause: cause.clone() }),
            None => Ok(()),
        }
    }

    /// Whatever fails once has failed for good.
    fn noting_failure<T>(&mut self, result: Result<T, LogError>) -> Result<T, LogError> {
        if let Err(error) = &result {
            self.failure = Some(error.to_string().into());
        }
        result
    }

    /// The data folder that this writer holds.
    pub fn data_folder(&self) -> &Path {
        &self.data_folder
    }
}

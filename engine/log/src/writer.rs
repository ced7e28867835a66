//! Appending to the log, from one thread or from two.

use crate::{Batch, Disk, Encoder, LogError, Position};
use coretime_types::{Command, Event, Sequence};
use std::path::Path;

/// How the log is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// A segment is not made larger than this, unless a single record is.
    pub segment_bytes: u64,
    /// A segment's file is made longer in steps of this, ahead of what is written: then a sync need not change the
    /// file's length, and a full disk shows early. By default it is made as long as the segment may become: each step
    /// makes the next sync slower. 0: only as it is written.
    pub preallocate_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options { segment_bytes: 64 << 20, preallocate_bytes: 64 << 20 }
    }
}

/// The end of the log, for the one process that appends to it. Made by [`recover`](crate::recover).
///
/// It encodes, writes and syncs in turn. Who wants to encode while the disk is busy takes its
/// [halves](Writer::into_halves).
///
/// Dropping it writes nothing: what was not synced was never promised.
#[derive(Debug)]
pub struct Writer {
    encoder: Encoder,
    disk: Disk,
    /// Kept for its room.
    spare: Batch,
}

impl Writer {
    pub(crate) fn new(encoder: Encoder, disk: Disk) -> Writer {
        Writer { encoder, disk, spare: Batch::default() }
    }

    /// What computes and what waits for the disk, for a thread each. What was appended and not synced is still in the
    /// encoder.
    pub fn into_halves(self) -> (Encoder, Disk) {
        (self.encoder, self.disk)
    }

    /// The last command appended, durable or not.
    pub fn sequence(&self) -> Sequence {
        self.encoder.sequence()
    }

    /// The last command that survives a crash.
    pub fn durable_position(&self) -> Position {
        self.disk.durable_position()
    }

    /// Appends a command with the next sequence, and takes up its events for the group's commitment. It is not durable
    /// before [`Writer::sync`] returns. A time before the last record's is taken for that one's: times never decrease.
    ///
    /// # Errors
    /// A command that is too large is refused and changes nothing; any other error is final.
    pub fn append(
        &mut self,
        time_ms: u64,
        command: &Command,
        events: &[Event],
    ) -> Result<Sequence, LogError> {
        self.disk.check_alive()?;
        let sequence = self.encoder.append(time_ms, command, events)?;
        if self.encoder.has_ended_groups() {
            let batch = self.encoder.take_ended_groups(std::mem::take(&mut self.spare));
            self.write(batch)?;
        }
        Ok(sequence)
    }

    /// Ends the group and makes everything appended durable.
    ///
    /// # Errors
    /// Any error is final.
    pub fn sync(&mut self) -> Result<Position, LogError> {
        self.disk.check_alive()?;
        if self.durable_position().sequence != self.sequence() {
            self.end_group()?;
            self.disk.sync_written()?;
        }
        Ok(self.durable_position())
    }

    /// Ends the group and gives it to the operating system; it is durable with the next [`Writer::sync`].
    ///
    /// # Errors
    /// Any error is final.
    pub fn end_group(&mut self) -> Result<(), LogError> {
        let batch = self.encoder.take_batch(std::mem::take(&mut self.spare));
        self.write(batch)
    }

    fn write(&mut self, batch: Batch) -> Result<(), LogError> {
        self.disk.write(&batch)?;
        self.spare = batch;
        Ok(())
    }

    /// The data folder that this writer holds.
    pub fn data_folder(&self) -> &Path {
        self.disk.data_folder()
    }
}

//! Writing what was encoded, and making it durable.

use crate::{
    Batch, LogError, Options, Position,
    batch::Roll,
    folder,
    format::{self, HEADER_BYTES},
    log_folder,
    segment_file::{OpenSegment, SegmentFile},
};
use std::{
    fs::File,
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The half of the log that waits for the disk: see [`Encoder`](crate::Encoder). It writes batches in the order in which
/// they were encoded.
///
/// Dropping it writes nothing: what was not synced was never promised.
#[derive(Debug)]
pub struct Disk {
    data_folder: PathBuf,
    /// Held, never read: the data folder is this process's as long as it is open.
    _lock: File,
    options: Options,
    open_segment: OpenSegment,
    path: PathBuf,
    file: Box<dyn SegmentFile>,
    /// The segment's size as written.
    segment_bytes: u64,
    /// How long the file was made; 0 if that was not tried yet.
    allocated_bytes: u64,
    /// Everything up to here was given to the operating system.
    written: Position,
    /// Everything up to here survives a crash.
    durable: Position,
    failure: Option<Arc<str>>,
}

impl Disk {
    pub(crate) fn new(
        data_folder: PathBuf,
        lock: File,
        options: Options,
        open_segment: OpenSegment,
        (path, file, segment_bytes): (PathBuf, Box<dyn SegmentFile>, u64),
        durable: Position,
    ) -> Disk {
        Disk {
            data_folder,
            _lock: lock,
            options,
            open_segment,
            path,
            file,
            segment_bytes,
            allocated_bytes: 0,
            written: durable,
            durable,
            failure: None,
        }
    }

    /// The last command that survives a crash.
    pub fn durable_position(&self) -> Position {
        self.durable
    }

    /// The data folder that this holds.
    pub fn data_folder(&self) -> &Path {
        &self.data_folder
    }

    /// Writes the batch and makes it durable; where it is empty, nothing is done. Gives the last command that survives
    /// a crash.
    ///
    /// # Errors
    /// Any error is final.
    pub fn write_and_sync(&mut self, batch: &Batch) -> Result<Position, LogError> {
        self.check_alive()?;
        if !batch.is_empty() {
            self.write(batch)?;
            self.sync_written()?;
        }
        Ok(self.durable)
    }

    /// Writes the batch; it is durable only with [`Disk::sync_written`].
    pub(crate) fn write(&mut self, batch: &Batch) -> Result<(), LogError> {
        self.check_alive()?;
        let written = self.write_batch(batch);
        self.noting_failure(written)?;
        self.written = batch.ends.last().copied().unwrap_or(self.written);
        Ok(())
    }

    /// Makes everything that was written durable.
    pub(crate) fn sync_written(&mut self) -> Result<(), LogError> {
        self.check_alive()?;
        let synced = self.sync();
        self.noting_failure(synced)?;
        self.durable = self.written;
        Ok(())
    }

    fn write_batch(&mut self, batch: &Batch) -> Result<(), LogError> {
        let mut written = 0;
        for roll in &batch.rolls {
            self.write_bytes(&batch.bytes[written..roll.at])?;
            self.roll(roll)?;
            written = roll.at;
        }
        self.write_bytes(&batch.bytes[written..])
    }

    /// Goes on in a new segment. Its header is durable before this one is sealed: so a sealed segment without a
    /// successor has lost it, and one without a seal before an empty one is a roll that a crash cut short.
    fn roll(&mut self, roll: &Roll) -> Result<(), LogError> {
        self.sync()?;
        let log_folder = log_folder(&self.data_folder);
        let (path, file) = folder::create_segment(&self.data_folder, &log_folder, roll.header)?;
        self.write_bytes(&format::seal(roll.header.first))?;
        self.sync()?;

        self.durable = roll.before;
        self.path = path;
        self.file = (self.open_segment)(file);
        self.segment_bytes = HEADER_BYTES as u64;
        self.allocated_bytes = 0;
        Ok(())
    }

    fn write_bytes(&mut self, bytes: &[u8]) -> Result<(), LogError> {
        let segment_bytes = self.segment_bytes + bytes.len() as u64;
        self.allocate(segment_bytes)?;
        self.file.write_all(bytes).map_err(LogError::io("write", &self.path))?;
        self.segment_bytes = segment_bytes;
        Ok(())
    }

    fn sync(&mut self) -> Result<(), LogError> {
        self.file.sync_data().map_err(LogError::io("sync", &self.path))
    }

    /// Makes the file longer if what is to be written does not fit.
    fn allocate(&mut self, needed: u64) -> Result<(), LogError> {
        let step = self.options.preallocate_bytes;
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

    pub(crate) fn check_alive(&self) -> Result<(), LogError> {
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
}

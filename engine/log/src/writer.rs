//! Appending to the log.

use crate::{
    LogError, Position, folder,
    format::{self, Body, HEADER_BYTES, Header, Kind, SEAL_BYTES},
    log_folder,
};
use codec::Encode;
use coretime_types::{Command, Sequence};
use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};

/// What is written to the file at once, at most (a single larger record apart): bounds the memory between two syncs.
const BUFFER_BYTES: usize = 1 << 20;

/// How the log is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// A segment is not made larger than this, unless a single record is.
    pub segment_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options { segment_bytes: 64 << 20 }
    }
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
    path: PathBuf,
    file: File,
    /// The segment's size with what is still in the buffer.
    segment_bytes: u64,
    /// Records that are not yet in the file.
    buffer: Vec<u8>,
    /// The last record appended.
    position: Position,
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
        (path, file, segment_bytes): (PathBuf, File, u64),
        position: Position,
        time_ms: u64,
    ) -> Writer {
        Writer {
            data_folder,
            _lock: lock,
            options,
            path,
            file,
            segment_bytes,
            buffer: Vec::with_capacity(BUFFER_BYTES),
            position,
            durable: position,
            time_ms,
            failure: None,
        }
    }

    /// The last record appended, durable or not.
    pub fn position(&self) -> Position {
        self.position
    }

    /// The last record that survives a crash.
    pub fn durable_position(&self) -> Position {
        self.durable
    }

    /// Appends a command with the next sequence. It is not durable before [`Writer::sync`] returns. A time before the
    /// last record's is taken for that one's: times never decrease.
    ///
    /// A command that is too large is refused and changes nothing; any other error is final.
    pub fn append(&mut self, time_ms: u64, command: &Command) -> Result<Position, LogError> {
        self.check_alive()?;
        let time_ms = time_ms.max(self.time_ms);
        let sequence = Sequence(self.position.sequence.0.saturating_add(1));
        let mut start = self.buffer.len();
        let body = Body { kind: Kind::Command, sequence, time_ms };
        format::append_record(&mut self.buffer, body, |buffer| command.encode_to(buffer))
            .map_err(|bytes| LogError::TooLarge { bytes })?;
        let record_bytes = (self.buffer.len() - start) as u64;

        let has_records = self.segment_bytes > HEADER_BYTES as u64;
        if has_records && self.segment_bytes + record_bytes + SEAL_BYTES as u64 > self.options.segment_bytes {
            let record = self.buffer.split_off(start);
            let rolled = self.roll();
            self.noting_failure(rolled)?;
            self.buffer.extend_from_slice(&record);
            start = 0;
        }
        let chain_hash = self.position.chain_hash.after(&self.buffer[start..]);
        self.position = Position { sequence, chain_hash };
        self.segment_bytes += record_bytes;
        self.time_ms = time_ms;
        if self.buffer.len() >= BUFFER_BYTES {
            let written = self.write_buffer();
            self.noting_failure(written)?;
        }
        Ok(self.position)
    }

    /// Makes everything appended durable. An error is final.
    pub fn sync(&mut self) -> Result<Position, LogError> {
        self.check_alive()?;
        if self.durable.sequence != self.position.sequence {
            let synced = self.write_and_sync();
            self.noting_failure(synced)?;
            self.durable = self.position;
        }
        Ok(self.durable)
    }

    /// Goes on in a new segment. Its header is durable before this one is sealed: so a sealed segment without a
    /// successor has lost it, and one without a seal before an empty one is a roll that a crash cut short.
    fn roll(&mut self) -> Result<(), LogError> {
        self.write_and_sync()?;
        let first = Sequence(self.position.sequence.0.saturating_add(1));
        let header = Header { first, chain_before: self.position.chain_hash };
        let log_folder = log_folder(&self.data_folder);
        let (path, file) = folder::create_segment(&self.data_folder, &log_folder, header)?;
        self.buffer.extend_from_slice(&format::seal(first));
        self.write_and_sync()?;

        self.durable = self.position;
        self.path = path;
        self.file = file;
        self.segment_bytes = HEADER_BYTES as u64;
        Ok(())
    }

    fn write_and_sync(&mut self) -> Result<(), LogError> {
        self.write_buffer()?;
        self.file.sync_data().map_err(LogError::io("sync", &self.path))
    }

    fn write_buffer(&mut self) -> Result<(), LogError> {
        self.file.write_all(&self.buffer).map_err(LogError::io("write", &self.path))?;
        self.buffer.clear();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recover;
    use coretime_types::Timeslice;

    fn command(number: u32) -> Command {
        Command::AdvanceClock { tradable_from: Timeslice(number) }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_failed_write_is_final() {
        let folder = tempfile::tempdir().unwrap();
        let (mut writer, _) = recover(folder.path(), Options::default(), |_| {}).unwrap();
        writer.append(1, &command(1)).unwrap();
        let durable = writer.sync().unwrap();

        let good =
            std::mem::replace(&mut writer.file, File::options().write(true).open("/dev/full").unwrap());
        writer.append(2, &command(2)).unwrap();
        assert!(matches!(writer.sync(), Err(LogError::Io { action: "write", .. })));
        // The disk has room again, but nobody can tell what is on it.
        writer.file = good;
        assert!(matches!(writer.sync(), Err(LogError::Failed { .. })));
        assert!(matches!(writer.append(3, &command(3)), Err(LogError::Failed { .. })));
        assert_eq!(writer.durable_position(), durable);

        drop(writer);
        let (_, recovered) = recover(folder.path(), Options::default(), |_| {}).unwrap();
        assert_eq!(recovered.position, durable);
    }

    #[test]
    fn a_roll_that_fails_is_final() {
        let folder = tempfile::tempdir().unwrap();
        let (mut writer, _) = recover(folder.path(), Options { segment_bytes: 1 }, |_| {}).unwrap();
        writer.append(1, &command(1)).unwrap();
        std::fs::remove_dir_all(log_folder(folder.path())).unwrap();
        let error = writer.append(2, &command(2)).unwrap_err();
        assert!(matches!(error, LogError::Io { action: "create", .. }), "{error}");
        assert!(matches!(writer.sync(), Err(LogError::Failed { .. })));
    }

    #[test]
    fn a_command_too_large_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (mut writer, _) = recover(folder.path(), Options::default(), |_| {}).unwrap();
        let huge = Command::Halt { cause: "x".repeat(crate::MAX_PAYLOAD_BYTES) };
        assert!(matches!(writer.append(1, &huge), Err(LogError::TooLarge { .. })));
        writer.append(1, &command(1)).unwrap();
        assert_eq!(writer.sync().unwrap().sequence, Sequence(1));
    }

    #[test]
    fn time_never_decreases() {
        let folder = tempfile::tempdir().unwrap();
        let (mut writer, _) = recover(folder.path(), Options::default(), |_| {}).unwrap();
        for time_ms in [5, 3, 9] {
            writer.append(time_ms, &command(1)).unwrap();
        }
        writer.sync().unwrap();
        drop(writer);
        let mut times = Vec::new();
        recover(folder.path(), Options::default(), |record| times.push(record.time_ms)).unwrap();
        assert_eq!(times, [5, 5, 9]);
    }
}

//! Logs to be damaged, and how to read them.

use coretime_log::{Damage, LogError, Options, Position, Record, Writer, log_folder, recover};
use coretime_types::{AccountId, Command, Event, Mode, OrderId, Planck, Sequence, Timeslice};
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

/// Larger than all that is written here.
pub(crate) const LARGE: u64 = 1 << 20;

/// Segments of this size, without room made beforehand: the file is what was written.
pub(crate) fn exact(segment_bytes: u64) -> Options {
    Options { segment_bytes, preallocate_bytes: 0 }
}

pub(crate) fn command(number: u32) -> Command {
    match number % 3 {
        0 => Command::AdvanceClock { tradable_from: Timeslice(number) },
        1 => Command::Halt { cause: format!("cause {number}") },
        _ => Command::Compensate {
            account: AccountId([7; 32]),
            amount: Planck(number.into()),
            reason: String::new(),
        },
    }
}

/// The rules of these tests.
pub(crate) fn events(command: &Command) -> Vec<Event> {
    match command {
        Command::Halt { .. } => vec![Event::ModeChanged { mode: Mode::Halted }],
        Command::Compensate { amount, .. } => {
            let order_id = OrderId(u64::try_from(amount.0).unwrap_or(u64::MAX));
            vec![Event::Accepted { order_id }, Event::Replaced { order_id }]
        }
        _ => Vec::new(),
    }
}

pub(crate) fn append_one(writer: &mut Writer, time_ms: u64, command: &Command) -> Result<Sequence, LogError> {
    writer.append(time_ms, command, &events(command))
}

/// A folder with a log of so many commands, all in one group.
pub(crate) fn written(commands: u32, segment_bytes: u64) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    append(folder.path(), 1..=commands, segment_bytes);
    folder
}

/// A folder with a log of so many commands, each in a group of its own.
pub(crate) fn written_singly(commands: u32, segment_bytes: u64) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let (mut writer, _) = opened(folder.path(), exact(segment_bytes)).unwrap();
    for number in 1..=commands {
        append_one(&mut writer, u64::from(number) * 10, &command(number)).unwrap();
        writer.sync().unwrap();
    }
    folder
}

pub(crate) fn append(folder: &Path, numbers: impl IntoIterator<Item = u32>, segment_bytes: u64) -> Position {
    let (mut writer, _) = opened(folder, exact(segment_bytes)).unwrap();
    for number in numbers {
        append_one(&mut writer, u64::from(number) * 10, &command(number)).unwrap();
    }
    writer.sync().unwrap()
}

/// Opens the log as the engine does, and gives its records.
pub(crate) fn opened(folder: &Path, options: Options) -> Result<(Writer, Vec<Record>), LogError> {
    let mut records = Vec::new();
    let (writer, recovered) = recover(folder, options, |record: Record, list: &mut Vec<Event>| {
        list.extend(events(&record.command));
        records.push(record);
    })?;
    assert_eq!(recovered.position.sequence.0, records.len() as u64);
    Ok((writer, records))
}

pub(crate) fn read_all(folder: &Path) -> Result<Vec<Record>, LogError> {
    opened(folder, exact(LARGE)).map(|(_, records)| records)
}

pub(crate) fn numbers(records: &[Record]) -> Vec<u64> {
    records.iter().map(|record| record.sequence.0).collect()
}

pub(crate) fn segments(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> =
        fs::read_dir(log_folder(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

pub(crate) fn only_segment(folder: &Path) -> PathBuf {
    let [path] = segments(folder).try_into().unwrap();
    path
}

pub(crate) fn damage(result: Result<Vec<Record>, LogError>) -> (Sequence, Damage) {
    match result {
        Err(LogError::Damaged { sequence, damage, .. }) => (sequence, damage),
        other => panic!("expected damage, got {other:?}"),
    }
}

/// One record as it lies in a segment.
pub(crate) struct Raw {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: u8,
}

/// The records of an undamaged segment.
pub(crate) fn raw_records(segment: &[u8]) -> Vec<Raw> {
    let mut records = Vec::new();
    let mut start = 64;
    while start < segment.len() {
        let body = u32::from_le_bytes(segment[start..start + 4].try_into().unwrap()) as usize;
        let end = start + 8 + body + 5;
        records.push(Raw { start, end, kind: segment[start + 8] });
        start = end;
    }
    records
}

/// Writes a record as the format says, whatever its fields are.
pub(crate) fn append_raw(bytes: &mut Vec<u8>, kind: u8, sequence: u64, time_ms: u64, payload: &[u8]) {
    let start = bytes.len();
    let length = u32::try_from(17 + payload.len()).unwrap().to_le_bytes();
    bytes.extend(length);
    bytes.extend(crc32c::crc32c(&length).to_le_bytes());
    bytes.push(kind);
    bytes.extend(sequence.to_le_bytes());
    bytes.extend(time_ms.to_le_bytes());
    bytes.extend(payload);
    let checksum = crc32c::crc32c(&bytes[start..]);
    bytes.extend(checksum.to_le_bytes());
    bytes.push(0xA5);
}

//! Disks that are full, broken or read-only: what fails is final, and nothing acknowledged is lost.

use crate::{
    faulty_file::{Fault, faulty, happened, plan},
    support::*,
};
use coretime_log::{LogError, Options, Position, SegmentFile, Writer, log_folder, recover, recover_through};
use coretime_types::{Command, Sequence};
use std::{
    fs::{self, File},
    path::Path,
};

const EIO: i32 = 5;
const ENOSPC: i32 = 28;
const EROFS: i32 = 30;

fn opened_faulty(folder: &Path, options: Options) -> Writer {
    let replay = |record: coretime_log::Record, list: &mut Vec<_>| list.extend(events(&record.command));
    recover_through(folder, options, faulty, replay).unwrap().0
}

/// Appends in groups of one to four until something fails; how many commands were sent, and what failed.
fn append_until_failure(writer: &mut Writer, commands: u32) -> (u32, Option<LogError>) {
    for number in 1..=commands {
        if let Err(error) = append_one(writer, 1, &command(number)) {
            return (number, Some(error));
        }
        if (number * 7 / 3) % 4 == 0
            && let Err(error) = writer.sync()
        {
            return (number, Some(error));
        }
    }
    (commands, writer.sync().err())
}

/// After a failure the writer takes nothing more; a restart finds all that was acknowledged and nothing that was not
/// sent, and goes on.
fn check_after_failure(folder: &Path, mut writer: Writer, sent: u32, what: &str) {
    let durable = writer.durable_position();
    for _ in 0..2 {
        assert!(matches!(writer.sync(), Err(LogError::Failed { .. })), "{what}");
        let refused = append_one(&mut writer, 1, &command(1));
        assert!(matches!(refused, Err(LogError::Failed { .. })), "{what}: {refused:?}");
    }
    assert_eq!(writer.durable_position(), durable, "{what}");
    drop(writer);

    let records = read_all(folder).unwrap();
    let last = u32::try_from(records.len()).unwrap();
    assert!(u64::from(last) >= durable.sequence.0 && last <= sent, "{what}: {last} of {sent}, {durable:?}");
    for (record, number) in records.iter().zip(1..) {
        assert_eq!(record.command, command(number), "{what}");
    }
    if durable.sequence.0 > 0 {
        let index = usize::try_from(durable.sequence.0).unwrap() - 1;
        assert_eq!(records[index].chain_hash, durable.chain_hash, "{what}");
    }
    append(folder, last + 1..=last + 3, 600);
    assert_eq!(read_all(folder).unwrap().len(), records.len() + 3, "{what}");
}

#[test]
fn any_operation_that_fails_is_final_and_loses_nothing_acknowledged() {
    let faults = [
        Fault::Write { errno: ENOSPC, after_bytes: 0 },
        Fault::Write { errno: ENOSPC, after_bytes: 61 },
        Fault::Write { errno: EIO, after_bytes: 7 },
        Fault::Write { errno: EROFS, after_bytes: 0 },
        Fault::Sync { errno: EIO, loses: true },
        Fault::Sync { errno: EIO, loses: false },
        Fault::Sync { errno: ENOSPC, loses: true },
        Fault::Allocate { errno: ENOSPC },
    ];
    for fault in faults {
        let mut failures = 0;
        for after in 0.. {
            let what = format!("{fault:?} after {after}");
            let folder = tempfile::tempdir().unwrap();
            let options = Options { segment_bytes: 600, preallocate_bytes: 256 };
            let mut writer = opened_faulty(folder.path(), options);
            plan(fault, after);
            let (sent, error) = append_until_failure(&mut writer, 40);
            if !happened() {
                assert!(error.is_none(), "{what}: {error:?}");
                break;
            }
            let action = match fault {
                Fault::Write { .. } => "write",
                Fault::Sync { .. } => "sync",
                Fault::Allocate { .. } => "allocate",
            };
            let is_told = matches!(&error, Some(LogError::Io { action: told, .. }) if *told == action);
            assert!(is_told, "{what}: {error:?}");
            check_after_failure(folder.path(), writer, sent, &what);
            failures += 1;
        }
        assert!(failures >= 5, "{fault:?} was tried {failures} times only");
    }
}

/// A real file on which the kernel has no room.
#[cfg(target_os = "linux")]
fn full(_: File) -> Box<dyn SegmentFile> {
    Box::new(File::options().write(true).open("/dev/full").unwrap())
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told_and_final() {
    let folder = written(3, LARGE);
    let replay = |record: coretime_log::Record, list: &mut Vec<_>| list.extend(events(&record.command));
    let (mut writer, recovered) = recover_through(folder.path(), exact(LARGE), full, replay).unwrap();
    append_one(&mut writer, 100, &command(4)).unwrap();
    let error = writer.sync().unwrap_err();
    assert!(error.to_string().contains("No space left on device"), "{error}");
    assert_eq!(writer.durable_position(), recovered.position);
    check_after_failure(folder.path(), writer, 4, "full");
}

#[test]
fn a_roll_that_fails_is_final() {
    let folder = tempfile::tempdir().unwrap();
    let (mut writer, _) = opened(folder.path(), exact(1)).unwrap();
    append_one(&mut writer, 1, &command(1)).unwrap();
    fs::remove_dir_all(log_folder(folder.path())).unwrap();
    let error = append_one(&mut writer, 1, &command(2)).unwrap_err();
    assert!(matches!(error, LogError::Io { action: "create", .. }), "{error}");
    assert!(matches!(writer.sync(), Err(LogError::Failed { .. })));
    assert_eq!(writer.durable_position(), Position::START);
}

#[test]
fn a_command_too_large_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (mut writer, _) = opened(folder.path(), exact(LARGE)).unwrap();
    let huge = Command::Halt { cause: "x".repeat(coretime_log::MAX_PAYLOAD_BYTES) };
    assert!(matches!(append_one(&mut writer, 1, &huge), Err(LogError::TooLarge { .. })));
    append_one(&mut writer, 1, &command(1)).unwrap();
    assert_eq!(writer.sync().unwrap().sequence, Sequence(1));
    drop(writer);
    assert_eq!(read_all(folder.path()).unwrap().len(), 1);
}

#[test]
fn time_never_decreases() {
    let folder = tempfile::tempdir().unwrap();
    let (mut writer, _) = opened(folder.path(), exact(LARGE)).unwrap();
    for time_ms in [5, 3, 9] {
        append_one(&mut writer, time_ms, &command(1)).unwrap();
    }
    writer.sync().unwrap();
    drop(writer);
    let mut times = Vec::new();
    let replay = |record: coretime_log::Record, list: &mut Vec<_>| {
        times.push(record.time_ms);
        list.extend(events(&record.command));
    };
    recover(folder.path(), exact(LARGE), replay).unwrap();
    assert_eq!(times, [5, 5, 9]);
}

//! Segments: rolled, missing, doubled, swapped, of another log.

use crate::support::*;
use coretime_log::{Damage, LogError, log_folder};
use coretime_types::Sequence;
use std::fs;
use tempfile::TempDir;

#[test]
fn segments_roll_and_the_chain_goes_on_through_them() {
    let one = written(40, LARGE);
    let many = written(40, 200);
    assert!(segments(many.path()).len() > 5);
    let told = |folder: &TempDir| -> Vec<_> {
        let records = read_all(folder.path()).unwrap();
        records.into_iter().map(|record| (record.sequence, record.time_ms, record.command)).collect()
    };
    assert_eq!(told(&one), told(&many));
    assert!(many.path().join("lock").exists());
    let end = append(many.path(), 41..=50, 300);
    assert_eq!(append(one.path(), 41..=50, LARGE).sequence, end.sequence);
    assert_eq!(told(&one), told(&many));
    assert_eq!(read_all(many.path()).unwrap()[49].chain_hash, end.chain_hash);
}

#[test]
fn the_position_after_a_restart_is_the_one_that_was_acknowledged() {
    for commands in 1..=20 {
        let folder = tempfile::tempdir().unwrap();
        let acknowledged = append(folder.path(), 1..=commands, 200);
        let (writer, records) = opened(folder.path(), exact(LARGE)).unwrap();
        assert_eq!((writer.sequence(), writer.durable_position()), (acknowledged.sequence, acknowledged));
        assert_eq!(records.last().unwrap().chain_hash, acknowledged.chain_hash);
    }
}

#[test]
fn a_missing_segment_is_named() {
    let folder = written(40, 200);
    let paths = segments(folder.path());
    for (index, path) in paths.iter().enumerate() {
        let whole = fs::read(path).unwrap();
        fs::remove_file(path).unwrap();
        match read_all(folder.path()) {
            Err(LogError::MissingSegment { path: named, .. }) => assert_eq!(named, *path),
            // It may have been archived.
            Err(LogError::BeginsLate { from: Sequence(1), .. }) => assert_eq!(index, 0),
            other => panic!("segment {index}: {other:?}"),
        }
        fs::write(path, whole).unwrap();
    }
    assert_eq!(read_all(folder.path()).unwrap().len(), 40);
}

#[test]
fn a_log_whose_only_segment_is_gone_is_not_a_new_log() {
    let folder = written(3, LARGE);
    fs::remove_file(only_segment(folder.path())).unwrap();
    let result = read_all(folder.path());
    assert!(matches!(result, Err(LogError::MissingSegment { sequence: Sequence(1), .. })), "{result:?}");
}

#[test]
fn doubled_and_swapped_segments_are_refused() {
    let folder = written(40, 400);
    let paths = segments(folder.path());
    let last = fs::read(paths.last().unwrap()).unwrap();

    let doubled = log_folder(folder.path()).join(format!("{:020}.log", 77));
    fs::write(&doubled, &last).unwrap();
    assert_eq!(damage(read_all(folder.path())).1, Damage::NotSealed);
    fs::remove_file(&doubled).unwrap();

    let inside = log_folder(folder.path()).join(format!("{:020}.log", 2));
    fs::write(&inside, &last).unwrap();
    let result = read_all(folder.path());
    assert!(matches!(result, Err(LogError::UnexpectedFile { .. })), "{result:?}");
    fs::remove_file(&inside).unwrap();

    let (second, third) = (fs::read(&paths[1]).unwrap(), fs::read(&paths[2]).unwrap());
    fs::write(&paths[1], &third).unwrap();
    fs::write(&paths[2], &second).unwrap();
    assert!(matches!(damage(read_all(folder.path())).1, Damage::WrongFirstSequence { .. }));
}

#[test]
fn a_segment_of_another_log_is_refused() {
    let folder = written(40, 200);
    let other = tempfile::tempdir().unwrap();
    // The same sizes, so the same names; other contents.
    let (mut writer, _) = opened(other.path(), exact(200)).unwrap();
    for number in 1..=40 {
        append_one(&mut writer, u64::from(number) * 10 + 1, &command(number)).unwrap();
    }
    writer.sync().unwrap();
    let (ours, theirs) = (segments(folder.path()), segments(other.path()));
    assert_eq!(ours[3].file_name(), theirs[3].file_name());
    fs::copy(&theirs[3], &ours[3]).unwrap();
    assert!(matches!(damage(read_all(folder.path())).1, Damage::WrongChain { .. }));
}

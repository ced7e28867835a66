//! Old segments in another folder.

use crate::support::*;
use coretime_log::{LogError, Reader, archive_before, log_folder};
use coretime_types::Sequence;
use std::{fs, path::PathBuf};

#[test]
fn what_was_archived_is_read_with_the_rest() {
    let folder = written(40, 400);
    let all = read_all(folder.path()).unwrap();
    let archive = folder.path().join("archive/old");
    let before = segments(folder.path());
    let moved = archive_before(folder.path(), &archive, Sequence(30)).unwrap();
    assert!(moved.len() > 2);
    let kept = segments(folder.path());
    assert_eq!(moved.len() + kept.len(), before.len());
    // The one that command 30 stands in is kept.
    let first: u64 = kept[0].file_stem().unwrap().to_str().unwrap().parse().unwrap();
    assert!(first <= 30, "{first}");
    let following: u64 = kept[1].file_stem().unwrap().to_str().unwrap().parse().unwrap();
    assert!(following > 30, "{following}");

    let archives = [archive.clone()];
    let mut reader = Reader::open_with(&log_folder(folder.path()), &archives, Sequence(1)).unwrap();
    for record in &all {
        assert_eq!(reader.next_record().unwrap().as_ref(), Some(record));
    }
    assert_eq!(reader.next_record().unwrap(), None);
    // Without the archive it is said what is missing, and behind a known place nothing is.
    match Reader::open(&log_folder(folder.path()), Sequence(1)) {
        Err(LogError::BeginsLate { begins, from, .. }) => assert_eq!((begins.0, from.0), (first, 1)),
        other => panic!("{:?}", other.map(|_| "it is read")),
    }
    let mut reader = Reader::open(&log_folder(folder.path()), Sequence(31)).unwrap();
    assert_eq!(reader.next_record().unwrap().as_ref(), Some(&all[30]));
    assert_eq!(archive_before(folder.path(), &archive, Sequence(30)).unwrap(), Vec::<PathBuf>::new());
}

#[test]
fn a_crash_in_between_costs_nothing_and_another_segment_is_never_overwritten() {
    let folder = written(40, 400);
    let archive = folder.path().join("archive");
    let paths = segments(folder.path());
    fs::create_dir(&archive).unwrap();
    // Copied, but not yet removed; and a copy that was cut short.
    fs::copy(&paths[0], archive.join(paths[0].file_name().unwrap())).unwrap();
    let draft = archive.join(paths[1].file_name().unwrap()).with_extension("new");
    fs::write(&draft, "half").unwrap();
    let moved = archive_before(folder.path(), &archive, Sequence(12)).unwrap();
    assert!(moved.len() >= 2 && !draft.exists());

    let next = segments(folder.path())[0].clone();
    let other = archive.join(next.file_name().unwrap());
    fs::write(&other, "another").unwrap();
    let refused = archive_before(folder.path(), &archive, Sequence(40));
    assert!(matches!(refused, Err(LogError::UnexpectedFile { path }) if path == other));
    assert!(next.exists());
}

#[test]
fn neither_a_damaged_log_nor_one_in_use_is_archived() {
    let folder = written(40, 400);
    let archive = folder.path().join("archive");
    let (writer, _) = opened(folder.path(), exact(400)).unwrap();
    let refused = archive_before(folder.path(), &archive, Sequence(30));
    assert!(matches!(refused, Err(LogError::InUse { .. })), "{refused:?}");
    drop(writer);

    let path = &segments(folder.path())[1];
    let mut bytes = fs::read(path).unwrap();
    bytes[100] ^= 1;
    fs::write(path, bytes).unwrap();
    let refused = archive_before(folder.path(), &archive, Sequence(30));
    assert!(matches!(refused, Err(LogError::Damaged { .. })), "{refused:?}");
    assert!(!archive.exists());
}

//! The bytes on disk are those of the specification, read here without the crate's own reader.

use crate::support::*;
use codec::Encode;
use coretime_log::{Damage, LogError, Options};
use coretime_types::{Command, Sequence};
use std::fs;

#[test]
fn what_was_written_is_read_back() {
    let folder = written(9, LARGE);
    let records = read_all(folder.path()).unwrap();
    assert_eq!(numbers(&records), (1..=9).collect::<Vec<_>>());
    for (record, number) in records.iter().zip(1..) {
        assert_eq!((record.time_ms, &record.command), (u64::from(number) * 10, &command(number)));
    }
}

#[test]
fn both_chains_are_the_specified_ones() {
    for folder in [written(7, LARGE), written_singly(7, LARGE)] {
        let bytes = fs::read(only_segment(folder.path())).unwrap();
        let records = read_all(folder.path()).unwrap();
        let mut records = records.iter();
        let (mut chain, mut outputs, mut commitments) = ([0; 32], vec![0; 32], 0);
        let (mut group, mut receipts) = (Vec::new(), Vec::new());
        for raw in raw_records(&bytes) {
            let record = &bytes[raw.start..raw.end];
            group.extend(record);
            if raw.kind == 1 {
                let read = records.next().unwrap();
                outputs.extend(events(&read.command).encode());
                receipts.push(read.chain_hash.0);
            } else {
                assert_eq!((raw.kind, record.len()), (3, 62));
                outputs = blake3::hash(&outputs).as_bytes().to_vec();
                assert_eq!(record[25..57], outputs);
                chain = *blake3::hash(&[&chain[..], &group].concat()).as_bytes();
                assert!(receipts.iter().all(|receipt| *receipt == chain));
                (group, receipts) = (Vec::new(), Vec::new());
                commitments += 1;
            }
        }
        assert!(records.next().is_none() && group.is_empty());
        assert!(commitments == 1 || commitments == 7);
    }
}

#[test]
fn a_group_that_is_full_ends() {
    let folder = tempfile::tempdir().unwrap();
    let (mut writer, _) = opened(folder.path(), exact(1 << 30)).unwrap();
    let long = Command::Halt { cause: "x".repeat(300_000) };
    for _ in 0..10 {
        append_one(&mut writer, 1, &long).unwrap();
    }
    writer.sync().unwrap();
    drop(writer);
    let path = only_segment(folder.path());
    let whole = fs::read(&path).unwrap();
    let kinds: Vec<_> = raw_records(&whole).iter().map(|record| record.kind).collect();
    assert_eq!(kinds, [1, 1, 1, 1, 3, 1, 1, 1, 1, 3, 1, 1, 3]);
    assert_eq!(read_all(folder.path()).unwrap().len(), 10);

    // Four fill a group: a fifth does not belong into it.
    let raw = raw_records(&whole);
    let mut longer = whole[..raw[4].start].to_vec();
    append_raw(&mut longer, 1, 5, 1, &long.encode());
    fs::write(&path, longer).unwrap();
    assert_eq!(damage(read_all(folder.path())), (Sequence(5), Damage::GroupTooLong));
}

#[test]
fn a_segment_ends_with_a_commitment_and_a_seal_and_begins_with_neither() {
    let folder = written(40, 400);
    let paths = segments(folder.path());
    for (index, path) in paths.iter().enumerate() {
        let kinds: Vec<_> = raw_records(&fs::read(path).unwrap()).iter().map(|record| record.kind).collect();
        assert_eq!(kinds[0], 1, "{kinds:?}");
        let end: &[u8] = if index + 1 < paths.len() { &[1, 3, 2] } else { &[1, 3] };
        assert!(kinds.ends_with(end), "{kinds:?}");
    }
}

#[test]
fn a_segment_is_made_ready_beforehand_and_is_not_larger_than_it_may_be() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { segment_bytes: 20_000, preallocate_bytes: 8_192 };
    let (mut writer, _) = opened(folder.path(), options).unwrap();
    let mut sizes = Vec::new();
    for number in 1..=500 {
        append_one(&mut writer, 1, &command(number)).unwrap();
        writer.sync().unwrap();
        sizes.push(fs::metadata(segments(folder.path()).last().unwrap()).unwrap().len());
    }
    sizes.dedup();
    if cfg!(target_os = "linux") {
        assert_eq!(sizes[..4], [8_192, 16_384, 20_000, 8_192]);
    }
    for path in segments(folder.path()) {
        assert!(fs::metadata(path).unwrap().len() <= 20_000);
    }
    drop(writer);
    assert_eq!(read_all(folder.path()).unwrap().len(), 500);
}

#[test]
fn another_version_is_refused_as_such() {
    for version in [1, 2, 4] {
        let folder = written(3, LARGE);
        let path = only_segment(folder.path());
        let mut bytes = fs::read(&path).unwrap();
        bytes[8] = version;
        let checksum = crc32c::crc32c(&bytes[..60]);
        bytes[60..64].copy_from_slice(&checksum.to_le_bytes());
        fs::write(&path, &bytes).unwrap();
        let error = read_all(folder.path()).unwrap_err();
        assert!(
            matches!(error, LogError::OtherVersion { found, .. } if found == u32::from(version)),
            "{error}"
        );
        assert!(error.to_string().ends_with("this program reads version 3 only"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
}

//! What crashes, disks and people do to a log.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy does not take helpers of tests for tests")]

use coretime_log::{Damage, LogError, Options, Position, Reader, Record, log_folder, recover};
use coretime_types::{AccountId, Command, Planck, Sequence, Timeslice};
use proptest::prelude::*;
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

fn command(number: u32) -> Command {
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

/// A folder with a log of so many commands.
fn written(commands: u32, segment_bytes: u64) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    append(folder.path(), 1..=commands, segment_bytes);
    folder
}

fn append(folder: &Path, numbers: impl IntoIterator<Item = u32>, segment_bytes: u64) -> Position {
    let (mut writer, _) = recover(folder, Options { segment_bytes }, |_| {}).unwrap();
    for number in numbers {
        writer.append(u64::from(number) * 10, &command(number)).unwrap();
    }
    writer.sync().unwrap()
}

fn read_all(folder: &Path) -> Result<Vec<Record>, LogError> {
    let mut records = Vec::new();
    recover(folder, Options::default(), |record| records.push(record))?;
    Ok(records)
}

fn numbers(records: &[Record]) -> Vec<u64> {
    records.iter().map(|record| record.sequence.0).collect()
}

fn segments(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> =
        fs::read_dir(log_folder(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn only_segment(folder: &Path) -> PathBuf {
    let [path] = segments(folder).try_into().unwrap();
    path
}

fn damage(result: Result<Vec<Record>, LogError>) -> (Sequence, Damage) {
    match result {
        Err(LogError::Damaged { sequence, damage, .. }) => (sequence, damage),
        other => panic!("expected damage, got {other:?}"),
    }
}

const LARGE: u64 = 1 << 20;

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
fn the_chain_is_the_specified_one() {
    let folder = written(2, LARGE);
    let bytes = fs::read(only_segment(folder.path())).unwrap();
    let records = read_all(folder.path()).unwrap();
    let mut hash = [0; 32];
    let mut rest = &bytes[64..];
    for record in records {
        let body_bytes = u32::from_le_bytes(rest[..4].try_into().unwrap()) as usize;
        let (this, after) = rest.split_at(8 + body_bytes + 5);
        hash = *blake3::hash(&[&hash, this].concat()).as_bytes();
        assert_eq!(record.chain_hash.0, hash);
        rest = after;
    }
    assert!(rest.is_empty());
}

#[test]
fn segments_roll_and_the_chain_goes_on_through_them() {
    let one = written(40, LARGE);
    let many = written(40, 200);
    assert!(segments(many.path()).len() > 5);
    assert_eq!(read_all(one.path()).unwrap(), read_all(many.path()).unwrap());
    assert!(many.path().join("lock").exists());
    let end = append(many.path(), 41..=50, 300);
    assert_eq!(append(one.path(), 41..=50, LARGE), end);
}

#[test]
fn the_position_after_a_restart_is_the_one_that_was_acknowledged() {
    for commands in 1..=20 {
        let folder = tempfile::tempdir().unwrap();
        let acknowledged = append(folder.path(), 1..=commands, 200);
        let (_, recovered) = recover(folder.path(), Options::default(), |_| {}).unwrap();
        assert_eq!(recovered.position, acknowledged);
    }
}

#[test]
fn a_last_record_cut_at_any_byte_is_cut_off() {
    let folder = written(4, LARGE);
    let path = only_segment(folder.path());
    let whole = fs::read(&path).unwrap();
    let three = fs::read(only_segment(written(3, LARGE).path())).unwrap();
    assert_eq!(whole[..three.len()], three);
    let expected = read_all(folder.path()).unwrap();

    for zeros in [0, 1, 300, 9000] {
        for cut in three.len()..whole.len() {
            let mut torn = whole[..cut].to_vec();
            torn.resize(cut + zeros, 0);
            // Whole again: every byte that is missing was zero or there.
            let complete = torn.len() >= whole.len() && torn[..whole.len()] == whole;
            assert!(!complete);
            fs::write(&path, &torn).unwrap();
            assert_eq!(read_all(folder.path()).unwrap(), expected[..3], "cut at {cut}, {zeros} zeros");
            assert_eq!(fs::read(&path).unwrap(), three);
            // The log goes on from there.
            append(folder.path(), [4], LARGE);
            assert_eq!(numbers(&read_all(folder.path()).unwrap()), [1, 2, 3, 4]);
        }
    }
}

#[test]
fn a_zeroed_tail_is_cut_and_nothing_is_lost() {
    let folder = written(4, LARGE);
    let path = only_segment(folder.path());
    let whole = fs::read(&path).unwrap();
    for zeros in [1, 7, 8, 64, 20_000] {
        let mut longer = whole.clone();
        longer.resize(whole.len() + zeros, 0);
        fs::write(&path, &longer).unwrap();
        assert_eq!(numbers(&read_all(folder.path()).unwrap()), [1, 2, 3, 4]);
        assert_eq!(fs::read(&path).unwrap(), whole);
    }
}

#[test]
fn a_record_missing_before_another_is_damage() {
    let folder = written(4, LARGE);
    let path = only_segment(folder.path());
    let whole = fs::read(&path).unwrap();
    let two = fs::read(only_segment(written(2, LARGE).path())).unwrap().len();
    let three = fs::read(only_segment(written(3, LARGE).path())).unwrap().len();

    let mut zeroed = whole.clone();
    zeroed[two..three].fill(0);
    fs::write(&path, &zeroed).unwrap();
    assert_eq!(damage(read_all(folder.path())).0, Sequence(3));

    fs::write(&path, [&whole[..two], &whole[three..]].concat()).unwrap();
    let expected = (Sequence(3), Damage::WrongSequence { found: Sequence(4) });
    assert_eq!(damage(read_all(folder.path())), expected);

    fs::write(&path, [&whole[..three], &whole[two..]].concat()).unwrap();
    let expected = (Sequence(4), Damage::WrongSequence { found: Sequence(3) });
    assert_eq!(damage(read_all(folder.path())), expected);
}

#[test]
fn a_flipped_bit_anywhere_is_refused_with_its_place() {
    let folder = written(6, 200);
    for path in segments(folder.path()) {
        let whole = fs::read(&path).unwrap();
        for bit in 0..whole.len() * 8 {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, &flipped).unwrap();
            match read_all(folder.path()) {
                Err(LogError::Damaged { path: at, offset, .. }) => {
                    assert_eq!(at, path);
                    assert!(offset <= bit as u64 / 8, "bit {bit}: damage reported at {offset}");
                }
                other => panic!("{} bit {bit}: {other:?}", path.display()),
            }
            // Refused means untouched.
            assert_eq!(fs::read(&path).unwrap(), flipped);
        }
        fs::write(&path, whole).unwrap();
    }
    assert_eq!(read_all(folder.path()).unwrap().len(), 6);
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
    let (mut writer, _) = recover(other.path(), Options { segment_bytes: 200 }, |_| {}).unwrap();
    for number in 1..=40 {
        writer.append(u64::from(number) * 10 + 1, &command(number)).unwrap();
    }
    writer.sync().unwrap();
    let (ours, theirs) = (segments(folder.path()), segments(other.path()));
    assert_eq!(ours[3].file_name(), theirs[3].file_name());
    fs::copy(&theirs[3], &ours[3]).unwrap();
    assert!(matches!(damage(read_all(folder.path())).1, Damage::WrongChain { .. }));
}

#[test]
fn a_stray_file_is_refused() {
    let folder = written(3, LARGE);
    for name in ["notes.txt", "1.log", "0000000000000000000x.log", "00000000000000000001.log~"] {
        let path = log_folder(folder.path()).join(name);
        fs::write(&path, "").unwrap();
        let result = read_all(folder.path());
        assert!(matches!(result, Err(LogError::UnexpectedFile { .. })), "{name}: {result:?}");
        fs::remove_file(path).unwrap();
    }
}

#[test]
fn a_crash_at_any_point_of_a_roll_loses_nothing() {
    let folder = written(40, 200);
    let paths = segments(folder.path());
    let (before, last) = (&paths[paths.len() - 2], &paths[paths.len() - 1]);
    let expected = read_all(folder.path()).unwrap();
    let sealed = fs::read(before).unwrap();
    let header = fs::read(last).unwrap()[..64].to_vec();
    let first: u64 = last.file_stem().unwrap().to_str().unwrap().parse().unwrap();
    let kept = &expected[..usize::try_from(first).unwrap() - 1];

    // The next segment is there with its header; of the seal, any part.
    for cut in sealed.len() - 30..=sealed.len() {
        fs::write(before, &sealed[..cut]).unwrap();
        fs::write(last, &header).unwrap();
        assert_eq!(read_all(folder.path()).unwrap(), kept, "cut at {cut}");
        append(folder.path(), [1000, 1001], 200);
        assert_eq!(read_all(folder.path()).unwrap().len(), kept.len() + 2);
        for path in segments(folder.path()) {
            if path > *before {
                fs::remove_file(path).unwrap();
            }
        }
    }
    // The seal is missing although the next segment has records: not what a crash leaves.
    fs::write(before, &sealed[..sealed.len() - 30]).unwrap();
    fs::write(last, [&header[..], &[1; 9]].concat()).unwrap();
    assert_eq!(damage(read_all(folder.path())).1, Damage::NotSealed);
}

#[test]
fn a_newer_version_is_refused_as_such() {
    let folder = written(3, LARGE);
    let path = only_segment(folder.path());
    let mut bytes = fs::read(&path).unwrap();
    bytes[8] = 2;
    let checksum = crc32c::crc32c(&bytes[..60]);
    bytes[60..64].copy_from_slice(&checksum.to_le_bytes());
    fs::write(&path, bytes).unwrap();
    let result = read_all(folder.path());
    assert!(matches!(result, Err(LogError::NewerVersion { found: 2, .. })), "{result:?}");
}

#[test]
fn a_second_opener_is_refused() {
    let folder = written(3, LARGE);
    let (writer, _) = recover(folder.path(), Options::default(), |_| {}).unwrap();
    let result = read_all(folder.path());
    assert!(matches!(result, Err(LogError::InUse { .. })), "{result:?}");
    drop(writer);
    assert_eq!(read_all(folder.path()).unwrap().len(), 3);
}

#[test]
fn a_reader_follows_the_writer_up_to_what_is_durable() {
    let folder = tempfile::tempdir().unwrap();
    let (mut writer, _) = recover(folder.path(), Options { segment_bytes: 200 }, |_| {}).unwrap();
    let mut reader = Reader::open(&log_folder(folder.path()), Sequence(1)).unwrap();
    let mut seen = Vec::new();
    for number in 1..=40 {
        writer.append(1, &command(number)).unwrap();
        if number % 3 == 0 {
            let durable = writer.sync().unwrap();
            while let Some(record) = reader.next_up_to(durable.sequence).unwrap() {
                seen.push(record.sequence.0);
            }
            assert_eq!(reader.position(), durable);
        }
    }
    assert_eq!(seen, (1..=39).collect::<Vec<_>>());
    let result = reader.next_up_to(Sequence(1000));
    assert!(matches!(result, Err(LogError::EndsEarly { sequence: Sequence(40), .. })), "{result:?}");
}

#[test]
fn a_reader_starts_anywhere() {
    let folder = written(40, 200);
    let all = read_all(folder.path()).unwrap();
    for from in 1..=40 {
        let mut reader = Reader::open(&log_folder(folder.path()), Sequence(from)).unwrap();
        let first = reader.next_record().unwrap().unwrap();
        assert_eq!(first, all[usize::try_from(from).unwrap() - 1]);
    }
    let mut reader = Reader::open(&log_folder(folder.path()), Sequence(41)).unwrap();
    assert_eq!(reader.next_record().unwrap(), None);
    assert!(Reader::open(&log_folder(folder.path()), Sequence(42)).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Whatever a segment holds, opening it gives records or an error.
    #[test]
    fn arbitrary_segments_never_panic(
        keep in 0_usize..400,
        junk in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let folder = written(6, LARGE);
        let path = only_segment(folder.path());
        let mut bytes = fs::read(&path).unwrap();
        bytes.truncate(keep);
        bytes.extend(junk);
        fs::write(&path, bytes).unwrap();
        let _ = read_all(folder.path());
    }

    /// A record that is well in form but holds no command is damage, however long its lists claim to be.
    #[test]
    fn arbitrary_payloads_never_panic(payload in prop::collection::vec(any::<u8>(), 0..200)) {
        let folder = written(1, LARGE);
        let path = only_segment(folder.path());
        let mut bytes = fs::read(&path).unwrap();
        let start = bytes.len();
        let length = u32::try_from(17 + payload.len()).unwrap().to_le_bytes();
        bytes.extend(length);
        bytes.extend(crc32c::crc32c(&length).to_le_bytes());
        bytes.push(1);
        bytes.extend(2_u64.to_le_bytes());
        bytes.extend(10_u64.to_le_bytes());
        bytes.extend(&payload);
        let checksum = crc32c::crc32c(&bytes[start..]);
        bytes.extend(checksum.to_le_bytes());
        bytes.push(0xA5);
        fs::write(&path, bytes).unwrap();
        let decodes = <Command as codec::DecodeAll>::decode_all(&mut &payload[..]).is_ok();
        match read_all(folder.path()) {
            Ok(records) => prop_assert!(decodes && records.len() == 2),
            Err(LogError::Damaged { sequence: Sequence(2), damage: Damage::Undecodable, .. }) => {
                prop_assert!(!decodes);
            }
            other => prop_assert!(false, "{other:?}"),
        }
    }
}

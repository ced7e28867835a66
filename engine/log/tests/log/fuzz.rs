//! Logs changed at random: reading never panics and never gives what was not written.

use crate::support::*;
use codec::DecodeAll;
use coretime_log::{Damage, Entry, LogError, Outputs, Reader, Record, log_folder};
use coretime_types::{Command, Sequence};
use fastrand::Rng;
use proptest::prelude::*;
use std::fs;

/// Reads all of a log that nobody writes to, and checks what it commits to.
fn verified(folder: &std::path::Path) -> Result<Vec<Record>, LogError> {
    let mut reader = Reader::open(&log_folder(folder), Sequence(1))?;
    let (mut records, mut outputs) = (Vec::new(), Outputs::default());
    while let Some(entry) = reader.next_entry()? {
        match entry {
            Entry::Command(record) => {
                outputs.add(&events(&record.command));
                records.push(record);
            }
            Entry::Commitment(commitment) => outputs.check(&commitment)?,
        }
    }
    Ok(records)
}

fn range(rng: &mut Rng, bytes: &[u8]) -> std::ops::Range<usize> {
    let start = rng.usize(0..=bytes.len());
    start..rng.usize(start..=bytes.len().min(start + 200))
}

/// One of the things that go wrong with files.
fn mutate(rng: &mut Rng, bytes: &mut Vec<u8>, other: &[u8]) {
    let range = range(rng, bytes);
    match rng.u32(0..9) {
        0 => {
            if let Some(at) = bytes.get_mut(range.start) {
                *at ^= 1 << rng.u32(0..8);
            }
        }
        1 => bytes[range].iter_mut().for_each(|byte| *byte = rng.u8(..)),
        2 => bytes[range].fill(0),
        3 => bytes.truncate(range.start),
        4 => drop(bytes.drain(range)),
        5 => {
            let piece = bytes[range.clone()].to_vec();
            drop(bytes.splice(range.start..range.start, piece));
        }
        6 => {
            let piece: Vec<_> = (0..rng.usize(0..100)).map(|_| rng.u8(..)).collect();
            drop(bytes.splice(range.start..range.start, piece));
        }
        7 => {
            let from = rng.usize(0..=other.len());
            let to = rng.usize(from..=other.len().min(from + 200));
            drop(bytes.splice(range, other[from..to].iter().copied()));
        }
        _ => bytes.extend(std::iter::repeat_n(0, rng.usize(0..9_000))),
    }
}

/// Makes every record's checksums right again, as somebody would who wants to deceive.
fn repair(bytes: &mut [u8]) {
    let mut start = 64;
    while let Some(prefix) = bytes.get(start..start + 4) {
        let body = u32::from_le_bytes(prefix.try_into().unwrap()) as usize;
        let end = start.saturating_add(8).saturating_add(body).saturating_add(5);
        let Some(record) = bytes.get_mut(start..end) else { return };
        let covered = record.len() - 5;
        let length_checksum = crc32c::crc32c(&record[..4]).to_le_bytes();
        record[4..8].copy_from_slice(&length_checksum);
        let checksum = crc32c::crc32c(&record[..covered]).to_le_bytes();
        record[covered..covered + 4].copy_from_slice(&checksum);
        record[covered + 4] = 0xA5;
        start = end;
    }
}

#[test]
fn a_mutated_log_gives_a_beginning_of_the_true_one_or_an_error() {
    let mut rng = Rng::with_seed(5);
    let other = fs::read(only_segment(written_singly(5, LARGE).path())).unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for segment_bytes in [LARGE, 400] {
        let folder = written_singly(12, segment_bytes);
        let truth = verified(folder.path()).unwrap();
        let paths = segments(folder.path());
        for round in 0..4_000 {
            let path = &paths[rng.usize(0..paths.len())];
            let whole = fs::read(path).unwrap();
            let mut bytes = whole.clone();
            for _ in 0..rng.u32(1..4) {
                mutate(&mut rng, &mut bytes, &other);
            }
            fs::write(path, &bytes).unwrap();
            match verified(folder.path()) {
                Ok(records) => {
                    assert!(truth.starts_with(&records), "round {round}: {records:?}");
                    accepted += 1;
                }
                Err(_) => refused += 1,
            }
            fs::write(path, &whole).unwrap();
        }
    }
    assert!(accepted > 100 && refused > 1_000, "{accepted} accepted, {refused} refused");
}

/// With right checksums a changed log may be valid in itself; then every receipt from the change on convicts it.
#[test]
fn a_forged_log_is_convicted_by_any_later_receipt() {
    let mut rng = Rng::with_seed(6);
    let folder = written(12, LARGE);
    let path = only_segment(folder.path());
    let truth = verified(folder.path()).unwrap();
    let whole = fs::read(&path).unwrap();
    let mut convicted = 0;
    for round in 0..10_000 {
        let mut bytes = whole.clone();
        for _ in 0..rng.u32(1..3) {
            let at = rng.usize(64..bytes.len());
            bytes[at] = rng.u8(..);
        }
        repair(&mut bytes);
        fs::write(&path, &bytes).unwrap();
        let Ok(records) = verified(folder.path()) else { continue };
        let changed = truth.iter().zip(&records).position(|(true_one, read)| {
            (true_one.time_ms, &true_one.command) != (read.time_ms, &read.command)
        });
        let Some(changed) = changed else { continue };
        convicted += 1;
        for (receipt, record) in truth.iter().zip(&records).skip(changed) {
            assert_ne!(receipt.chain_hash, record.chain_hash, "round {round}");
        }
    }
    assert!(convicted > 100, "only {convicted} forged logs were valid in themselves");
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
        append_raw(&mut bytes, 1, 2, 10, &payload);
        fs::write(&path, bytes).unwrap();
        let decodes = Command::decode_all(&mut &payload[..]).is_ok();
        match read_all(folder.path()) {
            // A group without a commitment is the beginning of one.
            Ok(records) => prop_assert!(decodes && records.len() == 1),
            Err(LogError::Damaged { sequence: Sequence(2), damage: Damage::Undecodable, .. }) => {
                prop_assert!(!decodes);
            }
            other => prop_assert!(false, "{other:?}"),
        }
    }
}

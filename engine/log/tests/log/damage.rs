//! Bytes that are not what was written.

use crate::support::*;
use coretime_log::{Damage, LogError, log_folder};
use coretime_types::Sequence;
use std::fs;

#[test]
fn a_record_missing_before_another_is_damage() {
    let folder = written(4, LARGE);
    let path = only_segment(folder.path());
    let whole = fs::read(&path).unwrap();
    let raw = raw_records(&whole);
    let (two, three) = (raw[1].end, raw[2].end);

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
    let folder = written(6, 400);
    assert!(segments(folder.path()).len() > 1);
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
fn a_flipped_bit_in_the_room_made_beforehand_costs_no_record() {
    let folder = written(4, LARGE);
    let path = only_segment(folder.path());
    let whole = fs::read(&path).unwrap();
    let expected = read_all(folder.path()).unwrap();
    for bit in (0..400 * 8).chain([5_000 * 8, 8_191 * 8 + 7]) {
        let mut longer = whole.clone();
        longer.resize(whole.len() + 8_192, 0);
        longer[whole.len() + bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &longer).unwrap();
        match read_all(folder.path()) {
            // As the beginning of a record that was never finished.
            Ok(records) => assert_eq!(records, expected, "bit {bit}"),
            Err(LogError::Damaged { sequence, .. }) => assert_eq!(sequence, Sequence(5), "bit {bit}"),
            Err(other) => panic!("bit {bit}: {other}"),
        }
    }
}

//! The log commits to what came of the commands.

use crate::support::*;
use coretime_log::{Damage, Entry, LogError, Outputs, Reader, log_folder, recover};
use coretime_types::{Event, OrderId, Sequence};
use std::fs;

/// Opens the log with rules that differ in one command.
fn open_with_other_outcome(folder: &std::path::Path, of: u64) -> Result<(), LogError> {
    recover(folder, exact(LARGE), |record, list| {
        list.extend(events(&record.command));
        if record.sequence.0 == of {
            list.push(Event::Accepted { order_id: OrderId(1) });
        }
    })
    .map(drop)
}

#[test]
fn other_events_are_found_at_the_next_commitment() {
    let singly = written_singly(6, LARGE);
    let (mut writer, _) = opened(singly.path(), exact(LARGE)).unwrap();
    for number in 7..=9 {
        append_one(&mut writer, 100, &command(number)).unwrap();
    }
    writer.sync().unwrap();
    drop(writer);
    for (changed, found_at) in [(1, 1), (3, 3), (6, 6), (7, 9), (8, 9), (9, 9)] {
        match open_with_other_outcome(singly.path(), changed) {
            Err(LogError::OutputsDiffer { sequence, replayed, expected, found }) => {
                assert_eq!((sequence, replayed), (Sequence(found_at), Sequence(found_at)));
                assert_ne!(expected, found);
            }
            other => panic!("{changed}: {other:?}"),
        }
    }
    assert!(open_with_other_outcome(singly.path(), 10).is_ok());
}

#[test]
fn a_reader_gives_commitments_and_they_hold() {
    let folder = written(40, 400);
    let mut reader = Reader::open(&log_folder(folder.path()), Sequence(1)).unwrap();
    let (mut outputs, mut commitments) = (Outputs::default(), 0);
    while let Some(entry) = reader.next_entry().unwrap() {
        match entry {
            Entry::Command(record) => outputs.add(&events(&record.command)),
            Entry::Commitment(commitment) => {
                assert_eq!(commitment.sequence, reader.position().sequence);
                outputs.check(&commitment).unwrap();
                commitments += 1;
            }
        }
    }
    assert_eq!(commitments, segments(folder.path()).len());
    assert_eq!(outputs.sequence(), Sequence(40));
    // Behind a known place it can go on.
    let mut resumed = Outputs::after(outputs.sequence(), outputs.hash());
    resumed.add(&[]);
    outputs.add(&[]);
    assert_eq!(resumed.commit(), outputs.commit());
}

#[test]
fn many_events_are_hashed_as_few_are() {
    let mut outputs = Outputs::default();
    let mut all = vec![0; 32];
    for number in 0..20_000 {
        let list = events(&command(number));
        outputs.add(&list);
        all.extend(codec::Encode::encode(&list));
    }
    assert!(all.len() > 150_000, "several portions");
    assert_eq!(outputs.commit().outputs.0, *blake3::hash(&all).as_bytes());
}

#[test]
fn commitments_that_say_nothing_and_seals_without_one_are_damage() {
    let folder = written(3, LARGE);
    let path = only_segment(folder.path());
    let whole = fs::read(&path).unwrap();
    let commitment = raw_records(&whole).pop().unwrap();

    let twice = [&whole[..], &whole[commitment.start..]].concat();
    fs::write(&path, twice).unwrap();
    assert_eq!(damage(read_all(folder.path())), (Sequence(4), Damage::EmptyCommitment));

    let mut first = whole[..64].to_vec();
    append_raw(&mut first, 3, 0, 0, &[0; 32]);
    fs::write(&path, first).unwrap();
    assert_eq!(damage(read_all(folder.path())), (Sequence(1), Damage::EmptyCommitment));

    let mut other_place = whole[..commitment.start].to_vec();
    append_raw(&mut other_place, 3, 2, 0, &[0; 32]);
    fs::write(&path, other_place).unwrap();
    let expected = (Sequence(4), Damage::WrongSequence { found: Sequence(2) });
    assert_eq!(damage(read_all(folder.path())), expected);

    let mut sealed = whole[..commitment.start].to_vec();
    append_raw(&mut sealed, 2, 4, 0, &[]);
    fs::write(&path, sealed).unwrap();
    assert_eq!(damage(read_all(folder.path())), (Sequence(4), Damage::Uncommitted));
}

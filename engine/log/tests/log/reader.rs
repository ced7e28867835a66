//! Reading beside the writer, and from anywhere.

use crate::support::*;
use coretime_log::{Entry, LogError, Reader, log_folder};
use coretime_types::Sequence;

#[test]
fn a_reader_follows_the_writer_up_to_what_is_durable() {
    let folder = tempfile::tempdir().unwrap();
    let (mut writer, _) = opened(folder.path(), exact(400)).unwrap();
    let mut reader = Reader::open(&log_folder(folder.path()), Sequence(1)).unwrap();
    let mut seen = Vec::new();
    for number in 1..=39 {
        append_one(&mut writer, 1, &command(number)).unwrap();
        if number % 3 == 0 {
            let durable = writer.sync().unwrap();
            while let Some(entry) = reader.next_up_to(durable.sequence).unwrap() {
                if let Entry::Command(record) = entry {
                    seen.push(record.sequence.0);
                }
            }
            assert_eq!(reader.position(), durable);
        }
    }
    assert_eq!(seen, (1..=39).collect::<Vec<_>>());
    // The last commitment, then nothing.
    assert!(matches!(reader.next_up_to(Sequence(1000)), Ok(Some(Entry::Commitment(_)))));
    let result = reader.next_up_to(Sequence(1000));
    assert!(matches!(result, Err(LogError::EndsEarly { sequence: Sequence(40), .. })), "{result:?}");
}

#[test]
fn a_reader_starts_anywhere() {
    let folder = written(40, 400);
    let all = read_all(folder.path()).unwrap();
    for from in 1..=40 {
        let mut reader = Reader::open(&log_folder(folder.path()), Sequence(from)).unwrap();
        let before = reader.position();
        assert_eq!(before.sequence, Sequence(from - 1));
        if from > 1 {
            assert_eq!(before.chain_hash, all[usize::try_from(from).unwrap() - 2].chain_hash);
        }
        let first = reader.next_record().unwrap().unwrap();
        assert_eq!(first, all[usize::try_from(from).unwrap() - 1]);
    }
    let mut reader = Reader::open(&log_folder(folder.path()), Sequence(41)).unwrap();
    assert_eq!(reader.next_record().unwrap(), None);
    assert!(Reader::open(&log_folder(folder.path()), Sequence(42)).is_err());
}

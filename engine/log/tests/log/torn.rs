//! What a crash leaves: a last group of which any part is there.

use crate::support::*;
use std::fs;

#[test]
fn a_last_group_cut_at_any_byte_is_cut_off_and_no_other() {
    for singly in [false, true] {
        let folder = if singly { written_singly(4, LARGE) } else { written(4, LARGE) };
        let path = only_segment(folder.path());
        let whole = fs::read(&path).unwrap();
        let expected = read_all(folder.path()).unwrap();
        let raw = raw_records(&whole);

        let tails: &[usize] = if singly { &[1] } else { &[0, 1, 9000] };
        for &zeros in tails {
            for cut in 64..whole.len() {
                let mut torn = whole[..cut].to_vec();
                torn.resize(cut + zeros, 0);
                fs::write(&path, &torn).unwrap();
                // What a commitment ends is there whole.
                let last = raw.iter().rposition(|record| record.kind == 3 && record.end <= cut);
                let kept = last.map_or(&raw[..0], |last| &raw[..=last]);
                let commands = kept.iter().filter(|record| record.kind == 1).count();
                let records = read_all(folder.path()).unwrap();
                assert_eq!(records, expected[..commands], "cut at {cut}, {zeros} zeros");
                let end = kept.last().map_or(64, |record| record.end);
                assert_eq!(fs::read(&path).unwrap(), whole[..end]);
                // The log goes on from there. (A sync takes its time, so not everywhere.)
                if cut % 5 == 0 || raw.iter().any(|record| record.end == cut) {
                    append(folder.path(), [9], LARGE);
                    assert_eq!(read_all(folder.path()).unwrap().len(), commands + 1);
                }
            }
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
fn a_crash_at_any_point_of_a_roll_loses_nothing() {
    let folder = written(40, 400);
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
        append(folder.path(), [1000, 1001], 400);
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
    assert_eq!(damage(read_all(folder.path())).1, coretime_log::Damage::NotSealed);
}

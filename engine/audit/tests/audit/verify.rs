//! Whole logs on disk, true and forged.

use crate::support::{commands, logged};
use coretime_audit::{AuditError, Discrepancy, Receipts, Verified, verify};
use coretime_log::{LogError, Position, log_folder};
use coretime_market::Market;
use coretime_types::{Event, Sequence};
use std::{fs, path::Path};

fn verified(folder: &Path, receipts: &[Position]) -> Result<Verified, AuditError> {
    let mut held = Receipts::default();
    for receipt in receipts {
        assert_eq!(held.add(*receipt), None);
    }
    verify(&log_folder(folder), &[], &held, &mut (), |_| {})
}

fn discrepancy(result: Result<Verified, AuditError>) -> Discrepancy {
    match result {
        Err(AuditError::Discrepancy(discrepancy)) => *discrepancy,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_true_log_is_verified_with_all_its_receipts() {
    let commands = commands(20);
    let (folder, receipts) = logged(&commands, |_, _| {});
    let mut progress = Vec::new();
    let mut held = Receipts::default();
    receipts.iter().for_each(|receipt| assert_eq!(held.add(*receipt), None));
    let verified = verify(&log_folder(folder.path()), &[], &held, &mut (), |now| progress.push(now)).unwrap();
    assert_eq!(verified.position, receipts[60]);
    assert_eq!((verified.trades, verified.live_orders), (20, 0));
    assert!(verified.commitments >= 9);
    let last = progress.last().unwrap();
    assert_eq!((last.commands, last.bytes), (61, last.total_bytes));
    let mut market = Market::new();
    commands.iter().for_each(|command| market.apply(command, &mut Vec::new()));
    assert_eq!(verified.state_hash, market.state_hash());
}

#[test]
fn a_log_that_commits_to_other_trades_is_a_discrepancy_with_its_place() {
    // The venue claims that the bid of command 45 did not trade, and has written the log so.
    let (folder, _) = logged(&commands(20), |index, events| {
        if index == 44 {
            events.retain(|event| !matches!(event, Event::Trade(_)));
        }
    });
    let found = discrepancy(verified(folder.path(), &[]));
    // Its group ends with command 49.
    assert_eq!(
        (found.sequence, found.what),
        (Sequence(49), "the hash of all events that the log commits to")
    );
}

#[test]
fn a_log_rewritten_whole_is_convicted_by_any_one_receipt() {
    let mut other = commands(20);
    let (_, receipts) = logged(&other, |_, _| {});
    // The holder leaves out one bid and closes the gap: valid in itself.
    other.remove(44);
    let (forged, _) = logged(&other, |_, _| {});
    verified(forged.path(), &[]).unwrap();
    // The group of the bid begins with command 43.
    for receipt in &receipts[..42] {
        verified(forged.path(), &[*receipt]).unwrap();
    }
    for receipt in &receipts[42..] {
        let found = discrepancy(verified(forged.path(), &[*receipt]));
        assert_eq!((found.sequence, &found.expected), (receipt.sequence, &receipt.chain_hash.to_string()));
    }
}

#[test]
fn a_log_cut_short_is_convicted_by_a_later_receipt() {
    let (folder, receipts) = logged(&commands(20), |_, _| {});
    let (shorter, _) = logged(&commands(20)[..50], |_, _| {});
    verified(shorter.path(), &receipts[..49]).unwrap();
    let found = discrepancy(verified(shorter.path(), &[receipts[55]]));
    assert_eq!((found.sequence, found.what), (Sequence(56), "a command that has a receipt"));
    verified(folder.path(), &receipts).unwrap();
}

#[test]
fn receipts_that_contradict_each_other_are_told() {
    let (_, receipts) = logged(&commands(6), |_, _| {});
    let mut held = Receipts::default();
    assert_eq!(held.add(receipts[3]), None);
    assert_eq!(held.add(receipts[3]), None);
    let other = Position { chain_hash: receipts[10].chain_hash, ..receipts[3] };
    assert_eq!(held.add(other), Some(receipts[3].chain_hash));
}

#[test]
fn a_flipped_bit_anywhere_is_never_verified() {
    let (folder, _) = logged(&commands(12), |_, _| {});
    let mut paths: Vec<_> =
        fs::read_dir(log_folder(folder.path())).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() > 1);
    for path in paths {
        let whole = fs::read(&path).unwrap();
        let end = whole.iter().rposition(|byte| *byte != 0).unwrap();
        // Another bit in each byte; the log's own tests take every one.
        for byte in 0..=end {
            let mut flipped = whole.clone();
            flipped[byte] ^= 1 << (byte % 8);
            fs::write(&path, &flipped).unwrap();
            match verified(folder.path(), &[]) {
                Err(AuditError::Log(LogError::Damaged { path: at, .. })) => assert_eq!(at, path),
                other => panic!("byte {byte}: {other:?}"),
            }
        }
        fs::write(&path, whole).unwrap();
    }
    verified(folder.path(), &[]).unwrap();
}

#[test]
fn what_a_crash_leaves_is_told_and_no_discrepancy() {
    let (folder, receipts) = logged(&commands(6), |_, _| {});
    let mut paths: Vec<_> =
        fs::read_dir(log_folder(folder.path())).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let path = paths.last().unwrap();
    let whole = fs::read(path).unwrap();
    let end = whole.iter().rposition(|byte| *byte != 0).unwrap();
    fs::write(path, &whole[..end - 3]).unwrap();
    // The last group was never acknowledged.
    let torn = verified(folder.path(), &receipts[..14]).unwrap();
    assert!(torn.remainder.is_torn);
    assert_eq!(torn.position, receipts[13]);
}

//! Damage is found out, or does no harm; either way the store can be made whole from the log.

// A test stops at the first surprise, in its helpers too.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Record, account, chain_hash, feed, log};
use coretime_fills::{Fill, FillStore, Position};
use coretime_types::{LedgerEntry, Sequence};
use std::{fs, path::Path};

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

struct Healthy {
    folder: tempfile::TempDir,
    log: Vec<Record>,
    fills: Vec<Fill>,
    entries: Vec<LedgerEntry>,
}

impl Healthy {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = log(40);
        let mut store = FillStore::open(&folder.path().join("healthy")).unwrap().store;
        feed(&mut store, &log, 5);
        let fills = store.reader().fills(None, 1_000).unwrap();
        assert_eq!(fills.len(), 80);
        let entries = store.reader().ledger_entries_of(account(1), None, 1_000).unwrap();
        assert_eq!(entries.len(), 200);
        Healthy { folder, log, fills, entries }
    }

    /// Damages a copy, opens it, feeds it the log again and compares. Says whether the damage was found out.
    fn survives(&self, what: &str, damage: impl FnOnce(&Path)) -> bool {
        let path = self.folder.path().join("damaged");
        let _ = fs::remove_dir_all(&path);
        copy(&self.folder.path().join("healthy"), &path);
        damage(&path);
        let opened = FillStore::open(&path).unwrap();
        let found_out = opened.set_aside.is_some();
        let mut store = opened.store;
        if let Some(position) = store.position() {
            let sequence = position.sequence;
            assert_eq!(position, Position { sequence, chain_hash: chain_hash(sequence.0) }, "{what}");
        }
        feed(&mut store, &self.log, 50);
        let reader = store.reader();
        assert_eq!(reader.fills(None, 1_000).unwrap(), self.fills, "{what}");
        assert_eq!(reader.ledger_entries_of(account(1), None, 1_000).unwrap(), self.entries, "{what}");
        drop(reader);
        drop(store);
        if let Some(aside) = opened.set_aside {
            fs::remove_dir_all(aside.folder).unwrap();
        }
        found_out
    }
}

fn database(folder: &Path) -> std::path::PathBuf {
    folder.join("sled").join("db")
}

/// The length of what is not zeros: sled allocates its file ahead.
fn written_bytes(path: &Path) -> usize {
    fs::read(path).unwrap().iter().rposition(|byte| *byte != 0).unwrap() + 1
}

#[test]
fn a_database_cut_short_is_found_out_or_was_not_needed_to_the_end() {
    let healthy = Healthy::new();
    let mut found_out = 0;
    let written = written_bytes(&database(&healthy.folder.path().join("healthy")));
    for part in 0..40 {
        let length = written * part / 40;
        found_out += usize::from(healthy.survives(&format!("cut at {length}"), |folder| {
            fs::OpenOptions::new()
                .write(true)
                .open(database(folder))
                .unwrap()
                .set_len(u64::try_from(length).unwrap())
                .unwrap();
        }));
    }
    // sled's file may end with what newer pages have replaced: then a short cut takes nothing away.
    assert!(found_out >= 30, "of 40 cuts only {found_out} were found out");
}

#[test]
fn zeros_in_the_database_are_found_out_or_harmless() {
    let healthy = Healthy::new();
    let written = written_bytes(&database(&healthy.folder.path().join("healthy")));
    for part in 0..40 {
        let begin = written * part / 40;
        healthy.survives(&format!("zeros from {begin}"), |folder| {
            let mut bytes = fs::read(database(folder)).unwrap();
            let end = bytes.len().min(begin + 512);
            bytes[begin..end].fill(0);
            fs::write(database(folder), bytes).unwrap();
        });
    }
}

#[test]
fn flipped_bits_in_the_database_are_found_out_or_harmless() {
    let healthy = Healthy::new();
    let written = written_bytes(&database(&healthy.folder.path().join("healthy")));
    let mut found_out = 0;
    for step in 0..150 {
        let place = written * step / 150;
        found_out += usize::from(healthy.survives(&format!("a bit of byte {place}"), |folder| {
            let mut bytes = fs::read(database(folder)).unwrap();
            bytes[place] ^= 1 << (step % 8);
            fs::write(database(folder), bytes).unwrap();
        }));
    }
    assert!(found_out > 0, "the test reaches what matters");
}

#[test]
fn a_database_that_is_gone_is_found_out() {
    let healthy = Healthy::new();
    assert!(healthy.survives("no database", |folder| fs::remove_dir_all(folder.join("sled")).unwrap()));
    assert!(healthy.survives("an empty database", |folder| fs::write(database(folder), []).unwrap()));
}

#[test]
fn a_count_file_that_is_damaged_or_gone_is_found_out() {
    let healthy = Healthy::new();
    assert!(healthy.survives("no count file", |folder| fs::remove_file(folder.join("count")).unwrap()));
    for place in 0..fs::read(healthy.folder.path().join("healthy").join("count")).unwrap().len() {
        assert!(healthy.survives("a bit of the count file", |folder| {
            let mut bytes = fs::read(folder.join("count")).unwrap();
            bytes[place] ^= 4;
            fs::write(folder.join("count"), bytes).unwrap();
        }));
    }
}

#[test]
fn a_database_older_than_its_count_file_is_found_out() {
    let healthy = Healthy::new();
    let path = healthy.folder.path().join("older");
    let mut older = FillStore::open(&path).unwrap().store;
    feed(&mut older, &healthy.log[..80], 5);
    drop(older);
    assert!(healthy.survives("an older database", |folder| {
        fs::remove_dir_all(folder.join("sled")).unwrap();
        copy(&path.join("sled"), &folder.join("sled"));
    }));
}

#[test]
fn a_kill_between_database_and_count_file_does_no_harm() {
    let healthy = Healthy::new();
    let path = healthy.folder.path().join("older");
    let mut older = FillStore::open(&path).unwrap().store;
    feed(&mut older, &healthy.log[..155], 5);
    drop(older);
    let found_out = healthy.survives("an older count file", |folder| {
        fs::copy(path.join("count"), folder.join("count")).unwrap();
        fs::write(folder.join("count.new"), b"cut sh").unwrap();
    });
    assert!(!found_out, "the database is as good as it was");
    let opened = FillStore::open(&healthy.folder.path().join("damaged")).unwrap();
    assert_eq!(opened.store.position().map(|at| at.sequence), Some(Sequence(160)));
}

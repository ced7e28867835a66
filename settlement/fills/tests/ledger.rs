//! The ledger entries of every account add up to what the market says it has, at every record.

// A test stops at the first surprise, in its helpers too.
#![allow(clippy::unwrap_used)]

mod common;

use common::{Record, account, feed, log};
use coretime_fills::{FillReader, FillStore};
use coretime_market::Market;
use coretime_traffic::Traffic;
use coretime_types::{AccountId, LedgerEntry, LedgerPlace, Planck, Sequence};
use std::{collections::BTreeMap, path::Path};

const SEEDS: std::ops::Range<u64> = 0..24;
const COMMANDS: usize = 3_000;

/// Random traffic, and what every account has after each of its records.
fn traffic(seed: u64) -> (Vec<Record>, Vec<BTreeMap<AccountId, Planck>>) {
    let (mut traffic, mut market) = (Traffic::new(seed), Market::new());
    let (mut log, mut totals) = (Vec::new(), Vec::new());
    for _ in 0..COMMANDS {
        let command = traffic.next_command(&market);
        let mut events = Vec::new();
        market.apply(&command, &mut events);
        log.push((command, events));
        let funds = market.accounts().map(|(id, funds)| (id, funds.free.checked_add(funds.held).unwrap()));
        totals.push(funds.filter(|(_, total)| *total > Planck::ZERO).collect());
    }
    (log, totals)
}

/// All entries of an account, read in pages.
fn statement(reader: &FillReader, account: AccountId) -> Vec<LedgerEntry> {
    let mut entries: Vec<LedgerEntry> = Vec::new();
    loop {
        let after = entries.last().map(|entry| entry.place);
        let page = reader.ledger_entries_of(account, after, 17).unwrap();
        if page.is_empty() {
            return entries;
        }
        entries.extend(page);
    }
}

fn statements(reader: &FillReader) -> BTreeMap<AccountId, Vec<LedgerEntry>> {
    (0..6).map(account).map(|account| (account, statement(reader, account))).collect()
}

/// As [`feed`], opening the store anew now and then.
fn fed(folder: &Path, log: &[Record], group: usize, openings: usize) -> FillStore {
    let mut store = FillStore::open(folder).unwrap().store;
    for opening in 1..=openings {
        feed(&mut store, &log[..log.len() * opening / openings], group);
        drop(store);
        let opened = FillStore::open(folder).unwrap();
        assert_eq!(opened.set_aside, None);
        store = opened.store;
    }
    store
}

#[test]
fn entries_add_up_to_what_each_account_has_at_every_record() {
    let mut causes: BTreeMap<&str, u32> = BTreeMap::new();
    for seed in SEEDS {
        let folder = tempfile::tempdir().unwrap();
        let (log, totals) = traffic(seed);
        let store = fed(&folder.path().join("store"), &log, 100, 3);
        let statements = statements(&store.reader());
        for (account, entries) in &statements {
            let (mut total, mut entries) = (Planck::ZERO, entries.iter().peekable());
            let mut last = None;
            for ((sequence, totals), record) in (1..).map(Sequence).zip(&totals).zip(&log) {
                let mut index = 0;
                while let Some(entry) = entries.next_if(|entry| entry.place.sequence == sequence) {
                    assert_eq!(entry.place, LedgerPlace { sequence, index }, "seed {seed}");
                    assert!(last < Some(entry.place));
                    total = entry.change.apply(total).unwrap();
                    assert_eq!(entry.total, total, "seed {seed}: {entry:?}");
                    *causes.entry(entry.cause.name()).or_default() += 1;
                    (index, last) = (index + 1, Some(entry.place));
                }
                let has = totals.get(account).copied().unwrap_or_default();
                assert_eq!(total, has, "seed {seed}: {account} after {:?}", record);
            }
            assert_eq!(entries.next(), None);
        }
        let count: usize = statements.values().map(Vec::len).sum();
        assert_eq!(store.counts().ledger_entries, count as u64);

        // Made anew, in other groups: the same.
        let fresh = fed(&folder.path().join("fresh"), &log, 501, 1);
        assert_eq!(self::statements(&fresh.reader()), statements, "seed {seed}");
        assert_eq!(fresh.counts(), store.counts());
    }
    println!("{causes:?}");
    assert_eq!(causes.len(), 9, "not all was reached: {causes:?}");
    assert!(causes.values().all(|times| *times >= 30), "{causes:?}");
}

#[test]
fn pages_begin_after_a_place_and_belong_to_one_account() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = FillStore::open(&folder.path().join("store")).unwrap().store;
    feed(&mut store, &log(3), 5);
    let reader = store.reader();
    let all = statement(&reader, account(1));
    let told: Vec<(&str, String)> =
        all.iter().take(5).map(|entry| (entry.cause.name(), entry.change.to_string())).collect();
    let told: Vec<(&str, &str)> = told.iter().map(|(name, change)| (*name, change.as_str())).collect();
    let expected = [
        ("deposit", "11210"),
        ("notional", "-5600"),
        ("taker_fee", "-5"),
        ("notional", "-5600"),
        ("taker_fee", "-5"),
    ];
    assert_eq!(told, expected);
    assert_eq!(all[4].total, Planck::ZERO);
    let page = reader.ledger_entries_of(account(1), Some(all[2].place), 2).unwrap();
    assert_eq!(page, all[3..5]);
    // The maker's rebate comes from the fee account.
    let seller: Vec<String> =
        statement(&reader, account(3)).iter().take(2).map(|entry| entry.change.to_string()).collect();
    assert_eq!(seller, ["5600", "3"]);
    let fees: Vec<String> =
        statement(&reader, account(0)).iter().take(2).map(|entry| entry.change.to_string()).collect();
    assert_eq!(fees, ["5", "-3"]);
    assert_eq!(reader.ledger_entries_of(account(9), None, 10).unwrap(), []);
}

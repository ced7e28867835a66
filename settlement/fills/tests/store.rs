//! What is fed can be read, and is still there after a restart.

// A test stops at the first surprise, in its helpers too.
#![allow(clippy::unwrap_used)]

mod common;

use common::{account, chain_hash, feed, log};
use coretime_fills::{Counts, FillStore, LogRecord, Position, Settlement, StoreError};
use coretime_types::{BlockNumber, Command, FailureOutcome, InstructionNumber, Planck, Sequence, TradeId};

#[test]
fn fills_show_how_far_their_delivery_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = FillStore::open(&folder.path().join("fills")).unwrap().store;
    let log = log(2);
    let reader = store.reader();
    assert_eq!(reader.position().unwrap(), None);

    feed(&mut store, &log[..1], 1);
    let kept = reader.fill(TradeId(1)).unwrap().unwrap();
    assert_eq!((kept.settlement, kept.instruction), (Settlement::Custody, None));
    let delivered = reader.fill(TradeId(2)).unwrap().unwrap();
    assert_eq!(delivered.settlement, Settlement::Pending);
    assert_eq!(delivered.instruction, Some(InstructionNumber(1)));

    feed(&mut store, &log[..3], 1);
    let submitted = reader.fill(TradeId(2)).unwrap().unwrap().settlement;
    assert!(
        matches!(submitted, Settlement::Submitted { valid_until_block: BlockNumber(64), .. }),
        "{submitted:?}"
    );

    feed(&mut store, &log, 100);
    assert_eq!(
        reader.fill(TradeId(2)).unwrap().unwrap().settlement,
        Settlement::Confirmed {
            extrinsic_hash: Some(format!("0x{:064x}", 0)),
            block: BlockNumber(3),
            extrinsic_index: 2,
            chain_fee: Planck(11),
        }
    );
    let returned = reader.fill(TradeId(4)).unwrap().unwrap().settlement;
    let reason = "its window is over".to_owned();
    assert_eq!(returned, Settlement::Failed { outcome: FailureOutcome::Returned, reason });
    let withdrawal = reader.instruction(InstructionNumber(2)).unwrap().unwrap();
    assert_eq!((withdrawal.account, withdrawal.trade), (account(2), None));
    assert_eq!(reader.counts().unwrap(), Counts { fills: 4, instructions: 4, ledger_entries: 28 });
}

#[test]
fn an_account_sees_its_fills_in_pages() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = FillStore::open(&folder.path().join("fills")).unwrap().store;
    feed(&mut store, &log(5), 7);
    let reader = store.reader();
    let ids = |fills: Vec<coretime_fills::Fill>| -> Vec<u64> {
        fills.iter().map(|fill| fill.trade.trade_id.0).collect()
    };

    let first = ids(reader.fills_of(account(1), None, 4).unwrap());
    assert_eq!(first, [1, 2, 3, 4]);
    let second = ids(reader.fills_of(account(1), Some(TradeId(4)), 100).unwrap());
    assert_eq!(second, [5, 6, 7, 8, 9, 10]);
    assert_eq!(ids(reader.fills_of(account(2), None, 100).unwrap()), [2, 4, 6, 8, 10]);
    assert_eq!(ids(reader.fills_of(account(3), Some(TradeId(3)), 100).unwrap()), [5, 7, 9]);
    assert_eq!(ids(reader.fills_of(account(9), None, 100).unwrap()), [0_u64; 0]);
    assert_eq!(ids(reader.fills(Some(TradeId(8)), 100).unwrap()), [9, 10]);
    assert_eq!(ids(reader.fills(None, 2).unwrap()), [1, 2]);
    let withdrawals = reader.instructions_of(account(2), Some(InstructionNumber(4)), 2).unwrap();
    assert_eq!(withdrawals.iter().map(|one| one.number.0).collect::<Vec<_>>(), [6, 8]);
}

#[test]
fn a_restart_goes_on_where_the_store_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fills");
    let log = log(6);
    let mut store = FillStore::open(&path).unwrap().store;
    feed(&mut store, &log[..9], 4);
    drop(store);

    let opened = FillStore::open(&path).unwrap();
    assert_eq!(opened.set_aside, None);
    let mut store = opened.store;
    assert_eq!(store.position(), Some(Position { sequence: Sequence(9), chain_hash: chain_hash(9) }));
    feed(&mut store, &log, 4);
    drop(store);

    let whole = FillStore::open(&path).unwrap().store;
    let mut fresh = FillStore::open(&folder.path().join("fresh")).unwrap().store;
    feed(&mut fresh, &log, 1_000);
    assert_eq!(whole.counts(), fresh.counts());
    assert_eq!(
        whole.reader().fills(None, 100).unwrap(),
        fresh.reader().fills(None, 100).unwrap(),
        "how the log is grouped makes no difference"
    );
}

#[test]
fn records_out_of_order_change_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = FillStore::open(&folder.path().join("fills")).unwrap().store;
    let log = log(2);
    feed(&mut store, &log[..2], 2);
    let command = Command::Halt { cause: String::new() };
    for wrong in [0, 1, 2, 4] {
        let record = LogRecord {
            sequence: Sequence(wrong),
            chain_hash: [0; 32],
            time_ms: 0,
            command: &command,
            events: &log[4].1,
        };
        let refused = store.apply(&[record]);
        assert!(matches!(refused, Err(StoreError::Gap { at: Sequence(2), .. })), "{refused:?}");
    }
    assert_eq!(store.reader().counts().unwrap(), Counts { fills: 2, instructions: 2, ledger_entries: 14 });
}

#[test]
fn a_second_opening_is_refused_and_sets_nothing_aside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fills");
    let store = FillStore::open(&path).unwrap().store;
    let second = FillStore::open(&path);
    assert!(matches!(second, Err(StoreError::InUse(_))), "{second:?}");
    assert_eq!(store.position(), None);
}

#[test]
fn a_store_that_the_log_disagrees_with_is_set_aside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fills");
    let mut store = FillStore::open(&path).unwrap().store;
    feed(&mut store, &log(2), 3);
    let opened = store.set_aside("another log").unwrap();
    assert_eq!(opened.store.position(), None);
    let aside = opened.set_aside.unwrap();
    assert_eq!(aside.reason, "another log");
    assert_eq!(FillStore::open(&aside.folder).unwrap().store.counts().fills, 4, "nothing is deleted");
}

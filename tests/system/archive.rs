//! `archive` moves what no start needs any more, and everybody who reads the log still finds it there.

use crate::exchange::{BINARY, wait_until};
use coretime_market::Market;
use coretime_sequencer::{Engine, EngineConfig};
use coretime_settlement::FillsProjection;
use coretime_types::{
    AccountId, Bid, BidTerms, BlockNumber, CancelTarget, ChainReference, ClientOrderId, Command, Delivery,
    Parts, Planck, SelfTrade, TimeInForce, Timeslice, Timeslices, UnitPrice, Window,
};
use std::fs;
use std::path::Path;
use std::process;

const TRADER: AccountId = AccountId([7; 32]);
const PAIRS: u64 = 1_000;

/// Segments and snapshots of a size at which there is something to archive.
fn config(data: &Path) -> EngineConfig {
    EngineConfig {
        snapshot_every_commands: 300,
        log: coretime_log::Options { segment_bytes: 16 << 10, preallocate_bytes: 0 },
        ..EngineConfig::new(data)
    }
}

fn deposit() -> Command {
    let reference = ChainReference { block: BlockNumber(1), event: 0 };
    Command::DepositFunds { account: TRADER, amount: Planck(1_000_000_000_000), reference }
}

/// A bid, and its end.
fn pair(name: u64) -> [Command; 2] {
    let bid = Bid {
        account: TRADER,
        terms: BidTerms {
            client_order_id: ClientOrderId(name),
            unit_price: UnitPrice(1_000),
            parts: Parts(80),
            lot_parts: Parts(80),
            within: Window { begin: Timeslice(100), end: Timeslice(200) },
            duration: Timeslices(100),
            require_renewable: false,
            delivery: Delivery::Custody,
            self_trade: SelfTrade::CancelTaker,
        },
        time_in_force: TimeInForce::GoodTillCancelled,
        post_only: false,
        expire_at: None,
    };
    let target = CancelTarget::ClientOrder(ClientOrderId(name));
    [Command::PlaceBid(bid), Command::Cancel { account: TRADER, target, request_id: None }]
}

async fn state_hash(engine: &Engine) -> [u8; 32] {
    engine.query(Market::state_hash).unwrap().await.unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn run(args: &[&str], paths: &[(&str, &Path)]) -> (Option<i32>, String) {
    let mut command = process::Command::new(BINARY);
    command.args(args);
    for (name, path) in paths {
        command.arg(name).arg(path);
    }
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_archived_is_read_by_auditors_and_needed_by_no_start() {
    let folder = tempfile::tempdir().unwrap();
    let (data, archive) = (folder.path().join("data"), folder.path().join("archive"));
    let (log, store) = (data.join("log"), data.join("store"));

    let (engine, running) = coretime_sequencer::start(config(&data)).unwrap();
    engine.submit(deposit()).unwrap().await.unwrap();
    for command in (1..=PAIRS).flat_map(pair) {
        engine.submit(command).unwrap().await.unwrap();
    }
    wait_until("snapshots are written", async || names(&data.join("snapshots")).len() >= 2).await;
    let projection = FillsProjection::open(&store, engine.clone()).await.unwrap();
    drop(projection.catch_up(|_, _| {}).await.unwrap());
    let end = state_hash(&engine).await;
    running.shutdown();
    drop(engine);

    let before = names(&log);
    let (code, told) = run(&["archive"], &[("--data", &data), ("--to", &archive)]);
    assert_eq!(code, Some(0), "{told}");
    let (kept, moved) = (names(&log), names(&archive));
    assert!(!moved.is_empty() && !kept.is_empty(), "{told}");
    assert_eq!([&moved[..], &kept[..]].concat(), before, "the older ones, each in one place");
    assert!(moved.iter().all(|name| told.contains(name)), "{told}");
    let (code, told) = run(&["archive"], &[("--data", &data), ("--to", &archive)]);
    assert_eq!((code, names(&archive)), (Some(0), moved), "nothing is left to move: {told}");

    // Auditors read both; one folder alone is not the whole log.
    let whole = [("--log", data.as_path()), ("--archive", &archive), ("--store", &store)];
    let (code, told) = run(&["verify", "--json"], &whole);
    assert_eq!(code, Some(0), "{told}");
    let verified: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(verified["commands"].as_u64(), Some(1 + 2 * PAIRS));
    assert_eq!(run(&["verify"], &[("--log", &data)]).0, Some(2));
    let (code, told) = run(&["export", "commands", "--format", "jsonl"], &whole[..2]);
    assert_eq!((code, told.lines().count() as u64), (Some(0), 1 + 2 * PAIRS));

    // A start finds all it needs, and goes on.
    let (engine, running) = coretime_sequencer::start(config(&data)).unwrap();
    assert_eq!(state_hash(&engine).await, end);
    let receipt = engine.submit(deposit()).unwrap().await.unwrap();
    assert_eq!(receipt.sequence.0, 2 + 2 * PAIRS);
    running.shutdown();
}

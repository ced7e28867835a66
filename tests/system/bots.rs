//! The market maker and the chain that keeps its cores covered trade with each other over a real server, which is killed
//! in the middle; neither ever orders twice.

use crate::exchange::{Exchange, key, wait_until};
use crate::placed_orders::PlacedOrders;
use crate::wire::Wire;
use coretime_bots::{Progress, cover, maker};
use coretime_client::{Client, ClientConfig, Credentials};
use coretime_types::{AccountId, Planck};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

const DAY: u32 = 180;
const WINDOWS: u32 = 14;
const CORES: u32 = 2;
/// Each core of each window is bought once.
const PURCHASES: usize = (WINDOWS * CORES) as usize;

fn client(url: &str, name: &str) -> Client {
    let config = ClientConfig { call_timeout: Duration::from_secs(5), ..ClientConfig::default() };
    Client::new(url, Credentials::Key(Box::new(key(name))), config).unwrap()
}

fn cover_config(begin_timeslice: u32) -> cover::CoverConfig {
    cover::CoverConfig {
        cores: CORES,
        window_timeslices: DAY,
        windows: WINDOWS,
        begin_timeslice: Some(begin_timeslice),
        far_unit_price_planck: 1_000,
        near_unit_price_planck: 2_000,
        task_id: None,
        pause_ms: 50,
    }
}

/// Starts the covering bot; it runs until it is aborted.
fn start_cover(url: &str, begin: u32) -> (watch::Receiver<Progress>, JoinHandle<()>) {
    let (progress, told) = watch::channel(Progress::default());
    let running = cover::run(client(url, "Dave"), cover_config(begin), progress);
    (told, tokio::spawn(async { running.await.unwrap() }))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bots_trade_through_a_kill_and_never_order_twice() {
    let folder = tempfile::tempdir().unwrap();
    let exchange = Exchange::start(folder.path());
    let mut begin = 0;
    for _ in 0..CORES {
        begin = exchange.deposit_core("Charlie").await.begin_timeslice;
    }
    for name in ["Charlie", "Dave"] {
        exchange.deposit_funds(name, Planck(1_000_000_000_000)).await;
    }
    let wire = Wire::to(&exchange.grpc).await;
    let making = maker::MakerConfig {
        window_timeslices: DAY,
        windows: WINDOWS,
        begin_timeslice: Some(begin),
        fair_unit_price_planck: 900,
        half_spread_ppm: 20_000,
        skew_ppm_per_core: 10_000,
        max_cores: CORES,
    };
    let (progress, made) = watch::channel(Progress::default());
    let maker = tokio::spawn(maker::run(client(&wire.url, "Charlie"), making, progress));
    let (mut covered, covering) = start_cover(&wire.url, begin);

    covered.wait_for(|progress| progress.fills.len() >= PURCHASES / 4).await.unwrap();
    exchange.kill();
    let exchange = Exchange::start(folder.path());
    wire.lead_to(&exchange.grpc);
    wire.cut();
    covered.wait_for(|progress| progress.fills.len() >= PURCHASES / 2).await.unwrap();
    // The bot itself is started anew, too: what it has bought it reads back.
    covering.abort();
    let _ = covering.await;
    let (_, covering) = start_cover(&wire.url, begin);

    let dave = client(&exchange.grpc, "Dave");
    wait_until("all cores are covered", async || dave.fills(None).await.unwrap().len() >= PURCHASES).await;
    let charlie = client(&exchange.grpc, "Charlie");
    wait_until("the maker bids for all that it has sold", async || {
        let orders = charlie.orders().await.unwrap();
        let bids = orders
            .iter()
            .filter(|order| matches!(order.detail, Some(coretime_proto::v1::order::Detail::Bid(_))));
        bids.count() == WINDOWS as usize
    })
    .await;

    // With all covered, nothing more happens: some rounds of both.
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(!maker.is_finished() && !covering.is_finished());
    maker.abort();
    covering.abort();
    let fills = dave.fills(None).await.unwrap();
    let mut cores: BTreeMap<u32, u32> = BTreeMap::new();
    for fill in fills.iter().map(|recorded| recorded.fill.as_ref().unwrap()) {
        assert!(fill.unit_price_planck <= 2_000);
        *cores.entry(fill.window.unwrap().begin_timeslice).or_default() += fill.quantity_parts / 80;
    }
    let expected: BTreeMap<u32, u32> = (0..WINDOWS).map(|number| (begin + number * DAY, CORES)).collect();
    assert_eq!(cores, expected, "each core of each window was bought once");
    let sold = charlie.fills(None).await.unwrap();
    assert_eq!(sold.len(), fills.len(), "the maker sold what was bought");

    drop((dave, charlie));
    exchange.kill();
    let account = |name: &str| AccountId(key(name).public_key().0);
    let makers = PlacedOrders::read(folder.path(), account("Charlie"));
    assert_eq!(makers.most_bids_for_a_window, 1, "never two bids for one window");
    assert_eq!(makers.accepted, made.borrow().accepted, "the maker knows all its orders");
    let covers = PlacedOrders::read(folder.path(), account("Dave"));
    assert_eq!(covers.accepted.len(), PURCHASES, "each purchase was one order");
    let found_out = made.borrow().found_out;
    println!(
        "{} fills, {} orders of the maker, {found_out} found out about",
        fills.len(),
        makers.accepted.len()
    );
}

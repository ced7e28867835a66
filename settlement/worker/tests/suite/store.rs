//! The store of fills follows the log, and is made anew when the two disagree.

use crate::venue::{ChainUnderTest, Venue, until};
use coretime_fills::{FillReader, FillStore, LogRecord, Settlement as State};
use coretime_settlement::FillsProjection;
use coretime_types::{Command, Delivery, Sequence, TradeId};
use tokio::sync::watch;

async fn follow(venue: &Venue) -> (FillReader, watch::Sender<bool>, tokio::task::JoinHandle<()>) {
    let folder = venue.folder.path().join("store");
    let projection = FillsProjection::open(&folder, venue.engine.clone()).await.unwrap();
    let reader = projection.reader();
    let (shutdown, stop) = watch::channel(false);
    let task = tokio::spawn(async move { projection.run(stop).await.unwrap() });
    (reader, shutdown, task)
}

fn reached(venue: &Venue, reader: &FillReader) -> bool {
    let durable = venue.engine.durable_position();
    reader.position().unwrap().is_some_and(|position| position.sequence >= durable.sequence)
}

#[tokio::test(flavor = "multi_thread")]
async fn fills_show_their_delivery_and_survive_restarts_and_swaps() {
    let mut venue = Venue::open(ChainUnderTest::Kusama).await;
    let core = venue.deposit_core("Alice").await;
    venue.deposit_funds("Bob", ChainUnderTest::Kusama.unit_planck()).await;
    venue.offer("Alice", core, true).await;
    let begin = core.begin.0;
    venue.buy("Bob", begin + 5, begin + 9, 80, Delivery::Custody).await;
    let (reader, shutdown, task) = follow(&venue).await;
    let (slice, number) = venue.buy("Bob", begin + 20, begin + 30, 80, Delivery::Transfer).await;
    venue.until_settled().await;
    until("the store has followed", || async { reached(&venue, &reader) }).await;
    assert_eq!(reader.fill(TradeId(1)).unwrap().unwrap().settlement, State::Custody);
    let delivered = reader.fill(TradeId(2)).unwrap().unwrap();
    assert_eq!((delivered.trade.region, delivered.instruction), (slice, number));
    let State::Confirmed { extrinsic_hash, chain_fee, .. } = delivered.settlement.clone() else {
        panic!("{delivered:?}");
    };
    assert!(extrinsic_hash.is_some() && chain_fee.0 > 0);
    shutdown.send(true).unwrap();
    task.await.unwrap();
    drop(reader);

    // Again, where it was.
    let (reader, shutdown, task) = follow(&venue).await;
    assert_eq!(reader.fill(TradeId(2)).unwrap(), Some(delivered.clone()));
    shutdown.send(true).unwrap();
    task.await.unwrap();
    drop(reader);

    // Another venue's store in its place.
    let folder = venue.folder.path().join("store");
    std::fs::remove_dir_all(&folder).unwrap();
    let mut other = FillStore::open(&folder).unwrap().store;
    let command = Command::Halt { cause: "another venue".into() };
    for sequence in 1..=3 {
        let record = LogRecord {
            sequence: Sequence(sequence),
            chain_hash: [9; 32],
            time_ms: 0,
            command: &command,
            events: &[],
        };
        other.apply(&[record]).unwrap();
    }
    drop(other);
    let projection = FillsProjection::open(&folder, venue.engine.clone()).await.unwrap();
    assert!(venue.folder.path().join("store.aside-1").exists());
    let mut told = Vec::new();
    let projection = projection.catch_up(|done, end| told.push((done, end))).await.unwrap();
    let (done, end) = *told.last().unwrap();
    assert!(done >= end && told.is_sorted(), "{told:?}");
    drop(projection);
    let (reader, shutdown, task) = follow(&venue).await;
    until("the store has followed", || async { reached(&venue, &reader) }).await;
    assert_eq!(reader.fill(TradeId(2)).unwrap(), Some(delivered));
    shutdown.send(true).unwrap();
    task.await.unwrap();
}

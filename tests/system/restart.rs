//! Killed with SIGKILL in the middle, and started again: nothing is lost, nothing happens twice.

use crate::audit_chain;
use crate::exchange::{BINARY, Exchange, ask_for, key, wait_until};
use crate::process::Process;
use crate::python::skipped;
use coretime_proto::v1 as pb;
use coretime_types::Planck;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

const DEPOSIT: Planck = Planck(1_000_000_000_000);

#[tokio::test]
async fn after_a_kill_ledger_orders_and_fills_are_as_before_and_settlement_goes_on_once() {
    let folder = tempfile::tempdir().unwrap();
    let exchange = Exchange::start(folder.path());
    let wallet = exchange.wallet().await;
    let (mut alice, mut dave) = (exchange.log_in("Alice").await, exchange.log_in("Dave").await);

    let bought = wallet.purchase(&key("Alice")).await.unwrap();
    wallet.transfer_region(&key("Alice"), bought.id(), exchange.custody).await.unwrap();
    wallet.transfer_funds(&key("Dave"), exchange.custody, DEPOSIT).await.unwrap();
    wait_until("the deposits are credited", async || {
        alice.regions().await.unwrap().len() == 1 && dave.funds().await.unwrap().0 == DEPOSIT
    })
    .await;

    let region = alice.regions().await.unwrap().remove(0);
    let ask = ask_for(&region, 1, 1_000);
    let ask_id = alice.ask(ask.clone()).await.unwrap().order_id;
    let begin = region.begin_timeslice + 1_000;
    let bid = |client_order_id, begin: u32| pb::Bid {
        terms: Some(pb::BidTerms {
            client_order_id,
            unit_price_planck: 1_000,
            quantity_parts: 80,
            lot_parts: 80,
            within: Some(pb::Window { begin_timeslice: begin, end_timeslice: begin + 500 }),
            duration_timeslices: 500,
            delivery: Some(pb::Delivery {
                destination: Some(pb::delivery::Destination::Transfer(pb::TransferDelivery {})),
            }),
            ..pb::BidTerms::default()
        }),
        ..pb::Bid::default()
    };
    let bid_id = dave.bid(bid(1, begin)).await.unwrap().order_id;
    let funds = (alice.funds().await.unwrap(), dave.funds().await.unwrap());
    // Right after the answer: the fill is durable, its delivery is perhaps recorded, perhaps submitted, surely not final.
    exchange.kill();

    let exchange = Exchange::start(folder.path());
    let (mut alice, mut dave) = (exchange.log_in("Alice").await, exchange.log_in("Dave").await);
    assert_eq!((alice.funds().await.unwrap(), dave.funds().await.unwrap()), funds);
    let orders =
        alice.orders.list_orders(pb::ListOrdersRequest::default()).await.unwrap().into_inner().orders;
    assert_eq!(orders.iter().map(|order| order.order_id).collect::<Vec<_>>(), [ask_id]);

    // The same order again, as after a lost answer: it names the one that was accepted.
    let again = dave.bid(bid(1, begin)).await.unwrap_err();
    assert_eq!(again.code(), tonic::Code::AlreadyExists);
    assert!(dave.bid(bid(2, begin)).await.is_ok_and(|placed| placed.order_id > bid_id), "it rests");

    wait_until("the region is delivered", async || {
        let instructions = dave.instructions().await.unwrap();
        instructions.len() == 1 && instructions[0].state() == pb::InstructionState::Confirmed
    })
    .await;
    let fills = dave.fills().await.unwrap();
    assert_eq!(fills.len(), 1);

    // Killed again when all is quiet: it goes on as it was.
    exchange.kill();
    let exchange = Exchange::start(folder.path());
    let mut dave = exchange.log_in("Dave").await;
    assert_eq!(dave.fills().await.unwrap(), fills);
    let regions = exchange.wallet().await.regions().await.unwrap();
    let owned: Vec<_> = regions.iter().filter(|found| found.owner == Some(dave.account)).collect();
    assert_eq!(owned.len(), 1, "delivered once: {regions:?}");
    assert_eq!((owned[0].region.begin.0, owned[0].region.end.0), (begin, begin + 500));
    let in_custody = regions.iter().filter(|found| found.owner == Some(exchange.custody));
    assert_eq!(in_custody.count(), 2, "cut twice, no more: {regions:?}");

    // What the log says of both deposits and of the delivery, the chain says too.
    let copied = folder.path().join("copy");
    audit_chain::copy(folder.path(), &copied);
    let well = audit_chain::verify(&copied, &["--chain", &exchange.chain]);
    let told = audit_chain::told(&well);
    assert_eq!(well.status.code(), Some(0), "{told}");
    assert_eq!(
        (&told["chain"]["deposits"], &told["chain"]["instructions"]),
        (&2.into(), &1.into()),
        "{told}"
    );
}

/// `script` is a terminal for it.
#[test]
fn a_store_that_is_gone_is_made_anew_from_the_log_behind_a_progress_bar() {
    let folder = tempfile::tempdir().unwrap();
    Exchange::start(folder.path()).kill();
    std::fs::remove_dir_all(folder.path().join("store")).unwrap();
    let served = "--grpc 127.0.0.1:0 --http 127.0.0.1:0 --chain 127.0.0.1:0";
    let command = format!("exec '{BINARY}' dev {served} --data '{}'", folder.path().display());
    let started = Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .env("TERM", "xterm")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn();
    let Ok(started) = started else { return skipped("there is no script to be a terminal") };
    let mut process = Process(started);
    let mut shown = String::new();
    let mut lines = BufReader::new(process.0.stdout.take().unwrap());
    while !shown.contains("page  ") {
        assert!(lines.read_line(&mut shown).unwrap() > 0, "it ended: {shown}");
    }
    assert!(shown.contains("store of fills"), "{shown}");
    assert!(folder.path().join("store").is_dir());
}

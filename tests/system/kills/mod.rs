//! The real server under load, killed with SIGKILL at random moments again and again: what clients were told is there,
//! once, and nothing else; and the audit finds nothing.
//!
//! Seeded. `CORETIME_KILLS` says how often (100 if it says nothing), `CORETIME_KILLS_SEED` with which seed.

mod client;
mod logged;

use crate::exchange::{BINARY, Exchange, ask_for, wait_until};
use client::{Client, Load};
use coretime_proto::v1 as pb;
use coretime_types::Planck;
use fastrand::Rng;
use logged::Logged;
use std::env;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use tonic::Code;
use tonic_types::StatusExt;

const BUYERS: [&str; 3] = ["Bob", "Dave", "Eve"];
const DEPOSIT: Planck = Planck(2_000_000_000_000);
/// What the seller asks for; buyers bid this, or less.
const PRICE: u64 = 1_000;

fn setting(name: &str, otherwise: u64) -> u64 {
    env::var(name).ok().map_or(otherwise, |text| text.parse().expect("a number"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_under_load_lose_nothing_double_nothing_and_satisfy_the_auditor() {
    let kills = setting("CORETIME_KILLS", 100);
    let seed = setting("CORETIME_KILLS_SEED", 5);
    println!("CORETIME_KILLS={kills} CORETIME_KILLS_SEED={seed}");
    let mut rng = Rng::with_seed(seed);
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let window = prepare(data).await;
    let mut clients: Vec<_> = BUYERS
        .iter()
        .zip(1..)
        .map(|(name, number)| Client::new(name, seed + number, window, PRICE))
        .collect();

    let mut logged = Logged::read(data);
    for kill in 0..kills {
        if rng.u32(0..8) == 0 {
            kill_while_it_starts(data, &mut rng);
        } else {
            let exchange = Exchange::start(data);
            for client in &mut clients {
                send_again(client, &exchange, &logged).await;
            }
            if kill % 10 == 9 {
                compare_fills(&clients[0], &exchange, &logged).await;
            }
            let mut loads = Vec::new();
            for client in &clients {
                loads.push(Load::start(client, &exchange).await);
            }
            tokio::time::sleep(Duration::from_millis(rng.u64(1..250))).await;
            exchange.kill();
            for load in loads {
                load.end().await;
            }
        }
        verify(data, &clients, &mut rng);
        logged = Logged::read(data);
        for client in &clients {
            client.compare(&logged);
        }
    }
    let acknowledged: usize = clients.iter().map(Client::acknowledged).sum();
    let unknown: usize = clients.iter().map(Client::without_answer).sum();
    println!("{acknowledged} orders acknowledged, {unknown} answers lost, {} trades", logged.trades());
    assert!(acknowledged as u64 >= kills && logged.trades() as u64 >= kills / 2 && unknown > 0);
}

/// A seller's core is on offer, buyers have money; gives the window that is sold.
async fn prepare(data: &Path) -> pb::Window {
    let exchange = Exchange::start(data);
    let region = exchange.deposit_core("Alice").await;
    for name in BUYERS {
        exchange.deposit_funds(name, DEPOSIT).await;
    }
    let mut alice = exchange.log_in("Alice").await;
    alice.ask(ask_for(&region, 1, PRICE)).await.unwrap();
    exchange.kill();
    pb::Window { begin_timeslice: region.begin_timeslice + 500, end_timeslice: region.end_timeslice }
}

fn kill_while_it_starts(data: &Path, rng: &mut Rng) {
    let mut process = Command::new(BINARY)
        .args(["dev", "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0", "--chain", "127.0.0.1:0"])
        .args(["--block-time-ms", "200", "--data"])
        .arg(data)
        .env("RUST_LOG", "error")
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(rng.u64(0..200)));
    process.kill().unwrap();
    process.wait().unwrap();
}

/// The auditor's own command, on what the killed server left, with receipts that clients hold.
fn verify(data: &Path, clients: &[Client], rng: &mut Rng) {
    let mut verify = Command::new(BINARY);
    verify.arg("verify").arg("--log").arg(data).arg("--store").arg(data.join("store")).arg("--json");
    for client in clients {
        for receipt in client.some_receipts(rng, 10) {
            verify.arg("--receipt").arg(receipt);
        }
    }
    let output = verify.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.contains("\"outcome\":\"verified\""), "{told}");
}

/// Orders whose answers were lost, and some whose answers came, are sent again as they were: what is in the log is
/// refused by the name of the order that it became, and can be asked for; what is not there is taken as new.
async fn send_again(client: &mut Client, exchange: &Exchange, logged: &Logged) {
    let mut trader = exchange.log_in(&client.name).await;
    for bid in client.to_send_again(4) {
        let name = bid.terms.as_ref().unwrap().client_order_id;
        let before = logged.order(client.account, name);
        match (trader.bid(bid).await, before) {
            (Err(status), Some(order_id)) => {
                assert_eq!(status.code(), Code::AlreadyExists, "{status:?}");
                let info = status.get_details_error_info().unwrap();
                assert_eq!(info.metadata["order_id"], order_id.to_string());
                let target = Some(pb::get_order_request::Target::ClientOrderId(name));
                let asked = pb::GetOrderRequest { target };
                let order = trader.orders.get_order(asked).await.unwrap().into_inner().order.unwrap();
                assert_eq!(order.order_id, order_id);
            }
            (Ok(response), None) => client.acknowledge(name, &response),
            // Its time may be over by now.
            (Err(status), None) => assert_eq!(status.code(), Code::InvalidArgument, "{status:?}"),
            (Ok(response), Some(order_id)) => {
                panic!("order {order_id} was accepted a second time, as {}", response.order_id)
            }
        }
    }
}

/// What the venue's store tells is what is in the log, once.
async fn compare_fills(client: &Client, exchange: &Exchange, logged: &Logged) {
    let mut trader = exchange.log_in(&client.name).await;
    let expected = logged.fills_of(client.account);
    wait_until("the store has read the log", async || trader.fills().await.unwrap().len() >= expected.len())
        .await;
    let fills = trader.fills().await.unwrap();
    let told: Vec<_> = fills.iter().map(|fill| fill.fill.as_ref().unwrap().trade_id).collect();
    assert_eq!(told[..expected.len()], expected);
    assert!(told.is_sorted_by(|one, next| one < next), "a fill twice: {told:?}");
}

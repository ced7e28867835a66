//! The log against the chain, as an auditor compares them while the venue goes on.

use crate::exchange::{BINARY, Exchange, ask_for, key, wait_until};
use coretime_log::{Options, Reader, Record, log_folder, recover};
use coretime_market::Market;
use coretime_proto::v1 as pb;
use coretime_types::{Command, Planck, Sequence, Window};
use std::fs;
use std::path::Path;
use std::process::{Command as Process, Output};
use subxt_rpcs::{RpcClient, client::RpcParams};

const DEPOSIT: Planck = Planck(1_000_000_000_000);
const PRICE_PLANCK: u64 = 2_000;
const RESTING_PRICE_PLANCK: u64 = 1_000;
const PAID: &str = "100000000000";

pub(crate) fn verify(data: &Path, more: &[&str]) -> Output {
    Process::new(BINARY).args(["verify", "--json", "--log"]).arg(data).args(more).output().unwrap()
}

pub(crate) fn told(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A copy, as an auditor gets one: of a log that is being written, so its last group may be cut.
pub(crate) fn copy(data: &Path, to: &Path) {
    fs::create_dir_all(log_folder(to)).unwrap();
    for entry in fs::read_dir(log_folder(data)).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), log_folder(to).join(entry.file_name())).unwrap();
    }
}

fn records(data: &Path) -> Vec<Record> {
    let mut reader = Reader::open(&log_folder(data), Sequence(1)).unwrap();
    let mut records = Vec::new();
    while let Some(record) = reader.next_record().unwrap() {
        records.push(record);
    }
    records
}

/// A log with a new chain and what follows from its commands by the rules: true in itself.
fn rewrite(records: impl IntoIterator<Item = Record>, to: &Path) {
    let (mut writer, _) = recover(to, Options::default(), |_, _| {}).unwrap();
    let (mut market, mut events) = (Market::new(), Vec::new());
    for record in records {
        events.clear();
        market.apply(&record.command, &mut events);
        writer.append(record.time_ms, &record.command, &events).unwrap();
    }
    writer.sync().unwrap();
}

fn bid(client_order_id: u64, begin_timeslice: u32, unit_price_planck: u64) -> pb::Bid {
    let transfer = pb::delivery::Destination::Transfer(pb::TransferDelivery {});
    let terms = pb::BidTerms {
        client_order_id,
        unit_price_planck,
        quantity_parts: 80,
        lot_parts: 80,
        within: Some(pb::Window { begin_timeslice, end_timeslice: begin_timeslice + 500 }),
        duration_timeslices: 500,
        delivery: Some(pb::Delivery { destination: Some(transfer) }),
        ..pb::BidTerms::default()
    };
    pb::Bid { terms: Some(terms), ..pb::Bid::default() }
}

/// Has the bid that was filled ask for a timeslice less.
fn shorten(command: &mut Command, change: fn(&mut Window)) -> bool {
    let Command::PlaceBid(bid) = command else { return false };
    if bid.terms.unit_price.0 != PRICE_PLANCK {
        return false;
    }
    change(&mut bid.terms.within);
    bid.terms.duration = bid.terms.within.duration();
    true
}

/// Lets time pass on the development chain, a block for each timeslice.
async fn advance_timeslices(chain: &str, count: u32) {
    let client = RpcClient::from_insecure_url(chain).await.unwrap();
    let mut params = RpcParams::new();
    params.push(count).unwrap();
    client.request::<serde_json::Value>("dev_advanceTimeslices", params).await.unwrap();
}

#[tokio::test]
async fn a_true_log_agrees_with_the_chain_and_a_rewritten_one_is_convicted() {
    let folder = tempfile::tempdir().unwrap();
    let exchange = Exchange::start(&folder.path().join("venue"));
    let wallet = exchange.wallet().await;
    let mut dave = exchange.log_in("Dave").await;
    wallet.transfer_funds(&key("Dave"), exchange.custody, DEPOSIT).await.unwrap();
    wait_until("the deposit is credited", async || dave.funds().await.unwrap().0 == DEPOSIT).await;
    let core = wallet.purchase(&key("Alice")).await.unwrap();
    wallet.transfer_region(&key("Alice"), core.id(), exchange.custody).await.unwrap();
    let mut alice = exchange.log_in("Alice").await;
    wait_until("the core is credited", async || alice.regions().await.unwrap().len() == 1).await;
    // One bid waits, the other one is filled and delivered.
    let waits = dave.bid(bid(1, core.begin.0 + 1_000, RESTING_PRICE_PLANCK)).await.unwrap();
    let receipt = waits.receipt.unwrap();
    let deposited = alice.regions().await.unwrap().remove(0);
    alice.ask(ask_for(&deposited, 1, PRICE_PLANCK)).await.unwrap();
    dave.bid(bid(2, core.begin.0 + 2_000, PRICE_PLANCK)).await.unwrap();
    let withdrawal = pb::WithdrawFundsRequest { amount_planck: PAID.into(), ..Default::default() };
    dave.accounts.withdraw_funds(withdrawal).await.unwrap();
    wait_until("the region is delivered and the withdrawal paid", async || {
        let instructions = dave.instructions().await.unwrap();
        instructions.len() == 2
            && instructions.iter().all(|one| one.state() == pb::InstructionState::Confirmed)
    })
    .await;

    let copied = folder.path().join("copy");
    copy(&folder.path().join("venue"), &copied);
    let chain = ["--chain", exchange.chain.as_str()];
    let well = verify(&copied, &chain);
    assert_eq!(well.status.code(), Some(0), "{}", told(&well));
    let compared = told(&well)["chain"].clone();
    let count = |name: &str| compared[name].as_u64().unwrap();
    assert_eq!((count("deposits"), count("instructions")), (2, 2), "{compared}");
    assert!(count("anchors") >= 1 && count("blocks") >= 1, "{compared}");

    // The holder leaves the bid that waits out: a log that is true in itself.
    let truth = records(&copied);
    let is_bid = |record: &Record| {
        record.sequence.0 == receipt.sequence && matches!(record.command, Command::PlaceBid(_))
    };
    assert_eq!(truth.iter().filter(|record| is_bid(record)).count(), 1);
    let rewritten = folder.path().join("rewritten");
    rewrite(truth.iter().filter(|record| !is_bid(record)).cloned(), &rewritten);
    assert_eq!(verify(&rewritten, &[]).status.code(), Some(0));
    let convicted = verify(&rewritten, &chain);
    assert_eq!(convicted.status.code(), Some(1), "{}", told(&convicted));
    assert_eq!(told(&convicted)["what"], "the chain hash that an anchor on chain names");
    // So does the one receipt that Dave has.
    let held = format!("{}:{}", receipt.sequence, hex::encode(&receipt.chain_hash));
    assert_eq!(verify(&copied, &["--receipt", &held]).status.code(), Some(0));
    let convicted = verify(&rewritten, &["--receipt", &held]);
    assert_eq!(convicted.status.code(), Some(1));
    assert_eq!(told(&convicted)["sequence"], receipt.sequence);

    // Of what comes after the anchor, the chain itself is the witness: a fee, a payment, a deposit, a block.
    type Forgery = fn(&mut Command) -> bool;
    let forgeries: [(&str, Forgery); 7] = [
        ("the chain fee of an instruction", |command| match command {
            Command::SettlementConfirmed(confirmed) => {
                confirmed.chain_fee.0 += 1;
                true
            }
            _ => false,
        }),
        ("a deposit of funds on chain", |command| match command {
            Command::DepositFunds { amount, .. } => {
                amount.0 += 1;
                true
            }
            _ => false,
        }),
        // What was delivered is named by its begin; how long it is, the chain's state says.
        ("a settled region on chain", |command| shorten(command, |window| window.begin.0 += 1)),
        ("the end of a settled region on chain", |command| shorten(command, |window| window.end.0 -= 1)),
        // The event of a deposit names a region without its end, and without the renewal right.
        ("a deposited region on chain", |command| match command {
            Command::DepositRegion { region, .. } => {
                region.end.0 += 1;
                true
            }
            _ => false,
        }),
        ("a deposited region on chain", |command| match command {
            Command::DepositRegion { renewable, .. } => {
                *renewable = !*renewable;
                true
            }
            _ => false,
        }),
        ("the hash of a finalised block", |command| match command {
            Command::BlockSeen { hash, .. } => {
                hash.replace_range(2..4, if hash[2..4] == *"00" { "01" } else { "00" });
                true
            }
            _ => false,
        }),
    ];
    for (number, (what, forge)) in forgeries.into_iter().enumerate() {
        let forged = folder.path().join(format!("forged-{number}"));
        let mut records = truth.clone();
        assert!(records.iter_mut().any(|record| forge(&mut record.command)), "{what}");
        rewrite(records, &forged);
        assert_eq!(verify(&forged, &[]).status.code(), Some(0), "{what}");
        let convicted = verify(&forged, &chain);
        assert_eq!(convicted.status.code(), Some(1), "{what}: {}", told(&convicted));
        assert_eq!(told(&convicted)["what"], what);
    }

    // A node that has no state of the time any more, no verdict: never that all is well.
    advance_timeslices(&exchange.chain, 1_100).await;
    let pruned = verify(&copied, &chain);
    assert_eq!(pruned.status.code(), Some(2), "{}", told(&pruned));
    let error = told(&pruned)["error"].as_str().unwrap().to_owned();
    assert!(error.contains("a node that keeps no old state cannot show it"), "{error}");

    // No node, no verdict.
    let unreadable = verify(&copied, &["--chain", "ws://127.0.0.1:1"]);
    assert_eq!(unreadable.status.code(), Some(2));
    assert!(told(&unreadable)["error"].as_str().unwrap().contains("the chain cannot be read"));
    exchange.kill();
}

//! `reserves` against a running exchange: what it owes, and the trader who checks that he is counted.

use crate::exchange::{BINARY, Exchange, key, wait_until};
use coretime_types::{AccountId, Planck};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

fn reserves(arguments: &[&str]) -> Output {
    Command::new(BINARY).arg("reserves").args(arguments).output().unwrap()
}

fn check(proof: &Path) -> (Option<i32>, String) {
    let output = reserves(&["--check", proof.to_str().unwrap()]);
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trader_checks_that_he_is_counted_and_a_forged_proof_is_found_out() {
    let data = tempfile::tempdir().unwrap();
    let exchange = Exchange::start(data.path());
    let wallet = exchange.wallet().await;
    let bob = AccountId(key("Bob").public_key().0);
    wallet.transfer_funds(&key("Bob"), exchange.custody, Planck(5_000_000_000)).await.unwrap();
    let (log, custody) = (data.path().to_str().unwrap(), exchange.custody.to_string());
    let bobs = bob.to_string();
    let arguments = ["--log", log, "--chain", &exchange.chain, "--custody", &custody, "--account", &bobs];
    // The deposit is credited when its block is final.
    let mut tries = 0;
    let proof = loop {
        let output = reserves(&arguments);
        if output.status.success() {
            break output.stdout;
        }
        tries += 1;
        assert!(tries < 200, "{}", String::from_utf8_lossy(&output.stderr));
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    };
    let read: Value = serde_json::from_slice(&proof).unwrap();
    assert_eq!(read["branch"]["funds_planck"], "5000000000");
    assert_eq!(read["statement"]["owed_funds_planck"], "5000000000");
    let path = data.path().join("proof.json");
    std::fs::write(&path, &proof).unwrap();
    let (code, told) = check(&path);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("5000000000 planck"), "{told}");
    let forged = String::from_utf8(proof).unwrap().replace("5000000000", "4000000000");
    std::fs::write(&path, forged).unwrap();
    let (code, told) = check(&path);
    assert_eq!(code, Some(1), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trader_reads_his_branch_from_the_running_exchange() {
    let (data, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (exchange, home) = (Exchange::start(data.path()), home.path());
    // Whoever sends money is owed it, whether he ever logs in or not: Alice does not.
    let wallet = exchange.wallet().await;
    for (name, planck) in [("Alice", 7_000_000_000), ("Bob", 5_000_000_000)] {
        wallet.transfer_funds(&key(name), exchange.custody, Planck(planck)).await.unwrap();
    }
    for name in ["Bob", "Eve"] {
        exchange.told(home, &["login", "--as", name, "--key-file", "-"], &format!("//{name}"));
    }
    let mut proof = Value::Null;
    // Not before the first proof, and not before one that has both deposits.
    wait_until("there is a proof with both deposits", async || {
        let output = exchange.command(home, &["reserves", "--as", "Bob", "--json"], "");
        proof = serde_json::from_slice(&output.stdout).unwrap_or_default();
        output.status.success() && proof["statement"]["owed_funds_planck"] == "12000000000"
    })
    .await;
    assert_eq!(proof["branch"]["funds_planck"], "5000000000");
    assert_eq!(proof["custody"]["differences"], Value::Array(vec![]));
    let shown = exchange.told(home, &["reserves", "--as", "Bob"], "");
    assert!(shown.contains("you are counted   with 0.005 KSM"), "{shown}");
    assert!(shown.contains("checked here: the branch leads to the root"), "{shown}");
    let shown = exchange.told(home, &["reserves", "--as", "Eve"], "");
    assert!(shown.contains("you are counted   with nothing"), "{shown}");

    // What was kept can be checked later.
    let path = home.join("proof.json");
    std::fs::write(&path, proof.to_string()).unwrap();
    assert_eq!(check(&path).0, Some(0));
    proof["branch"]["funds_planck"] = "4000000000".into();
    std::fs::write(&path, proof.to_string()).unwrap();
    assert_eq!(check(&path).0, Some(1));
}

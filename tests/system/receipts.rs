//! `receipts`: the public stream of receipts, kept by somebody, and what it says of one's own receipts and of the log.

use crate::audit_chain::{told, verify};
use crate::exchange::Exchange;
use coretime_types::Planck;
use serde_json::Value;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_of_the_stream_convicts_a_false_receipt_and_a_false_log() {
    let (data, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (exchange, home) = (Exchange::start(data.path()), home.path());
    exchange.deposit_funds("Dave", Planck(1_000_000_000_000)).await;
    exchange.told(home, &["login", "--as", "Dave", "--key-file", "-"], "//Dave");
    // Nobody needs a login to follow them, from now on or from what the venue has at hand.
    let kept = exchange.told(home, &["receipts", "--count", "3"], "");
    let first: u64 = kept.split(':').next().unwrap().parse().unwrap();
    let withdrawn = exchange.told(home, &["withdraw", "0.2", "--as", "Dave", "--json"], "");
    let withdrawn: Value = serde_json::from_str(&withdrawn).unwrap();
    let own = withdrawn["receipt"].as_str().unwrap();
    let (number, hash) = own.split_once(':').unwrap();
    let (after, count) = (first - 1, number.parse::<u64>().unwrap() - first + 1);
    let kept =
        exchange.told(home, &["receipts", "--after", &after.to_string(), "--count", &count.to_string()], "");
    let lines: Vec<&str> = kept.lines().collect();
    assert!(
        lines.iter().zip(first..).all(|(line, number)| line.starts_with(&format!("{number}:"))),
        "{kept}"
    );
    assert_eq!(lines.last(), Some(&own));

    let found = exchange.told(home, &["receipts", "--receipt", own, "--receipt", lines[2]], "");
    assert_eq!(found.trim(), "all 2 receipts are in the venue's public stream");
    let false_receipt = format!("{number}:{}", hash.chars().rev().collect::<String>());
    let output = exchange.command(home, &["receipts", "--receipt", &false_receipt], "");
    assert_eq!(output.status.code(), Some(1));
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(error.contains(own) && error.contains(&false_receipt), "both are named: {error}");
    let output = exchange.command(home, &["receipts", "--receipt", "7"], "");
    assert!(String::from_utf8_lossy(&output.stderr).contains("a sequence, a colon and a chain hash"));

    // And what was kept, against the log.
    exchange.kill();
    let file = home.join("kept");
    std::fs::write(&file, &kept).unwrap();
    let held = ["--receipts", file.to_str().unwrap()];
    let well = verify(data.path(), &held);
    assert_eq!(well.status.code(), Some(0), "{}", told(&well));
    std::fs::write(&file, kept.replace(own, &false_receipt)).unwrap();
    let convicted = verify(data.path(), &held);
    assert_eq!(convicted.status.code(), Some(1));
    assert_eq!(told(&convicted)["what"], "the chain hash of a receipt");
    std::fs::write(&file, "1:ab\n").unwrap();
    let unreadable = verify(data.path(), &held);
    assert_eq!(unreadable.status.code(), Some(2));
    assert!(told(&unreadable)["error"].as_str().unwrap().contains("line 1: the chain hash is 64 hex digits"));
}

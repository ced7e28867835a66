//! `verify` and `export`, as an auditor runs them on what a venue left behind.

use crate::exchange::{BINARY, Exchange};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn run(data: &Path, args: &[&str]) -> Output {
    Command::new(BINARY).args(args).arg("--log").arg(data).output().unwrap()
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn only_segment(data: &Path) -> PathBuf {
    let mut entries = fs::read_dir(data.join("log")).unwrap();
    entries.next().unwrap().unwrap().path()
}

#[test]
fn verify_says_by_its_exit_code_whether_all_is_well() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    Exchange::start(data).kill();

    let well = run(data, &["verify", "--json"]);
    assert_eq!(well.status.code(), Some(0), "{}", told(&well));
    let verified: serde_json::Value = serde_json::from_str(&told(&well)).unwrap();
    assert_eq!(verified["outcome"], "verified");
    let commands = verified["commands"].as_u64().unwrap();
    let chain_hash = verified["chain_hash"].as_str().unwrap();
    assert!(commands > 0);
    // The folder of segments is taken as well as the data folder.
    assert_eq!(run(&data.join("log"), &["verify"]).status.code(), Some(0));

    let receipt = format!("{commands}:{chain_hash}");
    assert_eq!(run(data, &["verify", "--receipt", &receipt]).status.code(), Some(0));
    let forged = format!("{commands}:{}", "ab".repeat(32));
    let convicted = run(data, &["verify", "--receipt", &forged]);
    assert_eq!(convicted.status.code(), Some(1));
    assert!(told(&convicted).contains(&format!("sequence {commands}: the chain hash of a receipt")));
    let lost = format!("{}:{chain_hash}", commands + 1);
    assert_eq!(run(data, &["verify", "--receipt", &lost]).status.code(), Some(1));

    let path = only_segment(data);
    let mut bytes = fs::read(&path).unwrap();
    bytes[100] ^= 1;
    fs::write(&path, bytes).unwrap();
    let damaged = run(data, &["verify", "--json"]);
    assert_eq!(damaged.status.code(), Some(2));
    assert!(told(&damaged).contains("is damaged at offset 64"), "{}", told(&damaged));
}

#[test]
fn export_writes_a_line_for_each_command() {
    let folder = tempfile::tempdir().unwrap();
    Exchange::start(folder.path()).kill();
    let csv = run(folder.path(), &["export", "commands", "--format", "csv"]);
    assert!(csv.status.success());
    assert!(told(&csv).starts_with("sequence,time,chain_hash,command,events\n1,20"), "{}", told(&csv));
    let two = run(folder.path(), &["export", "commands", "--format", "jsonl", "--from", "2", "--to", "3"]);
    let lines: Vec<serde_json::Value> =
        told(&two).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|line| line["sequence"].as_u64()).collect::<Vec<_>>(), [Some(2), Some(3)]);
    let wrong = run(folder.path(), &["export", "ledger", "--format", "csv", "--from", "yesterday"]);
    assert_eq!(wrong.status.code(), Some(2));
}

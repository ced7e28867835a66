//! The demo exits 0 only if ledger, sled and chain agree; here both profiles of it are run.

use crate::exchange::BINARY;
use crate::http::get;
use crate::process::Process;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

fn demo(profile: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let output =
        Command::new(BINARY).args(["demo", "--profile", profile, "--data"]).arg(&data).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}\n{errors}");
    assert!(data.join("log").is_dir() && data.join("store").is_dir(), "log and store are left behind");
    assert!(told.contains("ledger, sled and chain agree"), "{told}");
    told
}

#[test]
fn demo_on_kusama_sells_half_a_core() {
    let told = demo("kusama");
    assert!(told.contains("40/80 of core"), "{told}");
    assert!(told.contains("planned: 80/80 for task 2000"), "{told}");
}

#[test]
fn demo_on_polkadot_names_why_half_a_core_cannot_be_had() {
    let told = demo("polkadot");
    assert!(told.contains("INTERLACING_DISABLED"), "{told}");
    assert!(!told.contains("40/80 of core"), "{told}");
    assert!(told.contains("planned: 80/80 for task 2000"), "{told}");
}

#[test]
fn demo_refuses_a_folder_that_is_in_use() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("log")).unwrap();
    let output = Command::new(BINARY).args(["demo", "--data"]).arg(folder.path()).output().unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("new folder"));
}

#[test]
fn demo_leaves_the_page_up_prints_its_address_and_ends_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let process = Command::new(BINARY)
        .args(["demo", "--keep", "--data"])
        .arg(folder.path().join("data"))
        .stdout(Stdio::piped())
        .spawn();
    let mut process = Process(process.unwrap());
    let mut lines = BufReader::new(process.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.any(|line| line.contains("still serving")), "it ended before");
    let line = lines.next().unwrap();
    let address = line.strip_prefix("page ").expect(&line).to_owned();

    let page = get(&address, "/");
    assert!(page.head.starts_with("http/1.1 200"), "{}", page.head);
    assert!(page.body.contains("data-trade"), "the demo's trades are shown: {}", page.body);

    let pid = process.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(process.0.wait().unwrap().success());
}

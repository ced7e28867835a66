//! The demo exits 0 only if ledger, sled and chain agree; here both profiles of it are run.

use crate::exchange::BINARY;
use std::process::Command;

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

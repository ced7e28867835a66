//! The Python package, installed from its folder, and its quick start.

use crate::exchange::Exchange;
use crate::python;
use coretime_types::Planck;
use std::path::Path;
use std::process::Command;

/// What `//Alice` and `//Dave` are derived to: everyone knows these keys.
const ALICE_SEED: &str = "e5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";
const DAVE_SEED: &str = "868020ae0687dda7d57565093a69090211449845a7e11453612800b663307246";

#[tokio::test(flavor = "multi_thread")]
async fn the_quick_start_trades() {
    let folder = tempfile::tempdir().unwrap();
    let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("../clients/python");
    let path = package.display().to_string();
    let Some(python) = python::with_packages(folder.path(), &[&path]) else { return };

    let exchange = Exchange::start(&folder.path().join("data"));
    let address = exchange.grpc.trim_start_matches("http://");
    let start = || {
        let mut quick_start = Command::new(&python);
        quick_start.arg(package.join("quick_start.py")).args([address, ALICE_SEED, DAVE_SEED]);
        let output = quick_start.output().unwrap();
        let [told, errors] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
        (output.status.success(), told, errors)
    };
    let (is_done, _, errors) = start();
    assert!(!is_done && errors.contains("wallet Alice deposit-core"), "it says what to do next: {errors}");
    exchange.deposit_core("Alice").await;
    exchange.deposit_funds("Dave", Planck(1_000_000_000_000)).await;
    let (is_done, told, errors) = start();
    assert!(is_done, "{told}\n{errors}");
    assert!(told.starts_with("bought core "), "{told}");
    let mut dave = exchange.log_in("Dave").await;
    assert_eq!(dave.regions().await.unwrap().len(), 1);
}

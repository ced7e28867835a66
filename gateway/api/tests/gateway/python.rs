//! A client in another language, made from the .proto files alone.

use crate::venue::{Venue, ask};
use coretime_proto::v1;
use std::{io::Write, path::Path};
use tokio::process::Command;

/// Runs a program; what it said on standard output, or why not.
async fn run(program: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).output().await;
    let output = output.map_err(|error| format!("{}: {error}", program.display()))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// A Python with what it needs, from PyPI.
async fn prepare(folder: &Path) -> Result<std::path::PathBuf, String> {
    let venv = folder.join("venv").display().to_string();
    run(Path::new("python3"), &["-m", "venv", &venv]).await?;
    let python = folder.join("venv/bin/python");
    run(&python, &["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "grpcio-tools"]).await?;
    Ok(python)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_python_client_trades() {
    let folder = tempfile::tempdir().unwrap();
    let python = match prepare(folder.path()).await {
        Ok(python) => python,
        Err(missing) => {
            // Not by a macro: the test harness keeps what those print of a test that passes.
            let line = format!("SKIPPED: no Python 3 with venv and grpcio-tools from PyPI: {missing}\n");
            std::io::stderr().write_all(line.as_bytes()).unwrap();
            return;
        }
    };
    let venue = Venue::start().await;
    let (alice, bob) = (venue.trader(1).await, venue.trader(2).await);
    venue.deposit(alice.account, 1_000_000_000).await;
    let region = venue.deposit_core(bob.account, 5, 100, 200).await;
    bob.place_ask(ask(1, 90, region)).await.unwrap();
    let api_key = alice.api_key(&[v1::Scope::Trade]).await.unwrap().api_key;

    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = here.join("tests/gateway/python/trade.py").display().to_string();
    let protos = here.join("../../proto").display().to_string();
    let said = run(&python, &[&script, &protos, &venue.address.to_string(), &api_key, "100", "200"]).await;
    assert_eq!(said.as_deref().map(str::trim), Ok("traded"), "{said:?}");
    let request = alice.with(v1::ListRegionsRequest::default());
    let regions = alice.accounts().list_regions(request).await.unwrap().into_inner().regions;
    assert_eq!(regions.len(), 1);
}

//! The page of a running exchange, in a real browser.

use crate::exchange::{Exchange, ask_for, key};
use crate::python::{self, skipped};
use coretime_client::{Client, ClientConfig, Credentials};
use coretime_proto::v1 as pb;
use coretime_types::Planck;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const UNIT_PRICE_PLANCK: u64 = 260_000;

/// A Chromium that is installed, or one that the browser driver fetches.
fn chromium(python: &Path) -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let folders: Vec<PathBuf> =
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect();
    let installed = names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    if let Some(found) = installed.into_iter().find(|path| path.is_file()) {
        return Some(found);
    }
    let fetched =
        Command::new(python).args(["-m", "playwright", "install", "--only-shell", "chromium"]).output();
    if !fetched.is_ok_and(|output| output.status.success()) {
        return None;
    }
    // It may lack libraries that nobody has installed: so it must start, too.
    let ask = "from playwright.sync_api import sync_playwright as start\n\
               with start() as driver:\n    \
               driver.chromium.launch(args=['--no-sandbox']).close()\n    \
               print(driver.chromium.executable_path)";
    let told = Command::new(python).args(["-c", ask]).output().ok()?;
    Some(PathBuf::from(String::from_utf8_lossy(&told.stdout).trim())).filter(|path| path.is_file())
}

/// A core is offered, and a day of it bought.
async fn trade(exchange: &Exchange) {
    let region = exchange.deposit_core("Alice").await;
    exchange.deposit_funds("Dave", Planck(1_000_000_000_000)).await;
    let (mut alice, mut dave) = (exchange.log_in("Alice").await, exchange.log_in("Dave").await);
    alice.ask(ask_for(&region, 1, UNIT_PRICE_PLANCK)).await.unwrap();
    let custody = pb::delivery::Destination::Custody(pb::CustodyDelivery {});
    let transfer = pb::delivery::Destination::Transfer(pb::TransferDelivery {});
    for (begin_timeslice, delivery) in
        [(region.begin_timeslice + 1_000, custody), (region.begin_timeslice + 4_000, transfer)]
    {
        let terms = pb::BidTerms {
            client_order_id: dave.next_client_order_id(),
            unit_price_planck: UNIT_PRICE_PLANCK,
            quantity_parts: 80,
            lot_parts: 80,
            within: Some(pb::Window { begin_timeslice, end_timeslice: begin_timeslice + 180 }),
            duration_timeslices: 180,
            delivery: Some(pb::Delivery { destination: Some(delivery) }),
            ..pb::BidTerms::default()
        };
        dave.bid(pb::Bid { terms: Some(terms), ..pb::Bid::default() }).await.unwrap();
    }
}

/// A key of Dave's that may read, and nothing else.
async fn api_key(exchange: &Exchange) -> String {
    let credentials = Credentials::Key(Box::new(key("Dave")));
    let client = Client::new(&exchange.grpc, credentials, ClientConfig::default()).unwrap();
    let asked = pb::CreateApiKeyRequest {
        label: "page".into(),
        scopes: vec![pb::Scope::Read.into()],
        expire_time_unix_ms: 0,
    };
    let services = client.services().await.unwrap();
    services.auth().create_api_key(asked).await.unwrap().into_inner().api_key
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_lives_in_a_browser() {
    let folder = tempfile::tempdir().unwrap();
    let Some(python) = python::with_packages(folder.path(), &["playwright"]) else { return };
    let Some(chromium) = chromium(&python) else {
        return skipped("no Chromium is installed, and none could be fetched");
    };
    let exchange = Exchange::start(&folder.path().join("data"));
    let screenshots = std::env::var_os("CORETIME_SCREENSHOTS").map_or(folder.path().into(), PathBuf::from);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/system/page/look.py");
    let mut browser = Command::new(python)
        .arg(script)
        .arg(&exchange.page)
        .args([&chromium, &screenshots])
        .arg(api_key(&exchange).await)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(browser.stdout.take().unwrap()).lines();
    assert_eq!(told.next().unwrap().unwrap(), "live");
    trade(&exchange).await;
    assert_eq!(told.next().unwrap().unwrap(), "looked");
    assert!(browser.wait().unwrap().success());
    for name in ["light.png", "dark.png", "phone.png"] {
        assert!(screenshots.join(name).metadata().unwrap().len() > 10_000, "{name}");
    }
}

//! A `dev` exchange in a process of its own, that can be killed.

use coretime_client::Trader;
use coretime_proto::v1 as pb;
use coretime_types::{AccountId, Planck};
use coretime_wallet::Wallet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use subxt_signer::SecretUri;
use subxt_signer::sr25519::Keypair;
use tonic::transport::{Channel, Endpoint};

/// Longer than anything takes here, on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(240);

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_coretime-exchange");

pub(crate) struct Exchange {
    process: Child,
    pub(crate) grpc: String,
    pub(crate) page: String,
    pub(crate) chain: String,
    pub(crate) custody: AccountId,
}

impl Exchange {
    /// Starts `dev` on the folder and waits until it serves.
    pub(crate) fn start(data: &Path) -> Exchange {
        let mut process = Command::new(BINARY)
            .args(["dev", "--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0", "--chain", "127.0.0.1:0"])
            .args(["--block-time-ms", "200", "--data"])
            .arg(data)
            .env("RUST_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (mut grpc, mut page, mut chain, mut custody) = (None, None, None, None);
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        while page.is_none() {
            let line = lines.next().expect("the exchange ended before it served").unwrap();
            let (name, value) = line.split_once(' ').unwrap_or_default();
            match name {
                "gRPC" => grpc = Some(format!("http://{}", value.trim())),
                "page" => page = Some(value.trim().to_owned()),
                "chain" => chain = Some(value.trim().to_owned()),
                "custody" => custody = Some(value.trim().parse().unwrap()),
                _ => {}
            }
        }
        // What else it prints is read away, or it would block.
        std::thread::spawn(move || lines.for_each(drop));
        let (grpc, page) = (grpc.unwrap(), page.unwrap());
        Exchange { process, grpc, page, chain: chain.unwrap(), custody: custody.unwrap() }
    }

    /// SIGKILL: nothing is flushed, nobody is told.
    pub(crate) fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub(crate) async fn channel(&self) -> Channel {
        Endpoint::from_shared(self.grpc.clone()).unwrap().connect().await.unwrap()
    }

    pub(crate) async fn wallet(&self) -> Wallet {
        Wallet::connect(&self.chain).await.unwrap()
    }

    /// Buys a core for an account and deposits it; waits until it is credited.
    pub(crate) async fn deposit_core(&self, name: &str) -> pb::Region {
        let wallet = self.wallet().await;
        let bought = wallet.purchase(&key(name)).await.unwrap();
        wallet.transfer_region(&key(name), bought.id(), self.custody).await.unwrap();
        let mut trader = self.log_in(name).await;
        let is_it = |region: &pb::Region| region.core_index == u32::from(bought.core.0);
        wait_until("the core is credited", async || trader.regions().await.unwrap().iter().any(is_it)).await;
        trader.regions().await.unwrap().into_iter().find(is_it).unwrap()
    }

    /// Deposits money; waits until it is credited.
    pub(crate) async fn deposit_funds(&self, name: &str, amount: Planck) {
        let mut trader = self.log_in(name).await;
        let before = trader.funds().await.unwrap().0;
        self.wallet().await.transfer_funds(&key(name), self.custody, amount).await.unwrap();
        wait_until("the funds are credited", async || trader.funds().await.unwrap().0 > before).await;
    }

    /// Runs a command as its user does, with logins kept in `home`, and this on its standard input.
    pub(crate) fn command(&self, home: &Path, arguments: &[&str], input: &str) -> Output {
        let mut process = Command::new(BINARY)
            .args(arguments)
            .env("XDG_CONFIG_HOME", home)
            .env("CORETIME_EXCHANGE_SERVER", &self.grpc)
            .env_remove("CORETIME_EXCHANGE_KEY")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        process.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        process.wait_with_output().unwrap()
    }

    /// As above; it must go well.
    pub(crate) fn told(&self, home: &Path, arguments: &[&str], input: &str) -> String {
        let output = self.command(home, arguments, input);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    pub(crate) async fn log_in(&self, name: &str) -> Trader {
        Trader::log_in(self.channel().await, name, key(name)).await.unwrap()
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn key(name: &str) -> Keypair {
    let uri: SecretUri = format!("//{name}").parse().unwrap();
    Keypair::from_uri(&uri).unwrap()
}

/// An ask for all of a region, in whole cores and for any time.
pub(crate) fn ask_for(region: &pb::Region, client_order_id: u64, unit_price_planck: u64) -> pb::Ask {
    pb::Ask {
        client_order_id,
        unit_price_planck,
        region_id: Some(pb::RegionId {
            begin_timeslice: region.begin_timeslice,
            core_index: region.core_index,
            core_mask: region.core_mask.clone(),
        }),
        lot_parts: 80,
        min_duration_timeslices: 1,
        ..pb::Ask::default()
    }
}

/// Waits for something that the chain will do.
pub(crate) async fn wait_until(what: &str, mut happened: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !happened().await {
        assert!(began.elapsed() < PATIENCE, "gave up waiting until {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

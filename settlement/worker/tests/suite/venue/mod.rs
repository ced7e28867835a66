//! A venue: chain, engine and settlement, without a gateway.

mod chain_under_test;
mod on_chain;
mod trading;

pub(crate) use chain_under_test::ChainUnderTest;
pub(crate) use on_chain::{call, remark, remark_as, set_storage, setting, submit, sudo};

use coretime_dev_chain::{Config, DevChain};
use coretime_market::Market;
use coretime_sequencer::{Engine, EngineConfig, Receipt, Running};
use coretime_settlement::{Operator, Reconciler, Report, Settlement, SettlementConfig, SignerKey, Status};
use coretime_types::{AccountId, BlockNumber, Command, Event, Planck};
use coretime_wallet::Wallet;
use std::{future::Future, path::Path, time::Duration};
use subxt_signer::{SecretUri, sr25519::Keypair};
use tokio::{sync::watch, task::JoinHandle};

/// Long enough for the slowest machine; nothing is measured.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct Venue {
    chain: Option<DevChain>,
    kind: ChainUnderTest,
    chain_config: Config,
    pub(crate) wallet: Wallet,
    pub(crate) engine: Engine,
    pub(crate) config: SettlementConfig,
    pub(crate) folder: tempfile::TempDir,
    running: Option<Running>,
    worker: Option<Worker>,
    pub(crate) authorisations: Option<std::sync::Arc<dyn coretime_settlement::AuthorisationSink>>,
    next_order: u64,
}

struct Worker {
    task: JoinHandle<Result<(), coretime_settlement::SettlementError>>,
    shutdown: watch::Sender<bool>,
    status: watch::Receiver<Status>,
    operator: Operator,
}

pub(crate) fn key(name: &str) -> Keypair {
    let uri: SecretUri = format!("//{name}").parse().unwrap();
    Keypair::from_uri(&uri).unwrap()
}

pub(crate) fn account(name: &str) -> AccountId {
    AccountId(key(name).public_key().0)
}

pub(crate) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

pub(crate) async fn until<F: Future<Output = bool>>(what: &str, mut is_so: impl FnMut() -> F) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, waiting).await.is_ok(), "waited in vain: {what}");
}

fn start_engine(folder: &Path) -> (Engine, Running) {
    coretime_sequencer::start(EngineConfig::new(folder)).unwrap()
}

impl Venue {
    /// A chain with a block every 100 ms, custody with a float and a proxy, and settlement running.
    pub(crate) async fn open(kind: ChainUnderTest) -> Venue {
        let mut venue = Venue::prepare(kind).await;
        venue.start_worker().await;
        venue
    }

    /// As above, with settlement not running yet.
    pub(crate) async fn prepare(kind: ChainUnderTest) -> Venue {
        Venue::prepare_with(kind, |_| {}).await
    }

    /// As above, on a chain that is set up otherwise.
    pub(crate) async fn prepare_with(kind: ChainUnderTest, change: impl FnOnce(&mut Config)) -> Venue {
        let unit = kind.unit_planck();
        let custody = account("Custody");
        let folder = tempfile::tempdir().unwrap();
        let mut chain_config = Config {
            data: Some(folder.path().join("chain")),
            block_time: Some(Duration::from_millis(100)),
            endowed: vec![(custody.0, 10 * unit), (account("Settlement").0, 100 * unit)],
            ..kind.config()
        };
        change(&mut chain_config);
        let chain = kind.start(chain_config.clone()).await;
        let url = chain.ws_url().unwrap();
        chain_config.listen = url.strip_prefix("ws://").map(|address| address.parse().unwrap());
        let wallet = Wallet::connect(&url).await.unwrap();
        // What custody has before anybody deposits is the operator's float.
        wallet.add_proxy_by_sudo(&key("Alice"), custody, account("Settlement")).await.unwrap();
        let (engine, running) = start_engine(folder.path());
        let config = SettlementConfig {
            float: Planck(10 * unit),
            first_block: Some(BlockNumber(1)),
            ..SettlementConfig::new(url, custody, SignerKey::from(key("Settlement")))
        };
        let running = Some(running);
        Venue {
            chain: Some(chain),
            kind,
            chain_config,
            wallet,
            engine,
            config,
            folder,
            running,
            worker: None,
            authorisations: None,
            next_order: 0,
        }
    }

    pub(crate) fn chain(&self) -> &DevChain {
        self.chain.as_ref().unwrap()
    }

    /// The node goes away.
    pub(crate) async fn stop_chain(&mut self) {
        self.chain.take().unwrap().shutdown().await;
    }

    /// The node comes back where it was.
    pub(crate) async fn start_chain(&mut self) {
        self.chain = Some(self.kind.start(self.chain_config.clone()).await);
        self.wallet = Wallet::connect(&self.config.chain_url).await.unwrap();
    }

    pub(crate) async fn start_worker(&mut self) {
        let settlement = Settlement::connect(self.config.clone(), self.engine.clone()).await.unwrap();
        self.run_worker(settlement);
    }

    fn run_worker(&mut self, mut settlement: Settlement) {
        if let Some(sink) = &self.authorisations {
            settlement = settlement.with_authorisations(sink.clone());
        }
        let (status, operator) = (settlement.status(), settlement.operator());
        let (shutdown, stop) = watch::channel(false);
        let task = tokio::spawn(settlement.run(stop));
        self.worker = Some(Worker { task, shutdown, status, operator });
    }

    /// As above, over a line on which connecting may fail for a while.
    pub(crate) async fn start_worker_patiently(&mut self) {
        for _ in 0..200 {
            let connected = Settlement::connect(self.config.clone(), self.engine.clone()).await;
            match connected {
                Ok(settlement) => return self.run_worker(settlement),
                Err(coretime_settlement::SettlementError::Chain(_)) => {}
                Err(error) => panic!("{error}"),
            }
        }
        panic!("no connection lasts long enough");
    }

    /// Ends settlement as it should be ended.
    pub(crate) async fn stop_worker(&mut self) {
        let worker = self.worker.take().unwrap();
        worker.shutdown.send(true).unwrap();
        worker.task.await.unwrap().unwrap();
    }

    /// Ends settlement wherever it is.
    pub(crate) async fn kill_worker(&mut self) {
        let worker = self.worker.take().unwrap();
        worker.task.abort();
        assert!(worker.task.await.unwrap_err().is_cancelled());
    }

    /// Ends the engine and starts it again from its log.
    pub(crate) async fn restart_engine(&mut self) {
        self.stop_engine().await;
        self.start_engine();
    }

    pub(crate) async fn stop_engine(&mut self) {
        assert!(self.worker.is_none());
        let running = self.running.take();
        tokio::task::spawn_blocking(move || drop(running)).await.unwrap();
    }

    pub(crate) fn start_engine(&mut self) {
        let (engine, running) = start_engine(self.folder.path());
        (self.engine, self.running) = (engine, Some(running));
    }

    /// Bytes that look like the signer's and that no node takes.
    pub(crate) fn unsendable_extrinsic(&self) -> Vec<u8> {
        [&[140, 0x84, 0][..], &self.config.signer.account().0, &[1]].concat()
    }

    /// The last block that the ledger has read.
    pub(crate) async fn last_block(&self) -> u64 {
        self.query(|market| market.last_block().map_or(0, |(number, _)| number.0)).await
    }

    pub(crate) fn status(&self) -> Status {
        self.worker.as_ref().unwrap().status.borrow().clone()
    }

    pub(crate) fn operator(&self) -> Operator {
        self.worker.as_ref().unwrap().operator.clone()
    }

    pub(crate) async fn tell(&self, command: Command) -> Receipt {
        self.engine.submit(command).unwrap().await.unwrap()
    }

    pub(crate) async fn query<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Market) -> T + Send + 'static,
    ) -> T {
        self.engine.query(question).unwrap().await.unwrap()
    }

    pub(crate) fn reconciler(&self) -> Reconciler {
        let SettlementConfig { chain_url, custody, float, .. } = &self.config;
        Reconciler::new(chain_url, *custody, *float, self.engine.clone())
    }

    pub(crate) async fn compare(&self) -> Report {
        self.reconciler().compare().await.unwrap()
    }

    /// Ledger and chain agree, to the last planck and part-timeslice, and nothing is nobody's.
    pub(crate) async fn assert_agrees(&self) {
        let report = self.assert_covers().await;
        assert_eq!((report.unattributed_funds, report.unattributed_regions), (Planck::ZERO, vec![]));
    }

    /// Everything in the ledger is on chain; there may be more.
    pub(crate) async fn assert_covers(&self) -> Report {
        let report = self.compare().await;
        assert_eq!(report.differences, []);
        report
    }

    /// Every command that settlement gave, as the log has it.
    pub(crate) async fn commands(&self) -> Vec<(Command, Vec<Event>)> {
        let last = self.engine.durable_position().sequence;
        let mut reader = self.engine.events_from(coretime_types::Sequence(1));
        let mut commands = Vec::new();
        while reader.next_sequence() <= last {
            let record = reader.next().await.unwrap();
            commands.push((record.command.clone(), record.events.to_vec()));
        }
        commands
    }
}

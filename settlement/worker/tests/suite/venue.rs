//! A venue: chain, engine and settlement, without a gateway.

use coretime_dev_chain::{Config, DevChain, Profile};
use coretime_market::Market;
use coretime_sequencer::{Engine, EngineConfig, Receipt, Running};
use coretime_settlement::{Operator, Reconciler, Report, Settlement, SettlementConfig, SignerKey, Status};
use coretime_types::{
    AccountId, Ask, Bid, BidTerms, ClientOrderId, Command, Delivery, Event, InstructionNumber, Parts, Planck,
    Region, SelfTrade, TimeInForce, Timeslice, Timeslices, UnitPrice, Window,
};
use coretime_wallet::Wallet;
use std::{future::Future, path::Path, time::Duration};
use subxt::{OnlineClient, SubstrateConfig, dynamic, dynamic::Value};
use subxt_signer::{SecretUri, sr25519::Keypair};
use tokio::{sync::watch, task::JoinHandle};

/// Which chain settlement meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChainUnderTest {
    /// Our own runtime as Kusama's: interlacing is allowed.
    Kusama,
    /// Our own runtime as Polkadot's: interlacing is filtered out.
    Polkadot,
}

impl ChainUnderTest {
    /// One whole token in planck.
    pub(crate) fn unit_planck(self) -> u128 {
        match self {
            ChainUnderTest::Kusama => Profile::Kusama.unit_planck(),
            ChainUnderTest::Polkadot => Profile::Polkadot.unit_planck(),
        }
    }

    pub(crate) fn existential_deposit_planck(self) -> u128 {
        match self {
            ChainUnderTest::Kusama => Profile::Kusama.existential_deposit_planck(),
            ChainUnderTest::Polkadot => Profile::Polkadot.existential_deposit_planck(),
        }
    }

    pub(crate) fn allows_interlace(self) -> bool {
        self != ChainUnderTest::Polkadot
    }

    /// So many parts of a core where it can be shared, else all of it.
    pub(crate) fn share(self, parts: u32) -> u32 {
        if self.allows_interlace() { parts } else { 80 }
    }

    fn config(self) -> Config {
        Config::new(if self == ChainUnderTest::Polkadot { Profile::Polkadot } else { Profile::Kusama })
    }
}

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

/// A call of somebody who is no client of ours.
pub(crate) async fn call(venue: &Venue, who: &str, pallet: &str, name: &str, fields: Vec<Value>) {
    let url = venue.chain().ws_url().unwrap();
    let client = OnlineClient::<SubstrateConfig>::from_insecure_url(url).await.unwrap();
    let at = client.at_current_block().await.unwrap();
    let call = dynamic::tx(pallet, name, fields);
    let progress = at.tx().sign_and_submit_then_watch_default(&call, &key(who)).await.unwrap();
    progress.wait_for_finalized_success().await.unwrap();
}

/// A remark with an event, as any account can make.
pub(crate) async fn remark_as(url: &str, who: &Keypair, text: &[u8]) {
    let call = dynamic::tx("System", "remark_with_event", vec![Value::from_bytes(text)]);
    let client = OnlineClient::<SubstrateConfig>::from_insecure_url(url).await.unwrap();
    let at = client.at_current_block().await.unwrap();
    let progress = at.tx().sign_and_submit_then_watch_default(&call, who).await.unwrap();
    progress.wait_for_finalized_success().await.unwrap();
}

/// Tries to remark; another transaction of the account may come first.
pub(crate) async fn remark(url: &str, who: &Keypair, text: &[u8]) {
    let call = dynamic::tx("System", "remark_with_event", vec![Value::from_bytes(text)]);
    let client = OnlineClient::<SubstrateConfig>::from_insecure_url(url).await.unwrap();
    let at = client.at_current_block().await.unwrap();
    // Refused if the nonce is taken already.
    let _ = at.tx().sign_and_submit_default(&call, who).await;
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
        Venue::prepare_with(kind, 5_040).await
    }

    /// As above, with regions of another length, for tests in which their time passes.
    pub(crate) async fn prepare_with(kind: ChainUnderTest, region_length_timeslices: u32) -> Venue {
        let unit = kind.unit_planck();
        let custody = account("Custody");
        let folder = tempfile::tempdir().unwrap();
        let mut chain_config = Config {
            data: Some(folder.path().join("chain")),
            block_time: Some(Duration::from_millis(100)),
            region_length_timeslices,
            endowed: vec![(custody.0, 10 * unit), (account("Settlement").0, 100 * unit)],
            ..kind.config()
        };
        let chain = DevChain::start(chain_config.clone()).await.unwrap();
        let url = chain.ws_url().unwrap();
        chain_config.listen = url.strip_prefix("ws://").map(|address| address.parse().unwrap());
        let wallet = Wallet::connect(&url).await.unwrap();
        wallet.add_proxy(&key("Custody"), account("Settlement")).await.unwrap();
        let (engine, running) = start_engine(folder.path());
        let config = SettlementConfig::new(url, custody, SignerKey::from(key("Settlement")));
        let running = Some(running);
        let mut venue = Venue {
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
        };
        // What custody has before anybody deposits is the operator's float.
        venue.start_worker().await;
        until("a block is read", || async { venue.query(|market| market.last_block().is_some()).await })
            .await;
        venue.config.float = venue.compare().await.custody;
        venue.stop_worker().await;
        venue
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
        self.chain = Some(DevChain::start(self.chain_config.clone()).await.unwrap());
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

    /// A remark of `real`, made by its proxy.
    pub(crate) async fn remark_through_proxy(&self, proxy: &str, real: &str, text: &[u8]) {
        let remark = Value::named_variant("remark_with_event", [("remark", Value::from_bytes(text))]);
        let fields = vec![
            Value::unnamed_variant("Id", [Value::from_bytes(account(real).0)]),
            Value::unnamed_variant("None", []),
            Value::unnamed_variant("System", [remark]),
        ];
        call(self, proxy, "Proxy", "proxy", fields).await;
    }

    pub(crate) fn status(&self) -> Status {
        self.worker.as_ref().unwrap().status.borrow().clone()
    }

    pub(crate) fn operator(&self) -> Operator {
        self.worker.as_ref().unwrap().operator.clone()
    }

    /// Where the chain keeps a region's record.
    pub(crate) async fn region_key(&self, region: Region) -> Vec<u8> {
        let client =
            OnlineClient::<SubstrateConfig>::from_insecure_url(&self.config.chain_url).await.unwrap();
        let at = client.at_current_block().await.unwrap();
        let address = dynamic::storage::<(Value,), Value>("Broker", "Regions");
        let mut entries = at.storage().iter(address, ()).await.unwrap();
        let id = region.id();
        let end = [&id.begin.0.to_le_bytes()[..], &id.core.0.to_le_bytes(), &id.mask.to_bytes()].concat();
        while let Some(found) = entries.next().await {
            let key = found.unwrap().key_bytes().to_vec();
            if key.ends_with(&end) {
                return key;
            }
        }
        panic!("{region} is not on chain")
    }

    /// What the broker says is committed, at the newest block.
    pub(crate) async fn last_committed(&self) -> u32 {
        #[derive(subxt::ext::scale_decode::DecodeAsType)]
        #[decode_as_type(crate_path = "subxt::ext::scale_decode")]
        struct Status {
            last_committed_timeslice: u32,
        }
        let client =
            OnlineClient::<SubstrateConfig>::from_insecure_url(&self.config.chain_url).await.unwrap();
        let at = client.at_current_block().await.unwrap();
        let address = dynamic::storage::<(), Status>("Broker", "Status");
        let value = at.storage().try_fetch(address, ()).await.unwrap().unwrap();
        value.decode().unwrap().last_committed_timeslice
    }

    /// Where the chain keeps what a region's time is planned for, and what it contributes to the pool.
    pub(crate) async fn encumbrance_keys(&self, region: Region) -> Vec<Vec<u8>> {
        let client =
            OnlineClient::<SubstrateConfig>::from_insecure_url(&self.config.chain_url).await.unwrap();
        let at = client.at_current_block().await.unwrap();
        let mut keys = Vec::new();
        for entry in ["Workplan", "InstaPoolContribution"] {
            let address = dynamic::storage::<(Value,), Value>("Broker", entry);
            let mut entries = at.storage().iter(address, ()).await.unwrap();
            while let Some(found) = entries.next().await {
                let key = found.unwrap().key_bytes().to_vec();
                // Both end in the core and more; the tests have one core's region.
                keys.push(key);
            }
        }
        assert!(!keys.is_empty(), "{region} is clean");
        keys
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

    /// Buys a core and deposits it.
    pub(crate) async fn deposit_core(&self, who: &str) -> Region {
        let region = self.wallet.purchase(&key(who)).await.unwrap();
        self.wallet.transfer_region(&key(who), region.id(), self.config.custody).await.unwrap();
        until("the core is credited", || async {
            self.query(move |market| market.free_regions().any(|free| free.region == region)).await
        })
        .await;
        region
    }

    pub(crate) async fn deposit_funds(&self, who: &str, amount: u128) {
        let before = self.free(who).await;
        self.wallet.transfer_funds(&key(who), self.config.custody, Planck(amount)).await.unwrap();
        until("the funds are credited", || async { self.free(who).await > before }).await;
    }

    pub(crate) async fn free(&self, who: &str) -> Planck {
        let who = account(who);
        self.query(move |market| market.funds(who).free).await
    }

    /// Offers a whole region at one planck, in any part and for any time.
    pub(crate) async fn offer(&mut self, who: &str, region: Region, interlacing: bool) {
        self.next_order += 1;
        let receipt = self
            .tell(Command::PlaceAsk(Ask {
                account: account(who),
                client_order_id: ClientOrderId(self.next_order),
                unit_price: UnitPrice(1),
                region: region.id(),
                lot_parts: if interlacing && self.kind.allows_interlace() {
                    Parts(1)
                } else {
                    region.mask.parts()
                },
                min_timeslices: Timeslices(1),
                time_in_force: TimeInForce::GoodTillCancelled,
                post_only: false,
                expire_at: None,
                self_trade: SelfTrade::default(),
            }))
            .await;
        assert!(matches!(receipt.events[..], [Event::Accepted { .. }]), "{:?}", receipt.events);
    }

    /// Buys at one planck; returns what was bought and the instruction to deliver it.
    pub(crate) async fn buy(
        &mut self,
        who: &str,
        begin: u32,
        end: u32,
        parts: u32,
        delivery: Delivery,
    ) -> (Region, Option<InstructionNumber>) {
        self.next_order += 1;
        let within = Window { begin: Timeslice(begin), end: Timeslice(end) };
        let terms = BidTerms {
            client_order_id: ClientOrderId(self.next_order),
            unit_price: UnitPrice(1),
            parts: Parts(parts),
            lot_parts: Parts(parts),
            within,
            duration: within.duration(),
            require_renewable: false,
            delivery,
            self_trade: SelfTrade::default(),
        };
        let receipt = self
            .tell(Command::PlaceBid(Bid {
                account: account(who),
                terms,
                time_in_force: TimeInForce::FillOrKill,
                post_only: false,
                expire_at: None,
            }))
            .await;
        let bought = receipt.events.iter().find_map(|event| match event {
            Event::Trade(trade) => Some(trade.region),
            _ => None,
        });
        let instruction = receipt.events.iter().find_map(|event| match event {
            Event::Instruction { number, .. } => Some(*number),
            _ => None,
        });
        (bought.unwrap_or_else(|| panic!("{:?}", receipt.events)), instruction)
    }

    pub(crate) async fn withdraw_funds(&self, who: &str, amount: u128) -> InstructionNumber {
        let command =
            Command::WithdrawFunds { account: account(who), amount: Planck(amount), request_id: None };
        let receipt = self.tell(command).await;
        match receipt.events[..] {
            [Event::Instruction { number, .. }] => number,
            _ => panic!("{:?}", receipt.events),
        }
    }

    pub(crate) async fn until_settled(&self) {
        until("all instructions have ended", || async {
            self.query(|market| market.instructions().next().is_none()).await
        })
        .await;
    }

    /// Who owns exactly this region on chain.
    pub(crate) async fn owner(&self, region: Region) -> Option<AccountId> {
        let regions = self.wallet.regions().await.unwrap();
        regions.iter().find(|found| found.region == region).and_then(|found| found.owner)
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

//! A venue to test with, and traders on it.

use crate::{fills::FollowedFills, unattributed::NothingUnattributed};
use coretime_gateway::{
    Gateway, GatewayConfig, GatewayError, GatewayMetrics, TimesliceTime, TimesliceTimes, VenueInfo,
};
use coretime_proto::v1::{
    self, account_service_client::AccountServiceClient, auth_service_client::AuthServiceClient,
    market_data_service_client::MarketDataServiceClient, order_service_client::OrderServiceClient,
    settlement_service_client::SettlementServiceClient, venue_service_client::VenueServiceClient,
};
use coretime_sequencer::{Engine, EngineConfig, Running};
use coretime_types::{
    AccountId, BlockNumber, ChainReference, Command, CoreIndex, CoreMask, Event, Planck, Region, Timeslice,
};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle, time::timeout};
use tonic::{Request, Status, transport::Channel};
use tonic_types::StatusExt;

pub(crate) const GENESIS: [u8; 32] = [0x77; 32];
pub(crate) const CUSTODY: AccountId = AccountId([0xcc; 32]);

pub(crate) struct Venue {
    pub(crate) engine: Engine,
    pub(crate) address: SocketAddr,
    pub(crate) channel: Channel,
    pub(crate) metrics: GatewayMetrics,
    shutdown: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<Result<(), GatewayError>>>,
    running: Option<Running>,
    deposits: AtomicU32,
    _folder: TempDir,
}

pub(crate) fn venue_info() -> VenueInfo {
    VenueInfo {
        genesis_hash: GENESIS,
        custody: CUSTODY,
        token_symbol: "DOT".into(),
        token_decimals: 10,
        ss58_prefix: 0,
        timeslice_duration: Duration::from_secs(480),
    }
}

impl Venue {
    pub(crate) async fn start() -> Venue {
        Venue::start_with(GatewayConfig::default(), 65_536).await
    }

    pub(crate) async fn start_with(config: GatewayConfig, history_capacity: usize) -> Venue {
        Venue::start_in(config, history_capacity, false).await
    }

    /// Its own channel is of no use.
    pub(crate) async fn start_encrypted(config: GatewayConfig) -> Venue {
        Venue::start_in(config, 1_024, true).await
    }

    async fn start_in(config: GatewayConfig, history_capacity: usize, encrypted: bool) -> Venue {
        let folder = TempDir::new().unwrap();
        let engine_config = EngineConfig { history_capacity, ..EngineConfig::new(folder.path()) };
        let (engine, running) = coretime_sequencer::start(engine_config).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let fills = Arc::new(FollowedFills::follow(&engine));
        let gateway = Gateway::new(config, engine.clone(), fills, venue_info()).unwrap();
        let gateway = gateway.with_unattributed_deposits(Arc::new(NothingUnattributed));
        let gateway = gateway.with_timeslice_times(Arc::new(KnownTime));
        let metrics = gateway.metrics();
        let (shutdown, stop) = oneshot::channel();
        let serving = tokio::spawn(gateway.serve(listener, async {
            let _ = stop.await;
        }));
        let endpoint = Channel::from_shared(format!("http://{address}")).unwrap();
        let channel = if encrypted { endpoint.connect_lazy() } else { endpoint.connect().await.unwrap() };
        Venue {
            engine,
            address,
            channel,
            metrics,
            shutdown: Some(shutdown),
            serving: Some(serving),
            running: Some(running),
            deposits: AtomicU32::new(0),
            _folder: folder,
        }
    }

    /// Begins the gateway's shutdown.
    pub(crate) fn shut_down(&mut self) -> JoinHandle<Result<(), GatewayError>> {
        self.shutdown.take().unwrap().send(()).unwrap();
        self.serving.take().unwrap()
    }

    /// Stops the engine under the gateway.
    pub(crate) fn stop_engine(&mut self) {
        self.running.take().unwrap().shutdown();
    }

    /// Carries out a command that does not come from a trader.
    pub(crate) async fn command(&self, command: Command) -> Vec<Event> {
        let receipt = self.engine.submit(command).unwrap().await.unwrap();
        assert!(!matches!(receipt.events[..], [Event::Rejected(_)]), "{:?}", receipt.events);
        receipt.events.to_vec()
    }

    pub(crate) fn sequence(&self) -> u64 {
        self.engine.durable_position().sequence.0
    }

    fn reference(&self) -> ChainReference {
        let event = self.deposits.fetch_add(1, Ordering::Relaxed);
        ChainReference { block: BlockNumber(1), event }
    }

    pub(crate) async fn deposit(&self, account: AccountId, planck: u128) {
        let (amount, reference) = (Planck(planck), self.reference());
        self.command(Command::DepositFunds { account, amount, reference }).await;
    }

    /// Deposits a whole core during `[begin, end)`.
    pub(crate) async fn deposit_core(
        &self,
        account: AccountId,
        core: u16,
        begin: u32,
        end: u32,
    ) -> v1::RegionId {
        let region = Region {
            core: CoreIndex(core),
            begin: Timeslice(begin),
            end: Timeslice(end),
            mask: CoreMask::FULL,
        };
        let reference = self.reference();
        self.command(Command::DepositRegion { account, region, renewable: true, reference }).await;
        v1::RegionId { begin_timeslice: begin, core_index: core.into(), core_mask: vec![0xff; 10] }
    }

    pub(crate) async fn trader(&self, seed: u8) -> Trader {
        let key = Key::sr25519(seed);
        let token = log_in(self.channel.clone(), &key).await.unwrap().session_token;
        Trader { account: key.account, token, channel: self.channel.clone() }
    }
}

type Sign = Box<dyn Fn(&[u8]) -> Vec<u8> + Send + Sync>;

/// An on-chain key.
pub(crate) struct Key {
    pub(crate) account: AccountId,
    pub(crate) scheme: v1::SignatureScheme,
    sign: Sign,
}

impl Key {
    pub(crate) fn sr25519(seed: u8) -> Key {
        let mini = schnorrkel::MiniSecretKey::from_bytes(&[seed; 32]).unwrap();
        let pair = mini.expand_to_keypair(schnorrkel::ExpansionMode::Ed25519);
        let account = AccountId(pair.public.to_bytes());
        let sign = Box::new(move |text: &[u8]| pair.sign_simple(b"substrate", text).to_bytes().to_vec());
        Key { account, scheme: v1::SignatureScheme::Sr25519, sign }
    }

    pub(crate) fn ed25519(seed: u8) -> Key {
        use ed25519_dalek::Signer;
        let key = ed25519_dalek::SigningKey::from_bytes(&[seed; 32]);
        let account = AccountId(key.verifying_key().to_bytes());
        let sign = Box::new(move |text: &[u8]| key.sign(text).to_bytes().to_vec());
        Key { account, scheme: v1::SignatureScheme::Ed25519, sign }
    }

    pub(crate) fn sign(&self, text: &str) -> Vec<u8> {
        (self.sign)(text.as_bytes())
    }

    pub(crate) fn session_request(&self, challenge: &str) -> v1::CreateSessionRequest {
        v1::CreateSessionRequest {
            account: self.account.to_string(),
            challenge: challenge.to_owned(),
            signature: self.sign(challenge),
            scheme: self.scheme.into(),
            signer: String::new(),
        }
    }
}

pub(crate) async fn challenge(channel: Channel, account: AccountId) -> Result<String, Status> {
    let request = v1::CreateChallengeRequest { account: account.to_string() };
    let answer = AuthServiceClient::new(channel).create_challenge(request).await?;
    Ok(answer.into_inner().challenge)
}

pub(crate) async fn log_in(channel: Channel, key: &Key) -> Result<v1::CreateSessionResponse, Status> {
    let challenge = challenge(channel.clone(), key.account).await?;
    let answer = AuthServiceClient::new(channel).create_session(key.session_request(&challenge)).await?;
    Ok(answer.into_inner())
}

/// Somebody with a session.
#[derive(Clone)]
pub(crate) struct Trader {
    pub(crate) account: AccountId,
    pub(crate) token: String,
    pub(crate) channel: Channel,
}

impl Trader {
    pub(crate) fn with<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        let value = format!("Bearer {}", self.token).parse().unwrap();
        request.metadata_mut().insert("authorization", value);
        request
    }

    pub(crate) fn auth(&self) -> AuthServiceClient<Channel> {
        AuthServiceClient::new(self.channel.clone())
    }

    pub(crate) async fn api_key(&self, scopes: &[v1::Scope]) -> Result<v1::CreateApiKeyResponse, Status> {
        let scopes = scopes.iter().map(|scope| (*scope).into()).collect();
        let request = v1::CreateApiKeyRequest { label: "bot".into(), scopes, expire_time_unix_ms: 0 };
        self.auth().create_api_key(self.with(request)).await.map(tonic::Response::into_inner)
    }

    pub(crate) fn orders(&self) -> OrderServiceClient<Channel> {
        OrderServiceClient::new(self.channel.clone())
    }

    pub(crate) fn accounts(&self) -> AccountServiceClient<Channel> {
        AccountServiceClient::new(self.channel.clone())
    }

    pub(crate) fn settlement(&self) -> SettlementServiceClient<Channel> {
        SettlementServiceClient::new(self.channel.clone())
    }

    pub(crate) fn market_data(&self) -> MarketDataServiceClient<Channel> {
        MarketDataServiceClient::new(self.channel.clone())
    }

    pub(crate) fn venue(&self) -> VenueServiceClient<Channel> {
        VenueServiceClient::new(self.channel.clone())
    }

    pub(crate) async fn place_bid(&self, bid: v1::Bid) -> Result<v1::PlaceBidResponse, Status> {
        let request = self.with(v1::PlaceBidRequest { bid: Some(bid) });
        self.orders().place_bid(request).await.map(tonic::Response::into_inner)
    }

    pub(crate) async fn place_ask(&self, ask: v1::Ask) -> Result<v1::PlaceAskResponse, Status> {
        let request = self.with(v1::PlaceAskRequest { ask: Some(ask) });
        self.orders().place_ask(request).await.map(tonic::Response::into_inner)
    }

    pub(crate) async fn balance(&self) -> (u128, u128) {
        let request = self.with(v1::GetAccountRequest {});
        let account = self.accounts().get_account(request).await.unwrap().into_inner();
        (account.free_planck.parse().unwrap(), account.held_planck.parse().unwrap())
    }

    pub(crate) async fn events(&self) -> tonic::Streaming<v1::StreamOrderEventsResponse> {
        let request = self.with(v1::StreamOrderEventsRequest::default());
        self.orders().stream_order_events(request).await.unwrap().into_inner()
    }
}

/// What becomes of a bid for a whole core during `[begin, end)`.
pub(crate) fn terms(client_order_id: u64, unit_price_planck: u64, begin: u32, end: u32) -> v1::BidTerms {
    v1::BidTerms {
        client_order_id,
        unit_price_planck,
        quantity_parts: 80,
        lot_parts: 80,
        within: Some(v1::Window { begin_timeslice: begin, end_timeslice: end }),
        duration_timeslices: end - begin,
        ..v1::BidTerms::default()
    }
}

pub(crate) fn bid(client_order_id: u64, unit_price_planck: u64, begin: u32, end: u32) -> v1::Bid {
    v1::Bid { terms: Some(terms(client_order_id, unit_price_planck, begin, end)), ..v1::Bid::default() }
}

pub(crate) fn ask(client_order_id: u64, unit_price_planck: u64, region_id: v1::RegionId) -> v1::Ask {
    v1::Ask {
        client_order_id,
        unit_price_planck,
        region_id: Some(region_id),
        lot_parts: 80,
        min_duration_timeslices: 1,
        ..v1::Ask::default()
    }
}

/// The reason that a program acts on.
pub(crate) fn reason(status: &Status) -> String {
    let info = status.get_details_error_info().unwrap_or_else(|| panic!("no reason in {status:?}"));
    assert_eq!(info.domain, "coretime.exchange");
    info.reason
}

pub(crate) fn metadata(status: &Status, key: &str) -> Option<String> {
    status.get_details_error_info().and_then(|info| info.metadata.get(key).cloned())
}

/// The fields at fault.
pub(crate) fn fields(status: &Status) -> Vec<String> {
    let violations = status.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default();
    violations.into_iter().map(|violation| violation.field).collect()
}

/// What comes within a few seconds.
pub(crate) async fn soon<F: Future>(future: F) -> F::Output {
    timeout(Duration::from_secs(10), future).await.expect("it comes within 10 seconds")
}

/// Timeslice 90 began some time ago.
struct KnownTime;

impl TimesliceTimes for KnownTime {
    fn newest(&self) -> Option<TimesliceTime> {
        Some(TimesliceTime { timeslice: Timeslice(90), begin_unix_ms: 1_795_000_000_000 })
    }
}

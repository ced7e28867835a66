//! The services, one file each, and what they share.

mod account;
mod audit;
mod auth;
mod command;
mod market_data;
mod operator;
mod order;
mod order_calls;
mod order_events;
mod order_session;
mod settlement;
mod unattributed;
mod venue;

use crate::{
    auth::{
        AuthError,
        access::Credentials,
        challenge::Challenges,
        keys::Keys,
        session::{Caller, Sessions},
    },
    config::GatewayConfig,
    feed::Feed,
    fill_source::{FillSource, FillSourceError},
    metrics::GatewayMetrics,
    reserves_source::ReservesSource,
    server::GatewayError,
    status,
    streams::{Guards, StreamCredentials, StreamSlots},
    timeslice_times::TimesliceTimes,
    unattributed::UnattributedDeposits,
    venue_info::VenueInfo,
};
use coretime_market::Market;
use coretime_sequencer::{Engine, Position, Receipt};
use coretime_types::{AccountId, Command};
use std::{
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};
use tokio::{sync::watch, task::spawn_blocking};
use tonic::{Request, Status};

/// What all services work on.
pub(crate) struct State {
    pub(crate) config: GatewayConfig,
    pub(crate) engine: Engine,
    pub(crate) fills: Arc<dyn FillSource>,
    pub(crate) unattributed: OnceLock<Arc<dyn UnattributedDeposits>>,
    pub(crate) venue: VenueInfo,
    /// Not set: there are no proofs.
    pub(crate) reserves: OnceLock<Arc<dyn ReservesSource>>,
    /// Empty where nobody knows.
    pub(crate) timeslice_times: OnceLock<Arc<dyn TimesliceTimes>>,
    pub(crate) challenges: Challenges,
    pub(crate) credentials: Arc<Credentials>,
    pub(crate) slots: Arc<StreamSlots>,
    pub(crate) feed: Feed,
    pub(crate) metrics: GatewayMetrics,
    /// Every order session that is not over yet holds a receiver.
    pub(crate) order_sessions: watch::Sender<()>,
    /// Turns true when the gateway shuts down.
    pub(crate) shutdown: watch::Receiver<bool>,
}

/// The services.
#[derive(Clone)]
pub(crate) struct Api(pub(crate) Arc<State>);

impl State {
    pub(crate) fn new(
        config: GatewayConfig,
        engine: Engine,
        fills: Arc<dyn FillSource>,
        venue: VenueInfo,
        shutdown: watch::Receiver<bool>,
    ) -> Result<State, GatewayError> {
        let challenges =
            Challenges::new(&venue, milliseconds(config.challenge_lifetime), config.max_used_challenges)
                .map_err(|error| GatewayError::NoRandomness(error.to_string()))?;
        let sessions = Sessions::new(
            milliseconds(config.session_lifetime),
            config.max_sessions,
            config.max_sessions_per_account,
        );
        let keys = Keys::open(config.access_journal.as_deref()).map_err(GatewayError::Journal)?;
        let credentials = Arc::new(Credentials::new(sessions, keys, &config));
        let slots =
            StreamSlots::new(config.max_streams, config.max_public_streams, config.max_streams_per_account);
        let metrics = GatewayMetrics::new();
        let feed = Feed::start(engine.clone(), config.feed_capacity_records, metrics.clone());
        let feed = feed.map_err(GatewayError::Thread)?;
        Ok(State {
            config,
            engine,
            fills,
            unattributed: OnceLock::new(),
            venue,
            reserves: OnceLock::new(),
            timeslice_times: OnceLock::new(),
            challenges,
            credentials,
            slots,
            feed,
            metrics,
            order_sessions: watch::Sender::new(()),
            shutdown,
        })
    }
}

impl Api {
    /// Has a command carried out; the answer comes when it is durable.
    async fn submit(&self, command: Command) -> Result<Receipt, Status> {
        let began = Instant::now();
        let answer = self.0.engine.submit(command);
        let answer = answer.map_err(|error| status::not_taken(error, self.0.config.busy_retry_delay))?;
        let receipt = answer.await.map_err(|_| status::engine_stopped())?;
        self.0.metrics.commit_duration.observe(began.elapsed().as_secs_f64());
        tracing::debug!(sequence = receipt.sequence.0, "recorded");
        Ok(receipt)
    }

    /// Asks the market something, and says up to where its answer takes all into account, at least.
    async fn query<T, F>(&self, question: F) -> Result<(T, Position), Status>
    where
        T: Send + 'static,
        F: FnOnce(&Market) -> T + Send + 'static,
    {
        let position = self.0.engine.durable_position();
        let answer = self.0.engine.query(question);
        let answer = answer.map_err(|error| status::not_taken(error, self.0.config.busy_retry_delay))?;
        Ok((answer.await.map_err(|_| status::engine_stopped())?, position))
    }

    /// Reads the store of fills, where blocking does no harm.
    async fn read_store<T, F>(&self, read: F) -> Result<T, Status>
    where
        T: Send + 'static,
        F: FnOnce(&dyn FillSource) -> Result<T, FillSourceError> + Send + 'static,
    {
        let fills = self.0.fills.clone();
        let answer = spawn_blocking(move || read(&*fills)).await;
        // A task that panicked or was cancelled has read nothing either.
        let answer = answer.unwrap_or_else(|error| Err(FillSourceError(Box::new(error))));
        answer.map_err(|error| status::store_unavailable(&error))
    }

    /// Takes a place for a stream and waits until the feed has all that is durable.
    async fn guards(&self, caller: Option<Caller>) -> Result<Guards, Status> {
        let slot = self.0.slots.take(caller.map(|caller| caller.account))?;
        self.0.feed.caught_up().await?;
        let credentials = caller.map(|caller| StreamCredentials::new(caller, self.0.credentials.clone()));
        Ok(Guards { _slot: slot, shutdown: self.0.shutdown.clone(), credentials })
    }
}

/// Who calls: the access check attached it. Without it nobody gets in, should a call be missing there.
fn caller<T>(request: &Request<T>) -> Result<Caller, Status> {
    let caller = request.extensions().get::<Caller>().copied();
    caller.ok_or_else(|| status::not_admitted(AuthError::CredentialsMissing))
}

/// The caller's account, and the message.
fn open<T>(request: Request<T>) -> Result<(AccountId, T), Status> {
    Ok((caller(&request)?.account, request.into_inner()))
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

//! The whole exchange: engine, settlement, store and gateway, started in order and stopped in the reverse one.

use crate::authorised_keys::GatewaysKeys;
use crate::fill_source::StoredFills;
use crate::metrics::Metrics;
use crate::page_source::PageSource;
use crate::reserves_source::NewestReserves;
use crate::status_page::StatusPage;
use crate::timeslice_times::ReadFromChain;
use crate::unattributed::SettlementsUnattributed;
use anyhow::{Context, Result, anyhow, bail};
#[cfg(feature = "dev-chain")]
use coretime_fills::FillReader;
use coretime_gateway::{Gateway, GatewayConfig, VenueInfo};
use coretime_market::Market;
use coretime_page::{Limits, Page};
use coretime_sequencer::{Engine, EngineConfig, Running, StopReason};
use coretime_settlement::{
    ChainInfo, FillsProjection, RELAY_BLOCK_MS, Reconciler, Settlement, SettlementConfig,
};
use coretime_types::{Command, Event, RejectReason, SettingsChange};
use indicatif::{ProgressBar, ProgressStyle};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What the exchange is started with.
pub(crate) struct VenueConfig {
    /// `log/`, `store/` and the access journal are inside.
    pub(crate) data: PathBuf,
    pub(crate) grpc: SocketAddr,
    pub(crate) http: Option<SocketAddr>,
    pub(crate) settlement: SettlementConfig,
    /// Its journal is in the data folder, whatever it says.
    pub(crate) gateway: GatewayConfig,
    /// How often a proof of reserves is made.
    pub(crate) reserves_interval: Duration,
    /// What is configured on top of what the chain asks for.
    pub(crate) settings: SettingsChange,
}

/// The exchange, running.
pub(crate) struct Venue {
    pub(crate) engine: Engine,
    #[cfg(feature = "dev-chain")]
    pub(crate) fills: FillReader,
    pub(crate) grpc: SocketAddr,
    pub(crate) http: Option<SocketAddr>,
    #[cfg(feature = "dev-chain")]
    pub(crate) chain: ChainInfo,
    running: Running,
    stop_serving: watch::Sender<bool>,
    stop_settling: watch::Sender<bool>,
    serving: JoinSet<Result<()>>,
    settling: JoinSet<Result<()>>,
}

impl Venue {
    /// Starts everything; returns when it serves, which is not before all finalised blocks have been read.
    pub(crate) async fn start(config: VenueConfig) -> Result<Venue> {
        let engine_config = EngineConfig::new(&config.data);
        let started = tokio::task::spawn_blocking(move || coretime_sequencer::start(engine_config)).await?;
        let (engine, running) = started.context("the engine does not start")?;
        let custody = config.settlement.custody;
        let held_back_file = Some(config.data.join("held-back.jsonl"));
        let settlement = SettlementConfig { held_back_file, ..config.settlement };
        let reconciler =
            Reconciler::new(settlement.chain_url.clone(), custody, settlement.float, engine.clone());
        let settlement =
            Settlement::connect(settlement, engine.clone()).await.context("settlement does not start")?;
        let chain = settlement.info().clone();
        configure(&engine, &chain, config.settings).await?;

        let projection = FillsProjection::open(&config.data.join("store"), engine.clone())
            .await
            .context("the store of fills does not open")?;
        let bar = store_bar();
        let projection = projection
            .catch_up(|done, end| {
                bar.set_length(end.0);
                bar.set_position(done.0);
            })
            .await
            .context("the store of fills cannot be made from the log")?;
        bar.finish_and_clear();
        let fills = projection.reader();
        let info = VenueInfo {
            genesis_hash: chain.genesis_hash,
            custody,
            token_symbol: chain.token_symbol.clone(),
            token_decimals: chain.token_decimals,
            ss58_prefix: chain.ss58_prefix,
            timeslice_duration: timeslice_duration(&chain),
        };
        let source = Arc::new(StoredFills(fills.clone()));
        let access_journal = Some(config.data.join("access").join("journal"));
        let gateway_config = GatewayConfig { access_journal, ..config.gateway };
        let reserves = NewestReserves::default();
        let gateway = Gateway::new(gateway_config, engine.clone(), source, info)?
            .with_reserves(Arc::new(reserves.clone()));
        let operator =
            SettlementsUnattributed { operator: settlement.operator(), status: settlement.status() };
        let gateway = gateway.with_unattributed_deposits(Arc::new(operator));
        let gateway = gateway.with_timeslice_times(Arc::new(ReadFromChain(settlement.status())));
        let settlement = settlement.with_authorisations(Arc::new(GatewaysKeys(gateway.authorised_keys())));
        let grpc = listen(config.grpc).await?;
        let http = match config.http {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        let addresses = (grpc.local_addr()?, http.as_ref().map(TcpListener::local_addr).transpose()?);

        let (stop_serving, stop_settling) = (watch::Sender::new(false), watch::Sender::new(false));
        let (mut serving, mut settling) = (JoinSet::new(), JoinSet::new());
        let status = settlement.status();
        let mut caught_up = settlement.status();
        let stop = stop_settling.subscribe();
        settling.spawn(async { settlement.run(stop).await.context("settlement stopped") });
        let stop = stop_settling.subscribe();
        settling.spawn(async { projection.run(stop).await.context("the store of fills stopped") });
        if let Some(http) = http {
            let metrics = Metrics {
                engine: engine.clone(),
                fills: fills.clone(),
                settlement: status.clone(),
                gateway: gateway.metrics(),
            };
            let source = Arc::new(PageSource::new(fills.clone(), status.clone()));
            let page = Page::start(gateway.reader(), source, Limits::default(), stop_serving.subscribe());
            let others = metrics.router().merge(page.router());
            let page = StatusPage::new(engine.clone(), fills.clone(), status, chain.clone());
            serving.spawn(page.serve(http, others, stopping(stop_serving.subscribe())));
        }
        let stop = stopping(stop_serving.subscribe());
        let (grpc_address, http) = addresses;
        let mut venue = Venue {
            engine,
            #[cfg(feature = "dev-chain")]
            fills,
            grpc: grpc_address,
            http,
            #[cfg(feature = "dev-chain")]
            chain,
            running,
            stop_serving,
            stop_settling,
            serving,
            settling,
        };
        // With the clock of yesterday, orders would be taken for windows that can no longer be delivered.
        tokio::select! {
            Ok(_) = caught_up.wait_for(|status| status.caught_up) => {}
            failure = venue.failed() => return Err(failure),
        }
        let stop_proving = stopping(venue.stop_serving.subscribe());
        venue.serving.spawn(reserves.keep(reconciler, config.reserves_interval, stop_proving));
        venue.serving.spawn(async { gateway.serve(grpc, stop).await.context("the gateway stopped") });
        Ok(venue)
    }

    /// Returns when any part has ended, which none should: says which and why.
    pub(crate) async fn failed(&mut self) -> anyhow::Error {
        let ended = tokio::select! {
            Some(ended) = self.serving.join_next() => ended,
            Some(ended) = self.settling.join_next() => ended,
            reason = self.engine.stopped() => return anyhow!("the engine stopped: {reason}"),
        };
        match ended {
            Ok(Ok(())) => anyhow!("a part of the exchange ended by itself"),
            Ok(Err(error)) => error,
            Err(error) => anyhow!(error).context("a part of the exchange panicked"),
        }
    }

    /// Stops taking requests, then settling, then the engine: what was accepted is durable.
    pub(crate) async fn shutdown(mut self) -> Result<()> {
        self.stop_serving.send_replace(true);
        finish(&mut self.serving).await;
        self.stop_settling.send_replace(true);
        finish(&mut self.settling).await;
        let running = self.running;
        match tokio::task::spawn_blocking(move || running.shutdown()).await? {
            StopReason::ShutDown => Ok(()),
            reason => bail!("the engine had stopped: {reason}"),
        }
    }
}

/// How long a timeslice lasts, nominally.
pub(crate) fn timeslice_duration(chain: &ChainInfo) -> Duration {
    Duration::from_millis(RELAY_BLOCK_MS.saturating_mul(u64::from(chain.timeslice_relay_blocks)))
}

/// What the chain asks for goes before what was told.
async fn configure(engine: &Engine, chain: &ChainInfo, told: SettingsChange) -> Result<()> {
    let existential_deposit = u64::try_from(chain.existential_deposit.0)
        .context("the chain's existential deposit does not fit into 64 bits")?;
    let now = engine.query(|market: &Market| market.settings().clone())?.await?;
    let min_withdrawal =
        told.min_withdrawal.or_else(|| u64::try_from(now.min_withdrawal.0).ok()).unwrap_or(1);
    let min_lot_parts = told.min_lot_parts.unwrap_or(now.min_lot_parts);
    let change = SettingsChange {
        interlacing: Some(chain.can_interlace),
        min_withdrawal: Some(min_withdrawal.max(existential_deposit)),
        min_lot_parts: Some(min_lot_parts.max(chain.min_lot_parts)),
        ..told
    };
    let receipt = engine.submit(Command::Configure(change))?.await?;
    match receipt.events.first() {
        None => Ok(()),
        Some(Event::Rejected(rejection)) if rejection.reason == RejectReason::OrdersLive => bail!(
            "the chain's rule for interlacing has changed while orders are live: halt, cancel all orders, start again"
        ),
        Some(other) => bail!("the venue cannot be configured: {other:?}"),
    }
}

/// Shown where somebody looks; a store that only follows is done before it shows.
fn store_bar() -> ProgressBar {
    let template = "store of fills {bar:40} {pos}/{len} commands, {eta} left";
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}"))
}

/// Resolves when told to stop, or when nobody is left to tell.
async fn stopping(mut stop: watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn finish(tasks: &mut JoinSet<Result<()>>) {
    while let Some(ended) = tasks.join_next().await {
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!("{error:#}"),
            Err(error) => tracing::error!(%error, "a part of the exchange panicked"),
        }
    }
}

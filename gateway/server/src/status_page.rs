//! How the exchange is doing, for operators and their programs: plain text, nothing that an account would not want
//! shown. Served beside the page.

use crate::alarms::alarms;
use anyhow::{Context, Result};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use coretime_fills::FillReader;
use coretime_market::Market;
use coretime_page::Alarm;
use coretime_sequencer::Engine;
use coretime_settlement::{ChainInfo, Status};
use coretime_types::{Mode, Planck};
use std::fmt::Write;
use std::future::Future;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// What the page is made of.
#[derive(Clone)]
pub(crate) struct StatusPage {
    engine: Engine,
    fills: FillReader,
    settlement: watch::Receiver<Status>,
    chain: ChainInfo,
}

impl StatusPage {
    pub(crate) fn new(
        engine: Engine,
        fills: FillReader,
        settlement: watch::Receiver<Status>,
        chain: ChainInfo,
    ) -> StatusPage {
        StatusPage { engine, fills, settlement, chain }
    }

    /// Serves `/status`, `/health` and these other pages until told to stop.
    pub(crate) async fn serve(
        self,
        listener: TcpListener,
        others: Router,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<()> {
        let router = Router::new()
            .route("/status", get(status))
            .route("/health", get(health))
            .with_state(self)
            .merge(others);
        axum::serve(listener, router).with_graceful_shutdown(stop).await.context("the status page stopped")
    }
}

async fn health(State(page): State<StatusPage>) -> (StatusCode, &'static str) {
    let (connected, caught_up) = {
        let status = page.settlement.borrow();
        (status.connected, status.caught_up)
    };
    if page.engine.stop_reason().is_some() {
        return (StatusCode::SERVICE_UNAVAILABLE, "the engine has stopped\n");
    }
    match (connected, caught_up) {
        (false, _) => (StatusCode::SERVICE_UNAVAILABLE, "no connection to the chain\n"),
        (true, false) => (StatusCode::SERVICE_UNAVAILABLE, "not serving yet: reading the chain's blocks\n"),
        (true, true) => (StatusCode::OK, "ok\n"),
    }
}

async fn status(State(page): State<StatusPage>) -> (StatusCode, String) {
    match page.text().await {
        Ok(text) => (StatusCode::OK, text),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error:#}\n")),
    }
}

impl StatusPage {
    async fn text(&self) -> Result<String> {
        let position = self.engine.durable_position();
        let question = |market: &Market| {
            let causes: Vec<String> =
                market.halt_causes().chain(market.freeze_causes()).map(str::to_owned).collect();
            (
                market.mode(),
                causes,
                market.tradable_from(),
                market.live_orders(),
                market.instructions().count(),
                market.held_instructions().count(),
            )
        };
        let (mode, causes, tradable_from, orders, instructions, held) = self.engine.query(question)?.await?;
        let settlement = self.settlement.borrow().clone();
        let fills = self.fills.counts().context("the store of fills cannot be read")?;
        let mut text = String::new();
        let alarms = alarms(&settlement);
        writeln!(text, "Coretime Exchange")?;
        let mode = match mode {
            Mode::Open => "open",
            Mode::Halted => "halted",
            Mode::Frozen => "frozen",
        };
        let because = if causes.is_empty() { String::new() } else { format!(" by {}", causes.join(", ")) };
        writeln!(text, "mode           {mode}{because}")?;
        for Alarm { name, text: what } in alarms.into_iter().chain(Alarm::outflow_held(held)) {
            writeln!(text, "alarm          {name}: {what}")?;
        }
        writeln!(text, "log            record {}, chain hash {}", position.sequence, position.chain_hash)?;
        writeln!(text, "clock          sells from timeslice {tradable_from} on")?;
        writeln!(text, "orders         {orders} live")?;
        writeln!(text, "fills          {} in the store", fills.fills)?;
        writeln!(text, "instructions   {instructions} outstanding")?;
        let block =
            settlement.finalised_block.map_or_else(|| "none yet".to_owned(), |block| block.to_string());
        writeln!(text, "chain          finalised block {block}, connected: {}", settlement.connected)?;
        if let Some(free) = settlement.signer_free {
            writeln!(text, "signer         {free} planck of {} for fees", self.chain.token_symbol)?;
        }
        if let Some(reserves) = settlement.reserves {
            let (block, owed, custody) = (reserves.block, reserves.owed, reserves.custody);
            writeln!(text, "reserves       block {block}: {owed} planck are owed, custody has {custody}")?;
            if reserves.unattributed_funds > Planck::ZERO {
                writeln!(text, "unattributed   {} planck", reserves.unattributed_funds)?;
            }
            for region in reserves.unattributed_regions {
                writeln!(text, "unattributed   {region}")?;
            }
        }
        for held in settlement.held_back {
            writeln!(text, "held back      {}: {}", held.what, held.reason)?;
        }
        Ok(text)
    }
}

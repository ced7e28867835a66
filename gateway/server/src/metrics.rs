//! `/metrics`, for Prometheus: what the gateway counts, and how engine, store and settlement are doing at the moment.

use anyhow::Result;
use axum::{Router, extract::State, http::StatusCode, http::header, response::IntoResponse, routing::get};
use coretime_fills::FillReader;
use coretime_gateway::GatewayMetrics;
use coretime_market::Market;
use coretime_sequencer::Engine;
use coretime_settlement::Status;
use coretime_types::{Mode, Planck};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::registry::Registry;
use tokio::sync::watch;

/// What OpenMetrics asks for; Prometheus reads it.
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What the metrics are made of.
#[derive(Clone)]
pub(crate) struct Metrics {
    pub(crate) engine: Engine,
    pub(crate) fills: FillReader,
    pub(crate) settlement: watch::Receiver<Status>,
    pub(crate) gateway: GatewayMetrics,
}

impl Metrics {
    /// Serves `/metrics`.
    pub(crate) fn router(self) -> Router {
        Router::new().route("/metrics", get(serve)).with_state(self)
    }

    async fn text(&self) -> Result<String> {
        let mut registry = Registry::with_prefix("coretime");
        self.gateway.register(&mut registry);
        let engine = self.engine(&mut registry).await;
        let (mode, held) = engine.unzip();
        let status = self.settlement.borrow().clone();
        settlement(&mut registry, &status);
        let alarms = [
            ("engine_stopped", self.engine.stop_reason().is_some()),
            ("halted", mode.is_some_and(|mode| mode != Mode::Open)),
            ("frozen", mode == Some(Mode::Frozen)),
            ("chain_disconnected", !status.connected),
            ("chain_not_caught_up", !status.caught_up),
            ("signer_low", status.signer_low),
            ("fees_below_delivery_cost", status.fees_cover_delivery == Some(false)),
            (
                "reserves_differ",
                status.reserves.as_ref().is_some_and(|report| !report.differences.is_empty()),
            ),
            ("deposits_held_back", !status.held_back.is_empty()),
            ("instructions_stuck", !status.stuck.is_empty()),
            ("outflow_held", held.is_some_and(|held| held > 0)),
        ];
        let family = Family::<[(&str, &str); 1], Gauge>::default();
        for (alarm, is_raised) in alarms {
            family.get_or_create(&[("alarm", alarm)]).set(is_raised.into());
        }
        registry.register("alarm", "1 where somebody should look, 0 where all is well", family);
        let mut text = String::new();
        encode(&mut text, &registry)?;
        Ok(text)
    }

    /// The engine, the log and who follows it. The mode, and how many instructions wait for an operator.
    async fn engine(&self, registry: &mut Registry) -> Option<(Mode, u64)> {
        let durable = self.engine.durable_position().sequence.0;
        let queued = u64::try_from(self.engine.queued()).unwrap_or(u64::MAX);
        let mut gauge =
            |name: &str, help: &str, value: u64| registry.register(name, help, ConstGauge::new(value));
        gauge("engine_queue", "Commands, batches of them, and queries that wait for the engine", queued);
        gauge("log_sequence", "The last durable record", durable);
        if let Ok(Some(stored)) = self.fills.position() {
            gauge("store_sequence", "The last record that the store of fills has", stored.sequence.0);
        }
        let question = |market: &Market| {
            let block = market.last_block().map(|(number, _)| number);
            (market.mode(), market.live_orders(), block, market.held_instructions().count())
        };
        // A stopped or busy engine is told elsewhere.
        let (mode, orders, block, held) = self.engine.query(question).ok()?.await.ok()?;
        let held = u64::try_from(held).unwrap_or(u64::MAX);
        gauge("live_orders", "Orders that rest in the book", u64::try_from(orders).unwrap_or(u64::MAX));
        gauge("held_instructions", "Instructions that wait for an operator: above an outflow limit", held);
        if let Some(block) = block {
            gauge("ledger_block", "The last block whose deposits the ledger has", block.0);
        }
        Some((mode, held))
    }
}

fn settlement(registry: &mut Registry, status: &Status) {
    let mut gauge =
        |name: &str, help: &str, value: f64| registry.register(name, help, ConstGauge::new(value));
    let count = |count: usize| u32::try_from(count).map_or(f64::MAX, f64::from);
    if let Some(block) = status.finalised_block {
        gauge(
            "finalised_block",
            "The last finalised block that was read to its end",
            approximate(block.0.into()),
        );
    }
    gauge("pending_instructions", "Instructions that have not ended", count(status.pending_instructions));
    gauge("extrinsics_in_flight", "Extrinsics that are waited for", count(status.in_flight.len()));
    if let Some(Planck(free)) = status.signer_free {
        gauge("signer_free_planck", "What the signer can still pay fees from", approximate(free));
    }
    if let Some(report) = &status.reserves {
        let planck = |Planck(amount): Planck| approximate(amount);
        gauge("owed_planck", "What the ledger owes, payments under way included", planck(report.owed));
        gauge("custody_planck", "What custody has on chain", planck(report.custody));
        gauge("unattributed_planck", "What custody has beyond that", planck(report.unattributed_funds));
        gauge("custody_regions", "Regions that custody owns on chain", count(report.chain_regions));
        gauge("ledger_regions", "Regions that the ledger has in custody", count(report.ledger_regions));
        gauge("compared_block", "The block at which they were compared", approximate(report.block.0.into()));
    }
}

/// As exact as Prometheus is: numbers are 64-bit floating point there.
fn approximate(number: u128) -> f64 {
    number as f64
}

async fn serve(State(metrics): State<Metrics>) -> impl IntoResponse {
    match metrics.text().await {
        Ok(text) => (StatusCode::OK, [(header::CONTENT_TYPE, CONTENT_TYPE)], text),
        Err(error) => {
            tracing::error!("metrics cannot be written: {error:#}");
            let text = "metrics cannot be written\n".to_owned();
            (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text)
        }
    }
}

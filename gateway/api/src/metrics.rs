//! What the gateway counts, for Prometheus. What leaves here is durable, as everything else that leaves.

use coretime_sequencer::Record;
use coretime_types::{DoneReason, Event};
use prometheus_client::{
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};
use std::time::Duration;

type Labels<const N: usize> = [(&'static str, &'static str); N];

/// What the gateway counts. Cheap to clone: all clones count together.
#[derive(Clone, Debug)]
pub struct GatewayMetrics {
    calls: Family<Labels<2>, Counter>,
    call_duration: Family<Labels<1>, Histogram, fn() -> Histogram>,
    pub(crate) commit_duration: Histogram,
    pub(crate) order_sessions: Gauge,
    pub(crate) order_session_messages: Counter,
    pub(crate) order_session_answers: Counter,
    commands: Counter,
    orders: Counter,
    replaces: Counter,
    rejects: Family<Labels<1>, Counter>,
    trades: Counter,
    ended_orders: Family<Labels<1>, Counter>,
    pub(crate) feed_sequence: Gauge<u64, std::sync::atomic::AtomicU64>,
}

/// From 50 µs, doubling, to 26 s.
fn durations() -> Histogram {
    Histogram::new(exponential_buckets(50e-6, 2.0, 20))
}

impl GatewayMetrics {
    pub(crate) fn new() -> GatewayMetrics {
        GatewayMetrics {
            calls: Family::default(),
            call_duration: Family::new_with_constructor(durations),
            commit_duration: durations(),
            order_sessions: Gauge::default(),
            order_session_messages: Counter::default(),
            order_session_answers: Counter::default(),
            commands: Counter::default(),
            orders: Counter::default(),
            replaces: Counter::default(),
            rejects: Family::default(),
            trades: Counter::default(),
            ended_orders: Family::default(),
            feed_sequence: Gauge::default(),
        }
    }

    /// Adds all of them to a registry.
    pub fn register(&self, registry: &mut Registry) {
        registry.register(
            "calls",
            "Calls that were answered, by gRPC status; streams when they begin",
            self.calls.clone(),
        );
        registry.register_with_unit(
            "call_duration",
            "From a call's arrival to its answer, or to a stream's beginning",
            Unit::Seconds,
            self.call_duration.clone(),
        );
        registry.register_with_unit(
            "commit_duration",
            "From the engine's queue to the durable answer, for calls and for each batch of an order session",
            Unit::Seconds,
            self.commit_duration.clone(),
        );
        registry.register("order_sessions", "Order sessions that are open", self.order_sessions.clone());
        registry.register(
            "order_session_messages",
            "Messages that were taken from order sessions",
            self.order_session_messages.clone(),
        );
        registry.register(
            "order_session_answers",
            "Messages of order sessions that were answered",
            self.order_session_answers.clone(),
        );
        registry.register(
            "commands",
            "Commands recorded since the start, of everyone",
            self.commands.clone(),
        );
        registry.register("orders", "Orders accepted since the start", self.orders.clone());
        registry.register("replaces", "Orders replaced since the start", self.replaces.clone());
        registry.register("rejects", "Rejects since the start, by the rules' reason", self.rejects.clone());
        registry.register("trades", "Trades since the start", self.trades.clone());
        registry.register(
            "ended_orders",
            "Orders that ended since the start, by reason",
            self.ended_orders.clone(),
        );
        registry.register(
            "feed_sequence",
            "The last record that streams and market data take into account",
            self.feed_sequence.clone(),
        );
    }

    /// A call was answered.
    pub(crate) fn called(&self, rpc: &'static str, code: &'static str, took: Duration) {
        self.calls.get_or_create(&[("rpc", rpc), ("code", code)]).inc();
        self.call_duration.get_or_create(&[("rpc", rpc)]).observe(took.as_secs_f64());
    }

    /// Durable records have come.
    pub(crate) fn recorded<'a>(&self, records: impl Iterator<Item = &'a Record>) {
        let (mut commands, mut orders, mut replaces, mut trades, mut last) = (0, 0, 0, 0, None);
        for record in records {
            commands += 1;
            last = Some(record.sequence);
            for event in record.events.iter() {
                match event {
                    Event::Accepted { .. } => orders += 1,
                    Event::Replaced { .. } => replaces += 1,
                    Event::Trade(_) => trades += 1,
                    Event::Rejected(rejection) => {
                        self.rejects.get_or_create(&[("reason", rejection.reason.name())]).inc();
                    }
                    Event::Done { reason, .. } => {
                        self.ended_orders.get_or_create(&[("reason", done_reason(*reason))]).inc();
                    }
                    _ => {}
                }
            }
        }
        self.commands.inc_by(commands);
        self.orders.inc_by(orders);
        self.replaces.inc_by(replaces);
        self.trades.inc_by(trades);
        if let Some(last) = last {
            self.feed_sequence.set(last.0);
        }
    }
}

fn done_reason(reason: DoneReason) -> &'static str {
    match reason {
        DoneReason::Filled => "filled",
        DoneReason::Cancelled => "cancelled",
        DoneReason::Expired => "expired",
        DoneReason::SelfTrade => "self_trade",
    }
}

//! The health of each service by itself: a client of one need not leave because another is down.

use crate::service::State;
use std::{future::pending, sync::Arc, time::Duration};
use tokio::time::sleep;
use tonic_health::{ServingStatus, server::HealthReporter};

/// How often it is looked at.
const PERIOD: Duration = Duration::from_secs(1);

/// What a service cannot do without.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Needs {
    Engine,
    /// The follower of the log, which streams and market data are served from.
    Feed,
    /// The store of fills.
    Store,
}

/// The services whose health is told, besides the server's own (""), which needs the engine.
const SERVICES: [(&str, Needs); 9] = [
    ("", Needs::Engine),
    ("coretime.exchange.v1.AuthService", Needs::Engine),
    ("coretime.exchange.v1.OrderService", Needs::Feed),
    ("coretime.exchange.v1.AccountService", Needs::Engine),
    ("coretime.exchange.v1.MarketDataService", Needs::Feed),
    ("coretime.exchange.v1.SettlementService", Needs::Store),
    ("coretime.exchange.v1.VenueService", Needs::Engine),
    ("coretime.exchange.v1.AuditService", Needs::Feed),
    ("coretime.exchange.v1.OperatorService", Needs::Engine),
];

/// Tells the health of all services at once.
pub(crate) async fn tell_all(reporter: &HealthReporter, status: ServingStatus) {
    for (service, _) in SERVICES {
        reporter.set_service_status(service, status).await;
    }
}

/// Tells each service's health as it changes; all were told to serve. Ends when the gateway shuts down, in which nothing
/// serves any more, by never coming back.
pub(crate) async fn watch(reporter: &HealthReporter, state: &Arc<State>) {
    let mut told = [true; SERVICES.len()];
    loop {
        let engine = state.engine.stop_reason().is_none();
        let feed = engine && !state.feed.has_ended();
        let reading = state.clone();
        let store = tokio::task::spawn_blocking(move || reading.fills.position());
        let store = engine && matches!(store.await, Ok(Ok(_)));
        if *state.shutdown.borrow() {
            return pending().await;
        }
        for ((service, needs), told) in SERVICES.iter().zip(&mut told) {
            let serves = match needs {
                Needs::Engine => engine,
                Needs::Feed => feed,
                Needs::Store => store,
            };
            if *told != serves {
                tracing::warn!(service, serves, "a service's health has changed");
                let status = if serves { ServingStatus::Serving } else { ServingStatus::NotServing };
                reporter.set_service_status(*service, status).await;
                *told = serves;
            }
        }
        sleep(PERIOD).await;
    }
}

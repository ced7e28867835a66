//! The server: services behind the access check, health and reflection beside them, every limit set on purpose.

use crate::{
    auth::{access::AccessLayer, authorised::AuthorisedKeys, journal::JournalError, unix_time_ms},
    config::{GatewayConfig, TlsConfig},
    connection::incoming,
    fill_source::FillSource,
    health,
    metrics::GatewayMetrics,
    rate::ConnectionRate,
    reader::MarketReader,
    request_log::RequestLogLayer,
    reserves_source::ReservesSource,
    service::{Api, State},
    timeslice_times::TimesliceTimes,
    unattributed::UnattributedDeposits,
    venue_info::VenueInfo,
};
use coretime_proto::v1::{
    account_service_server::AccountServiceServer, audit_service_server::AuditServiceServer,
    auth_service_server::AuthServiceServer, market_data_service_server::MarketDataServiceServer,
    operator_service_server::OperatorServiceServer, order_service_server::OrderServiceServer,
    settlement_service_server::SettlementServiceServer, venue_service_server::VenueServiceServer,
};
use coretime_sequencer::Engine;
use std::{future::Future, io, sync::Arc};
use tokio::{
    net::TcpListener,
    sync::watch,
    time::{sleep, timeout},
};
use tonic::transport::{Certificate, Identity, Server, ServerTlsConfig};
use tonic_health::ServingStatus;

/// Why the gateway does not start or ends before its time.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The operating system gives no random numbers.
    #[error("the operating system gives no random numbers: {0}")]
    NoRandomness(String),
    /// API keys and allowed tasks cannot be kept.
    #[error(transparent)]
    Journal(JournalError),
    /// The operating system gives no thread.
    #[error("cannot start a thread")]
    Thread(#[source] io::Error),
    /// The description of the interface cannot be served.
    #[error("server reflection cannot be set up")]
    Reflection(#[source] tonic_reflection::server::Error),
    /// The certificates or the key cannot be used.
    #[error("TLS cannot be set up")]
    Tls(#[source] tonic::transport::Error),
    /// The server failed.
    #[error("the gRPC server failed")]
    Server(#[source] tonic::transport::Error),
}

/// The gateway, ready to serve.
pub struct Gateway {
    api: Api,
    state: Arc<State>,
    shutdown: watch::Sender<bool>,
}

impl Gateway {
    /// Makes a gateway for this engine, store of fills and chain. Nobody has a session yet.
    ///
    /// # Errors
    /// When the operating system gives no random numbers or no thread.
    pub fn new(
        config: GatewayConfig,
        engine: Engine,
        fills: Arc<dyn FillSource>,
        venue: VenueInfo,
    ) -> Result<Gateway, GatewayError> {
        let (shutdown, shutdown_receiver) = watch::channel(false);
        let state = State::new(config, engine, fills, venue, shutdown_receiver)?;
        let state = Arc::new(state);
        Ok(Gateway { api: Api(state.clone()), state, shutdown })
    }

    /// Gives proofs of reserves from here. Without a source there are none.
    #[must_use]
    pub fn with_reserves(self, source: Arc<dyn ReservesSource>) -> Gateway {
        // Set once: the gateway is not serving yet.
        let _ = self.state.reserves.set(source);
        self
    }

    /// Tells from here which timeslice is when. Without a source clients have to guess it from the market's clock.
    #[must_use]
    pub fn with_timeslice_times(self, source: Arc<dyn TimesliceTimes>) -> Gateway {
        // Set once: the gateway is not serving yet.
        let _ = self.state.timeslice_times.set(source);
        self
    }

    /// What it counts.
    pub fn metrics(&self) -> GatewayMetrics {
        self.state.metrics.clone()
    }

    /// Lets operators decide about what nobody was credited with. Without it these calls are `UNAVAILABLE`.
    #[must_use]
    pub fn with_unattributed_deposits(self, deposits: Arc<dyn UnattributedDeposits>) -> Gateway {
        // Who gives several gets the first.
        let _ = self.state.unattributed.set(deposits);
        self
    }

    /// For whoever reads on chain which keys accounts authorise.
    pub fn authorised_keys(&self) -> AuthorisedKeys {
        AuthorisedKeys(self.state.credentials.clone())
    }

    /// Read access to what it serves, for what is served beside it.
    pub fn reader(&self) -> MarketReader {
        MarketReader::new(self.state.clone())
    }

    /// Serves until `shutdown` is done. Then health turns to `NOT_SERVING`, streams end with `UNAVAILABLE`, no new
    /// connections are taken, and calls have the configured grace to finish.
    ///
    /// # Errors
    /// When the server cannot be set up, or fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<(), GatewayError> {
        let config = &self.state.config;
        let (health, health_service) = tonic_health::server::health_reporter();
        health::tell_all(&health, ServingStatus::Serving).await;
        let reflection = || {
            tonic_reflection::server::Builder::configure()
                .register_encoded_file_descriptor_set(coretime_proto::FILE_DESCRIPTOR_SET)
                .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        };

        let api = &self.api;
        let max = config.max_request_bytes;
        let mut builder = Server::builder();
        if let Some(tls) = &config.tls {
            builder = builder.tls_config(server_tls(tls)).map_err(GatewayError::Tls)?;
        }
        let router = builder
            .timeout(config.call_timeout)
            .max_concurrent_streams(config.max_concurrent_calls_per_connection)
            .initial_stream_window_size(config.stream_window_bytes)
            .initial_connection_window_size(config.connection_window_bytes)
            .http2_max_header_list_size(config.max_header_bytes)
            .http2_keepalive_interval(Some(config.keepalive_interval))
            .http2_keepalive_timeout(Some(config.keepalive_timeout))
            .layer(RequestLogLayer::new(self.state.metrics.clone(), unix_time_ms()))
            .layer(AccessLayer::new(self.state.credentials.clone()))
            .add_service(AuthServiceServer::new(api.clone()).max_decoding_message_size(max))
            .add_service(OrderServiceServer::new(api.clone()).max_decoding_message_size(max))
            .add_service(AccountServiceServer::new(api.clone()).max_decoding_message_size(max))
            .add_service(MarketDataServiceServer::new(api.clone()).max_decoding_message_size(max))
            .add_service(SettlementServiceServer::new(api.clone()).max_decoding_message_size(max))
            .add_service(VenueServiceServer::new(api.clone()).max_decoding_message_size(max))
            .add_service(AuditServiceServer::new(api.clone()).max_decoding_message_size(max))
            .add_service(OperatorServiceServer::new(api.clone()).max_decoding_message_size(max))
            .add_service(health_service)
            .add_service(reflection().build_v1().map_err(GatewayError::Reflection)?)
            .add_service(reflection().build_v1alpha().map_err(GatewayError::Reflection)?);

        let rate = config.connection_rate;
        let incoming = incoming(listener, config.max_connections, move || ConnectionRate::new(rate));
        let drain = async {
            shutdown.await;
            health::tell_all(&health, ServingStatus::NotServing).await;
            self.shutdown.send_replace(true);
        };
        let mut draining = self.shutdown.subscribe();
        let grace_over = async {
            if draining.wait_for(|set| *set).await.is_ok() {
                sleep(config.shutdown_grace).await;
            }
        };
        let served = tokio::select! {
            () = health::watch(&health, &self.state) => Ok(()),
            served = router.serve_with_incoming_shutdown(incoming, drain) => served.map_err(GatewayError::Server),
            () = grace_over => {
                tracing::warn!("some connections were still open at the end of the shutdown's grace");
                Ok(())
            }
        };
        // Sessions that have ended may still have to cancel their orders.
        if timeout(config.shutdown_grace, self.state.order_sessions.closed()).await.is_err() {
            tracing::warn!("some order sessions were not over at the end of the shutdown's grace");
        }
        served
    }
}

fn server_tls(config: &TlsConfig) -> ServerTlsConfig {
    let identity = Identity::from_pem(&config.certificate_pem, &config.key_pem);
    let tls = ServerTlsConfig::new().identity(identity);
    match &config.client_ca_pem {
        None => tls,
        Some(ca) => tls
            .client_ca_root(Certificate::from_pem(ca))
            .client_auth_optional(!config.client_certificate_required),
    }
}

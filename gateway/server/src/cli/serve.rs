//! What `serve` and `config` can be told.

use clap::Args;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

/// Each setting comes from the command line, else from the environment, else from the file, else its default.
#[derive(Clone, Debug, Args)]
pub(crate) struct ServeArgs {
    /// A TOML file with these settings (`custody = "..."`, `signer-key = "..."` and so on).
    #[arg(long, value_name = "FILE", env = "CORETIME_EXCHANGE_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) settings: ServeSettings,
}

/// What `serve` can be told. The signer's key itself is never an argument: it is read from a file, or from the
/// environment variable CORETIME_EXCHANGE_SIGNER.
#[derive(Clone, Debug, Default, PartialEq, Eq, Args, serde::Deserialize, serde::Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct ServeSettings {
    /// A node of the coretime chain: ws:// or wss://.
    #[arg(long, value_name = "URL", env = "CORETIME_EXCHANGE_CHAIN")]
    pub(crate) chain: Option<String>,
    /// The custody account: an address, or 0x and 64 hex digits.
    #[arg(long, value_name = "ADDRESS", env = "CORETIME_EXCHANGE_CUSTODY")]
    pub(crate) custody: Option<String>,
    /// A file with the signer's key, readable by its owner only (mode 0600).
    #[arg(long, value_name = "FILE", env = "CORETIME_EXCHANGE_SIGNER_KEY")]
    pub(crate) signer_key: Option<PathBuf>,
    /// Where the log and the store are kept.
    #[arg(long, value_name = "DIR", env = "CORETIME_EXCHANGE_DATA")]
    pub(crate) data: Option<PathBuf>,
    /// Where gRPC is served [default: 127.0.0.1:50051].
    #[arg(long, value_name = "ADDR", env = "CORETIME_EXCHANGE_GRPC")]
    pub(crate) grpc: Option<SocketAddr>,
    /// Where the page is served [default: nowhere].
    #[arg(long, value_name = "ADDR", env = "CORETIME_EXCHANGE_HTTP")]
    pub(crate) http: Option<SocketAddr>,
    /// How long before it begins a timeslice must be sold to be delivered in time, in timeslices [default: 1].
    #[arg(long, value_name = "TIMESLICES", env = "CORETIME_EXCHANGE_DELIVERY_LEAD_TIMESLICES")]
    pub(crate) delivery_lead_timeslices: Option<u32>,
    /// The first block to read, for a log that has read none yet [default: the newest finalised one].
    #[arg(long, value_name = "BLOCK", env = "CORETIME_EXCHANGE_FIRST_BLOCK")]
    pub(crate) first_block: Option<u64>,
    /// What the operator keeps in the custody account on chain besides what the ledger owes, in planck [default: 0].
    #[arg(long, value_name = "PLANCK", env = "CORETIME_EXCHANGE_FLOAT_PLANCK")]
    pub(crate) float_planck: Option<u64>,
    /// How often a proof of reserves is made, of which everybody can read his branch, in milliseconds [default: 600000].
    #[arg(long, value_name = "MS", env = "CORETIME_EXCHANGE_RESERVES_INTERVAL_MS")]
    pub(crate) reserves_interval_ms: Option<u64>,
    /// Accounts whose owners may halt, freeze, suspend, configure and credit what was held back: addresses, or 0x and 64 hex digits.
    #[arg(long, value_name = "ADDRESS", env = "CORETIME_EXCHANGE_OPERATORS", value_delimiter = ',')]
    pub(crate) operators: Option<Vec<String>>,
    /// The certificate that gRPC is served with, and those that vouch for it (PEM) [default: no encryption].
    #[arg(long, value_name = "FILE", env = "CORETIME_EXCHANGE_TLS_CERTIFICATE")]
    pub(crate) tls_certificate: Option<PathBuf>,
    /// The certificate's private key (PEM).
    #[arg(long, value_name = "FILE", env = "CORETIME_EXCHANGE_TLS_KEY")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Who vouches for clients' certificates (PEM) [default: clients show none].
    #[arg(long, value_name = "FILE", env = "CORETIME_EXCHANGE_TLS_CLIENT_CA")]
    pub(crate) tls_client_ca: Option<PathBuf>,
    /// Turn away clients without a certificate [default: false].
    #[arg(long, env = "CORETIME_EXCHANGE_TLS_CLIENT_REQUIRED", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) tls_client_required: Option<bool>,
    /// Connections open at once [default: 4096].
    #[arg(long, value_name = "COUNT", env = "CORETIME_EXCHANGE_MAX_CONNECTIONS")]
    pub(crate) max_connections: Option<usize>,
    /// Streams open at once, of everyone together [default: 4096].
    #[arg(long, value_name = "COUNT", env = "CORETIME_EXCHANGE_MAX_STREAMS")]
    pub(crate) max_streams: Option<usize>,
    /// Streams open at once for one account [default: 16].
    #[arg(long, value_name = "COUNT", env = "CORETIME_EXCHANGE_MAX_STREAMS_PER_ACCOUNT")]
    pub(crate) max_streams_per_account: Option<usize>,
    /// Calls and order-session messages of one account a second [default: 5000].
    #[arg(long, value_name = "PER_SECOND", env = "CORETIME_EXCHANGE_ACCOUNT_RATE")]
    pub(crate) account_rate: Option<NonZeroU32>,
    /// The same at once, after a pause [default: 10000].
    #[arg(long, value_name = "COUNT", env = "CORETIME_EXCHANGE_ACCOUNT_BURST")]
    pub(crate) account_burst: Option<NonZeroU32>,
    /// Calls on one connection a second [default: 10000].
    #[arg(long, value_name = "PER_SECOND", env = "CORETIME_EXCHANGE_CONNECTION_RATE")]
    pub(crate) connection_rate: Option<NonZeroU32>,
    /// The same at once, after a pause [default: 20000].
    #[arg(long, value_name = "COUNT", env = "CORETIME_EXCHANGE_CONNECTION_BURST")]
    pub(crate) connection_burst: Option<NonZeroU32>,
    /// How long a session lasts, in seconds [default: 43200].
    #[arg(long, value_name = "SECONDS", env = "CORETIME_EXCHANGE_SESSION_LIFETIME_S")]
    pub(crate) session_lifetime_s: Option<u64>,
    /// Streams open at once of those who show no credentials: fewer than all [default: 1024].
    #[arg(long, value_name = "COUNT", env = "CORETIME_EXCHANGE_MAX_PUBLIC_STREAMS")]
    pub(crate) max_public_streams: Option<usize>,
    /// The largest request [default: 131072].
    #[arg(long, value_name = "BYTES", env = "CORETIME_EXCHANGE_MAX_REQUEST_BYTES")]
    pub(crate) max_request_bytes: Option<usize>,
    /// The largest metadata of a call [default: 16384].
    #[arg(long, value_name = "BYTES", env = "CORETIME_EXCHANGE_MAX_HEADER_BYTES")]
    pub(crate) max_header_bytes: Option<u32>,
    /// Calls and streams open at once on one connection [default: 256].
    #[arg(long, value_name = "COUNT", env = "CORETIME_EXCHANGE_MAX_CONCURRENT_CALLS_PER_CONNECTION")]
    pub(crate) max_concurrent_calls_per_connection: Option<u32>,
    /// What a client may send ahead on one call or stream [default: 262144].
    #[arg(long, value_name = "BYTES", env = "CORETIME_EXCHANGE_STREAM_WINDOW_BYTES")]
    pub(crate) stream_window_bytes: Option<u32>,
    /// What a client may send ahead on one connection: the memory that it can take [default: 1048576].
    #[arg(long, value_name = "BYTES", env = "CORETIME_EXCHANGE_CONNECTION_WINDOW_BYTES")]
    pub(crate) connection_window_bytes: Option<u32>,
    /// How long a call may take, streams apart, in milliseconds [default: 10000].
    #[arg(long, value_name = "MS", env = "CORETIME_EXCHANGE_CALL_TIMEOUT_MS")]
    pub(crate) call_timeout_ms: Option<u64>,
    /// How often a silent connection is asked whether it still lives, in milliseconds [default: 20000].
    #[arg(long, value_name = "MS", env = "CORETIME_EXCHANGE_KEEPALIVE_INTERVAL_MS")]
    pub(crate) keepalive_interval_ms: Option<u64>,
    /// How long it has to answer, in milliseconds [default: 10000].
    #[arg(long, value_name = "MS", env = "CORETIME_EXCHANGE_KEEPALIVE_TIMEOUT_MS")]
    pub(crate) keepalive_timeout_ms: Option<u64>,
    /// Records kept in memory for streams: who falls further behind is too slow [default: 65536].
    #[arg(long, value_name = "COUNT", env = "CORETIME_EXCHANGE_FEED_CAPACITY_RECORDS")]
    pub(crate) feed_capacity_records: Option<usize>,
    /// Commands of one order session that are not answered yet; beyond that it is not read on [default: 256].
    #[arg(long, value_name = "COUNT", env = "CORETIME_EXCHANGE_MAX_PENDING_PER_ORDER_SESSION")]
    pub(crate) max_pending_per_order_session: Option<usize>,
    /// Messages of one order session that wait to be read by the client [default: 256].
    #[arg(long, value_name = "COUNT", env = "CORETIME_EXCHANGE_ORDER_SESSION_BUFFER_MESSAGES")]
    pub(crate) order_session_buffer_messages: Option<usize>,
    /// How long an order session waits for a client that does not read, in milliseconds [default: 10000].
    #[arg(long, value_name = "MS", env = "CORETIME_EXCHANGE_SLOW_READER_TIMEOUT_MS")]
    pub(crate) slow_reader_timeout_ms: Option<u64>,
    /// Sessions of everyone together [default: 65536].
    #[arg(long, value_name = "COUNT", env = "CORETIME_EXCHANGE_MAX_SESSIONS")]
    pub(crate) max_sessions: Option<usize>,
    /// Sessions of one account; one more ends the oldest [default: 16].
    #[arg(long, value_name = "COUNT", env = "CORETIME_EXCHANGE_MAX_SESSIONS_PER_ACCOUNT")]
    pub(crate) max_sessions_per_account: Option<usize>,
    /// How long a challenge to sign can be used, in milliseconds [default: 60000].
    #[arg(long, value_name = "MS", env = "CORETIME_EXCHANGE_CHALLENGE_LIFETIME_MS")]
    pub(crate) challenge_lifetime_ms: Option<u64>,
    /// Challenges that were used and have not expired; beyond that nobody logs in until some do [default: 65536].
    #[arg(long, value_name = "COUNT", env = "CORETIME_EXCHANGE_MAX_USED_CHALLENGES")]
    pub(crate) max_used_challenges: Option<usize>,
    /// What a client is told to wait when the engine is busy, in milliseconds [default: 50].
    #[arg(long, value_name = "MS", env = "CORETIME_EXCHANGE_BUSY_RETRY_DELAY_MS")]
    pub(crate) busy_retry_delay_ms: Option<u64>,
    /// How long calls may go on once a shutdown has begun, in milliseconds [default: 5000].
    #[arg(long, value_name = "MS", env = "CORETIME_EXCHANGE_SHUTDOWN_GRACE_MS")]
    pub(crate) shutdown_grace_ms: Option<u64>,
    /// Serve gRPC without encryption on an address that others can reach.
    #[arg(long, env = "CORETIME_EXCHANGE_INSECURE", num_args = 0..=1, default_missing_value = "true")]
    pub(crate) insecure: Option<bool>,
}

//! The gateway's bounds, each set on purpose.

use crate::rate::Rate;
use coretime_types::AccountId;
use std::{fmt, path::PathBuf, time::Duration};

/// The gateway's bounds. Every number is at least 1.
#[derive(Clone, Debug)]
pub struct GatewayConfig {
    /// The largest request. 256 orders in one quote take less than half of the default.
    pub max_request_bytes: usize,
    /// How long a call may take, streams apart.
    pub call_timeout: Duration,
    /// Calls and streams open at once on one connection.
    pub max_concurrent_calls_per_connection: u32,
    /// What a client may send ahead on one call: a few requests of the largest size.
    pub stream_window_bytes: u32,
    /// What a client may send ahead on one connection: the memory a flooding client can take.
    pub connection_window_bytes: u32,
    /// The largest metadata of a call.
    pub max_header_bytes: u32,
    /// How often a silent connection is asked whether it still lives.
    pub keepalive_interval: Duration,
    /// How long it has to answer.
    pub keepalive_timeout: Duration,
    /// Streams open at once, of everyone together.
    pub max_streams: usize,
    /// Public streams open at once, of everyone together: less than all, so that strangers never take the place of
    /// those who trade.
    pub max_public_streams: usize,
    /// Streams open at once for one account.
    pub max_streams_per_account: usize,
    /// Records kept in memory for streams: who falls further behind is too slow, who resumes after an older one begins
    /// with a snapshot.
    pub feed_capacity_records: usize,
    /// Commands of one order session that were taken and not answered yet; beyond that it is not read on.
    pub max_pending_per_order_session: usize,
    /// Messages of one order session that wait to be read by the client.
    pub order_session_buffer_messages: usize,
    /// How long an order session waits for a client that does not read.
    pub slow_reader_timeout: Duration,
    /// Connections open at once; one more is closed.
    pub max_connections: usize,
    /// How often an account may call, and send messages to its order sessions.
    pub account_rate: Rate,
    /// How often calls may come on one connection.
    pub connection_rate: Rate,
    /// How connections are encrypted; `None`: not at all.
    pub tls: Option<TlsConfig>,
    /// Accounts whose sessions may make operators' calls.
    pub operators: Vec<AccountId>,
    /// Where API keys, allowed tasks and operators' calls are kept; `None`: they end with the process.
    pub access_journal: Option<PathBuf>,
    /// How long a challenge can be used.
    pub challenge_lifetime: Duration,
    /// Challenges that were used and have not expired; beyond that nobody logs in until some expire.
    pub max_used_challenges: usize,
    /// How long a session lasts.
    pub session_lifetime: Duration,
    /// Sessions of everyone together.
    pub max_sessions: usize,
    /// Sessions of one account; one more ends the oldest.
    pub max_sessions_per_account: usize,
    /// What a client is told to wait when the engine is busy.
    pub busy_retry_delay: Duration,
    /// How long calls may go on once a shutdown has begun.
    pub shutdown_grace: Duration,
}

/// How connections are encrypted (rustls).
#[derive(Clone)]
pub struct TlsConfig {
    /// The server's certificate and those that vouch for it, PEM.
    pub certificate_pem: Vec<u8>,
    /// The certificate's private key, PEM.
    pub key_pem: Vec<u8>,
    /// Who vouches for clients, PEM; `None`: clients are not asked for certificates.
    pub client_ca_pem: Option<Vec<u8>>,
    /// Whether a client without a certificate is turned away.
    pub client_certificate_required: bool,
}

impl fmt::Debug for TlsConfig {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsConfig").finish_non_exhaustive()
    }
}

impl Default for GatewayConfig {
    fn default() -> Self {
        GatewayConfig {
            max_request_bytes: 128 * 1024,
            call_timeout: Duration::from_secs(10),
            max_concurrent_calls_per_connection: 256,
            stream_window_bytes: 256 * 1024,
            connection_window_bytes: 1024 * 1024,
            max_header_bytes: 16 * 1024,
            keepalive_interval: Duration::from_secs(20),
            keepalive_timeout: Duration::from_secs(10),
            max_streams: 4096,
            max_public_streams: 1024,
            max_streams_per_account: 16,
            feed_capacity_records: 65_536,
            max_pending_per_order_session: 256,
            order_session_buffer_messages: 256,
            slow_reader_timeout: Duration::from_secs(10),
            max_connections: 4_096,
            account_rate: Rate::new(5_000, 10_000),
            connection_rate: Rate::new(10_000, 20_000),
            tls: None,
            operators: Vec::new(),
            access_journal: None,
            challenge_lifetime: Duration::from_secs(60),
            max_used_challenges: 65_536,
            session_lifetime: Duration::from_secs(12 * 60 * 60),
            max_sessions: 65_536,
            max_sessions_per_account: 16,
            busy_retry_delay: Duration::from_millis(50),
            shutdown_grace: Duration::from_secs(5),
        }
    }
}

//! The command line.

use clap::{Args, Parser, Subcommand};
use coretime_audit::Bound;
use coretime_log::{ChainHash, Position};
use coretime_types::{AccountId, Sequence};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;

/// The secondary market for Polkadot coretime.
#[derive(Debug, Parser)]
#[command(name = "coretime-exchange", version, about, max_term_width = 110)]
pub(crate) struct Cli {
    /// How log lines are written, to standard error; RUST_LOG says which.
    #[arg(long, global = true, value_enum, default_value_t, env = "CORETIME_EXCHANGE_LOG_FORMAT")]
    pub(crate) log_format: LogFormat,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Shows the main job in well under a minute: cores are bought, deposited, traded, carved and delivered.
    #[cfg(feature = "dev-chain")]
    Demo(DemoArgs),
    /// Runs the exchange on a development chain of its own, with funded accounts.
    #[cfg(feature = "dev-chain")]
    Dev(DevArgs),
    /// Runs the exchange on a real chain.
    Serve(ServeArgs),
    /// Prints the settings in force, each explained, as a settings file. No secrets: only where they are.
    Config(ServeArgs),
    /// Runs the development chain alone.
    #[cfg(feature = "dev-chain")]
    Chain(ChainArgs),
    /// Applies commands from standard input (JSON Lines) and prints their events.
    Replay(ReplayArgs),
    /// Verifies a copy of the log, without the server. Exit code 0: all is well; 1: a discrepancy; 2: it cannot be read.
    Verify(VerifyArgs),
    /// Moves segments of a stopped server's log, that no start needs any more, into another folder.
    Archive(ArchiveArgs),
    /// Proves from a copy of the log what the venue owes, and compares it with what custody has on chain. Exit code 0:
    /// they agree; 1: they do not; 2: it cannot be told.
    Reserves(ReservesArgs),
    /// Reads a copy of the log out, for accountants and other programs.
    Export(ExportArgs),
    /// A wallet for the development accounts: buys cores, deposits, looks.
    #[cfg(feature = "dev-chain")]
    Wallet(WalletArgs),
    /// Prints what makes a shell complete commands and options.
    Completion(coretime_cli::CompletionArgs),
    /// Writes the manual, a page for each command.
    Man(coretime_cli::ManArgs),
    #[command(flatten)]
    Trade(coretime_cli::Command),
}

#[cfg(feature = "dev-chain")]
#[derive(Debug, Args)]
pub(crate) struct WalletArgs {
    /// A node of the development chain.
    #[arg(
        long,
        value_name = "URL",
        env = "CORETIME_EXCHANGE_DEV_CHAIN",
        default_value = "ws://127.0.0.1:9944"
    )]
    pub(crate) chain: String,
    /// The development account: Alice, Bob, Charlie, Dave, Eve or Ferdie. Everyone knows their keys.
    pub(crate) name: String,
    #[command(subcommand)]
    pub(crate) command: WalletCommand,
}

#[cfg(feature = "dev-chain")]
#[derive(Debug, Subcommand)]
pub(crate) enum WalletCommand {
    /// Buys a core in the broker's sale and sends it to the development venue's custody.
    DepositCore,
    /// Sends money to the development venue's custody.
    Deposit {
        /// How much, in planck.
        planck: u128,
    },
    /// Shows what the account has on chain.
    Show,
}

/// Which coretime chain the development chain imitates.
#[cfg(feature = "dev-chain")]
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
pub(crate) enum Profile {
    /// Interlacing is allowed.
    #[default]
    Kusama,
    /// Interlacing is filtered out, as on the real chain.
    Polkadot,
}

#[cfg(feature = "dev-chain")]
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// The coretime chain to imitate.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) profile: Profile,
    /// Where the log, the store and the chain are left behind [default: a new temporary folder].
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Goes on serving after the tables, until interrupted.
    #[arg(long)]
    pub(crate) keep: bool,
}

#[cfg(feature = "dev-chain")]
#[derive(Debug, Args)]
pub(crate) struct DevArgs {
    /// The coretime chain to imitate.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) profile: Profile,
    /// Where the log, the store and the chain are kept.
    #[arg(long, value_name = "DIR", default_value = "coretime-exchange-dev")]
    pub(crate) data: PathBuf,
    /// Where gRPC is served.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:50051")]
    pub(crate) grpc: SocketAddr,
    /// Where the page is served.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) http: SocketAddr,
    /// Where the development chain is served.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9944")]
    pub(crate) chain: SocketAddr,
    /// How often a block is sealed, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 1_000)]
    pub(crate) block_time_ms: u64,
}

#[cfg(feature = "dev-chain")]
#[derive(Debug, Args)]
pub(crate) struct ChainArgs {
    /// Where JSON-RPC is served.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:9944")]
    pub(crate) listen: SocketAddr,
    /// The coretime chain to imitate.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) profile: Profile,
    /// Where blocks are kept [default: nowhere].
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// How often a block is sealed, in milliseconds; 0: on demand only (dev_newBlock).
    #[arg(long, value_name = "MS", default_value_t = 6_000)]
    pub(crate) block_time_ms: u64,
    /// How many blocks stand on a block before it is final.
    #[arg(long, value_name = "BLOCKS", default_value_t = 2)]
    pub(crate) finality_lag_blocks: u32,
}

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

#[derive(Debug, Args)]
pub(crate) struct ReplayArgs {
    /// Adds a last line with the whole state.
    #[arg(long)]
    pub(crate) state: bool,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The log: a folder of segments, or the data folder that it is in.
    #[arg(long, value_name = "DIR")]
    pub(crate) log: PathBuf,
    /// A folder of segments that were archived. May be given several times.
    #[arg(long = "archive", value_name = "DIR")]
    pub(crate) archives: Vec<PathBuf>,
    /// A node of the coretime chain (ws:// or wss://), whose finalised blocks are to be compared with the log. It must
    /// still have the state of the first block that the log names.
    #[arg(long, value_name = "URL")]
    pub(crate) chain: Option<String>,
    /// The venue's account on chain [default: where the log's deposits went].
    #[arg(long, value_name = "ADDRESS", requires = "chain", value_parser = coretime_settlement::parse_account)]
    pub(crate) custody: Option<AccountId>,
    /// The store of fills, to be compared with the log. It is copied first, and left as it is.
    #[arg(long, value_name = "DIR")]
    pub(crate) store: Option<PathBuf>,
    /// What an answer of the venue named: the log must have it. May be given several times.
    #[arg(long = "receipt", value_name = "SEQUENCE:CHAIN_HASH", value_parser = parse_receipt)]
    pub(crate) receipts: Vec<Position>,
    /// Prints one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ArchiveArgs {
    /// The data folder.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: PathBuf,
    /// Where the segments go; created if it is not there.
    #[arg(long, value_name = "DIR")]
    pub(crate) to: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct ReservesArgs {
    /// The log: a folder of segments, or the data folder that it is in.
    #[arg(long, value_name = "DIR")]
    pub(crate) log: Option<PathBuf>,
    /// A node of the coretime chain: ws:// on this machine, else wss://. It must have the state of the log's last block.
    #[arg(long, value_name = "URL")]
    pub(crate) chain: Option<String>,
    /// The custody account: an address, or 0x and 64 hex digits.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) custody: Option<String>,
    /// What the operator keeps in custody's account besides, in planck.
    #[arg(long, value_name = "PLANCK", default_value_t = 0)]
    pub(crate) float_planck: u128,
    /// Adds this account's branch of the tree: with it, its owner can check that it is counted.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) account: Option<String>,
    /// Checks a proof with a branch that was printed before; needs neither log nor chain.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["log", "chain", "custody", "account"])]
    pub(crate) check: Option<PathBuf>,
}

/// What `export` reads out.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum ExportTable {
    /// Each trade twice: as the buyer and as the seller sees it.
    Fills,
    /// Each trade once.
    Trades,
    /// Each command, with what came of it.
    Commands,
    /// Each change of an account's money, with its reason.
    Ledger,
}

/// How `export` writes.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum ExportFormat {
    /// Comma-separated values, with a line of names first.
    Csv,
    /// One JSON object a line.
    Jsonl,
}

#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// What is read out.
    #[arg(value_enum)]
    pub(crate) table: ExportTable,
    /// The log: a folder of segments, or the data folder that it is in.
    #[arg(long, value_name = "DIR")]
    pub(crate) log: PathBuf,
    /// A folder of segments that were archived. May be given several times.
    #[arg(long = "archive", value_name = "DIR")]
    pub(crate) archives: Vec<PathBuf>,
    /// How it is written.
    #[arg(long, value_enum)]
    pub(crate) format: ExportFormat,
    /// The first command: its sequence, or a time such as 2026-11-01T00:00:00Z [default: the log's first].
    #[arg(long, value_name = "PLACE")]
    pub(crate) from: Option<Bound>,
    /// The last command, as above [default: the log's last].
    #[arg(long, value_name = "PLACE")]
    pub(crate) to: Option<Bound>,
    /// How many decimals the chain's token has.
    #[arg(long, value_name = "DIGITS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(..=38))]
    pub(crate) token_decimals: u32,
}

fn parse_receipt(text: &str) -> Result<Position, String> {
    let (sequence, hash) = text.split_once(':').ok_or("a receipt is a sequence, a colon and a chain hash")?;
    let sequence = sequence.parse().map_err(|_| "the sequence is a number")?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(hash.strip_prefix("0x").unwrap_or(hash), &mut bytes)
        .map_err(|_| "the chain hash is 64 hex digits")?;
    Ok(Position { sequence: Sequence(sequence), chain_hash: ChainHash(bytes) })
}

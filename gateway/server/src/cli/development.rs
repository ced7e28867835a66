//! What the development chain, and all that needs it, can be told.

use clap::{Args, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;

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
    /// The development account: Alice, Bob, Charlie, Dave, Eve and Ferdie have funds; any other name makes an account, too.
    /// Everyone knows their keys.
    pub(crate) name: String,
    #[command(subcommand)]
    pub(crate) command: WalletCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum WalletCommand {
    /// Buys a core in the broker's sale and sends it to the development venue's custody.
    DepositCore,
    /// Sends money to the development venue's custody.
    Deposit {
        /// How much, in planck.
        planck: u128,
    },
    /// Sends money to any account.
    Send {
        /// Who gets it: an address, or 0x and 64 hex digits.
        #[arg(long)]
        to: String,
        /// How much, in planck.
        planck: u128,
    },
    /// Lets another account act for this one in everything, as a venue's custody lets its signer.
    AddProxy {
        /// Who may: an address, or 0x and 64 hex digits.
        proxy: String,
    },
    /// Prints the account, as 0x and 64 hex digits.
    Address,
    /// Shows what the account has on chain.
    Show,
}

/// Which coretime chain the development chain imitates.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
pub(crate) enum Profile {
    /// Interlacing is allowed.
    #[default]
    Kusama,
    /// Interlacing is filtered out, as on the real chain.
    Polkadot,
}

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

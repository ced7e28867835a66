//! The command line.

#[cfg(feature = "dev-chain")]
mod development;
mod log;
mod serve;

use clap::{Parser, Subcommand};
#[cfg(feature = "dev-chain")]
pub(crate) use development::{ChainArgs, DemoArgs, DevArgs, Profile, WalletArgs, WalletCommand};
pub(crate) use log::{
    ArchiveArgs, ExportArgs, ExportFormat, ExportTable, ReplayArgs, ReservesArgs, VerifyArgs, parse_receipt,
};
pub(crate) use serve::{ServeArgs, ServeSettings};

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
    /// Checks that the venue counts you in what it owes, and that custody has it, by the venue's newest proof; with --log,
    /// proves it from a copy of the log and a node of the chain. Exit code 0: all is well; 1: it is not; 2: it cannot be
    /// told.
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

//! What those can be told who read a log: auditors and accountants.

use clap::Args;
use coretime_audit::Bound;
use coretime_log::{ChainHash, Position};
use coretime_types::{AccountId, Sequence};
use std::path::PathBuf;

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
    /// A file of such receipts, one a line, as `coretime-exchange receipts` prints them. May be given several times.
    #[arg(long = "receipts", value_name = "FILE")]
    pub(crate) receipt_files: Vec<PathBuf>,
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
    #[command(flatten)]
    pub(crate) venue: coretime_cli::VenueArgs,
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

pub(crate) fn parse_receipt(text: &str) -> Result<Position, String> {
    let (sequence, hash) = text.split_once(':').ok_or("a receipt is a sequence, a colon and a chain hash")?;
    let sequence = sequence.parse().map_err(|_| "the sequence is a number")?;
    let mut bytes = [0; 32];
    hex::decode_to_slice(hash.strip_prefix("0x").unwrap_or(hash), &mut bytes)
        .map_err(|_| "the chain hash is 64 hex digits")?;
    Ok(Position { sequence: Sequence(sequence), chain_hash: ChainHash(bytes) })
}

//! What the commands take.

use crate::receipts::Receipt;
use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use coretime_proto::v1 as pb;
use std::path::PathBuf;

/// A command of a trader or an operator.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Logs in with an on-chain key, and keeps the session (or an API key) for the other commands.
    Login(With<LoginArgs>),
    /// Says where to send money and regions.
    DepositAddress(With<Nothing>),
    /// Shows the account's money.
    Balance(With<Nothing>),
    /// Shows the account's free regions.
    Regions(With<Nothing>),
    /// Offers a region for sale, whole or in pieces.
    Ask(With<AskArgs>),
    /// Bids for core time, and waits for it.
    Bid(With<BidArgs>),
    /// Buys core time at once, all of it or nothing.
    Buy(With<BuyArgs>),
    /// Shows the account's live orders.
    Orders(With<Nothing>),
    /// Cancels an order, or all.
    Cancel(With<CancelArgs>),
    /// Shows what the account has traded.
    Fills(With<Nothing>),
    /// Shows each change of the account's money, with its cause: the newest last.
    Ledger(With<LedgerArgs>),
    /// Shows what leaves custody for the account, and how far it has come.
    Deliveries(With<Nothing>),
    /// Withdraws money or a region to the account on chain.
    Withdraw(With<WithdrawArgs>),
    /// Shows who sells and buys a window.
    Book(With<BookArgs>),
    /// Shows what a core costs, window after window.
    Curve(With<CurveArgs>),
    /// A live view of the market and of the account's orders; q ends it.
    Watch(With<WatchArgs>),
    /// Follows everyone's receipts, to keep them; or, with receipts of your own, says whether they are among them.
    Receipts(With<ReceiptsArgs>),
    /// Shows whether the venue trades, its clock and its settings.
    Status(With<Nothing>),
    /// Operators: takes no more orders, for a cause.
    Halt(With<CauseArgs>),
    /// Operators: takes no more orders and pays nothing out, for a cause.
    Freeze(With<CauseArgs>),
    /// Operators: takes a cause away, of halts and freezes.
    Resume(With<CauseArgs>),
    /// Operators: changes settings; what is not given stays as it is.
    Configure(With<ConfigureArgs>),
    /// Operators: sets how much may leave in a day without an operator, or takes such a limit away.
    LimitOutflow(With<LimitOutflowArgs>),
    /// Operators: shows the limits of what may leave in a day, and what has left today.
    OutflowLimits(With<Nothing>),
    /// Operators: shows what is above a limit and waits to be approved.
    Held(With<Nothing>),
    /// Operators: lets go what is above a limit.
    ApproveOutflow(With<ApproveOutflowArgs>),
}

/// A command's own arguments, and those that all have.
#[derive(Debug, Args)]
pub struct With<T: Args> {
    #[command(flatten)]
    pub(crate) args: T,
    #[command(flatten)]
    pub(crate) venue: VenueArgs,
}

/// Nothing of its own.
#[derive(Debug, Args)]
pub struct Nothing {}

/// Which venue, as whom, and how the answer is written.
#[derive(Debug, Args)]
pub struct VenueArgs {
    /// The venue [default: the one logged in to, else http://127.0.0.1:50051].
    #[arg(long, value_name = "URL", env = "CORETIME_EXCHANGE_SERVER")]
    pub(crate) server: Option<String>,
    /// Who vouches for the venue's certificate (PEM) [default: the certificates of this machine].
    #[arg(long, value_name = "FILE", env = "CORETIME_EXCHANGE_TLS_CA")]
    pub(crate) tls_ca: Option<PathBuf>,
    /// The name that a login is kept under, for those who have several.
    #[arg(long = "as", value_name = "NAME", env = "CORETIME_EXCHANGE_AS", default_value = "default")]
    pub(crate) login: String,
    /// Prints one JSON value.
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct LoginArgs {
    /// A file with the key: a seed phrase or a secret URI; - is standard input [default: the environment variable
    /// CORETIME_EXCHANGE_KEY, else it is asked for].
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
    /// Keeps an API key with these scopes, which does not expire, instead of the session.
    #[arg(long, value_name = "SCOPES", value_delimiter = ',')]
    pub(crate) api_key: Vec<ApiKeyScope>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ApiKeyScope {
    Read,
    Trade,
    Withdraw,
}

impl From<ApiKeyScope> for pb::Scope {
    fn from(scope: ApiKeyScope) -> Self {
        match scope {
            ApiKeyScope::Read => pb::Scope::Read,
            ApiKeyScope::Trade => pb::Scope::Trade,
            ApiKeyScope::Withdraw => pb::Scope::Withdraw,
        }
    }
}

#[derive(Debug, Args)]
pub struct AskArgs {
    /// The region: CORE@BEGIN[/MASK], as `regions` shows it.
    pub(crate) region: String,
    /// The lowest price, for a core and a day, in the chain's token; rounded up.
    #[arg(long, visible_alias = "min-dot-per-core-day", value_name = "AMOUNT")]
    pub(crate) min_per_core_day: String,
    /// Sell multiples of so many 1/80 parts of the core [default: the region's whole share].
    #[arg(long, value_name = "PARTS")]
    pub(crate) lot_parts: Option<u32>,
    /// Sell so long at least: 8 hours, 1 day, @60.
    #[arg(long, value_name = "DURATION", default_value = "@1")]
    pub(crate) min_duration: String,
    /// Refuse it if it would trade at once.
    #[arg(long)]
    pub(crate) post_only: bool,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("quantity").required(true).args(["cores", "parts"]))]
#[command(group = ArgGroup::new("length").required(true).args(["days", "duration", "to"]))]
pub struct BuyArgs {
    /// How many whole cores.
    #[arg(long)]
    pub(crate) cores: Option<u32>,
    /// How many 1/80 parts of one core.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=80))]
    pub(crate) parts: Option<u32>,
    /// From when: 2026-12-01, 2026-12-01T12:00 (UTC), tomorrow, in 3 days, @355040.
    #[arg(long, value_name = "DATE")]
    pub(crate) from: String,
    /// For so many days.
    #[arg(long)]
    pub(crate) days: Option<u32>,
    /// For so long: 12 hours, 1 week, @90.
    #[arg(long = "for", value_name = "DURATION")]
    pub(crate) duration: Option<String>,
    /// Until when, as --from.
    #[arg(long, value_name = "DATE")]
    pub(crate) to: Option<String>,
    /// The highest price, for a core and a day, in the chain's token; rounded down.
    #[arg(long, visible_alias = "max-dot-per-core-day", value_name = "AMOUNT")]
    pub(crate) max_per_core_day: String,
    /// Where it goes: custody (it can be sold again at once), transfer (to the account on chain), task:2000.
    #[arg(long, value_name = "WHERE", default_value = "custody")]
    pub(crate) deliver: String,
}

#[derive(Debug, Args)]
pub struct BidArgs {
    #[command(flatten)]
    pub(crate) terms: BuyArgs,
    /// Any stretch of that length that ends until then will do, as --from [default: it begins at --from].
    #[arg(long, value_name = "DATE")]
    pub(crate) latest: Option<String>,
    /// Refuse it if it would trade at once.
    #[arg(long)]
    pub(crate) post_only: bool,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("which").required(true).args(["order_id", "all"]))]
pub struct CancelArgs {
    /// The order, as `orders` shows it.
    pub(crate) order_id: Option<u64>,
    /// All orders.
    #[arg(long)]
    pub(crate) all: bool,
    /// With --all: only those of this side.
    #[arg(long, requires = "all")]
    pub(crate) side: Option<SideArg>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum SideArg {
    Bid,
    Ask,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).args(["amount", "region"]))]
pub struct WithdrawArgs {
    /// How much, in the chain's token.
    pub(crate) amount: Option<String>,
    /// A free region instead: CORE@BEGIN[/MASK], as `regions` shows it.
    #[arg(long)]
    pub(crate) region: Option<String>,
}

#[derive(Debug, Args)]
pub struct BookArgs {
    /// From when: 2026-12-01, 2026-12-01T12:00 (UTC), tomorrow, in 3 days, @355040.
    #[arg(long, value_name = "DATE")]
    pub(crate) from: String,
    /// For so long: 12 hours, 1 week, @90.
    #[arg(long = "for", value_name = "DURATION", default_value = "1 day")]
    pub(crate) duration: String,
    /// For orders in lots of so many 1/80 parts.
    #[arg(long, value_name = "PARTS", default_value_t = 80, value_parser = clap::value_parser!(u32).range(1..=80))]
    pub(crate) lot_parts: u32,
}

#[derive(Debug, Args)]
pub struct CurveArgs {
    /// How long each window is: 1 day, 1 week, @90.
    #[arg(long, value_name = "DURATION", default_value = "1 day")]
    pub(crate) length: String,
    /// How many windows.
    #[arg(long, value_name = "COUNT", default_value_t = 28, value_parser = clap::value_parser!(i32).range(1..=128))]
    pub(crate) points: i32,
    /// Windows without bids, asks and trades, too.
    #[arg(long)]
    pub(crate) all: bool,
}

#[derive(Debug, Args)]
pub struct WatchArgs {
    #[command(flatten)]
    pub(crate) curve: CurveArgs,
    /// Ends after so many views [default: goes on].
    #[arg(long, value_name = "COUNT")]
    pub(crate) views: Option<u64>,
}

#[derive(Debug, Args)]
pub struct ReceiptsArgs {
    /// Begins after this record [default: with the next one, or with the first --receipt].
    #[arg(long, value_name = "SEQUENCE")]
    pub(crate) after: Option<u64>,
    /// Ends after so many [default: goes on].
    #[arg(long, value_name = "COUNT")]
    pub(crate) count: Option<u64>,
    /// One of your own, as `ask`, `bid`, `buy` and `withdraw` print it: ends when all of them have come. May be given
    /// several times.
    #[arg(long = "receipt", value_name = "SEQUENCE:CHAIN_HASH")]
    pub(crate) receipts: Vec<Receipt>,
}

#[derive(Debug, Args)]
pub struct LedgerArgs {
    /// Only what came after this record of the log, as the last line of an earlier answer named it.
    #[arg(long, value_name = "SEQUENCE", default_value_t = 0, hide_default_value = true)]
    pub(crate) after: u64,
}

#[derive(Debug, Args)]
pub struct CauseArgs {
    /// The cause: a short text. The venue trades again when all are taken away.
    pub(crate) cause: String,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("whom").required(true).args(["venue", "each_account", "account"]))]
#[command(group = ArgGroup::new("limit").required(true).multiple(true).args([
    "funds", "core_days", "unlimited", "remove",
]))]
pub struct LimitOutflowArgs {
    /// Of all accounts together.
    #[arg(long)]
    pub(crate) venue: bool,
    /// Of each account that has no limit of its own.
    #[arg(long)]
    pub(crate) each_account: bool,
    /// Of this account, instead of the limit of each: an address, or 0x and 64 hex digits.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) account: Option<String>,
    /// How much money, in the chain's token [default: as much as it likes].
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) funds: Option<String>,
    /// How much core time, in days of a whole core; rounded down [default: as much as it likes].
    #[arg(long, value_name = "DAYS")]
    pub(crate) core_days: Option<String>,
    /// The account may take out what it likes, whatever the limit of each is.
    #[arg(long, requires = "account", conflicts_with_all = ["funds", "core_days", "remove"])]
    pub(crate) unlimited: bool,
    /// Takes the limit away.
    #[arg(long, conflicts_with_all = ["funds", "core_days"])]
    pub(crate) remove: bool,
}

#[derive(Debug, Args)]
pub struct ApproveOutflowArgs {
    /// The number, as `held` shows it.
    pub(crate) number: u64,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("change").required(true).multiple(true).args([
    "taker_ppm", "maker_ppm", "fee_account", "delivery_fee", "withdrawal_fee", "min_withdrawal",
    "min_fill_notional", "min_lot_parts",
]))]
pub struct ConfigureArgs {
    /// What a taker pays, in parts per million: 0 to 100000.
    #[arg(long, value_name = "PPM")]
    pub(crate) taker_ppm: Option<i32>,
    /// What a maker pays, in parts per million: -100000 (he gets it) to 100000.
    #[arg(long, value_name = "PPM", allow_negative_numbers = true)]
    pub(crate) maker_ppm: Option<i32>,
    /// The account that fees go to: an address, or 0x and 64 hex digits.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) fee_account: Option<String>,
    /// What a delivery costs, in the chain's token.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) delivery_fee: Option<String>,
    /// What a withdrawal costs, in the chain's token.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) withdrawal_fee: Option<String>,
    /// The least that can be withdrawn, in the chain's token.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) min_withdrawal: Option<String>,
    /// The least that a fill is worth, in the chain's token.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) min_fill_notional: Option<String>,
    /// The smallest lot, in 1/80 parts of a core: 1 to 80.
    #[arg(long, value_name = "PARTS")]
    pub(crate) min_lot_parts: Option<u32>,
}

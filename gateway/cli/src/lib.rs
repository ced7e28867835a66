//! The command line of traders and operators: [`Command`] is part of the program `coretime-exchange`.
//!
//! - It knows the venue by its public interface only, through `coretime-client`.
//! - People write dates, durations and amounts of the chain's token; each is shown with the timeslices and planck it
//!   becomes. A bid's limit is rounded down, an ask's up.
//! - `--json` prints one value, on every command (`watch` and `receipts`: one for each view or receipt). Errors say what to
//!   do next, go to standard error, and the exit code is 1.
//! - Keys are never arguments and never kept: `login` keeps a session or an API key, in a file of mode 0600.
//!
//! Deliberately absent: the chain. What is deposited is sent by a wallet.

mod account;
mod args;
mod hints;
mod login;
mod market;
mod operate;
mod outflow;
mod output;
mod receipts;
mod region;
mod reserves;
mod shell;
mod time;
mod trade;
mod venue;
mod watch;

pub use args::{Command, VenueArgs};
pub use reserves::{ToldReserves, ask_for_reserves};
pub use shell::{CompletionArgs, ManArgs, completion, man};

use anyhow::Result;
use venue::Venue;

/// Carries a command out and prints what came of it.
///
/// # Errors
/// What went wrong, and what to do next.
pub async fn run(command: Command) -> Result<()> {
    let (shown, json) = match &command {
        Command::Login(with) => (login::run(&with.venue, &with.args).await?, with.venue.json),
        Command::DepositAddress(with) => {
            (account::deposit_address(&Venue::public(&with.venue).await?), with.venue.json)
        }
        Command::Balance(with) => {
            (account::balance(&Venue::log_in(&with.venue).await?).await?, with.venue.json)
        }
        Command::Regions(with) => {
            (account::regions(&Venue::log_in(&with.venue).await?).await?, with.venue.json)
        }
        Command::Fills(with) => (account::fills(&Venue::log_in(&with.venue).await?).await?, with.venue.json),
        Command::Ledger(with) => {
            (account::ledger(&Venue::log_in(&with.venue).await?, &with.args).await?, with.venue.json)
        }
        Command::Deliveries(with) => {
            (account::deliveries(&Venue::log_in(&with.venue).await?).await?, with.venue.json)
        }
        Command::Withdraw(with) => {
            (account::withdraw(&Venue::log_in(&with.venue).await?, &with.args).await?, with.venue.json)
        }
        Command::Ask(with) => {
            (trade::ask(&Venue::log_in(&with.venue).await?, &with.args).await?, with.venue.json)
        }
        Command::Bid(with) => {
            (trade::bid(&Venue::log_in(&with.venue).await?, &with.args).await?, with.venue.json)
        }
        Command::Buy(with) => {
            (trade::buy(&Venue::log_in(&with.venue).await?, &with.args).await?, with.venue.json)
        }
        Command::Orders(with) => (trade::orders(&Venue::log_in(&with.venue).await?).await?, with.venue.json),
        Command::Cancel(with) => {
            (trade::cancel(&Venue::log_in(&with.venue).await?, &with.args).await?, with.venue.json)
        }
        Command::Book(with) => {
            (market::book(&Venue::public(&with.venue).await?, &with.args).await?, with.venue.json)
        }
        Command::Curve(with) => {
            (market::curve(&Venue::public(&with.venue).await?, &with.args).await?, with.venue.json)
        }
        Command::Receipts(with) => {
            return receipts::run(&Venue::public(&with.venue).await?, &with.args, with.venue.json).await;
        }
        Command::Status(with) => (operate::status(&Venue::public(&with.venue).await?), with.venue.json),
        Command::Halt(with) => {
            (operate::halt(&Venue::log_in(&with.venue).await?, &with.args.cause).await?, with.venue.json)
        }
        Command::Freeze(with) => {
            (operate::freeze(&Venue::log_in(&with.venue).await?, &with.args.cause).await?, with.venue.json)
        }
        Command::Configure(with) => {
            (operate::configure(&Venue::log_in(&with.venue).await?, &with.args).await?, with.venue.json)
        }
        Command::LimitOutflow(with) => {
            (outflow::set_limit(&Venue::log_in(&with.venue).await?, &with.args).await?, with.venue.json)
        }
        Command::OutflowLimits(with) => {
            (outflow::limits(&Venue::log_in(&with.venue).await?).await?, with.venue.json)
        }
        Command::Held(with) => (outflow::held(&Venue::log_in(&with.venue).await?).await?, with.venue.json),
        Command::ApproveOutflow(with) => {
            (outflow::approve(&Venue::log_in(&with.venue).await?, &with.args).await?, with.venue.json)
        }
        Command::Resume(with) => {
            (operate::resume(&Venue::log_in(&with.venue).await?, &with.args.cause).await?, with.venue.json)
        }
        Command::Watch(with) => {
            let logged_in = login::server(&with.venue.login).is_some();
            let venue = match logged_in {
                true => Venue::log_in(&with.venue).await?,
                false => Venue::public(&with.venue).await?,
            };
            return watch::run(&venue, logged_in, &with.args, with.venue.json).await;
        }
    };
    shown.print(json);
    Ok(())
}

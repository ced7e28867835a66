//! What must hold after every command, by name.
//!
//! Each is checked throughout the differential run, and once more as a test of its own, so that its name appears in a
//! failure.

mod book;
mod ledger;
mod limits;
mod priority;

use crate::coverage::Reached;
use crate::differential::{Check, Step, run_stream};
use coretime_market::Market;
use coretime_types::{Command, Event};

/// All of them; the comparison with the model last, so that a broken promise is named first.
pub(crate) const ALL: &[Check] = &[
    a_rejected_command_changes_nothing,
    ledger::conservation_of_funds,
    ledger::conservation_of_part_timeslices,
    ledger::holds_equal_what_open_bids_need,
    ledger::book_and_ledger_agree,
    limits::no_trade_beyond_a_limit,
    priority::price_time_priority,
    book::the_resting_book_is_never_crossed,
    book::the_book_of_a_window_is_what_the_rules_say,
    the_model_agrees,
];

fn the_model_agrees(step: &Step<'_>) -> Result<(), String> {
    if step.events != step.model_events {
        let (engine, model) = (step.events, step.model_events);
        return Err(format!("events differ\nengine: {engine:#?}\nmodel: {model:#?}"));
    }
    let model = crate::view::View::of_model(step.model, &crate::generator::accounts());
    step.after.difference(&model).map_or(Ok(()), Err)
}

/// A rejected command leaves the state as it was, to the byte; only a deposit counts as seen.
fn a_rejected_command_changes_nothing(step: &Step<'_>) -> Result<(), String> {
    let deposit = matches!(step.command, Command::DepositFunds { .. } | Command::DepositRegion { .. });
    let quote = matches!(step.command, Command::Quote { .. });
    let rejected = matches!(step.events, [Event::Rejected(_)]);
    // One event of a quote may be its only element's.
    let rejected = rejected && (!quote || step.model_before.next_order == step.model.next_order);
    if !rejected || step.hash_before == step.hash_after {
        return Ok(());
    }
    if deposit {
        let same = step.before.free == step.after.free && step.before.accounts == step.after.accounts;
        return if same { Ok(()) } else { Err("a rejected deposit changed the ledger".to_owned()) };
    }
    if quote && step.before == step.after {
        // Its request id is remembered: the quote counts as accepted.
        return Ok(());
    }
    Err(format!("a rejected command changed the state: {:?}", step.command))
}

/// The same commands give the same state, and so do the later ones from a snapshot taken after the earlier ones.
pub(crate) fn replay_gives_the_same_hash(commands: &[Command], market: &Market) -> Result<(), String> {
    let (mut again, mut events) = (Market::new(), Vec::new());
    let (earlier, later) = commands.split_at(commands.len() / 2);
    earlier.iter().for_each(|command| again.apply(command, &mut events));
    let mut restored = Market::restore(&again.snapshot()).map_err(|error| error.to_string())?;
    promise(restored.state_hash() == again.state_hash(), || "a restored market differs".to_owned())?;
    for command in later {
        let (mut expected, mut found) = (Vec::new(), Vec::new());
        again.apply(command, &mut expected);
        restored.apply(command, &mut found);
        promise(found == expected, || format!("restored, {command:?} gives {found:?}, not {expected:?}"))?;
    }
    promise(restored.state_hash() == again.state_hash(), || {
        "a restored market has become another".to_owned()
    })?;
    promise(again.state_hash() == market.state_hash(), || "a replay differs".to_owned())
}

/// Names a broken promise.
fn promise(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}

/// Checks one property over streams of its own.
fn over_streams(check: Check) {
    for seed in 0..12 {
        run_stream(1_000_000 + seed, 1_000, &[check], &mut Reached::default());
    }
}

macro_rules! tests_of_their_own {
    ($($name:ident: $check:path,)*) => {
        mod tests {
            use super::{book, ledger, limits, over_streams, priority};
            $(
                #[test]
                fn $name() {
                    over_streams($check);
                }
            )*
        }
    };
}

tests_of_their_own! {
    conservation_of_funds: ledger::conservation_of_funds,
    conservation_of_part_timeslices: ledger::conservation_of_part_timeslices,
    no_trade_beyond_a_limit: limits::no_trade_beyond_a_limit,
    price_time_priority: priority::price_time_priority,
    the_resting_book_is_never_crossed: book::the_resting_book_is_never_crossed,
    the_book_of_a_window_is_what_the_rules_say: book::the_book_of_a_window_is_what_the_rules_say,
    holds_equal_what_open_bids_need: ledger::holds_equal_what_open_bids_need,
    book_and_ledger_agree: ledger::book_and_ledger_agree,
    a_rejected_command_changes_nothing: super::a_rejected_command_changes_nothing,
    the_model_agrees: super::the_model_agrees,
}

#[test]
fn replay_of_a_stream_gives_the_same_hash() {
    // Every stream ends with a replay.
    over_streams(|_| Ok(()));
}

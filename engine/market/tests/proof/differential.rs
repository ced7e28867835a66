//! Drives the engine and the model with the same streams, and compares every event and the whole state after every
//! command.
//!
//! `COMMANDS` sets how many commands, `SEED` where the seeds begin. A failure prints its seed and the shortest list
//! of commands that still fails.

use crate::coverage::{Rare, Reached};
use crate::generator::{Generator, accounts};
use crate::model::Model;
use crate::parallel::{number, over_seeds, show};
use crate::properties;
use crate::shrink::shrink;
use crate::view::View;
use coretime_market::Market;
use coretime_types::{Command, Event};
use std::panic::{AssertUnwindSafe, catch_unwind};

pub(crate) const STREAM_COMMANDS: u64 = 2_000;

/// One command, with everything before and after it.
pub(crate) struct Step<'a> {
    pub(crate) command: &'a Command,
    pub(crate) events: &'a [Event],
    pub(crate) model_events: &'a [Event],
    pub(crate) before: &'a View,
    pub(crate) after: &'a View,
    pub(crate) model_before: &'a Model,
    pub(crate) model: &'a Model,
    pub(crate) market: &'a Market,
    pub(crate) hash_before: [u8; 32],
    pub(crate) hash_after: [u8; 32],
}

/// A promise that is checked after a command.
pub(crate) type Check = fn(&Step<'_>) -> Result<(), String>;

/// The engine and the model, side by side.
pub(crate) struct Pair {
    pub(crate) market: Market,
    pub(crate) model: Model,
    view: View,
    hash: [u8; 32],
    /// Whether the market takes for the next command's what it has looked up for the last one.
    hints_are_wrong: bool,
}

impl Pair {
    pub(crate) fn new() -> Pair {
        let market = Market::new();
        let (view, hash) = (View::of_market(&market, &accounts()), market.state_hash());
        Pair { market, model: Model::new(), view, hash, hints_are_wrong: false }
    }

    /// Applies the command to both and checks.
    pub(crate) fn step(
        &mut self,
        command: &Command,
        checks: &[Check],
        reached: &mut Reached,
    ) -> Result<(), String> {
        let model_before = self.model.clone();
        let model_events = self.model.apply(command);
        let mut events = Vec::new();
        // Hints: right for one command and, since it is looked at as if it came once more, wrong for the next.
        if !self.hints_are_wrong {
            self.market.look_ahead([command, command].into_iter());
        }
        self.hints_are_wrong = !self.hints_are_wrong;
        self.market.apply(command, &mut events);
        let after = View::of_market(&self.market, &accounts());
        let step = Step {
            command,
            events: &events,
            model_events: &model_events,
            before: &self.view,
            after: &after,
            model_before: &model_before,
            model: &self.model,
            market: &self.market,
            hash_before: self.hash,
            hash_after: self.market.state_hash(),
        };
        let outcome = checks.iter().try_for_each(|check| check(&step));
        (self.hash, self.view) = (step.hash_after, after);
        note(&mut self.model, command, &events, reached);
        outcome
    }
}

/// Counts what the command reached.
pub(crate) fn note(model: &mut Model, command: &Command, events: &[Event], reached: &mut Reached) {
    let mut met = std::mem::take(&mut model.met);
    let dead = |piece: &&_, ask: &crate::model::Ask| !ask.is_live(piece, model.now);
    if model.asks.iter().any(|ask| ask.pieces.iter().any(|piece| dead(&piece, ask))) {
        met.push(Rare::DeadPieceBesideLive);
    }
    reached.most_orders = reached.most_orders.max(model.bids.len() + model.asks.len());
    reached.note(command, events, &met);
}

/// The first check that fails on this list of commands, by name.
fn failure(commands: &[Command], checks: &[Check]) -> Option<String> {
    let run = || {
        let (mut pair, mut reached) = (Pair::new(), Reached::default());
        commands.iter().find_map(|command| pair.step(command, checks, &mut reached).err())
    };
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(reason) => reason,
        Err(panic) => {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let text = text.or(panic.downcast_ref::<&str>().copied());
            Some(format!("panic: {}", text.unwrap_or("no text")))
        }
    }
}

/// Runs one stream; panics with the shortest list of commands that fails.
pub(crate) fn run_stream(seed: u64, length: u64, checks: &[Check], reached: &mut Reached) {
    let mut generator = Generator::new(seed);
    let (mut pair, mut commands) = (Pair::new(), Vec::new());
    for _ in 0..length {
        let command = generator.command(&pair.model);
        commands.push(command.clone());
        let step = || pair.step(&command, checks, reached);
        if !matches!(catch_unwind(AssertUnwindSafe(step)), Ok(Ok(()))) {
            let (shortest, reason) = shrink(commands, |commands| failure(commands, checks));
            panic!("seed {seed}: {reason}\nwith {} commands:\n{shortest:#?}", shortest.len());
        }
    }
    properties::replay_gives_the_same_hash(&commands, &pair.market).unwrap();
}

#[test]
fn the_model_and_the_engine_agree_on_every_event_and_state() {
    let commands = number("COMMANDS", if cfg!(debug_assertions) { 50_000 } else { 2_000_000 });
    let first = number("SEED", 1);
    let seeds = first..first + commands.div_ceil(STREAM_COMMANDS);
    let run = |seed, reached: &mut Reached| run_stream(seed, STREAM_COMMANDS, properties::ALL, reached);
    let mut reached = Reached::default();
    over_seeds(seeds.clone(), run).into_iter().for_each(|more| reached.add(more));
    show(&format!("market and model, seeds {seeds:?}: {}", reached.report()));
    // A short run may miss a rare state without any fault.
    if reached.commands >= 500_000 {
        assert_eq!(reached.missing(), Vec::<String>::new(), "never reached");
    }
}

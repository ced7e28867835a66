//! The scenario format in bulk: what `replay --state` prints for long random streams, against the model.
//!
//! A stream is written as text by `text`, with lines that are no command (`malformed`) and blank ones in between, and
//! run through `coretime_scenario::run`, as the binary does. What it prints is parsed as JSON and compared with what
//! `expected` makes of the model's events and of its state at the end. Nothing here uses the engine's own formatting,
//! and of the engine only the types.
//!
//! `STREAMS` sets how many streams, `SEED` where the seeds begin. A failure names its seed and the first line that
//! differs.

mod expected;
mod malformed;
mod text;

use crate::coverage::Reached;
use crate::differential::{STREAM_COMMANDS, note};
use crate::generator::Generator;
use crate::model::Model;
use crate::parallel::{number, over_seeds, show};
use coretime_types::{Command, QuoteOrder};
use fastrand::Rng;
use malformed::Fault;
use serde_json::Value;
use std::collections::BTreeMap;
use text::Object;

/// What the streams reached.
#[derive(Default)]
struct Lines {
    reached: Reached,
    faults: BTreeMap<Fault, u64>,
    blank: u64,
    states: BTreeMap<&'static str, usize>,
}

impl Lines {
    fn add(&mut self, other: Lines) {
        self.reached.add(other.reached);
        self.blank += other.blank;
        other.faults.into_iter().for_each(|(fault, count)| *self.faults.entry(fault).or_default() += count);
        other.states.into_iter().for_each(|(part, count)| *self.states.entry(part).or_default() += count);
    }

    fn note_state(&mut self, model: &Model) {
        let parts = [("bids", model.bids.len()), ("asks", model.asks.len()), ("regions", model.free.len())];
        parts.into_iter().for_each(|(part, count)| *self.states.entry(part).or_default() += count);
    }
}

/// The command as far as the format holds it.
fn as_written(mut command: Command) -> Command {
    match &mut command {
        Command::SettlementSubmitted(submitted) => submitted.extrinsic = Vec::new(),
        Command::Quote { account, place, .. } => place.iter_mut().for_each(|order| match order {
            QuoteOrder::Bid(bid) => bid.account = *account,
            QuoteOrder::Ask(ask) => ask.account = *account,
        }),
        _ => {}
    }
    command
}

/// The text of a stream, and what must be printed for it.
fn stream(seed: u64, lines: &mut Lines) -> (Vec<u8>, Vec<Value>) {
    let (mut generator, mut model) = (Generator::new(seed), Model::new());
    // Its own dice: the stream is the one that the differential test runs.
    let mut rng = Rng::with_seed(!seed);
    let (mut input, mut output) = (Vec::new(), Vec::new());
    for _ in 0..STREAM_COMMANDS {
        let command = as_written(generator.command(&model));
        let object = Object::of_command(&command, &mut rng);
        if rng.u32(0..8) == 0
            && let Some((line, fault)) = malformed::line(object.clone(), &mut rng)
        {
            *lines.faults.entry(fault).or_default() += 1;
            input.extend(line);
            input.push(b'\n');
            output.push(expected::malformed(output.len() as u64 + 1));
        }
        if rng.u32(0..50) == 0 {
            lines.blank += 1;
            input.extend_from_slice([&b"\n"[..], b"  \n", b"\t\r\n"][rng.usize(0..3)]);
        }
        let events = model.apply(&command);
        note(&mut model, &command, &events, &mut lines.reached);
        input.extend(object.into_line(&mut rng).into_bytes());
        input.extend_from_slice(if rng.u32(0..50) == 0 { b"\r\n" } else { b"\n" });
        output.push(expected::events(output.len() as u64 + 1, &events));
    }
    lines.note_state(&model);
    output.push(expected::state(&model));
    (input, output)
}

fn run(seed: u64, lines: &mut Lines) {
    let (input, expected) = stream(seed, lines);
    let mut output = Vec::new();
    coretime_scenario::run(&input[..], &mut output, true).unwrap();
    let printed: Vec<&str> = std::str::from_utf8(&output).unwrap().lines().collect();
    let asked = input.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let asked = asked.chain([&b"(the state)"[..]]);
    for ((line, expected), printed) in asked.zip(&expected).zip(&printed) {
        let parsed: Value = serde_json::from_str(printed).unwrap();
        assert!(
            parsed == *expected,
            "seed {seed}: for {}\nprinted {printed}\nexpected {expected}",
            line[..line.len().min(2_000)].escape_ascii()
        );
    }
    assert_eq!(printed.len(), expected.len(), "seed {seed}: lines printed");
}

#[test]
fn what_replay_prints_is_what_the_model_says() {
    let streams = number("STREAMS", if cfg!(debug_assertions) { 10 } else { 200 });
    let first = number("SEED", 1);
    let seeds = first..first + streams;
    let mut lines = Lines::default();
    over_seeds(seeds.clone(), run).into_iter().for_each(|more| lines.add(more));
    let Lines { reached, faults, blank, states } = &lines;
    show(&format!(
        "the scenario format and the model, seeds {seeds:?}: {}malformed lines: {faults:?}\n\
         blank lines: {blank}, live at the end: {states:?}\n",
        reached.summary()
    ));
    if streams >= 200 {
        assert_eq!(reached.missing(), Vec::<String>::new(), "never reached");
        assert!(Fault::ALL.iter().all(|fault| faults.contains_key(fault)), "{faults:?}");
        assert!(*blank > 0 && states.values().all(|count| *count > 0), "{blank} {states:?}");
    }
}

//! What a command costs from the engine's queue to its answer: with a log on disk, and with one in memory, where a sync
//! costs nothing.
//!
//! ```sh
//! cargo run --release -p benches --bin queue
//! ```
//!
//! One thread submits the messages of *plain* and waits for answers, so many at a time on their way; the engine applies
//! them on a thread of its own, another encodes, a third writes and syncs. Beside it the market alone, in the same run.

// A measurement is an approximation by nature; nothing here is replayed.
#![allow(clippy::float_arithmetic, clippy::cast_precision_loss)]

use anyhow::{Context, Result, bail};
use benches::flow::plain::{Message, Plain, Round};
use benches::measure::{Latencies, Percentiles, median};
use benches::subject::{MarketAlone, Plays};
use clap::Parser;
use comfy_table::{Table, presets::ASCII_MARKDOWN};
use coretime_sequencer::{Engine, EngineConfig, start};
use coretime_types::Command;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What a command costs from the engine's queue to its answer.
#[derive(Debug, Parser)]
struct Args {
    /// How many orders rest.
    #[arg(long, default_value_t = 100_000)]
    depth: usize,
    /// Messages in a round.
    #[arg(long, default_value_t = 50_000)]
    messages: usize,
    /// Rounds of each, in turns.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Commands on their way at a time.
    #[arg(long, num_args = 1.., default_values_t = [1, 64, 1_024])]
    on_the_way: Vec<usize>,
    /// Where the log on disk is kept [default: where temporary files are].
    #[arg(long)]
    disk: Option<PathBuf>,
    /// A file system in memory.
    #[arg(long, default_value = "/dev/shm")]
    memory: PathBuf,
}

/// What was measured of one way, over all rounds.
struct Measured {
    name: String,
    per_second: Vec<f64>,
    times: Latencies,
}

impl Measured {
    fn new(name: String) -> Result<Measured> {
        Ok(Measured { name, per_second: Vec::new(), times: Latencies::new()? })
    }
}

fn main() -> Result<()> {
    let args = Args::parse();
    let flow = Plain::new(1, args.depth, args.rounds * (1 + 2 * args.on_the_way.len()), args.messages)?;
    let mut ways = vec![Measured::new("market alone".into())?];
    for on_the_way in &args.on_the_way {
        for log in ["in memory", "on disk"] {
            ways.push(Measured::new(format!("{on_the_way} on the way, log {log}"))?);
        }
    }
    let disk = match &args.disk {
        Some(folder) => TempDir::new_in(folder),
        None => TempDir::new(),
    };
    let disk = disk.context("there is no folder for the log")?;
    let memory = TempDir::new_in(&args.memory)
        .with_context(|| format!("there is no file system in memory at {}", args.memory.display()))?;

    let mut alone = MarketAlone::default();
    let engines = [Running::start(memory.path())?, Running::start(disk.path())?];
    eprintln!("the books are built");
    prepare(&mut alone, &engines, &flow.resting, true)?;
    let mut rounds = flow.rounds.iter();
    for n in 0..args.rounds {
        eprintln!("round {} of {}", n + 1, args.rounds);
        // All play each round, and one of them is measured: so all are in the same state all the time.
        for (which, way) in ways.iter_mut().enumerate() {
            let Some(round) = rounds.next() else { bail!("the flow is too short") };
            prepare(&mut alone, &engines, round, false)?;
            let commands: Vec<Command> = round.messages.iter().map(Message::command).collect();
            let began = Instant::now();
            let measured = which == 0;
            for command in &commands {
                let before = Instant::now();
                alone.apply(command);
                if measured {
                    way.times.record(before.elapsed());
                }
            }
            if measured {
                way.per_second.push(a_second(commands.len(), began.elapsed()));
            }
            for (log, engine) in engines.iter().enumerate() {
                let measured = which > 0 && (which - 1) % 2 == log;
                let window = if measured { args.on_the_way[(which - 1) / 2] } else { 1_024 };
                let began = Instant::now();
                let mut times = Latencies::new()?;
                engine.play(commands.iter().cloned(), window, &mut times)?;
                if measured {
                    way.per_second.push(a_second(commands.len(), began.elapsed()));
                    way.times.add(&times);
                }
            }
        }
    }
    print(&ways);
    Ok(())
}

/// Brings the accounts' regions and money, and builds the book.
fn prepare(
    alone: &mut MarketAlone,
    engines: &[Running; 2],
    round: &Round,
    with_messages: bool,
) -> Result<()> {
    let messages: Vec<Command> =
        if with_messages { round.messages.iter().map(Message::command).collect() } else { Vec::new() };
    alone.supply(&round.supply);
    alone.supply(&messages);
    for engine in engines {
        let commands = round.supply.iter().chain(&messages).cloned();
        engine.play(commands, 1_024, &mut Latencies::new()?)?;
    }
    Ok(())
}

/// An engine with its threads.
struct Running {
    engine: Engine,
    _running: coretime_sequencer::Running,
}

impl Running {
    fn start(folder: &Path) -> Result<Running> {
        let config = EngineConfig { snapshot_every_commands: 0, ..EngineConfig::new(folder) };
        let (engine, running) = start(config)?;
        Ok(Running { engine, _running: running })
    }

    /// Submits the commands in order, `window` of them on their way at a time.
    fn play(
        &self,
        commands: impl Iterator<Item = Command>,
        window: usize,
        times: &mut Latencies,
    ) -> Result<()> {
        let mut on_the_way = VecDeque::with_capacity(window);
        for command in commands {
            if on_the_way.len() >= window
                && let Some((submitted, answer)) = on_the_way.pop_front()
            {
                await_answer(submitted, answer, times)?;
            }
            on_the_way.push_back((Instant::now(), self.engine.submit(command)?));
        }
        for (submitted, answer) in on_the_way {
            await_answer(submitted, answer, times)?;
        }
        Ok(())
    }
}

fn await_answer(submitted: Instant, answer: coretime_sequencer::Answer, times: &mut Latencies) -> Result<()> {
    answer.wait()?;
    times.record(submitted.elapsed());
    Ok(())
}

fn a_second(commands: usize, took: Duration) -> f64 {
    commands as f64 / took.as_secs_f64()
}

fn print(ways: &[Measured]) {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    table.set_header(["", "commands/s", "p50 us", "p99 us", "p99.9 us"]);
    for Measured { name, per_second, times } in ways {
        let us = |ns: u64| format!("{:.1}", ns as f64 / 1e3);
        let Some(Percentiles { p50_ns, p99_ns, p999_ns }) = times.percentiles() else { continue };
        let commands = format!("{:.0}", median(per_second.clone()));
        table.add_row([name.clone(), commands, us(p50_ns), us(p99_ns), us(p999_ns)]);
    }
    println!("{table}");
}

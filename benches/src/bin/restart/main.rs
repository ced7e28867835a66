//! How long a restart takes: a folder is filled through the real sequencer, with snapshots, and then started from in
//! processes of their own, whose memory is told too.

// A measurement is an approximation by nature; nothing here is replayed.
#![allow(clippy::float_arithmetic)]

mod traffic;

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use comfy_table::{ContentArrangement, Table, presets::ASCII_MARKDOWN};
use coretime_log::{Entry, Reader, log_folder};
use coretime_market::Market;
use coretime_sequencer::{Engine, EngineConfig, StopReason, SubmitError, start};
use coretime_types::{Command, Sequence};
use serde::{Deserialize, Serialize};
use std::{
    collections::VecDeque,
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};
use traffic::Traffic;

/// How long a restart takes after so many commands.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Options {
    /// How many commands the log has; half of the distance between snapshots comes on top, as the rest to be replayed.
    #[arg(long, default_value_t = 10_000_000)]
    commands: u64,
    /// A snapshot is written whenever so many commands have come.
    #[arg(long, default_value_t = 1_000_000)]
    snapshot_every: u64,
    /// How many orders rest.
    #[arg(long, default_value_t = 100_000)]
    depth: usize,
    /// Where the folder is made; it is removed afterwards [default: where temporary files are].
    #[arg(long)]
    folder: Option<PathBuf>,
    #[command(subcommand)]
    step: Option<Step>,
}

/// What one of the processes does, which are started by the program itself.
#[derive(Clone, Debug, Subcommand)]
#[command(hide = true)]
enum Step {
    /// Starts, from a snapshot if there is one.
    Start { data: PathBuf },
    /// Applies the commands, without log and threads.
    Apply { data: PathBuf, rest: u64 },
}

/// What a process has measured.
#[derive(Debug, Serialize, Deserialize)]
struct Measured {
    commands: u64,
    /// Before the first command.
    restoring_ms: u64,
    /// The segments that were not replayed.
    checking_ms: u64,
    commands_per_second: f64,
    /// Of the last commands alone, where they were measured.
    rest_per_second: Option<f64>,
    peak_mib: u64,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let measured = match &options.step {
        None => return compare(&options),
        Some(Step::Start { data }) => measure_start(data)?,
        Some(Step::Apply { data, rest }) => measure_apply(data, *rest)?,
    };
    println!("{}", serde_json::to_string(&measured)?);
    Ok(())
}

fn compare(options: &Options) -> Result<()> {
    let folder = match &options.folder {
        Some(parent) => tempfile::tempdir_in(parent)?,
        None => tempfile::tempdir()?,
    };
    let data = folder.path();
    let rest = options.snapshot_every / 2;
    let began = Instant::now();
    let newest = fill(options, data, options.commands + rest)?;
    let total = options.commands + rest;
    eprintln!("{total} commands are durable after {:.0?}", began.elapsed());
    let rest = total - newest;

    let data_text = data.to_str().context("a folder's name that is no text")?;
    let snapshot = run_step(&["start", data_text])?;
    let aside = data.join("snapshots.aside");
    fs::rename(data.join("snapshots"), &aside)?;
    let whole = run_step(&["start", data_text])?;
    let apply = run_step(&["apply", data_text, &rest.to_string()])?;
    if (snapshot.commands, whole.commands, apply.commands) != (rest, total, total) {
        bail!("other commands were replayed: {snapshot:?}, {whole:?}, {apply:?}");
    }

    let rest_speed = apply.rest_per_second.context("the rest was not measured")?;
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header([
        "",
        "commands",
        "restoring s",
        "replaying s",
        "checking s",
        "commands/s",
        "/ engine alone",
        "peak MiB",
    ]);
    let mut row = |name: &str, measured: &Measured, commands: u64, per_second: f64, alone: f64| {
        table.add_row([
            name.to_owned(),
            commands.to_string(),
            format!("{:.2}", measured.restoring_ms as f64 / 1_000.0),
            format!("{:.2}", commands as f64 / per_second),
            format!("{:.2}", measured.checking_ms as f64 / 1_000.0),
            format!("{per_second:.0}"),
            format!("{:.2}", per_second / alone),
            measured.peak_mib.to_string(),
        ]);
    };
    row("start from the snapshot", &snapshot, rest, snapshot.commands_per_second, rest_speed);
    row("engine alone, the same commands", &apply, rest, rest_speed, rest_speed);
    row("full replay", &whole, total, whole.commands_per_second, apply.commands_per_second);
    row("engine alone, all commands", &apply, total, apply.commands_per_second, apply.commands_per_second);
    println!("{table}");
    Ok(())
}

/// Runs this program again for one measurement.
fn run_step(arguments: &[&str]) -> Result<Measured> {
    let output = std::process::Command::new(std::env::current_exe()?).args(arguments).output()?;
    if !output.status.success() {
        bail!("{arguments:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Commands that may wait for their answers.
const IN_FLIGHT: usize = 3_000;

/// Fills the folder through the sequencer and waits for the last snapshot; gives its place.
fn fill(options: &Options, data: &Path, total: u64) -> Result<u64> {
    let every = options.snapshot_every;
    let config = EngineConfig { snapshot_every_commands: every, ..EngineConfig::new(data) };
    let (engine, running) = start(config)?;
    let mut traffic = Traffic::new(1, options.depth);
    let mut in_flight = VecDeque::with_capacity(IN_FLIGHT);
    let mut snapshots_due = 0;
    for number in 1..=total {
        let command = traffic.next_command()?;
        if in_flight.len() >= IN_FLIGHT
            && let Some(first) = in_flight.pop_front()
        {
            coretime_sequencer::Answer::wait(first)?;
        }
        in_flight.push_back(submit(&engine, command)?);
        // The writer of snapshots shall not fall behind by more than one, as it does not where commands come slower.
        if number % every == every / 4 && number > every {
            snapshots_due += 1;
            wait_for_snapshot(data, snapshots_due * every)?;
            eprintln!("{number} commands");
        }
    }
    for answer in in_flight {
        answer.wait()?;
    }
    let newest = wait_for_snapshot(data, options.commands)?;
    match running.shutdown() {
        StopReason::ShutDown => Ok(newest),
        reason => bail!("the engine has stopped: {reason}"),
    }
}

fn submit(engine: &Engine, command: Command) -> Result<coretime_sequencer::Answer> {
    loop {
        match engine.submit(command.clone()) {
            Ok(answer) => return Ok(answer),
            Err(SubmitError::Busy) => thread::sleep(Duration::from_micros(200)),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Waits until a snapshot is there that is not older; gives the newest one's place.
fn wait_for_snapshot(data: &Path, at_least: u64) -> Result<u64> {
    let began = Instant::now();
    loop {
        let files = fs::read_dir(data.join("snapshots")).into_iter().flatten().flatten();
        let sequences = files
            .filter_map(|file| file.file_name().to_str()?.strip_suffix(".snapshot")?.parse::<u64>().ok());
        match sequences.max() {
            Some(newest) if newest >= at_least => return Ok(newest),
            _ if began.elapsed() > Duration::from_secs(600) => bail!("no snapshot is written"),
            _ => thread::sleep(Duration::from_millis(20)),
        }
    }
}

fn measure_start(data: &Path) -> Result<Measured> {
    let config = EngineConfig { snapshot_every_commands: 0, ..EngineConfig::new(data) };
    let (_, running) = start(config)?;
    let replayed = running.replayed();
    let peak_mib = peak_mib()?;
    running.shutdown();
    Ok(Measured {
        commands: replayed.commands(),
        restoring_ms: u64::try_from(replayed.restoring.as_millis())?,
        checking_ms: u64::try_from(replayed.checking.as_millis())?,
        commands_per_second: replayed.commands_per_second() as f64,
        rest_per_second: None,
        peak_mib,
    })
}

/// Commands are read before the clock runs, so many at a time.
const CHUNK: usize = 100_000;

fn measure_apply(data: &Path, rest: u64) -> Result<Measured> {
    let end = last_sequence(data)?;
    let mut reader = Reader::open(&log_folder(data), Sequence(1))?;
    let (mut market, mut events) = (Market::new(), Vec::new());
    let (mut all, mut of_rest) = (Duration::ZERO, Duration::ZERO);
    let mut chunk = Vec::with_capacity(CHUNK);
    loop {
        chunk.clear();
        let is_rest = reader.position().sequence.0 >= end - rest;
        while chunk.len() < CHUNK && (is_rest || reader.position().sequence.0 < end - rest) {
            match reader.next_entry()? {
                Some(Entry::Command(record)) => chunk.push(record.command),
                Some(Entry::Commitment(_)) => {}
                None => break,
            }
        }
        if chunk.is_empty() {
            break;
        }
        let began = Instant::now();
        for command in &chunk {
            events.clear();
            market.apply(command, &mut events);
        }
        let elapsed = began.elapsed();
        all += elapsed;
        if is_rest {
            of_rest += elapsed;
        }
    }
    Ok(Measured {
        commands: end,
        restoring_ms: 0,
        checking_ms: 0,
        commands_per_second: end as f64 / all.as_secs_f64(),
        rest_per_second: Some(rest as f64 / of_rest.as_secs_f64()),
        peak_mib: peak_mib()?,
    })
}

fn last_sequence(data: &Path) -> Result<u64> {
    let mut reader = Reader::open(&log_folder(data), Sequence(1))?;
    while reader.next_entry()?.is_some() {}
    Ok(reader.position().sequence.0)
}

/// The most memory that this process has held at once.
fn peak_mib() -> Result<u64> {
    let status =
        fs::read_to_string("/proc/self/status").context("the peak of memory is told by Linux only")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no peak of memory")?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib / 1_024)
}

//! How the gateway answers under load, beside a bare tonic service in the same run.
//!
//! `cargo run --release -p benches --bin load`; `-- --siege` for many sessions, some of which misbehave, and
//! `-- --siege --seconds 600` for a soak of ten minutes.

use anyhow::{Context, Result};
use benches::load::{Echo, Load, LoadVenue, Siege, Target, closed_loop, open_loop, siege, throughput};
use clap::Parser;
use comfy_table::{Table, presets::ASCII_MARKDOWN};
use coretime_gateway::Rate;
use hdrhistogram::Histogram;
use mimalloc::MiMalloc;
use std::path::PathBuf;
use std::time::Duration;
use tempfile::TempDir;

/// As the server has it.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// More than any machine does: here it is not the rates that are measured.
const NO_LIMIT: Rate = Rate::new(u32::MAX, u32::MAX);
/// A file system in memory, where a sync costs nothing.
const MEMORY: &str = "/dev/shm";

/// How the gateway answers under load, beside a bare tonic service in the same run.
#[derive(Debug, Parser)]
struct Args {
    /// How long each measurement takes, in seconds.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Orders a second in the open loop; each is taken back too.
    #[arg(long, default_value_t = 1_000)]
    rate: u32,
    /// Connections.
    #[arg(long, default_value_t = 4)]
    connections: usize,
    /// Commands on their way at any time, for each session of the sessions' rows.
    #[arg(long, default_value_t = 256)]
    window: usize,
    /// How often everything is measured, in turns.
    #[arg(long, default_value_t = 3)]
    rounds: u32,
    /// Where the log is kept in the rows with a log [default: a temporary folder].
    #[arg(long)]
    data: Option<PathBuf>,
    /// Many sessions at once instead: first alone, then with one that floods, one that never reads, one that sends garbage.
    #[arg(long)]
    siege: bool,
    /// Sessions of the siege.
    #[arg(long, default_value_t = 1_000)]
    sessions: u32,
    /// How often each session of the siege sends a command, in milliseconds.
    #[arg(long, default_value_t = 500)]
    interval_ms: u64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let args = Args::parse();
    if args.siege { besiege(&args).await } else { compare(&args).await }
}

fn folder(data: Option<&PathBuf>) -> Result<TempDir> {
    let folder = match data {
        Some(data) => TempDir::new_in(data),
        None => TempDir::new(),
    };
    folder.context("there is no folder for the log")
}

fn in_memory() -> Result<TempDir> {
    TempDir::new_in(MEMORY).with_context(|| format!("there is no file system in memory at {MEMORY}"))
}

async fn compare(args: &Args) -> Result<()> {
    let load = Load { duration: Duration::from_secs(args.seconds), connections: args.connections };
    let calls_table = || {
        let mut calls = Table::new();
        calls.load_style(ASCII_MARKDOWN);
        calls.set_header(["round", "place-order call", "p50 us", "p99 us", "p99.9 us", "p50 / echo's"]);
        calls
    };
    let (mut closed_calls, mut open_calls) = (calls_table(), calls_table());
    let mut sessions = Table::new();
    sessions.load_style(ASCII_MARKDOWN);
    sessions.set_header(["round", "session", "answers/s", "echo's / it", "it / echo's"]);
    for round in 1..=args.rounds {
        let echo = Echo::serve().await?;
        let (memory, disk) = (in_memory()?, folder(args.data.as_ref())?);
        let without = LoadVenue::start(memory.path(), NO_LIMIT).await?;
        let with = LoadVenue::start(disk.path(), NO_LIMIT).await?;

        for (calls, open) in [(&mut closed_calls, false), (&mut open_calls, true)] {
            let mut base = None;
            for (name, target) in [
                ("bare echo", Target::Echo(echo)),
                ("log in memory", Target::Exchange(&without)),
                ("log on disk", Target::Exchange(&with)),
            ] {
                let latencies = match open {
                    true => open_loop(target, load, args.rate).await?,
                    false => closed_loop(target, load).await?,
                };
                let base = *base.get_or_insert(latencies.value_at_quantile(0.5));
                row(calls, round, name, &latencies, base);
            }
        }

        let base = throughput(Target::Echo(echo), load, args.window).await?;
        for (name, answers) in [
            ("bare echo", base),
            ("log in memory", throughput(Target::Exchange(&without), load, args.window).await?),
            ("log on disk", throughput(Target::Exchange(&with), load, args.window).await?),
        ] {
            let row = [
                round.to_string(),
                name.into(),
                answers.to_string(),
                ratio(base, answers),
                ratio(answers, base),
            ];
            sessions.add_row(row);
        }
    }
    let (connections, rate, window) = (args.connections, args.rate, args.window);
    println!("one call after another on each of {connections} connections\n\n{closed_calls}\n");
    println!("{rate} orders a second and as many cancels over {connections} connections\n\n{open_calls}\n");
    println!("{connections} sessions, each with {window} commands on their way\n\n{sessions}");
    Ok(())
}

fn row(table: &mut Table, round: u32, name: &str, latencies: &Histogram<u64>, base: u64) {
    let at = |quantile| microseconds(latencies.value_at_quantile(quantile));
    let p50 = latencies.value_at_quantile(0.5);
    table.add_row([round.to_string(), name.into(), at(0.5), at(0.99), at(0.999), ratio(p50, base)]);
}

/// With one digit behind the point.
fn microseconds(nanoseconds: u64) -> String {
    format!("{}.{}", nanoseconds / 1_000, nanoseconds % 1_000 / 100)
}

/// With two digits behind the point.
fn ratio(a: u64, b: u64) -> String {
    let hundredths = a.saturating_mul(100) / b.max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

async fn besiege(args: &Args) -> Result<()> {
    let disk = folder(args.data.as_ref())?;
    // The usual rates: they are what keeps a flood from the others.
    let venue = LoadVenue::start(disk.path(), Rate::new(5_000, 10_000)).await?;
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    table.set_header(["sessions", "answers", "p50 us", "p99 us", "p99 / alone", "memory MiB"]);
    let mut alone = 0;
    for (name, first, with_enemies) in [("alone", 0, false), ("with enemies", 1_000_000, true)] {
        let load = Siege {
            sessions: args.sessions,
            interval: Duration::from_millis(args.interval_ms.max(1)),
            duration: Duration::from_secs(args.seconds),
            with_enemies,
        };
        let report = siege(&venue, load, first).await?;
        let p99 = report.latencies.value_at_quantile(0.99);
        if !with_enemies {
            alone = p99;
        }
        table.add_row([
            format!("{} {name}", args.sessions),
            report.answers.to_string(),
            microseconds(report.latencies.value_at_quantile(0.5)),
            microseconds(p99),
            ratio(p99, alone),
            resident_mib(),
        ]);
    }
    println!("every command was answered once, in order, and no order was left\n\n{table}");
    Ok(())
}

/// What the process has in memory, clients and all; empty where the operating system does not say.
fn resident_mib() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.map(|kib| (kib / 1_024).to_string()).unwrap_or_default()
}

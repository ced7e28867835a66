//! Plays the same flows through our market and through peers, and prints how they compare.

use anyhow::Result;
use benches::contest::{self, Peer, Plan};
use benches::report;
use clap::{Parser, ValueEnum};
use std::time::Duration;

/// What is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Flow {
    /// One window, our market and all peers.
    Plain,
    /// Thousands of windows, our market alone.
    Windows,
    /// The worst cases that we know of, our market alone.
    Adversaries,
}

/// How fast our market is, by itself and next to others.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Options {
    /// What is played.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Flow::Plain, Flow::Windows, Flow::Adversaries])]
    flows: Vec<Flow>,
    /// How many orders rest at the start.
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 100_000, 1_000_000])]
    depths: Vec<usize>,
    /// Whom our market is compared with.
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Peer::value_variants().to_vec())]
    peers: Vec<Peer>,
    /// Rounds for throughput.
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// Rounds for latency.
    #[arg(long, default_value_t = 3)]
    latency_rounds: usize,
    /// Messages in a round.
    #[arg(long, default_value_t = 100_000)]
    messages: usize,
    /// Seeds the flows.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Who takes longer for a round is stopped; building the book may take ten times as long.
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    limit: u64,
    /// The smallest depth only, a tenth of the messages and of the sizes of the adversaries.
    #[arg(long)]
    quick: bool,
    /// Print JSON lines instead of tables.
    #[arg(long)]
    json: bool,
}

fn main() -> Result<()> {
    let mut options = Options::parse();
    if options.quick {
        options.depths = options.depths.iter().min().copied().into_iter().collect();
        options.messages = options.messages.div_ceil(10);
    }
    let plan = Plan {
        seed: options.seed,
        messages: options.messages.max(1),
        rounds: options.rounds,
        latency_rounds: options.latency_rounds,
        limit: Duration::from_secs(options.limit),
    };
    let mut say = |text: &str| eprintln!("{text}");
    let plain = options.flows.contains(&Flow::Plain);
    for depth in options.depths.iter().copied().filter(|_| plain) {
        let measured = contest::run(&plan, depth, &options.peers, &mut say)?;
        if options.json {
            print_lines(&report::contest_lines(depth, &measured, plan.messages))?;
        } else {
            println!("plain, {depth} orders resting");
            println!("{}", report::contest_table(&measured, plan.messages));
        }
    }
    Ok(())
}

fn print_lines(lines: &[report::Line]) -> Result<()> {
    for line in lines {
        println!("{}", serde_json::to_string(line)?);
    }
    Ok(())
}

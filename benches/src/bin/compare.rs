//! Plays the same flows through our market and through peers, and prints how they compare.

use anyhow::Result;
use benches::contest::{self, Measured, Peer, Plan};
use benches::measure::stamp_ns;
use benches::report::{self, Line};
use benches::{adversary, alone};
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
    let runner = Runner { options, plan };
    if !runner.options.json {
        println!("A pair of stamps costs {} ns, and is part of each time of a message.", stamp_ns());
    }
    let mut plain = Vec::new();
    if runner.options.flows.contains(&Flow::Plain) {
        plain = runner.plain()?;
    }
    if runner.options.flows.contains(&Flow::Windows) {
        runner.windows(&plain)?;
    }
    if runner.options.flows.contains(&Flow::Adversaries) {
        runner.adversaries()?;
    }
    Ok(())
}

struct Runner {
    options: Options,
    plan: Plan,
}

/// What happens now, for who waits.
fn say(text: &str) {
    eprintln!("{text}");
}

impl Runner {
    /// Our own figures, by depth.
    fn plain(&self) -> Result<Vec<(usize, Measured)>> {
        let mut ours = Vec::new();
        for depth in self.options.depths.iter().copied() {
            let measured = contest::run(&self.plan, depth, &self.options.peers, &mut say)?;
            let messages = self.plan.messages;
            self.show(&report::contest_lines(depth, &measured, messages), || {
                let table = report::contest_table(&measured, messages);
                format!(
                    "plain, {depth} orders resting, {} rounds of {messages} messages\n{table}",
                    self.plan.rounds
                )
            })?;
            ours.extend(measured.into_iter().next().map(|measured| (depth, measured)));
        }
        Ok(ours)
    }

    fn windows(&self, plain: &[(usize, Measured)]) -> Result<()> {
        let messages = self.plan.messages;
        let mut all = Vec::new();
        for depth in self.options.depths.iter().copied() {
            all.push((depth, alone::run(&self.plan, depth, &mut say)?));
        }
        let lines: Vec<_> =
            all.iter().map(|(depth, measured)| Line::alone("windows", *depth, measured, messages)).collect();
        self.show(&lines, || {
            format!("windows, our market alone\n{}", report::windows_table(&all, plain, messages))
        })
    }

    fn adversaries(&self) -> Result<()> {
        let mut all = Vec::new();
        for case in adversary::CASES {
            say(&format!("adversary {}", case.name));
            let case = if self.options.quick { case.a_tenth() } else { case };
            all.push(adversary::run(case, self.plan.seed, self.plan.limit)?);
        }
        let lines: Vec<_> = all.iter().map(report::probed_line).collect();
        self.show(&lines, || format!("adversaries, our market alone\n{}", report::probed_table(&all)))
    }

    fn show(&self, lines: &[Line], table: impl FnOnce() -> String) -> Result<()> {
        if self.options.json {
            for line in lines {
                println!("{}", serde_json::to_string(line)?);
            }
        } else {
            println!("{}", table());
        }
        Ok(())
    }
}

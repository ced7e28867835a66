//! The worst cases that we know of, each against a budget.
//!
//! A command has 20 microseconds and one more for each event that it emits; a clock tick has one millisecond and one
//! microsecond for each order that ends. Each command is stamped by itself; shown are the percentiles of the times, and
//! of time / budget, command by command.

mod asks;
mod build;
mod mass;
mod shapes;

use crate::flow::{FlowError, account};
use crate::measure::{Latencies, MeasureError, OverLimit, Percentiles};
use crate::subject::MarketAlone;
use build::Builder;
use coretime_market::Market;
use coretime_types::{AccountId, Command, Event};
use quanta::Clock;
use std::time::{Duration, Instant};

/// What is measured.
#[derive(Debug)]
enum Probes {
    /// These commands, one after another.
    InTurn(Vec<Command>),
    /// This command, so often, each time on a book that was made anew. (A clone would not do: its tables have no room to
    /// spare, and the command would pay for what a running market has long paid.)
    Afresh(Command, usize),
}

/// Makes the book and the probes, of so many resting orders.
type Make = fn(&mut Builder, usize) -> Result<(Market, Probes), FlowError>;

/// A case.
#[derive(Clone, Copy, Debug)]
pub struct Case {
    /// Its name, without spaces.
    pub name: &'static str,
    /// How many orders rest at least.
    pub resting: usize,
    make: Make,
}

impl Case {
    const fn new(name: &'static str, resting: usize, make: Make) -> Case {
        Case { name, resting, make }
    }

    /// The same with fewer resting orders.
    #[must_use]
    pub fn a_tenth(self) -> Case {
        Case { resting: self.resting / 10, ..self }
    }

    fn made(&self, seed: u64, limit: Duration) -> Result<(Market, Probes), FlowError> {
        (self.make)(&mut Builder::new(seed, limit), self.resting)
    }
}

/// The account that probes.
fn account_of_prober() -> AccountId {
    account(build::PROBER)
}

/// All cases.
pub const CASES: [Case; 14] = [
    Case::new("other-weeks", 100_000, asks::other_weeks),
    Case::new("half-before-half-after", 100_000, asks::half_before_half_after),
    Case::new("too-few-parts", 100_000, asks::too_few_parts),
    Case::new("lots-7-11-13", 100_000, asks::incompatible_lots),
    Case::new("min-timeslices", 100_000, asks::min_timeslices),
    Case::new("all-of-these", 100_000, asks::all_of_these),
    Case::new("long-flexible-bids-short-asks", 100_000, shapes::long_flexible_bids_over_short_asks),
    Case::new("cut-into-thousands", 100_000, shapes::cut_into_thousands),
    Case::new("take-from-thousands", 100_000, shapes::take_from_thousands),
    Case::new("replace-thousands", 100_000, shapes::replace_thousands),
    Case::new("cancel-thousands", 100_000, shapes::cancel_thousands),
    Case::new("sweep-5000-bids", 100_000, shapes::sweep),
    Case::new("tick-over-a-million", 1_000_000, mass::tick),
    Case::new("cancel-all", 100_000, mass::cancel_all),
];

/// What was measured.
#[derive(Clone, Debug)]
pub struct Probed {
    /// The case.
    pub name: &'static str,
    /// How many orders rested.
    pub resting: usize,
    /// How many commands were measured.
    pub commands: usize,
    /// How many events they emitted.
    pub events: u64,
    /// All their times together, in nanoseconds.
    pub total_ns: u64,
    /// Their times.
    pub percentiles: Option<Percentiles>,
    /// Their times as thousandths of their budgets: 99 of 100 were not above this.
    pub p99_of_budget_thousandths: Option<u64>,
    /// That the case was stopped, if it was.
    pub remark: Option<String>,
}

/// Measures a case: at most `limit` for the probes, and ten times as long for each time that the book is made.
pub fn run(case: Case, seed: u64, limit: Duration) -> Result<Probed, MeasureError> {
    let mut probing = Probing {
        clock: Clock::new(),
        times: Latencies::new()?,
        of_budget: Latencies::new()?,
        commands: 0,
        events: 0,
        total_ns: 0,
    };
    let remark = match probing.probe(case, seed, limit) {
        Ok(()) => None,
        Err(stop @ (FlowError::Stopped(_) | FlowError::OverLimit { .. })) => Some(stop.to_string()),
        Err(error) => return Err(error.into()),
    };
    Ok(Probed {
        name: case.name,
        resting: case.resting,
        commands: probing.commands,
        events: probing.events,
        total_ns: probing.total_ns,
        percentiles: probing.times.percentiles(),
        p99_of_budget_thousandths: probing.of_budget.percentiles().map(|of_budget| of_budget.p99_ns),
        remark,
    })
}

struct Probing {
    clock: Clock,
    times: Latencies,
    /// Thousandths of the budget, as if they were nanoseconds.
    of_budget: Latencies,
    commands: usize,
    events: u64,
    total_ns: u64,
}

impl Probing {
    fn probe(&mut self, case: Case, seed: u64, limit: Duration) -> Result<(), FlowError> {
        let (market, probes) = case.made(seed, limit * 10)?;
        let mut subject = MarketAlone::new(market);
        let begun = Instant::now();
        let over = |played, messages| {
            if played < messages && begun.elapsed() > limit {
                return Err(FlowError::Stopped(OverLimit { played, messages, seconds: limit.as_secs() }));
            }
            Ok(())
        };
        match probes {
            Probes::InTurn(commands) => {
                for (n, command) in commands.iter().enumerate() {
                    self.measure(&mut subject, command);
                    over(n + 1, commands.len())?;
                }
            }
            Probes::Afresh(command, samples) => {
                self.measure(&mut subject, &command);
                for n in 1..samples {
                    over(n, samples)?;
                    let (market, _) = case.made(seed, limit * 10)?;
                    self.measure(&mut MarketAlone::new(market), &command);
                }
            }
        }
        Ok(())
    }

    fn measure(&mut self, subject: &mut MarketAlone, command: &Command) {
        let before = self.clock.raw();
        let events = subject.apply(command);
        let after = self.clock.raw();
        let budget_ns = budget_ns(command, events);
        let emitted = events.len() as u64;
        let time_ns = self.clock.delta_as_nanos(before, after);
        self.times.record(Duration::from_nanos(time_ns));
        self.of_budget.record(Duration::from_nanos(time_ns.saturating_mul(1_000) / budget_ns));
        self.commands += 1;
        self.events += emitted;
        self.total_ns += time_ns;
    }
}

/// What a command may take, in nanoseconds.
pub fn budget_ns(command: &Command, events: &[Event]) -> u64 {
    match command {
        Command::AdvanceClock { .. } => {
            let ended = events.iter().filter(|event| matches!(event, Event::Done { .. })).count() as u64;
            1_000_000 + 1_000 * ended
        }
        _ => 20_000 + 1_000 * events.len() as u64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coretime_types::{DoneReason, RejectReason};

    const LONG: Duration = Duration::from_secs(600);

    fn case(name: &str, resting: usize) -> Case {
        let case = CASES.into_iter().find(|case| case.name == name).unwrap();
        Case { resting, ..case }
    }

    fn made(name: &str, resting: usize) -> (Market, Probes) {
        case(name, resting).made(1, LONG).unwrap()
    }

    /// The events of each probe.
    fn play((mut market, probes): (Market, Probes)) -> Vec<Vec<Event>> {
        let commands = match probes {
            Probes::InTurn(commands) => commands,
            Probes::Afresh(command, _) => vec![command],
        };
        let apply = |command| {
            let mut events = Vec::new();
            market.apply(command, &mut events);
            events
        };
        commands.iter().map(apply).collect()
    }

    fn trades(events: &[Event]) -> usize {
        events.iter().filter(|event| matches!(event, Event::Trade(_))).count()
    }

    #[test]
    fn no_probe_is_rejected_and_as_many_rest_as_is_said() {
        for Case { name, .. } in CASES {
            let (market, probes) = made(name, 600);
            let orders = market.orders().count();
            assert!(orders >= 600, "{name}: {orders} orders");
            for events in play((market, probes)) {
                let rejected = events.iter().find(|event| matches!(event, Event::Rejected(_)));
                assert_eq!(rejected, None, "{name}");
            }
        }
    }

    #[test]
    fn probes_meet_only_the_ask_behind_the_others() {
        for name in [
            "other-weeks",
            "half-before-half-after",
            "too-few-parts",
            "lots-7-11-13",
            "min-timeslices",
            "all-of-these",
        ] {
            let mut counts = [0; 2];
            for events in play(made(name, 300)) {
                for event in &events {
                    if let Event::Trade(trade) = event {
                        assert_eq!(trade.unit_price.0, asks::BEHIND, "{name}");
                    }
                }
                counts[trades(&events).min(1)] += 1;
            }
            assert!(counts[0] > counts[1] && counts[1] >= 200, "{name}: {counts:?}");
        }
    }

    #[test]
    fn the_large_commands_are_as_large_as_their_names_say() {
        let swept = play(made("sweep-5000-bids", 600));
        assert_eq!(trades(&swept[0]), 5_000);

        let cut = made("take-from-thousands", 600);
        assert!(cut.0.ledger_regions().count() > 5_000 + 600);
        assert!(play(cut).iter().all(|events| trades(events) == 1));

        let ends = |events: &[Event], reason| {
            let done = |event: &&Event| matches!(event, Event::Done { reason: why, .. } if *why == reason);
            events.iter().filter(done).count()
        };
        assert_eq!(ends(&play(made("cancel-all", 600))[0], DoneReason::Cancelled), 600);
        let ticks = play(made("tick-over-a-million", 6_000));
        assert!(ticks.iter().map(|events| ends(events, DoneReason::Expired)).sum::<usize>() > 0);
        assert!(ticks.iter().flatten().all(|event| !matches!(event, Event::Trade(_))));
    }

    #[test]
    fn a_budget_is_for_a_command_and_its_events() {
        let rejected = Event::Rejected(RejectReason::Malformed.into());
        let done = Event::Done { order_id: coretime_types::OrderId(1), reason: DoneReason::Expired };
        let cancel = crate::flow::cancel(account(0), 1);
        assert_eq!(budget_ns(&cancel, &[rejected, done]), 22_000);
        let tick = Command::AdvanceClock { tradable_from: coretime_types::Timeslice(1) };
        assert_eq!(budget_ns(&tick, &[rejected, done]), 1_001_000);
    }

    #[test]
    fn a_book_that_takes_too_long_is_given_up() {
        let probed = run(case("other-weeks", 1_000), 1, Duration::ZERO).unwrap();
        assert_eq!(probed.commands, 0);
        assert!(probed.remark.unwrap().starts_with("over the limit: "));
    }
}

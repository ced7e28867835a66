//! *plain*, played by our market and by peers in turns.
//!
//! All subjects begin with the same resting orders. Then they play the same messages, a round of them at a time, one
//! subject after the other: what disturbs the machine for a while disturbs all. A subject's message is put into its own
//! form before the clock runs. First comes one round without a clock, then the rounds for throughput, then those for
//! latency. Trades are compared one by one in the rounds without a clock and for latency, by a sum in those for
//! throughput.

// A measurement is an approximation by nature; nothing here is replayed.
#![allow(clippy::float_arithmetic)]

use crate::flow::plain::Plain;
use crate::measure::{Latencies, MeasureError, Percentiles, Player, Playing, a_second, median, quotient};
use crate::subject::{Floor, Lobster, MarketAlone, Matchcore, OrderbookRs, RustOb, Sums, Tape};
use clap::ValueEnum;
use std::time::Duration;

/// Whom our market is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Peer {
    /// The bare floor book of this package.
    Floor,
    /// The crate matchcore.
    Matchcore,
    /// The crate orderbook-rs.
    OrderbookRs,
    /// The crate rust_ob.
    RustOb,
    /// The crate lobster.
    Lobster,
}

/// How much is played.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Seeds the flows.
    pub seed: u64,
    /// Messages in a round.
    pub messages: usize,
    /// Rounds for throughput.
    pub rounds: usize,
    /// Rounds for latency.
    pub latency_rounds: usize,
    /// A subject whose round takes longer is stopped; building the book may take ten times as long.
    pub limit: Duration,
}

impl Plan {
    /// All rounds: one comes before those that are timed.
    pub fn all_rounds(&self) -> usize {
        1 + self.rounds + self.latency_rounds
    }

    /// How long building the book may take.
    pub fn setup_limit(&self) -> Duration {
        self.limit * 10
    }
}

/// What was measured of one subject.
#[derive(Clone, Debug)]
pub struct Measured {
    /// Its name.
    pub name: &'static str,
    /// The CPU time of each throughput round, in nanoseconds.
    pub rounds_ns: Vec<u64>,
    /// Times of single messages.
    pub percentiles: Option<Percentiles>,
    /// How many trades it made in all rounds.
    pub trades: u64,
    /// What is to be said of it: that it was stopped, or where its trades are not ours.
    pub remark: Option<String>,
}

impl Measured {
    /// The median of the rounds' throughputs.
    pub fn messages_per_second(&self, messages: usize) -> Option<f64> {
        let rounds: Vec<_> = self.rounds_ns.iter().map(|round_ns| a_second(messages, *round_ns)).collect();
        if rounds.is_empty() { None } else { Some(median(rounds)) }
    }

    /// How many times as fast as `other` it was: the median over the rounds that both played.
    pub fn ratio(&self, other: &Measured) -> Option<f64> {
        let pairs = other.rounds_ns.iter().zip(&self.rounds_ns);
        let ratios: Vec<_> = pairs.map(|(theirs, ours)| quotient(*theirs, *ours)).collect();
        if ratios.is_empty() { None } else { Some(median(ratios)) }
    }
}

/// One who takes part, until he is stopped.
struct Entrant {
    player: Box<dyn Player>,
    measured: Measured,
    times: Latencies,
    stopped: bool,
    sums: Vec<Sums>,
    tape: Tape,
}

impl Entrant {
    fn new(player: Box<dyn Player>) -> Result<Entrant, MeasureError> {
        let name = player.name();
        let measured = Measured { name, rounds_ns: Vec::new(), percentiles: None, trades: 0, remark: None };
        let times = Latencies::new()?;
        Ok(Entrant { player, measured, times, stopped: false, sums: Vec::new(), tape: Tape::default() })
    }

    /// Runs one step, unless it was stopped before.
    fn step<T, E: ToString>(&mut self, run: impl FnOnce(&mut Entrant) -> Result<T, E>) -> Option<T> {
        if self.stopped {
            return None;
        }
        match run(self) {
            Ok(value) => Some(value),
            Err(error) => {
                self.stopped = true;
                self.measured.remark = Some(error.to_string());
                None
            }
        }
    }

    fn note(&mut self, tape: Option<Tape>) {
        if let Some(tape) = tape {
            self.tape.trades.extend(tape.trades);
            self.tape.rejected += tape.rejected;
        }
    }

    /// What differs between its trades and those of the first who took part.
    fn difference(&self, first: &Entrant) -> Option<String> {
        let rejected = self.tape.rejected + self.sums.iter().map(|sums| sums.rejected).sum::<u64>();
        if rejected > 0 {
            return Some(format!("it refused {rejected} messages"));
        }
        let (mut ours, mut theirs) = (&first.tape.trades[..], &self.tape.trades[..]);
        if self.stopped || first.stopped {
            // Who was stopped has a shorter tape; as far as it goes, it has to agree.
            let common = ours.len().min(theirs.len());
            (ours, theirs) = (&ours[..common], &theirs[..common]);
        }
        for (place, (our, their)) in ours.iter().zip(theirs).enumerate() {
            if our != their {
                return Some(format!("trade {place} is {their:?}, expected {our:?}"));
            }
        }
        if ours.len() != theirs.len() {
            return Some(format!("{} trades in the rounds compared, expected {}", theirs.len(), ours.len()));
        }
        let round = self.sums.iter().zip(&first.sums).position(|(theirs, ours)| theirs != ours)?;
        Some(format!("the trades of throughput round {round} differ"))
    }
}

/// Plays *plain* at one depth. The first one measured is our market.
pub fn run(
    plan: &Plan,
    depth: usize,
    peers: &[Peer],
    say: &mut dyn FnMut(&str),
) -> Result<Vec<Measured>, MeasureError> {
    let flow = Plain::new(plan.seed, depth, plan.all_rounds(), plan.messages)?;
    let mut entrants = enter(peers)?;
    for entrant in &mut entrants {
        say(&format!("plain {depth}: {} builds its book", entrant.measured.name));
        entrant.player.prepare(&flow.resting);
        let tape = entrant.step(|entrant| entrant.player.untimed(plan.setup_limit()));
        entrant.note(tape);
    }
    let mut rounds = flow.rounds.iter();
    let mut each = |entrants: &mut Vec<Entrant>, play: &mut dyn FnMut(&mut Entrant)| {
        let Some(round) = rounds.next() else { return };
        for entrant in entrants.iter_mut().filter(|entrant| !entrant.stopped) {
            entrant.player.prepare(round);
            play(entrant);
        }
    };
    say(&format!("plain {depth}: trades are compared"));
    each(&mut entrants, &mut |entrant| {
        let tape = entrant.step(|entrant| entrant.player.untimed(plan.limit));
        entrant.note(tape);
    });
    for round in 0..plan.rounds {
        say(&format!("plain {depth}: throughput, round {} of {}", round + 1, plan.rounds));
        each(&mut entrants, &mut |entrant| {
            let Some((round_ns, sums)) = entrant.step(|entrant| entrant.player.throughput(plan.limit)) else {
                return;
            };
            entrant.measured.rounds_ns.push(round_ns);
            entrant.measured.trades += sums.trades;
            entrant.sums.push(sums);
        });
    }
    for round in 0..plan.latency_rounds {
        say(&format!("plain {depth}: latency, round {} of {}", round + 1, plan.latency_rounds));
        each(&mut entrants, &mut |entrant| {
            let tape = entrant.step(|entrant| entrant.player.latency(plan.limit, &mut entrant.times));
            entrant.note(tape);
        });
    }
    Ok(results(entrants))
}

fn enter(peers: &[Peer]) -> Result<Vec<Entrant>, MeasureError> {
    let mut entrants = vec![Entrant::new(Box::new(Playing::new(MarketAlone::default())))?];
    for peer in peers {
        let player: Box<dyn Player> = match peer {
            Peer::Floor => Box::new(Playing::new(Floor::default())),
            Peer::Matchcore => Box::new(Playing::new(Matchcore::default())),
            Peer::OrderbookRs => Box::new(Playing::new(OrderbookRs::default())),
            Peer::RustOb => Box::new(Playing::new(RustOb::default())),
            Peer::Lobster => Box::new(Playing::new(Lobster::default())),
        };
        entrants.push(Entrant::new(player)?);
    }
    Ok(entrants)
}

fn results(mut entrants: Vec<Entrant>) -> Vec<Measured> {
    // Trades are compared with those of our market, or, where that was stopped, of the first that was not.
    let first = entrants.iter().position(|entrant| !entrant.stopped).unwrap_or(0);
    let differences: Vec<_> = entrants.iter().map(|entrant| entrant.difference(&entrants[first])).collect();
    for (entrant, difference) in entrants.iter_mut().zip(differences) {
        entrant.measured.trades += entrant.tape.trades.len() as u64;
        entrant.measured.percentiles = entrant.times.percentiles();
        let remarks: Vec<_> = entrant.measured.remark.take().into_iter().chain(difference).collect();
        if !remarks.is_empty() {
            entrant.measured.remark = Some(remarks.join("; "));
        }
    }
    entrants.into_iter().map(|entrant| entrant.measured).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::plain::{Message, Round};

    fn plan() -> Plan {
        Plan { seed: 9, messages: 2_000, rounds: 2, latency_rounds: 1, limit: Duration::from_secs(600) }
    }

    #[test]
    fn all_subjects_trade_alike() {
        let measured = run(&plan(), 500, Peer::value_variants(), &mut |_| {}).unwrap();
        assert_eq!(measured.len(), 1 + Peer::value_variants().len());
        for one in &measured {
            assert_eq!(one.remark, None, "{}", one.name);
            assert_eq!((one.trades, one.rounds_ns.len()), (measured[0].trades, 2), "{}", one.name);
            assert!(one.trades > 560 && one.percentiles.is_some(), "{}", one.name);
        }
    }

    #[test]
    fn another_trade_is_seen_and_so_is_a_missing_one() {
        let flow = Plain::new(9, 500, 1, 2_000).unwrap();
        let messages = &flow.rounds[0].messages;
        let play = |messages: &[Message]| {
            let mut entrant = Entrant::new(Box::new(Playing::new(Floor::default()))).unwrap();
            entrant.player.prepare(&flow.resting);
            entrant.player.untimed(plan().limit).unwrap();
            entrant.player.prepare(&Round { supply: Vec::new(), messages: messages.to_vec() });
            let tape = entrant.player.untimed(plan().limit).ok();
            entrant.note(tape);
            entrant
        };
        let whole = play(messages);
        assert_eq!(play(messages).difference(&whole), None);
        let fewer = play(&messages[..1_900]).difference(&whole).unwrap();
        assert!(fewer.contains("expected"), "{fewer}");
        let mut other = play(messages);
        other.tape.trades[3].maker += 1;
        assert!(other.difference(&whole).unwrap().starts_with("trade 3 is"));
        let mut refused = play(messages);
        refused.sums.push(Sums { rejected: 1, ..Sums::default() });
        assert_eq!(refused.difference(&whole).as_deref(), Some("it refused 1 messages"));
        let mut sums = play(messages);
        sums.sums.push(Sums { tape: 1, ..Sums::default() });
        let mut ours = play(messages);
        ours.sums.push(Sums::default());
        assert_eq!(sums.difference(&ours).as_deref(), Some("the trades of throughput round 0 differ"));
    }

    #[test]
    fn who_takes_too_long_is_stopped_and_says_so() {
        let plan = Plan { limit: Duration::ZERO, ..plan() };
        let measured = run(&plan, 500, &[Peer::Floor], &mut |_| {}).unwrap();
        for one in measured {
            assert!(one.rounds_ns.is_empty());
            assert!(one.remark.unwrap().starts_with("over the limit: "));
        }
    }
}

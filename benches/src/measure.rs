//! Clocks, percentiles and medians, and a subject at work.
//!
//! Throughput is by the CPU time of the thread: what other processes take from the machine does not count. Messages come
//! in groups, as from a queue, so that a subject may look at what comes next. Latency is by the wall, a stamp before and
//! after each message, in rounds of its own so that the stamps slow no throughput round; there messages come one by one.

// A measurement is an approximation by nature; nothing here is replayed.
#![allow(clippy::float_arithmetic)]

use crate::flow::{FlowError, plain};
use crate::subject::{Plays, Sink, Subject, Sums, Tape};
use coretime_market::LOOK_AHEAD;
use hdrhistogram::{CreationError, Histogram};
use quanta::Clock;
use rustix::time::{ClockId, clock_gettime};
use std::time::{Duration, Instant};

/// Messages between two looks at the limit: one look costs less than one of them.
const LOOK_EVERY: usize = 64;

/// The longest time that percentiles can show: a minute.
const LONGEST_NS: u64 = 60_000_000_000;

/// Why something could not be measured.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    /// The flow could not be made.
    #[error("the flow could not be made")]
    Flow(#[from] FlowError),
    /// The histogram could not be made.
    #[error("no histogram")]
    Histogram(#[from] CreationError),
}

/// A subject was stopped because a round took too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("over the limit: {played} of {messages} messages in {seconds} s")]
pub struct OverLimit {
    /// How many messages it had played.
    pub played: usize,
    /// Of how many.
    pub messages: usize,
    /// The limit, in seconds.
    pub seconds: u64,
}

/// The CPU time that this thread has used, in nanoseconds.
pub fn thread_cpu_ns() -> u64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}

/// Times of single messages, in nanoseconds, with three digits.
#[derive(Clone, Debug)]
pub struct Latencies(Histogram<u64>);

/// The percentiles that are shown, in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Percentiles {
    /// Half of the messages took no longer.
    pub p50_ns: u64,
    /// 99 of 100.
    pub p99_ns: u64,
    /// 999 of 1,000.
    pub p999_ns: u64,
}

impl Latencies {
    /// None yet.
    pub fn new() -> Result<Latencies, CreationError> {
        Ok(Latencies(Histogram::new_with_bounds(1, LONGEST_NS, 3)?))
    }

    /// Adds one.
    pub fn record(&mut self, time: Duration) {
        self.0.saturating_record(u64::try_from(time.as_nanos()).unwrap_or(LONGEST_NS));
    }

    /// Adds others.
    pub fn add(&mut self, others: &Latencies) {
        // Both have the same bounds.
        let _ = self.0.add(&others.0);
    }

    /// The percentiles; `None` if nothing was recorded.
    pub fn percentiles(&self) -> Option<Percentiles> {
        if self.0.is_empty() {
            return None;
        }
        let at = |quantile| self.0.value_at_quantile(quantile);
        Some(Percentiles { p50_ns: at(0.5), p99_ns: at(0.99), p999_ns: at(0.999) })
    }
}

/// The middle one; of an even number the higher of the two middle ones. 0 if there is none.
pub fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(0.0)
}

/// How many a second, when so many took so long.
#[expect(clippy::cast_precision_loss, reason = "counts and times of a round are below 2^53")]
pub fn a_second(messages: usize, cpu_ns: u64) -> f64 {
    messages as f64 * 1e9 / cpu_ns.max(1) as f64
}

/// How often `part` goes into `whole`.
#[expect(clippy::cast_precision_loss, reason = "times of a round are below 2^53")]
pub fn quotient(whole: u64, part: u64) -> f64 {
    whole as f64 / part.max(1) as f64
}

/// A subject and the messages that it plays next.
#[derive(Debug)]
pub struct Playing<S: Subject> {
    /// The subject.
    pub subject: S,
    /// What it plays next.
    pub ready: Vec<S::Message>,
}

impl<S: Subject> Playing<S> {
    /// A subject with nothing to play yet.
    pub fn new(subject: S) -> Playing<S> {
        Playing { subject, ready: Vec::new() }
    }

    fn play(&mut self, limit: Duration, sink: &mut impl Sink) -> Result<(), OverLimit> {
        let begun = Instant::now();
        for (n, messages) in self.ready.chunks(LOOK_EVERY).enumerate() {
            for messages in messages.chunks(LOOK_AHEAD) {
                self.subject.look_ahead(messages);
                for message in messages {
                    self.subject.play(message, sink);
                }
            }
            look(begun, limit, (n + 1) * LOOK_EVERY, self.ready.len())?;
        }
        Ok(())
    }

    /// Plays what is ready without a clock and gives all trades.
    pub fn untimed(&mut self, limit: Duration) -> Result<Tape, OverLimit> {
        let mut tape = Tape::default();
        self.play(limit, &mut tape)?;
        Ok(tape)
    }

    /// Plays what is ready and gives the CPU time that it took, in nanoseconds.
    pub fn throughput(&mut self, limit: Duration) -> Result<(u64, Sums), OverLimit> {
        let mut sums = Sums::default();
        let before = thread_cpu_ns();
        self.play(limit, &mut sums)?;
        Ok((thread_cpu_ns().saturating_sub(before), sums))
    }

    /// Plays what is ready with a stamp before and after each message.
    pub fn latency(&mut self, limit: Duration, times: &mut Latencies) -> Result<Tape, OverLimit> {
        let mut tape = Tape::default();
        let clock = Clock::new();
        let begun = Instant::now();
        for (n, messages) in self.ready.chunks(LOOK_EVERY).enumerate() {
            for message in messages {
                let before = clock.raw();
                self.subject.play(message, &mut tape);
                let after = clock.raw();
                times.record(clock.delta(before, after));
            }
            look(begun, limit, (n + 1) * LOOK_EVERY, self.ready.len())?;
        }
        Ok(tape)
    }
}

fn look(begun: Instant, limit: Duration, played: usize, messages: usize) -> Result<(), OverLimit> {
    if played < messages && begun.elapsed() > limit {
        return Err(OverLimit { played, messages, seconds: limit.as_secs() });
    }
    Ok(())
}

/// What a pair of stamps costs by itself, in nanoseconds: it is part of every latency that is shown.
pub fn stamp_ns() -> u64 {
    let clock = Clock::new();
    let mut times: Vec<u64> = (0..10_001)
        .map(|_| {
            let before = clock.raw();
            clock.delta_as_nanos(before, clock.raw())
        })
        .collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or(0)
}

/// A subject that plays *plain*, whatever its messages look like.
pub trait Player {
    /// Its name.
    fn name(&self) -> &'static str;

    /// Does what comes before a round, and makes its messages ready, in the subject's own form.
    fn prepare(&mut self, round: &plain::Round);

    /// Plays them without a clock; the tape has our market's order ids.
    fn untimed(&mut self, limit: Duration) -> Result<Tape, OverLimit>;

    /// Plays them for throughput.
    fn throughput(&mut self, limit: Duration) -> Result<(u64, Sums), OverLimit>;

    /// Plays them for latency; the tape has our market's order ids.
    fn latency(&mut self, limit: Duration, times: &mut Latencies) -> Result<Tape, OverLimit>;
}

impl<S: Plays> Player for Playing<S> {
    fn name(&self) -> &'static str {
        self.subject.name()
    }

    fn prepare(&mut self, round: &plain::Round) {
        self.subject.supply(&round.supply);
        self.ready.clear();
        for message in &round.messages {
            let translated = self.subject.translate(message);
            self.ready.push(translated);
        }
    }

    fn untimed(&mut self, limit: Duration) -> Result<Tape, OverLimit> {
        let tape = Playing::untimed(self, limit)?;
        Ok(in_our_ids(&self.subject, tape))
    }

    fn throughput(&mut self, limit: Duration) -> Result<(u64, Sums), OverLimit> {
        Playing::throughput(self, limit)
    }

    fn latency(&mut self, limit: Duration, times: &mut Latencies) -> Result<Tape, OverLimit> {
        let tape = Playing::latency(self, limit, times)?;
        Ok(in_our_ids(&self.subject, tape))
    }
}

fn in_our_ids<S: Plays>(subject: &S, mut tape: Tape) -> Tape {
    for trade in &mut tape.trades {
        trade.maker = subject.order_id(trade.maker);
        trade.taker = subject.order_id(trade.taker);
    }
    tape
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_and_medians_are_those_of_the_numbers() {
        let mut times = Latencies::new().unwrap();
        assert_eq!(times.percentiles(), None);
        for n in 1..=1_000 {
            times.record(Duration::from_nanos(n));
        }
        let percentiles = times.percentiles().unwrap();
        assert_eq!(percentiles, Percentiles { p50_ns: 500, p99_ns: 990, p999_ns: 999 });
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!((a_second(10, 1_000) - 1e7).abs() < 1e-3);
    }

    #[test]
    fn cpu_time_moves_forward() {
        let before = thread_cpu_ns();
        let mut sum = 0_u64;
        for n in 0..1_000_000_u64 {
            sum = sum.wrapping_add(std::hint::black_box(n));
        }
        std::hint::black_box(sum);
        assert!(thread_cpu_ns() > before);
    }
}

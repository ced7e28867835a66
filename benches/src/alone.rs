//! *windows*, played by our market alone: no ordinary book can.

use crate::contest::{Measured, Plan};
use crate::flow::{FlowError, windows::Windows};
use crate::measure::{Latencies, MeasureError, Playing};
use crate::subject::{MarketAlone, Subject};
use coretime_types::Command;

/// Plays *windows* at one depth, in rounds like those of *plain*.
pub fn run(plan: &Plan, depth: usize, say: &mut dyn FnMut(&str)) -> Result<Measured, MeasureError> {
    let mut measured = Measured {
        name: MarketAlone::default().name(),
        rounds_ns: Vec::new(),
        percentiles: None,
        trades: 0,
        remark: None,
    };
    say(&format!("windows {depth}: the flow is made"));
    let limit = plan.setup_limit();
    let mut times = Latencies::new()?;
    let made = Windows::new(plan.seed, depth, plan.all_rounds() * plan.messages, limit);
    let played = made.and_then(|flow| {
        say(&format!("windows {depth}: rounds"));
        let Windows { market, messages, .. } = flow;
        let mut playing = Playing::new(MarketAlone::new(market));
        play(plan, &mut playing, &messages, &mut times, &mut measured)
    });
    measured.percentiles = times.percentiles();
    match played {
        Ok(()) => {}
        Err(stop @ (FlowError::Stopped(_) | FlowError::OverLimit { .. })) => {
            measured.remark = Some(stop.to_string());
        }
        Err(error) => return Err(error.into()),
    }
    Ok(measured)
}

fn play(
    plan: &Plan,
    playing: &mut Playing<MarketAlone>,
    messages: &[Command],
    times: &mut Latencies,
    measured: &mut Measured,
) -> Result<(), FlowError> {
    let mut rejected = 0;
    for (round, messages) in messages.chunks(plan.messages).enumerate() {
        playing.ready.clear();
        playing.ready.extend_from_slice(messages);
        if (1..=plan.rounds).contains(&round) {
            let (round_ns, sums) = playing.throughput(plan.limit)?;
            measured.rounds_ns.push(round_ns);
            measured.trades += sums.trades;
            rejected += sums.rejected;
        } else {
            let tape =
                if round == 0 { playing.untimed(plan.limit)? } else { playing.latency(plan.limit, times)? };
            measured.trades += tape.trades.len() as u64;
            rejected += tape.rejected;
        }
    }
    if rejected > 0 {
        measured.remark = Some(format!("it refused {rejected} messages"));
    }
    Ok(())
}

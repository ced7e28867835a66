//! One command for very many orders.

use super::Probes;
use super::build::{Builder, MONTH};
use crate::flow::{FlowError, account, bid};
use coretime_market::Market;
use coretime_types::{Command, Timeslice, Timeslices, Window};

type Made = Result<(Market, Probes), FlowError>;

/// Asks of 8 to 22 timeslices that cover shares of cores for the month without a gap, so in each timeslice about as many
/// end; the clock moves by one timeslice at a time.
pub(super) fn tick(builder: &mut Builder, resting: usize) -> Made {
    let mut count = 0;
    while count < resting {
        let share = builder.region(MONTH, 1)?;
        // Each share begins at another phase, so that ends do not meet.
        let mut begin = MONTH.begin.0 + builder.rng.u32(0..8);
        while begin < MONTH.end.0 && count < resting {
            let end = (begin + builder.rng.u32(8..=22)).min(MONTH.end.0);
            let region = coretime_types::Region { begin: Timeslice(begin), end: Timeslice(end), ..share };
            let (owner, price) = (builder.owner(), builder.rng.u64(500..1_500));
            builder.offer(owner, region, price, 1, Timeslices(1))?;
            begin = end;
            count += 1;
        }
    }
    let ticks = (1..=100).map(|n| Timeslice(MONTH.begin.0 + n));
    let ticks = ticks.map(|tradable_from| Command::AdvanceClock { tradable_from });
    Ok((builder.finish(), Probes::InTurn(ticks.collect())))
}

/// All resting orders are one account's, half of them bids, half asks.
pub(super) fn cancel_all(builder: &mut Builder, resting: usize) -> Made {
    for n in 0..resting {
        let (begin, length) = (builder.rng.u32(1_000..5_000), builder.rng.u32(1..=1_000));
        let window = Window { begin: Timeslice(begin), end: Timeslice(begin + length) };
        if n % 2 == 0 {
            let region = builder.region(window, 1)?;
            let price = builder.rng.u64(1_000..1_500);
            builder.offer(0, region, price, 1, Timeslices(1))?;
        } else {
            let (name, price) = (builder.orders + 1, builder.rng.u64(500..1_000));
            builder.want(0, bid(account(0), name, price, (10, 1), window, window.duration()))?;
        }
    }
    let command = Command::CancelAll { account: account(0), side: None, request_id: None };
    Ok((builder.finish(), Probes::Afresh(command, 5)))
}

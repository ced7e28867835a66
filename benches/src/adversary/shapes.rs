//! Orders of unlike shapes: long over short, one in thousands of pieces, one against thousands.

use super::build::{Builder, MONTH, PROBER, probe};
use super::{Probes, account_of_prober};
use crate::flow::{FlowError, account, ask, bid, cancel, reprice};
use coretime_market::Market;
use coretime_types::{Command, Region, TimeInForce, Timeslice, Timeslices, Window};

type Made = Result<(Market, Probes), FlowError>;

/// How often an ask is cut, or how many bids are swept.
const THOUSANDS: u32 = 2_500;
const SWEPT: u32 = 5_000;

/// Half of the resting orders are asks of 1 to 50 timeslices, the others bids that want 51 to 1,000 anywhere in the month
/// and pay more. Probes are of both kinds; none fits, and what does not fill is cancelled.
pub(super) fn long_flexible_bids_over_short_asks(builder: &mut Builder, resting: usize) -> Made {
    for n in 0..resting {
        let (owner, price) = (builder.owner(), builder.rng.u64(100..1_000));
        if n % 2 == 0 {
            let window = short(builder);
            let region = builder.region(window, 1)?;
            builder.offer(owner, region, price, 1, Timeslices(1))?;
        } else {
            let name = builder.orders + 1;
            let duration = Timeslices(builder.rng.u32(51..=1_000));
            let bid = bid(account(owner), name, price + 1_000, (1, 1), MONTH, duration);
            builder.want(owner, bid)?;
        }
    }
    let mut probes = Vec::new();
    for n in 0..500 {
        let name = builder.orders + 1_000_000 + 2 * n;
        let duration = Timeslices(builder.rng.u32(51..=1_000));
        probes.push(Command::PlaceBid(probe(name, 5_000, (1, 1), MONTH, duration)));
        let window = short(builder);
        let region = builder.region(window, 1)?;
        builder.deposit(PROBER, region)?;
        let mut ask = ask(account_of_prober(), name + 1, 10, region.id(), 1, Timeslices(1));
        ask.time_in_force = TimeInForce::ImmediateOrCancel;
        probes.push(Command::PlaceAsk(ask));
    }
    Ok((builder.finish(), Probes::InTurn(probes)))
}

fn short(builder: &mut Builder) -> Window {
    let (begin, length) = (builder.rng.u32(1_000..6_000), builder.rng.u32(1..=40));
    Window { begin: Timeslice(begin), end: Timeslice(begin + length) }
}

/// A core for the month, offered first and cheapest of all, and the bids for one part of every other timeslice of it, in
/// an order by chance. Each cuts a piece into three.
fn cuts(builder: &mut Builder, resting: usize) -> Result<(u64, Vec<Command>), FlowError> {
    let region = builder.region(MONTH, 80)?;
    let order = builder.offer(0, region, 500, 1, Timeslices(1))?;
    builder.crowd(resting)?;
    let mut begins: Vec<u32> = (0..THOUSANDS).map(|n| MONTH.begin.0 + 1 + 2 * n).collect();
    builder.rng.shuffle(&mut begins);
    let first = builder.orders + 1;
    let bids = begins.iter().zip(first..).map(|(begin, name)| one_slice(name, *begin, 1)).collect();
    Ok((order, bids))
}

fn one_slice(name: u64, begin: u32, parts: u32) -> Command {
    let window = Window { begin: Timeslice(begin), end: Timeslice(begin + 1) };
    Command::PlaceBid(probe(name, 1_000, (parts, parts), window, Timeslices(1)))
}

/// An ask that is cut already, and its id.
fn in_thousands(builder: &mut Builder, resting: usize) -> Result<u64, FlowError> {
    let (order, bids) = cuts(builder, resting)?;
    for bid in bids {
        builder.apply(bid)?;
    }
    Ok(order)
}

/// The cuts themselves.
pub(super) fn cut_into_thousands(builder: &mut Builder, resting: usize) -> Made {
    let (_, bids) = cuts(builder, resting)?;
    Ok((builder.finish(), Probes::InTurn(bids)))
}

/// Bids for some parts of single pieces of it.
pub(super) fn take_from_thousands(builder: &mut Builder, resting: usize) -> Made {
    in_thousands(builder, resting)?;
    let first = builder.orders + 1;
    let mut probes = Vec::new();
    for name in first..first + 1_000 {
        // Of 79 parts and more there are enough for all thousand.
        let begin = MONTH.begin.0 + builder.rng.u32(0..2 * THOUSANDS);
        probes.push(one_slice(name, begin, 1 + builder.rng.u32(0..3)));
    }
    Ok((builder.finish(), Probes::InTurn(probes)))
}

/// It gets another price: all its pieces enter again. (One event, so the budget is that of a small order.)
pub(super) fn replace_thousands(builder: &mut Builder, resting: usize) -> Made {
    let order = in_thousands(builder, resting)?;
    let prices = (0..100).map(|n| reprice(account(0), order, 501 + n));
    Ok((builder.finish(), Probes::InTurn(prices.collect())))
}

/// It is cancelled: all its pieces go back to the seller. (One event, so the budget is that of a small order.)
pub(super) fn cancel_thousands(builder: &mut Builder, resting: usize) -> Made {
    let order = in_thousands(builder, resting)?;
    Ok((builder.finish(), Probes::Afresh(cancel(account(0), order), 5)))
}

/// A core for the month meets a bid for each of 5,000 timeslices of it.
pub(super) fn sweep(builder: &mut Builder, resting: usize) -> Made {
    builder.crowd(resting)?;
    let mut begins: Vec<u32> = (0..SWEPT).map(|n| MONTH.begin.0 + n).collect();
    builder.rng.shuffle(&mut begins);
    for begin in begins {
        let window = Window { begin: Timeslice(begin), end: Timeslice(begin + 1) };
        let (owner, name, price) = (builder.owner(), builder.orders + 1, builder.rng.u64(500..1_000));
        builder.want(owner, bid(account(owner), name, price, (80, 80), window, Timeslices(1)))?;
    }
    let region: Region = builder.region(MONTH, 80)?;
    builder.deposit(PROBER, region)?;
    let name = builder.orders + 1;
    let ask = ask(account_of_prober(), name, 100, region.id(), 1, Timeslices(1));
    Ok((builder.finish(), Probes::Afresh(Command::PlaceAsk(ask), 5)))
}

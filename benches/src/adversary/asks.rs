//! Better-priced asks that a bid cannot take, and behind them the one ask that it can.
//!
//! The probes want 10 parts in one lot for the third week of the month. Of each four one takes them from the ask behind
//! all others, one looks at the better-priced ones only and finds nothing, one rests below all asks, and one cancels that.

use super::build::{Builder, MONTH, OWNERS, probe, resting};
use super::{Probes, account_of_prober};
use crate::flow::{FlowError, cancel};
use coretime_market::Market;
use coretime_types::{Command, Timeslice, Timeslices, Window};

/// The price of the ask that fits.
pub(super) const BEHIND: u64 = 2_000;

const WEEK: u32 = 1_260;
/// What the probes want.
const WANTED: Window =
    Window { begin: Timeslice(MONTH.begin.0 + 2 * WEEK), end: Timeslice(MONTH.begin.0 + 3 * WEEK) };
const PARTS: u32 = 10;

/// Fours of probes.
const FOURS: u64 = 250;

/// Why an ask does not fit.
#[derive(Clone, Copy, Debug)]
enum Misfit {
    OtherWeek,
    HalfBefore,
    HalfAfter,
    TooFewParts,
    Lot,
    MinTimeslices,
}

pub(super) fn other_weeks(builder: &mut Builder, resting: usize) -> Result<(Market, Probes), FlowError> {
    case(builder, resting, &[Misfit::OtherWeek])
}

pub(super) fn half_before_half_after(
    builder: &mut Builder,
    resting: usize,
) -> Result<(Market, Probes), FlowError> {
    case(builder, resting, &[Misfit::HalfBefore, Misfit::HalfAfter])
}

pub(super) fn too_few_parts(builder: &mut Builder, resting: usize) -> Result<(Market, Probes), FlowError> {
    case(builder, resting, &[Misfit::TooFewParts])
}

pub(super) fn incompatible_lots(
    builder: &mut Builder,
    resting: usize,
) -> Result<(Market, Probes), FlowError> {
    case(builder, resting, &[Misfit::Lot])
}

pub(super) fn min_timeslices(builder: &mut Builder, resting: usize) -> Result<(Market, Probes), FlowError> {
    case(builder, resting, &[Misfit::MinTimeslices])
}

pub(super) fn all_of_these(builder: &mut Builder, resting: usize) -> Result<(Market, Probes), FlowError> {
    use Misfit::{HalfAfter, HalfBefore, Lot, MinTimeslices, OtherWeek, TooFewParts};
    case(builder, resting, &[OtherWeek, HalfBefore, HalfAfter, TooFewParts, Lot, MinTimeslices])
}

fn case(
    builder: &mut Builder,
    resting_asks: usize,
    misfits: &[Misfit],
) -> Result<(Market, Probes), FlowError> {
    for n in 0..resting_asks {
        let misfit = misfits[n % misfits.len()];
        place(builder, misfit)?;
    }
    // Enough cores for all that is taken.
    for core in 0..u64::from(PARTS) * FOURS / 80 + 1 {
        let region = builder.region(MONTH, 80)?;
        let owner = u16::try_from(core % u64::from(OWNERS)).unwrap_or(0);
        builder.offer(owner, region, BEHIND, 1, Timeslices(1))?;
    }
    let mut order = builder.orders;
    let mut probes = Vec::new();
    for _ in 0..FOURS {
        let wants = |name, price| probe(name, price, (PARTS, PARTS), WANTED, WANTED.duration());
        probes.push(Command::PlaceBid(wants(order + 1, BEHIND + 500)));
        probes.push(Command::PlaceBid(wants(order + 2, BEHIND - 1)));
        probes.push(Command::PlaceBid(resting(wants(order + 3, BEHIND), BEHIND - 1)));
        probes.push(cancel(account_of_prober(), order + 3));
        order += 3;
    }
    Ok((builder.finish(), Probes::InTurn(probes)))
}

/// An ask at 100 to 1,999 that does not fit.
fn place(builder: &mut Builder, misfit: Misfit) -> Result<(), FlowError> {
    let rng = &mut builder.rng;
    let (begin, end) = (WANTED.begin.0, WANTED.end.0);
    let around = (rng.u32(MONTH.begin.0..=begin), rng.u32(end..=MONTH.end.0));
    let ((from, to), parts, lot) = match misfit {
        Misfit::OtherWeek => (other_week(rng), PARTS, 1),
        Misfit::HalfBefore => ((rng.u32(MONTH.begin.0..begin), rng.u32(begin + 1..end)), PARTS, 1),
        Misfit::HalfAfter => ((rng.u32(begin + 1..end), rng.u32(end + 1..=MONTH.end.0)), PARTS, 1),
        Misfit::TooFewParts => (around, rng.u32(1..PARTS), 1),
        // Large enough, but no multiple of these lots is a multiple of ten up to ten.
        Misfit::Lot => {
            let lot = [7, 11, 13][rng.usize(0..3)];
            (around, if lot == 7 { 14 } else { lot }, lot)
        }
        Misfit::MinTimeslices => ((MONTH.begin.0, around.1), PARTS, 1),
    };
    let window = Window { begin: Timeslice(from), end: Timeslice(to) };
    let least = match misfit {
        Misfit::MinTimeslices => rng.u32(WEEK + 1..=window.duration().0),
        _ => 1,
    };
    let price = rng.u64(100..BEHIND);
    let owner = builder.owner();
    let region = builder.region(window, parts)?;
    builder.offer(owner, region, price, lot, Timeslices(least))?;
    Ok(())
}

/// A window in the first, the second or the fourth week, of any length.
fn other_week(rng: &mut fastrand::Rng) -> (u32, u32) {
    let week = [0, 1, 3][rng.usize(0..3)];
    let (one, other) = (rng.u32(0..WEEK), rng.u32(0..WEEK));
    let begin = MONTH.begin.0 + week * WEEK;
    (begin + one.min(other), begin + one.max(other) + 1)
}

//! The resting book, and what is shown of it.

use super::promise;
use crate::differential::Step;
use crate::model::{Ask, Bid, Model, Parcel};
use coretime_market::{Book, Level};
use coretime_types::{Parts, Timeslice, UnitPrice, Window};

/// No resting bid and piece of different accounts are compatible (rule 4.2). Nor are any of the same account: whoever
/// comes second would have met the first.
pub(super) fn the_resting_book_is_never_crossed(step: &Step<'_>) -> Result<(), String> {
    for ask in &step.model.asks {
        for bid in &step.model.bids {
            let crossed = ask.pieces.iter().any(|piece| step.model.fit(bid, ask, piece).is_some());
            promise(!crossed, || format!("crossed: {bid:?} and {ask:?}"))?;
        }
    }
    Ok(())
}

/// Section 11, for one window and lot after each command.
pub(super) fn the_book_of_a_window_is_what_the_rules_say(step: &Step<'_>) -> Result<(), String> {
    let model = step.model;
    let turn = model.next_order + model.next_trade + u64::from(model.now);
    let begin = model.now.saturating_add((turn % 5) as u32);
    let window =
        Window { begin: Timeslice(begin), end: Timeslice(begin.saturating_add(1 + turn as u32 % 11)) };
    if window.begin >= window.end {
        return Ok(());
    }
    let lot = [1, 8, 40, 80, 3][turn as usize % 5];
    let shown = step.market.book(window, Parts(lot));
    let expected = Book { bids: bids(model, window), asks: asks(model, window, lot) };
    promise(shown == expected, || format!("{window:?}, lot {lot}: {shown:?} instead of {expected:?}"))
}

/// The pieces that a fixed bid for that window with that lot could take, by price, then priority.
fn asks(model: &Model, window: Window, lot: u32) -> Vec<Level> {
    let mut asks: Vec<_> = model.asks.iter().collect();
    asks.sort_by_key(|ask| (ask.head.price, ask.head.priority));
    let found = asks.into_iter().filter_map(|ask| {
        let bid = Bid::for_window(window, lot);
        let parts = ask.pieces.iter().find_map(|piece| model.fit(&bid, ask, piece))?.parts;
        Some((ask.head.price, parts))
    });
    levels(found)
}

/// The bids that a free whole-core region of that window could fill.
fn bids(model: &Model, window: Window) -> Vec<Level> {
    let mut bids: Vec<_> = model.bids.iter().collect();
    bids.sort_by_key(|bid| (u64::MAX - bid.head.price, bid.head.priority));
    let (begin, end) = (window.begin.0, window.end.0);
    let core = Parcel { core: 0, begin, end, bits: (1 << 80) - 1, renewable: true };
    let found = bids.into_iter().filter_map(|bid| {
        let ask = Ask::of_core(bid.head.price, core, model.settings.min_fill_notional.0);
        Some((bid.head.price, model.fit(bid, &ask, &core)?.parts))
    });
    levels(found)
}

fn levels(found: impl Iterator<Item = (u64, u32)>) -> Vec<Level> {
    let mut levels: Vec<Level> = Vec::new();
    for (price, parts) in found {
        match levels.iter_mut().find(|level| level.unit_price.0 == price) {
            Some(level) => {
                level.parts += u64::from(parts);
                level.orders += 1;
            }
            None => levels.push(Level { unit_price: UnitPrice(price), parts: parts.into(), orders: 1 }),
        }
    }
    levels
}

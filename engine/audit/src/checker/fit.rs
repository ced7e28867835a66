//! What fits, where, and what is cut: rules 4.2 to 4.4 and 4.6, apart from the engine.

use super::order::{Ask, Bid, Order, Piece, Terms};
use coretime_types::{CoreMask, Parts, Region, Timeslice, Window};

/// What a bid takes of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fit {
    pub(super) window: Window,
    pub(super) parts: Parts,
}

/// A piece after a fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cut {
    pub(super) bought: Piece,
    pub(super) rests: Vec<Piece>,
}

/// The two sides of a trade.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sides<'a> {
    pub(super) buyer: &'a Order,
    pub(super) bid: &'a Bid,
    pub(super) seller: &'a Order,
    pub(super) ask: &'a Ask,
}

/// The bid and the ask of two orders, whichever is which.
pub(super) fn sides<'a>(one: &'a Order, other: &'a Order) -> Option<Sides<'a>> {
    match (&one.terms, &other.terms) {
        (Terms::Bid(bid), Terms::Ask(ask)) => Some(Sides { buyer: one, bid, seller: other, ask }),
        (Terms::Ask(ask), Terms::Bid(bid)) => Some(Sides { buyer: other, bid, seller: one, ask }),
        _ => None,
    }
}

/// Rule 4.1: the earliest piece that is compatible.
pub(super) fn earliest_fit(one: &Order, other: &Order, now: Timeslice) -> Option<(usize, Fit)> {
    let sides = sides(one, other)?;
    let mut pieces = sides.ask.pieces.iter().enumerate();
    pieces.find_map(|(index, piece)| Some((index, fit(sides, piece, now)?)))
}

/// Rules 4.2, 4.3 and 4.6.
pub(super) fn fit(sides: Sides<'_>, piece: &Piece, now: Timeslice) -> Option<Fit> {
    let Sides { buyer, bid, seller, ask } = sides;
    let region = &piece.region;
    // Positions in time as wide numbers, so that no sum can wrap.
    let (a, b) = (u64::from(region.begin.max(now).0), u64::from(region.end.0));
    let (e, l) = (u64::from(bid.within.begin.max(now).0), u64::from(bid.within.end.0));
    let d = u64::from(bid.duration.0);
    if buyer.price < seller.price || e.max(a) + d > l.min(b) || bid.duration < ask.min_timeslices {
        return None;
    }
    let multiple = (1..=Parts::CORE.0)
        .map(|factor| buyer.lot.0.saturating_mul(factor))
        .find(|multiple| seller.lot.0 > 0 && multiple.is_multiple_of(seller.lot.0))
        .filter(|multiple| *multiple > 0)?;
    let parts = Parts(bid.remaining.0.min(region.mask.parts().0) / multiple * multiple);
    if parts.0 == 0 || seller.price.notional(parts, bid.duration) < ask.min_fill_notional {
        return None;
    }
    let begin = match (a >= e, b <= l) {
        (true, _) => a,
        (false, true) => b - d,
        (false, false) => e,
    };
    let at = |time: u64| u32::try_from(time).ok().map(Timeslice);
    let window = Window { begin: at(begin)?, end: at(begin + d)? };
    let keeps_right = piece.renewable
        && region.mask == CoreMask::FULL
        && parts == Parts::CORE
        && region.begin >= now
        && window == region.window();
    (keeps_right || !bid.require_renewable).then_some(Fit { window, parts })
}

/// Rule 4.4.
pub(super) fn cut(piece: &Piece, fit: &Fit, now: Timeslice) -> Cut {
    let Piece { region, renewable } = *piece;
    let Window { begin: s, end: e } = fit.window;
    let cuts_left = s > region.begin.max(now);
    let cuts_right = e < region.end;
    let renewable = renewable && !cuts_left && !cuts_right;
    let mut rests = Vec::new();
    if cuts_left {
        rests.push(Piece { region: Region { end: s, ..region }, renewable: false });
    }
    if cuts_right {
        rests.push(Piece { region: Region { begin: e, ..region }, renewable: false });
    }
    let begin = if cuts_left { s } else { region.begin };
    let mask = region.mask.lowest(fit.parts);
    if mask != region.mask {
        let beside = Region { begin, end: e, mask: region.mask.without(mask), ..region };
        rests.push(Piece { region: beside, renewable });
    }
    Cut { bought: Piece { region: Region { begin, end: e, mask, ..region }, renewable }, rests }
}

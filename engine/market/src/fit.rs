//! What fits: whether a bid and a piece are compatible, how many parts, and which window (rules 4.2, 4.3, 4.6).

use crate::order::{AskDetail, BidDetail, Order, Terms};
use crate::regions::Piece;
use coretime_types::{Ask, BidTerms, Parts, Planck, Timeslice, Timeslices, UnitPrice, Window};

/// The buying side of a comparison.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Want {
    pub(crate) unit_price: UnitPrice,
    pub(crate) remaining: Parts,
    pub(crate) lot_parts: Parts,
    pub(crate) within: Window,
    pub(crate) duration: Timeslices,
    pub(crate) require_renewable: bool,
}

/// The selling side of a comparison, without its pieces.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer {
    pub(crate) unit_price: UnitPrice,
    pub(crate) lot_parts: Parts,
    pub(crate) min_timeslices: Timeslices,
    pub(crate) min_fill_notional: Planck,
}

/// What a compatible pair would trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fit {
    pub(crate) window: Window,
    pub(crate) parts: Parts,
}

impl Want {
    /// What a new bid wants.
    pub(crate) fn new(terms: &BidTerms) -> Want {
        Want {
            unit_price: terms.unit_price,
            remaining: terms.parts,
            lot_parts: terms.lot_parts,
            within: terms.within,
            duration: terms.duration,
            require_renewable: terms.require_renewable,
        }
    }

    pub(crate) fn of(order: &Order, bid: &BidDetail) -> Want {
        Want {
            unit_price: order.unit_price,
            remaining: bid.remaining,
            lot_parts: order.lot_parts,
            within: bid.within,
            duration: bid.duration,
            require_renewable: bid.require_renewable,
        }
    }
}

impl Offer {
    /// What a new ask offers.
    pub(crate) fn new(ask: &Ask, terms: &Terms) -> Offer {
        Offer {
            unit_price: ask.unit_price,
            lot_parts: ask.lot_parts,
            min_timeslices: ask.min_timeslices,
            min_fill_notional: terms.min_fill_notional,
        }
    }

    pub(crate) fn of(order: &Order, ask: &AskDetail, terms: &Terms) -> Offer {
        Offer {
            unit_price: order.unit_price,
            lot_parts: order.lot_parts,
            min_timeslices: ask.min_timeslices,
            min_fill_notional: terms.min_fill_notional,
        }
    }
}

/// Rule 4.2: the fit of a bid and one piece, `None` if they are not compatible.
pub(crate) fn fit(want: &Want, offer: &Offer, piece: &Piece, tradable_from: Timeslice) -> Option<Fit> {
    if want.unit_price < offer.unit_price || want.duration < offer.min_timeslices {
        return None;
    }
    let window = window(want, piece, tradable_from)?;
    let parts = parts(want, offer, piece)?;
    if offer.unit_price.notional(parts, want.duration) < offer.min_fill_notional {
        return None;
    }
    if want.require_renewable && !keeps_renewal_right(piece, window, parts, tradable_from) {
        return None;
    }
    Some(Fit { window, parts })
}

/// Rule 4.3, for windows that fit (`max(E, a) + D <= min(L, b)` of rule 4.2).
fn window(want: &Want, piece: &Piece, tradable_from: Timeslice) -> Option<Window> {
    let a = piece.region.effective_begin(tradable_from);
    let b = piece.region.end;
    let earliest = want.within.begin.max(tradable_from);
    let latest = want.within.end;
    if earliest.max(a).checked_add(want.duration)? > latest.min(b) {
        return None;
    }
    let begin = if a >= earliest {
        a
    } else if b <= latest {
        Timeslice(b.0 - want.duration.0)
    } else {
        earliest
    };
    Some(Window { begin, end: Timeslice(begin.0 + want.duration.0) })
}

/// `q` of rule 4.2: the largest multiple of both lots, `None` if it is 0.
fn parts(want: &Want, offer: &Offer, piece: &Piece) -> Option<Parts> {
    let multiple = least_common_multiple(want.lot_parts.0, offer.lot_parts.0);
    let most = want.remaining.min(piece.region.mask.parts()).0;
    let parts = most - most % multiple;
    (parts > 0).then_some(Parts(parts))
}

/// Rule 4.6: a renewable piece, all of its core, not begun, sold from its begin to its end.
fn keeps_renewal_right(piece: &Piece, window: Window, parts: Parts, tradable_from: Timeslice) -> bool {
    piece.renewable
        && parts == Parts::CORE
        && piece.region.mask.parts() == Parts::CORE
        && piece.region.begin >= tradable_from
        && window == piece.region.window()
}

/// Of two lots, each 1 to 80.
pub(crate) fn least_common_multiple(a: u32, b: u32) -> u32 {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    a / x * b
}

#[cfg(test)]
mod tests {
    use super::*;
    use coretime_types::{CoreIndex, CoreMask, Region};

    fn piece(begin: u32, end: u32) -> Piece {
        let region =
            Region { core: CoreIndex(0), begin: Timeslice(begin), end: Timeslice(end), mask: CoreMask::FULL };
        Piece { region, renewable: true }
    }

    fn want(earliest: u32, latest: u32, duration: u32) -> Want {
        Want {
            unit_price: UnitPrice(5),
            remaining: Parts(80),
            lot_parts: Parts(80),
            within: Window { begin: Timeslice(earliest), end: Timeslice(latest) },
            duration: Timeslices(duration),
            require_renewable: false,
        }
    }

    const OFFER: Offer = Offer {
        unit_price: UnitPrice(5),
        lot_parts: Parts(1),
        min_timeslices: Timeslices(1),
        min_fill_notional: Planck(0),
    };

    fn begin(want: Want, piece: Piece, now: u32) -> Option<u32> {
        fit(&want, &OFFER, &piece, Timeslice(now)).map(|fit| fit.window.begin.0)
    }

    #[test]
    fn rule_4_3_window_is_flush_with_start_else_end_else_earliest() {
        assert_eq!(begin(want(0, 30, 5), piece(10, 20), 0), Some(10));
        assert_eq!(begin(want(12, 30, 5), piece(10, 20), 0), Some(15));
        assert_eq!(begin(want(12, 18, 5), piece(10, 20), 0), Some(12));
        assert_eq!(begin(want(0, 30, 5), piece(10, 20), 14), Some(14));
        assert_eq!(begin(want(0, 30, 5), piece(10, 20), 16), None);
        assert_eq!(begin(want(10, 20, 10), piece(10, 20), 0), Some(10));
        assert_eq!(begin(want(9, 19, 10), piece(10, 20), 0), None);
        assert_eq!(begin(want(u32::MAX - 1, u32::MAX, u32::MAX), piece(0, u32::MAX), 0), None);
    }

    #[test]
    fn rule_4_2_parts_are_multiples_of_both_lots() {
        let offer = Offer { lot_parts: Parts(8), ..OFFER };
        let want = Want { remaining: Parts(60), lot_parts: Parts(20), ..want(10, 20, 10) };
        let found = fit(&want, &offer, &piece(10, 20), Timeslice(0));
        assert_eq!(found.map(|fit| fit.parts), Some(Parts(40)));
        let offer = Offer { lot_parts: Parts(16), ..OFFER };
        let want = Want { remaining: Parts(60), ..want };
        assert_eq!(fit(&want, &offer, &piece(10, 20), Timeslice(0)), None);
    }

    #[test]
    fn rule_4_2_neither_price_nor_duration_nor_minimum_is_bent() {
        let bid = want(10, 20, 5);
        assert!(fit(&bid, &OFFER, &piece(10, 20), Timeslice(0)).is_some());
        for offer in [
            Offer { unit_price: UnitPrice(6), ..OFFER },
            Offer { min_timeslices: Timeslices(6), ..OFFER },
            Offer { min_fill_notional: Planck(5 * 80 * 5 + 1), ..OFFER },
        ] {
            assert_eq!(fit(&bid, &offer, &piece(10, 20), Timeslice(0)), None, "{offer:?}");
        }
    }

    #[test]
    fn rule_4_6_renewal_needs_the_whole_unbegun_core() {
        let renewing = |duration| Want { require_renewable: true, ..want(10, 20, duration) };
        assert_eq!(begin(renewing(10), piece(10, 20), 10), Some(10));
        assert_eq!(begin(renewing(9), piece(10, 20), 0), None);
        assert_eq!(begin(Want { remaining: Parts(40), ..renewing(10) }, piece(10, 20), 0), None);
        assert_eq!(begin(renewing(10), Piece { renewable: false, ..piece(10, 20) }, 0), None);
        let begun = Want { within: Window { begin: Timeslice(0), end: Timeslice(20) }, ..renewing(9) };
        assert_eq!(begin(begun, piece(10, 20), 11), None);
    }
}

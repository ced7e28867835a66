//! Where the shape of an order lies, so that "fits" becomes "is at least, in every coordinate".
//!
//! Rule 4.2 for a bid with `E = max(earliest, T)`, `L = latest`, `D = duration` and a live piece `[begin, end)` whose
//! ask has the least duration `M`: `max(E, begin, T) + D <= min(L, end)` and `D >= M`. Written out, and since a bid or a
//! piece that time has overtaken is in no book:
//!
//! | seen from the bid, a piece must have | seen from the piece, a bid must have |
//! | --- | --- |
//! | `begin <= L - D` | `earliest + D <= end` |
//! | `end >= E + D` | `L - D >= max(begin, T)` |
//! | `end - begin >= D` | `D >= M` |
//! | `M <= D` | `D <= end - max(begin, T)` |
//! | `parts >= lcm of the lots` | `remaining >= lcm of the lots` |
//!
//! So a shape is a point of five coordinates, those that must be small turned upside down, and a search asks for points
//! that are nowhere less than a corner. What time does to a shape is no part of it: time passing moves nothing.

use crate::fit::least_common_multiple;
use coretime_types::{Parts, Timeslice, Timeslices, Window};

/// How many coordinates a point has.
pub(crate) const AXES: usize = 5;

/// A shape, or the corner of a search.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Point(pub(crate) [u32; AXES]);

impl Point {
    /// The shape of a piece under an ask.
    pub(crate) fn of_piece(window: Window, min_timeslices: Timeslices, parts: Parts) -> Point {
        Point([!window.begin.0, window.end.0, window.duration().0, !min_timeslices.0, parts.0])
    }

    /// The shape of a bid. More parts than a core has are as good as a core.
    pub(crate) fn of_bid(within: Window, duration: Timeslices, remaining: Parts) -> Point {
        let earliest_end = within.begin.0 + duration.0;
        let latest_begin = within.end.0 - duration.0;
        Point([!earliest_end, latest_begin, duration.0, !duration.0, remaining.0.min(Parts::CORE.0)])
    }

    /// Which pieces fit a bid in time. `within` begins at `max(earliest, T)`, and the bid is alive.
    pub(crate) fn pieces_for_bid(within: Window, duration: Timeslices) -> Point {
        let earliest_end = within.begin.0 + duration.0;
        let latest_begin = within.end.0 - duration.0;
        Point([!latest_begin, earliest_end, duration.0, !duration.0, 0])
    }

    /// Which bids fit a live piece in time. `window` begins at `max(begin, T)`.
    pub(crate) fn bids_for_piece(window: Window, min_timeslices: Timeslices) -> Point {
        Point([!window.end.0, window.begin.0, min_timeslices.0, !window.duration().0, 0])
    }

    /// The same corner for counter-orders of one lot: they need as many parts as both lots together make.
    /// `None` if that is more than `parts`, what the searching side has.
    pub(crate) fn with_lots(self, own: Parts, other: Parts, parts: Parts) -> Option<Point> {
        let both = least_common_multiple(own.0, other.0);
        let [a, b, c, d, _] = self.0;
        (both <= parts.0.min(Parts::CORE.0)).then_some(Point([a, b, c, d, both]))
    }

    /// Its parts, or how many are asked for.
    pub(crate) fn parts(&self) -> Parts {
        Parts(self.0[4])
    }

    /// The same with other parts.
    pub(crate) fn with_parts(self, parts: Parts) -> Point {
        let [a, b, c, d, _] = self.0;
        Point([a, b, c, d, parts.0])
    }

    /// A bid's duration, or a piece's from begin to end.
    pub(crate) fn duration(&self) -> Timeslices {
        Timeslices(self.0[2])
    }

    /// The least point that both do not exceed.
    #[inline]
    pub(crate) fn or(self, other: Point) -> Point {
        Point(std::array::from_fn(|i| self.0[i].max(other.0[i])))
    }

    /// Whether it is as great as a corner in any coordinate.
    pub(crate) fn touches(&self, corner: &Point) -> bool {
        (0..AXES).fold(false, |any, i| any | (self.0[i] == corner.0[i]))
    }

    /// The last moment of the clock at which a piece of this shape is alive: `end - min_timeslices`.
    pub(crate) fn piece_lives_until(&self) -> Timeslice {
        Timeslice(self.0[1] - !self.0[3])
    }

    /// The last moment of the clock at which a bid of this shape is alive: `latest - duration`.
    pub(crate) fn bid_lives_until(&self) -> Timeslice {
        Timeslice(self.0[1])
    }

    /// The point's place on a curve that visits neighbours in space one after another (Morton's): bits of the
    /// coordinates in turn. The third coordinate follows from the others.
    pub(crate) fn place(&self) -> Place {
        /// Half the parts of a core weigh as much as about three weeks.
        const PARTS_SHIFT: u32 = 6;
        let [a, b, _, d, parts] = self.0;
        spread(a) << 3 | spread(b) << 2 | spread(d) << 1 | spread(parts << PARTS_SHIFT)
    }
}

/// A place on the curve.
pub(crate) type Place = u128;

/// Bit `i` goes to bit `4 i`.
fn spread(bits: u32) -> u128 {
    let bits = u128::from(bits);
    let bits = (bits | bits << 48) & 0x0000_0000_0000_ffff_0000_0000_0000_ffff;
    let bits = (bits | bits << 24) & 0x0000_00ff_0000_00ff_0000_00ff_0000_00ff;
    let bits = (bits | bits << 12) & 0x000f_000f_000f_000f_000f_000f_000f_000f;
    let bits = (bits | bits << 6) & 0x0303_0303_0303_0303_0303_0303_0303_0303;
    (bits | bits << 3) & 0x1111_1111_1111_1111_1111_1111_1111_1111
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreading_moves_bit_i_to_bit_4i() {
        for i in 0..32 {
            assert_eq!(spread(1 << i), 1 << (4 * i), "{i}");
        }
        assert_eq!(spread(u32::MAX), 0x1111_1111_1111_1111_1111_1111_1111_1111);
    }
}

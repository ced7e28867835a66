//! Carving: what a fill cuts out of a piece, and what it leaves (rule 4.4).

use crate::fit::Fit;
use crate::regions::Piece;
use coretime_types::{Region, Timeslice};

/// A piece after a fill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Carved {
    /// What the buyer gets: the window sold, with an expired head where there was one.
    pub(crate) bought: Piece,
    /// Left of it in time, beside it on the core, and right of it in time, where there is something left.
    pub(crate) rests: [Option<Piece>; 3],
}

/// Rule 4.4: cuts `fit` out of `piece`: partition at the start, partition at the end, interlace, in this order. The
/// buyer gets the lowest bits; an expired head goes along uncut.
pub(crate) fn carve(piece: &Piece, fit: &Fit, tradable_from: Timeslice) -> Carved {
    let mut sold = *piece;
    let (mut left, mut right, mut beside) = (None, None, None);
    if fit.window.begin > piece.region.effective_begin(tradable_from) {
        let (head, tail) = partition(&sold, fit.window.begin);
        (left, sold) = (Some(head), tail);
    }
    if fit.window.end < sold.region.end {
        let (head, tail) = partition(&sold, fit.window.end);
        (sold, right) = (head, Some(tail));
    }
    if fit.parts < sold.region.mask.parts() {
        let mask = sold.region.mask.lowest(fit.parts);
        let rest = sold.region.mask.without(mask);
        beside = Some(Piece { region: Region { mask: rest, ..sold.region }, ..sold });
        sold.region.mask = mask;
    }
    Carved { bought: sold, rests: [left, beside, right] }
}

/// Rule 4.6: both halves lose the renewal right.
pub(crate) fn partition(piece: &Piece, pivot: Timeslice) -> (Piece, Piece) {
    let head = Piece { region: Region { end: pivot, ..piece.region }, renewable: false };
    let tail = Piece { region: Region { begin: pivot, ..piece.region }, renewable: false };
    (head, tail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use coretime_types::{CoreIndex, CoreMask, Parts, Window};

    fn carved(begin: u32, end: u32, parts: u32, now: u32) -> Carved {
        let region =
            Region { core: CoreIndex(1), begin: Timeslice(10), end: Timeslice(20), mask: CoreMask::FULL };
        let window = Window { begin: Timeslice(begin), end: Timeslice(end) };
        carve(&Piece { region, renewable: true }, &Fit { window, parts: Parts(parts) }, Timeslice(now))
    }

    fn shape(piece: Option<Piece>) -> Option<(u32, u32, u32, bool)> {
        piece.map(|piece| {
            let Region { begin, end, mask, .. } = piece.region;
            (begin.0, end.0, mask.parts().0, piece.renewable)
        })
    }

    #[test]
    fn a_cut_out_of_the_middle_leaves_three_rests() {
        let carved = carved(12, 15, 30, 0);
        assert_eq!(shape(Some(carved.bought)), Some((12, 15, 30, false)));
        assert_eq!(carved.bought.region.mask, CoreMask::FULL.lowest(Parts(30)));
        assert_eq!(
            carved.rests.map(shape),
            [Some((10, 12, 80, false)), Some((12, 15, 50, false)), Some((15, 20, 80, false))]
        );
    }

    #[test]
    fn an_expired_head_goes_along_uncut() {
        let carved = carved(13, 20, 80, 13);
        assert_eq!(shape(Some(carved.bought)), Some((10, 20, 80, true)));
        assert_eq!(carved.rests.map(shape), [None, None, None]);
    }

    #[test]
    fn interlacing_keeps_the_renewal_right_partitioning_does_not() {
        assert_eq!(shape(carved(10, 20, 40, 0).rests[1]), Some((10, 20, 40, true)));
        assert_eq!(shape(Some(carved(10, 19, 80, 0).bought)), Some((10, 19, 80, false)));
    }
}

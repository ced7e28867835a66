//! The window that was chosen: its book, and what a purchase would cost now.

use crate::view::View;
use coretime_market::{Book, Market, Preview};
use coretime_types::{Parts, Planck, Ppm, Window};

/// The window's book, and what a purchase would get now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WindowData {
    pub(crate) window: Window,
    pub(crate) book: Book,
    /// Of what the view asks for: all parts, its lot.
    pub(crate) preview: Preview,
}

/// What a purchase costs, all in planck.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) notional: Planck,
    pub(crate) fee: Planck,
    pub(crate) total: Planck,
}

/// What settlement has to cut on chain if everything that is bought leaves custody, at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cuts {
    pub(crate) partitions: usize,
    pub(crate) interlaces: usize,
}

impl WindowData {
    pub(crate) fn read(market: &Market, view: &View, window: Window) -> WindowData {
        WindowData {
            window,
            book: market.book(window, view.lot),
            preview: market.preview(window, view.parts(), view.lot),
        }
    }

    /// All parts that would be bought.
    pub(crate) fn parts(&self) -> Parts {
        Parts(self.preview.fills.iter().fold(0, |sum: u32, fill| sum.saturating_add(fill.parts.0)))
    }

    /// As section 6 of the rules: each trade's fee is rounded down. `None`: more than can be counted.
    pub(crate) fn cost(&self, taker_ppm: Ppm) -> Option<Cost> {
        let ppm = u128::try_from(taker_ppm.0).unwrap_or(0);
        let mut cost = Cost::default();
        for fill in &self.preview.fills {
            let notional = fill.unit_price.notional(fill.parts, self.window.duration());
            let fee = Planck(notional.checked_mul(ppm)?.0 / 1_000_000);
            cost.notional = cost.notional.checked_add(notional)?;
            cost.fee = cost.fee.checked_add(fee)?;
        }
        cost.total = cost.notional.checked_add(cost.fee)?;
        Some(cost)
    }

    pub(crate) fn cuts(&self) -> Cuts {
        let mut cuts = Cuts::default();
        for fill in &self.preview.fills {
            let [before, beside, after] = fill.rests;
            cuts.partitions += usize::from(before.is_some()) + usize::from(after.is_some());
            cuts.interlaces += usize::from(beside.is_some());
        }
        cuts
    }
}

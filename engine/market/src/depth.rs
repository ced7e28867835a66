//! The book of a window (section 11). Depth is indicative where an order could serve several windows.

use crate::fit::{Offer, Want, fit};
use crate::market::Market;
use crate::order::{Detail, Piece};
use coretime_types::{CoreIndex, CoreMask, Parts, Region, Timeslices, UnitPrice, Window};

/// One price of a book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level {
    /// The price.
    pub unit_price: UnitPrice,
    /// The parts there.
    pub parts: u64,
    /// How many orders they are in.
    pub orders: u32,
}

/// Both sides of a window, best price first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book {
    /// The bids that a free whole-core region of this window could fill.
    pub bids: Vec<Level>,
    /// The pieces that a fixed bid for this window with this lot could take.
    pub asks: Vec<Level>,
}

impl Market {
    /// The book of `window` for bids whose lot is `lot_parts` (1 to 80). Empty where the window or the lot is invalid;
    /// without asks once the window has begun to pass.
    pub fn book(&self, window: Window, lot_parts: Parts) -> Book {
        let mut book = Book::default();
        if window.begin < window.end && (1..=Parts::CORE.0).contains(&lot_parts.0) {
            self.ask_levels(window, lot_parts, &mut book.asks);
            self.bid_levels(window, &mut book.bids);
        }
        book
    }

    fn ask_levels(&self, window: Window, lot_parts: Parts, levels: &mut Vec<Level>) {
        let want = Want {
            unit_price: UnitPrice(u64::MAX),
            remaining: Parts::CORE,
            lot_parts,
            within: window,
            duration: window.duration(),
            require_renewable: false,
        };
        for order in self.state.asks.values().filter_map(|id| self.state.orders.get(id)) {
            let Detail::Ask(ask) = &order.detail else { continue };
            let offer = Offer::of(order, ask);
            let fits = |piece| fit(&want, &offer, piece, self.state.tradable_from);
            if let Some(fit) = ask.pieces.iter().find_map(fits) {
                add(levels, order.unit_price, fit.parts);
            }
        }
    }

    fn bid_levels(&self, window: Window, levels: &mut Vec<Level>) {
        let mask = CoreMask::FULL;
        let region = Region { core: CoreIndex(0), begin: window.begin, end: window.end, mask };
        let piece = Piece { region, renewable: true };
        for order in self.state.bids.values().filter_map(|id| self.state.orders.get(id)) {
            let Detail::Bid(bid) = &order.detail else { continue };
            let offer = Offer {
                unit_price: order.unit_price,
                lot_parts: Parts(1),
                min_timeslices: Timeslices(1),
                min_fill_notional: self.state.settings.min_fill_notional,
            };
            if let Some(fit) = fit(&Want::of(order, bid), &offer, &piece, self.state.tradable_from) {
                add(levels, order.unit_price, fit.parts);
            }
        }
    }
}

/// Orders come best first, so equal prices come together.
fn add(levels: &mut Vec<Level>, unit_price: UnitPrice, parts: Parts) {
    match levels.last_mut() {
        Some(level) if level.unit_price == unit_price => {
            level.parts += u64::from(parts.0);
            level.orders += 1;
        }
        _ => levels.push(Level { unit_price, parts: u64::from(parts.0), orders: 1 }),
    }
}

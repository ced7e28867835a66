//! The book of a window (section 11). Depth is indicative where an order could serve several windows.

use crate::fit::{Offer, Want, fit};
use crate::market::Market;
use crate::order::Detail;
use crate::regions::Piece;
use coretime_types::{CoreIndex, CoreMask, Parts, Planck, Region, Timeslices, UnitPrice, Window};

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
            book.asks = self.ask_levels(window, lot_parts);
            book.bids = self.bid_levels(window);
        }
        book
    }

    fn ask_levels(&self, window: Window, lot_parts: Parts) -> Vec<Level> {
        let want = Want {
            unit_price: UnitPrice(u64::MAX),
            remaining: Parts::CORE,
            lot_parts,
            within: window,
            duration: window.duration(),
            require_renewable: false,
        };
        let pieces = self.state.pieces_for(&want).into_iter();
        // Of one ask, only one piece can contain the window.
        let mut offers: Vec<(UnitPrice, Parts)> = pieces
            .filter_map(|slot| {
                let holding = self.state.regions.get(slot);
                let offer = self.offer_of(holding.under?)?;
                let fit = fit(&want, &offer, &holding.piece, self.state.tradable_from)?;
                Some((offer.unit_price, fit.parts))
            })
            .collect();
        offers.sort_unstable();
        levels(offers)
    }

    /// The highest price that somebody pays for a free whole-core region of `window`: the first of the book's bids. A
    /// single search of the book, unless the best bid is worth less than the venue's smallest fill.
    pub fn best_bid(&self, window: Window) -> Option<UnitPrice> {
        if window.begin >= window.end {
            return None;
        }
        let (piece, offer) = self.whole_core(window);
        let any = Offer { min_fill_notional: Planck::ZERO, ..offer };
        let order = self.state.orders.get(self.state.best_bid(&any, &piece)?);
        let Detail::Bid(bid) = &order.detail else { return None };
        let offer = Offer { unit_price: order.unit_price, ..offer };
        match fit(&Want::of(order, bid), &offer, &piece, self.state.tradable_from) {
            Some(_) => Some(order.unit_price),
            None => self.bid_levels(window).first().map(|level| level.unit_price),
        }
    }

    /// A whole core during `window`, for sale in any way.
    fn whole_core(&self, window: Window) -> (Piece, Offer) {
        let mask = CoreMask::FULL;
        let region = Region { core: CoreIndex(0), begin: window.begin, end: window.end, mask };
        let offer = Offer {
            unit_price: UnitPrice(0),
            lot_parts: Parts(1),
            min_timeslices: Timeslices(1),
            min_fill_notional: self.state.settings.min_fill_notional,
        };
        (Piece { region, renewable: true }, offer)
    }

    fn bid_levels(&self, window: Window) -> Vec<Level> {
        let (piece, offer) = self.whole_core(window);
        let bids = self.state.bids_for(&offer, &piece).into_iter();
        let mut wants: Vec<(UnitPrice, Parts)> = bids
            .filter_map(|slot| {
                let order = self.state.orders.get(slot);
                let Detail::Bid(bid) = &order.detail else { return None };
                let offer = Offer { unit_price: order.unit_price, ..offer };
                let fit = fit(&Want::of(order, bid), &offer, &piece, self.state.tradable_from)?;
                Some((order.unit_price, fit.parts))
            })
            .collect();
        wants.sort_unstable_by(|a, b| b.cmp(a));
        levels(wants)
    }
}

/// Orders come best first, so equal prices come together.
fn levels(orders: Vec<(UnitPrice, Parts)>) -> Vec<Level> {
    let mut levels: Vec<Level> = Vec::new();
    for (unit_price, parts) in orders {
        match levels.last_mut() {
            Some(level) if level.unit_price == unit_price => {
                level.parts += u64::from(parts.0);
                level.orders += 1;
            }
            _ => levels.push(Level { unit_price, parts: u64::from(parts.0), orders: 1 }),
        }
    }
    levels
}

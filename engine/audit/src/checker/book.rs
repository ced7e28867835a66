//! The checker's own book: resting orders by when they could trade, so that a better one that was passed over is found
//! quickly.
//!
//! Time is divided into cells. A piece of an ask, and the window of a bid, stands in every cell that it touches, sorted
//! by price and priority; what touches very many cells stands apart and is always looked at.

use super::{
    fit::{Sides, earliest_fit, fit},
    order::{Order, Piece, Terms},
};
use coretime_types::{OrderId, Side, Timeslice, Window};
use std::collections::{BTreeMap, HashMap};

const CELL_TIMESLICES: u32 = 512;
const MOST_CELLS: u32 = 64;

/// The best first: price (for bids, what is missing to the highest), then priority; then a piece's begin.
type Key = (u64, u64, u32);

/// What stands in a cell.
#[derive(Clone, Copy, Debug)]
struct Stand {
    order: OrderId,
    window: Window,
}

#[derive(Debug, Default)]
struct Cells {
    cells: BTreeMap<u32, BTreeMap<Key, Stand>>,
    wide: BTreeMap<Key, Stand>,
}

/// All live orders, and where they stand.
#[derive(Debug, Default)]
pub(super) struct Book {
    orders: HashMap<OrderId, Order>,
    asks: Cells,
    bids: Cells,
}

fn cells_of(window: Window) -> std::ops::RangeInclusive<u32> {
    let last = window.end.0.saturating_sub(1).max(window.begin.0);
    window.begin.0 / CELL_TIMESLICES..=last / CELL_TIMESLICES
}

impl Cells {
    fn insert(&mut self, key: Key, stand: Stand) {
        let cells = cells_of(stand.window);
        if cells.end() - cells.start() >= MOST_CELLS {
            self.wide.insert(key, stand);
            return;
        }
        for cell in cells {
            self.cells.entry(cell).or_default().insert(key, stand);
        }
    }

    fn remove(&mut self, key: Key, window: Window) {
        let cells = cells_of(window);
        if cells.end() - cells.start() >= MOST_CELLS {
            self.wide.remove(&key);
            return;
        }
        for cell in cells {
            if let Some(stands) = self.cells.get_mut(&cell) {
                stands.remove(&key);
                if stands.is_empty() {
                    self.cells.remove(&cell);
                }
            }
        }
    }

    /// The best that is compatible, of those that touch `window` and are not worse than `limit`.
    fn best(
        &self,
        window: Window,
        limit: u64,
        is_compatible: impl Fn(&Stand) -> bool,
    ) -> Option<(Key, OrderId)> {
        let mut best: Option<(Key, OrderId)> = None;
        let near = self.cells.range(cells_of(window)).map(|(_, stands)| stands);
        for stands in near.chain([&self.wide]) {
            for (key, stand) in stands {
                if key.0 > limit || best.is_some_and(|(best, _)| *key >= best) {
                    break;
                }
                if is_compatible(stand) {
                    best = Some((*key, stand.order));
                    break;
                }
            }
        }
        best
    }
}

/// Where an order stands, under which keys.
fn stands(order: &Order) -> Vec<(Key, Window)> {
    match &order.terms {
        Terms::Bid(bid) => vec![((u64::MAX - order.price.0, order.priority, 0), bid.within)],
        Terms::Ask(ask) => {
            let of = |piece: &Piece| {
                ((order.price.0, order.priority, piece.region.begin.0), piece.region.window())
            };
            ask.pieces.iter().map(of).collect()
        }
    }
}

impl Book {
    pub(super) fn get(&self, id: OrderId) -> Option<&Order> {
        self.orders.get(&id)
    }

    pub(super) fn len(&self) -> usize {
        self.orders.len()
    }

    pub(super) fn insert(&mut self, order: Order) {
        let cells = match order.side() {
            Side::Bid => &mut self.bids,
            Side::Ask => &mut self.asks,
        };
        for (key, window) in stands(&order) {
            cells.insert(key, Stand { order: order.id, window });
        }
        self.orders.insert(order.id, order);
    }

    pub(super) fn remove(&mut self, id: OrderId) -> Option<Order> {
        let order = self.orders.remove(&id)?;
        let cells = match order.side() {
            Side::Bid => &mut self.bids,
            Side::Ask => &mut self.asks,
        };
        for (key, window) in stands(&order) {
            cells.remove(key, window);
        }
        Some(order)
    }

    /// The best resting order that is compatible with `taker`: price, then priority.
    pub(super) fn best_for(&self, taker: &Order, now: Timeslice) -> Option<OrderId> {
        match &taker.terms {
            Terms::Bid(bid) => {
                let from = bid.within.begin.max(now);
                // A fixed bid's piece has all of its window; a flexible one's touches it somewhere.
                let is_fixed = bid.within.duration() == bid.duration;
                let end = if is_fixed { Timeslice(from.0.saturating_add(1)) } else { bid.within.end };
                let found = self.asks.best(Window { begin: from, end }, taker.price.0, |stand| {
                    let room = |window: Window| {
                        window.end.min(bid.within.end).since(window.begin.max(from)) >= bid.duration
                    };
                    room(stand.window)
                        && self.orders.get(&stand.order).is_some_and(|maker| {
                            let Terms::Ask(ask) = &maker.terms else { return false };
                            let piece =
                                ask.pieces.iter().find(|piece| piece.region.begin == stand.window.begin);
                            piece.is_some_and(|piece| {
                                fit(Sides { buyer: taker, bid, seller: maker, ask }, piece, now).is_some()
                            })
                        })
                });
                found.map(|(_, order)| order)
            }
            Terms::Ask(ask) => {
                let limit = u64::MAX - taker.price.0;
                let of_piece = |piece: &Piece| {
                    let window = Window { begin: piece.region.begin.max(now), end: piece.region.end };
                    self.bids.best(window, limit, |stand| {
                        window.overlaps(stand.window)
                            && self
                                .orders
                                .get(&stand.order)
                                .is_some_and(|maker| earliest_fit(maker, taker, now).is_some())
                    })
                };
                let live = ask.pieces.iter().filter(|piece| ask.is_live(&piece.region, now));
                live.filter_map(of_piece).min().map(|(_, order)| order)
            }
        }
    }
}

//! Orders in the book: which shape they have there, pieces under asks, what is searched for.

use crate::book::{Key, Point, Shape};
use crate::fit::{Offer, Want, least_common_multiple};
use crate::order::{AskDetail, BidDetail, Detail, Order};
use crate::regions::{Holding, Piece};
use crate::slots::{OrderSlot, RegionSlot, Slot};
use crate::state::State;
use crate::undo::Undo;
use coretime_types::{Parts, Planck, Timeslice, UnitPrice, Window};

/// Lower is better on both sides.
fn ask_key(unit_price: UnitPrice, priority: u64) -> Key {
    Key { price: unit_price.0, priority }
}

fn bid_key(unit_price: UnitPrice, priority: u64) -> Key {
    Key { price: !unit_price.0, priority }
}

/// The first of all keys: whatever fits at all fits from here on.
const FROM_THE_FIRST: Key = Key { price: 0, priority: 0 };

impl State {
    // --- into the book and out of it ---

    /// An order that has matched goes into the book, and can be found from now on.
    pub(crate) fn rest(&mut self, slot: OrderSlot) {
        let order = self.orders.get(slot);
        if !order.is_resting {
            let account = order.account;
            self.accounts.get_mut(account).live_orders += 1;
            self.orders.rest(slot);
        }
        match self.orders.get(slot).detail {
            Detail::Bid(_) => self.list_bid(slot),
            Detail::Ask(ask) => {
                let mut next = ask.first_piece;
                while let Some(piece) = next {
                    next = self.regions.get(piece).next;
                    if self.regions.get(piece).is_live {
                        self.list_piece(piece);
                    }
                }
            }
        }
    }

    /// An order goes out of the book, to enter again or to end.
    pub(crate) fn unlist(&mut self, slot: OrderSlot) {
        match self.orders.get(slot).detail {
            Detail::Bid(_) => {
                if self.bids.remove(slot.number()) {
                    self.undo.note(|| Undo::BidUnlisted(slot));
                }
            }
            Detail::Ask(ask) => {
                let mut next = ask.first_piece;
                while let Some(piece) = next {
                    next = self.regions.get(piece).next;
                    self.asks.remove(piece.number());
                }
            }
        }
    }

    pub(crate) fn list_bid(&mut self, slot: OrderSlot) {
        let order = self.orders.get(slot);
        if let Detail::Bid(bid) = &order.detail {
            let key = bid_key(order.unit_price, order.priority.0);
            self.bids.insert(slot.number(), bid_shape(order, bid), key);
        }
    }

    fn list_piece(&mut self, slot: RegionSlot) {
        let holding = self.regions.get(slot);
        let Some(order) = holding.under.map(|order| self.orders.get(order)) else { return };
        if let Detail::Ask(ask) = &order.detail {
            let min_fill_notional = self.terms(order.terms).min_fill_notional;
            let key = ask_key(order.unit_price, order.priority.0);
            self.asks.insert(slot.number(), piece_shape(order, ask, holding, min_fill_notional), key);
        }
    }

    /// What a bid still wants has changed: by a fill, or by its owner, in place.
    pub(crate) fn set_remaining(&mut self, slot: OrderSlot, remaining: Parts) {
        let order = self.orders.get_mut(slot);
        let Detail::Bid(bid) = &mut order.detail else { return };
        let before = std::mem::replace(&mut bid.remaining, remaining);
        let bid = *bid;
        let moves = bid_shape(order, &bid) != bid_shape(order, &BidDetail { remaining: before, ..bid });
        if moves && self.bids.remove(slot.number()) && remaining.0 > 0 {
            self.list_bid(slot);
        }
        self.undo.note(|| Undo::Remaining(slot, before));
    }

    /// Takes `set_remaining` back.
    pub(crate) fn restore_remaining(&mut self, slot: OrderSlot, before: Parts) {
        self.bids.remove(slot.number());
        let order = self.orders.get_mut(slot);
        if let Detail::Bid(bid) = &mut order.detail {
            bid.remaining = before;
        }
        if self.orders.get(slot).is_resting {
            self.list_bid(slot);
        }
    }

    // --- pieces ---

    /// Puts a free region under an ask, behind its piece `after`, or as the first. Into the book too if `listed`.
    pub(crate) fn attach(
        &mut self,
        slot: RegionSlot,
        under: OrderSlot,
        after: Option<RegionSlot>,
        listed: bool,
    ) {
        let now = self.tradable_from;
        let order = self.orders.get_mut(under);
        let Detail::Ask(ask) = &mut order.detail else { return };
        let next = match after {
            Some(after) => self.regions.get_mut(after).next.replace(slot),
            None => ask.first_piece.replace(slot),
        };
        if let Some(next) = next {
            self.regions.get_mut(next).previous = Some(slot);
        }
        let holding = self.regions.get_mut(slot);
        holding.is_live = holding.region().effective_duration(now) >= ask.min_timeslices;
        (holding.under, holding.previous, holding.next) = (Some(under), after, next);
        if holding.is_live {
            ask.live_pieces += 1;
            if listed {
                self.list_piece(slot);
            }
        }
        self.undo.note(|| Undo::Attached(slot));
    }

    /// A piece is a free region of its seller again.
    pub(crate) fn detach(&mut self, slot: RegionSlot) {
        let listed = self.asks.remove(slot.number());
        let holding = self.regions.get_mut(slot);
        let Some(under) = holding.under.take() else { return };
        let (previous, next) = (holding.previous.take(), holding.next.take());
        let was_live = std::mem::replace(&mut holding.is_live, false);
        if let Some(next) = next {
            self.regions.get_mut(next).previous = previous;
        }
        if let Detail::Ask(ask) = &mut self.orders.get_mut(under).detail {
            ask.live_pieces -= u32::from(was_live);
            if previous.is_none() {
                ask.first_piece = next;
            }
        }
        if let Some(previous) = previous {
            self.regions.get_mut(previous).next = next;
        }
        self.undo.note(|| Undo::Detached { slot, under, after: previous, listed });
    }

    /// Time has overtaken a piece: nobody can buy of it any more. Never inside an order, so never undone.
    pub(crate) fn end_piece(&mut self, slot: RegionSlot) -> Option<OrderSlot> {
        self.asks.remove(slot.number());
        let holding = self.regions.get_mut(slot);
        let under = holding.under?;
        if std::mem::replace(&mut holding.is_live, false)
            && let Detail::Ask(ask) = &mut self.orders.get_mut(under).detail
        {
            ask.live_pieces -= 1;
        }
        Some(under)
    }

    /// The ask's least duration is another one, while it is out of the book. Never inside an order, so never undone.
    pub(crate) fn set_min_timeslices(&mut self, slot: OrderSlot, least: coretime_types::Timeslices) {
        let now = self.tradable_from;
        let Detail::Ask(ask) = &mut self.orders.get_mut(slot).detail else { return };
        ask.min_timeslices = least;
        ask.live_pieces = 0;
        let mut next = ask.first_piece;
        while let Some(piece) = next {
            let holding = self.regions.get_mut(piece);
            holding.is_live = holding.region().effective_duration(now) >= least;
            ask.live_pieces += u32::from(holding.is_live);
            next = holding.next;
        }
    }

    // --- searches (rules 4.1, 4.2 and 4.6) ---

    /// Whether any ask is as cheap as this.
    pub(crate) fn meets_ask(&self, unit_price: UnitPrice) -> bool {
        self.asks.reaches(ask_key(unit_price, u64::MAX))
    }

    /// Whether any bid offers as much as this.
    pub(crate) fn meets_bid(&self, unit_price: UnitPrice) -> bool {
        self.bids.reaches(bid_key(unit_price, u64::MAX))
    }

    /// The best piece in the book that a bid could take, the earliest of its ask.
    pub(crate) fn best_piece(&self, want: &Want) -> Option<RegionSlot> {
        let now = self.tradable_from;
        let within = Window { begin: want.within.begin.max(now), end: want.within.end };
        if want.remaining.0 == 0 || within.duration() < want.duration {
            return None;
        }
        let corner = Point::pieces_for_bid(within, want.duration);
        let corner = |lot: Parts, renewal: bool| {
            let corner = corner.with_lots(want.lot_parts, lot, want.remaining)?;
            if want.require_renewable {
                only_whole_cores(corner, renewal, want.remaining)
            } else {
                Some(corner)
            }
        };
        let accept = |shape: &Shape| {
            if want.require_renewable && shape.point.duration() != want.duration {
                return None;
            }
            if shape.min_fill_notional == 0 {
                return Some(FROM_THE_FIRST);
            }
            let most = want.remaining.min(shape.point.parts()).0;
            let parts = most - most % least_common_multiple(want.lot_parts.0, shape.lot_parts.0);
            let part_timeslices = u128::from(parts) * u128::from(want.duration.0);
            let least_price = u128::from(shape.min_fill_notional).div_ceil(part_timeslices);
            Some(ask_key(UnitPrice(u64::try_from(least_price).ok()?), 0))
        };
        let limit = ask_key(want.unit_price, u64::MAX);
        self.asks.best(limit, corner, accept).map(RegionSlot::new)
    }

    /// All pieces in the book that a bid could take, as far as time and lots go.
    pub(crate) fn pieces_for(&self, want: &Want) -> Vec<RegionSlot> {
        let within = Window { begin: want.within.begin.max(self.tradable_from), end: want.within.end };
        if within.duration() < want.duration {
            return Vec::new();
        }
        let corner = Point::pieces_for_bid(within, want.duration);
        let slots = self.asks.all(|lot, _| corner.with_lots(want.lot_parts, lot, want.remaining));
        slots.into_iter().map(RegionSlot::new).collect()
    }

    /// The best bid in the book that could take a piece.
    pub(crate) fn best_bid(&self, offer: &Offer, piece: &Piece) -> Option<OrderSlot> {
        let window = live_window(offer, piece, self.tradable_from)?;
        let accept = |shape: &Shape| {
            let most = piece.region.mask.parts().min(shape.point.parts()).0;
            let parts = most - most % least_common_multiple(offer.lot_parts.0, shape.lot_parts.0);
            let worth = offer.unit_price.notional(Parts(parts), shape.point.duration());
            (worth >= offer.min_fill_notional).then_some(FROM_THE_FIRST)
        };
        let limit = bid_key(offer.unit_price, u64::MAX);
        self.bids
            .best(limit, bids_corner(offer, piece, window, self.tradable_from), accept)
            .map(OrderSlot::new)
    }

    /// All bids in the book that could take a piece, as far as time and lots go.
    pub(crate) fn bids_for(&self, offer: &Offer, piece: &Piece) -> Vec<OrderSlot> {
        let Some(window) = live_window(offer, piece, self.tradable_from) else { return Vec::new() };
        let slots = self.bids.all(bids_corner(offer, piece, window, self.tradable_from));
        slots.into_iter().map(OrderSlot::new).collect()
    }
}

/// What is left of a piece to sell, if it is live.
fn live_window(offer: &Offer, piece: &Piece, now: Timeslice) -> Option<Window> {
    let window = Window { begin: piece.region.effective_begin(now), end: piece.region.end };
    (window.duration().0 > 0 && window.duration() >= offer.min_timeslices).then_some(window)
}

fn bids_corner(
    offer: &Offer,
    piece: &Piece,
    window: Window,
    now: Timeslice,
) -> impl Fn(Parts, bool) -> Option<Point> {
    let corner = Point::bids_for_piece(window, offer.min_timeslices);
    let whole = Point::bids_for_piece(window, window.duration());
    let (own_lot, parts) = (offer.lot_parts, piece.region.mask.parts());
    let keeps_right = piece.renewable && parts == Parts::CORE && piece.region.begin >= now;
    move |lot, renewal| {
        if renewal {
            only_whole_cores(whole.with_lots(own_lot, lot, parts)?, keeps_right, parts)
        } else {
            corner.with_lots(own_lot, lot, parts)
        }
    }
}

/// Rule 4.6: all 80 parts in one fill, which both lots divide.
fn only_whole_cores(corner: Point, renewal: bool, parts: Parts) -> Option<Point> {
    let fits = renewal && parts >= Parts::CORE && Parts::CORE.is_multiple_of(corner.parts());
    fits.then(|| corner.with_parts(Parts::CORE))
}

fn bid_shape(order: &Order, bid: &BidDetail) -> Shape {
    let point = Point::of_bid(bid.within, bid.duration, bid.remaining);
    Shape {
        lot_parts: order.lot_parts,
        renewal: bid.require_renewable,
        point,
        min_fill_notional: 0,
        lives_until: point.bid_lives_until(),
    }
}

fn piece_shape(order: &Order, ask: &AskDetail, holding: &Holding, min_fill_notional: Planck) -> Shape {
    let region = holding.region();
    let point = Point::of_piece(region.window(), ask.min_timeslices, region.mask.parts());
    Shape {
        lot_parts: order.lot_parts,
        renewal: holding.is_renewal(),
        point,
        // The setting has 64 bits.
        min_fill_notional: u64::try_from(min_fill_notional.0).unwrap_or(u64::MAX),
        lives_until: point.piece_lives_until(),
    }
}

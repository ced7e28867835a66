//! The whole book, rebuilt from the venue's stream.

use coretime_proto::v1 as pb;
use pb::{book_change::Change, book_order::Detail, stream_book_response::Message};
use std::collections::BTreeMap;

/// A whole core.
const CORE_PARTS: u32 = 80;

/// The whole book, rebuilt from the messages of `MarketDataService.StreamBook`.
///
/// Give it every message ([`apply`](Book::apply)); after a stream has ended, whatever the reason, open it again with
/// [`resume_after`](Book::resume_after), and again without it if the venue says `RESUME_TOO_OLD`.
#[derive(Clone, Debug, Default)]
pub struct Book {
    orders: BTreeMap<u64, pb::BookOrder>,
    tradable_from: u32,
    /// Up to here it is whole; `None` before the first snapshot is.
    sequence: Option<u64>,
    /// Where the snapshot is that is being read.
    snapshot_at: u64,
    /// The last message's place in its stream.
    number: u64,
    is_whole: bool,
}

/// A message that cannot follow. The book is of no use until a new stream begins with a snapshot.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum BookError {
    /// Messages are missing.
    #[error("message {found} of the stream follows message {last}")]
    Gap {
        /// The last one that was seen.
        last: u64,
        /// The one that came.
        found: u64,
    },
    /// A message lacks what it must have.
    #[error("a message of the stream lacks its {0}")]
    Missing(&'static str),
    /// A stream that was resumed elsewhere than asked for, or changes before any snapshot.
    #[error("the stream goes on after {found}, the book ends at {last:?}")]
    Elsewhere {
        /// Where the book ends.
        last: Option<u64>,
        /// Where the stream goes on.
        found: u64,
    },
}

/// One price of a window's book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookLevel {
    /// Planck for one part during one timeslice.
    pub unit_price_planck: u64,
    /// Parts there.
    pub parts: u64,
    /// How many orders they are in.
    pub orders: u32,
}

impl Book {
    /// What to ask for when the stream is opened again; `None`: a snapshot.
    pub fn resume_after(&self) -> Option<u64> {
        self.sequence
    }

    /// Whether it is complete as of [`resume_after`](Book::resume_after), not in the middle of a snapshot or a change.
    pub fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// The orders, by id.
    pub fn orders(&self) -> impl Iterator<Item = &pb::BookOrder> {
        self.orders.values()
    }

    /// The market's clock: the first timeslice that can still be sold.
    pub fn tradable_from(&self) -> u32 {
        self.tradable_from
    }

    /// Takes the stream's next message.
    ///
    /// # Errors
    /// When it cannot follow: forget the book and begin with a snapshot.
    pub fn apply(&mut self, response: pb::StreamBookResponse) -> Result<(), BookError> {
        let found = response.number;
        let starts = matches!(response.message, Some(Message::Start(_)));
        if found != if starts { 1 } else { self.number.saturating_add(1) } {
            return Err(BookError::Gap { last: self.number, found });
        }
        self.number = found;
        match response.message {
            Some(Message::Start(start)) => self.start(&start),
            Some(Message::Snapshot(part)) => {
                self.snapshot(part);
                Ok(())
            }
            Some(Message::Update(part)) => self.update(part),
            // Of a newer interface: there is no harm in not knowing it.
            None => Ok(()),
        }
    }

    fn start(&mut self, start: &pb::StreamStart) -> Result<(), BookError> {
        let position = start.position.as_ref().ok_or(BookError::Missing("position"))?;
        // Resumed where the book ends: it stays. Else a snapshot follows.
        if self.sequence != Some(position.sequence) {
            *self = Book { number: self.number, snapshot_at: position.sequence, ..Book::default() };
        }
        Ok(())
    }

    fn snapshot(&mut self, part: pb::BookSnapshot) {
        self.tradable_from = part.tradable_from_timeslice;
        self.orders.extend(part.orders.into_iter().map(|order| (order.order_id, order)));
        if part.complete {
            self.is_whole = true;
            self.sequence = Some(self.snapshot_at);
        }
    }

    fn update(&mut self, part: pb::BookUpdate) -> Result<(), BookError> {
        let receipt = part.receipt.ok_or(BookError::Missing("receipt"))?;
        if self.sequence.is_none_or(|last| receipt.sequence <= last) {
            return Err(BookError::Elsewhere { last: self.sequence, found: receipt.sequence });
        }
        for change in part.changes {
            match change.change {
                Some(Change::Order(order)) => {
                    self.orders.insert(order.order_id, order);
                }
                Some(Change::RemovedOrderId(order_id)) => {
                    self.orders.remove(&order_id);
                }
                None => return Err(BookError::Missing("change")),
            }
        }
        if part.tradable_from_timeslice > self.tradable_from {
            self.tradable_from = part.tradable_from_timeslice;
            self.drop_worthless();
        }
        self.is_whole = part.complete;
        if part.complete {
            self.sequence = Some(receipt.sequence);
        }
        Ok(())
    }

    /// Pieces whose time is over leave without a change of their own.
    fn drop_worthless(&mut self) {
        let from = self.tradable_from;
        for order in self.orders.values_mut() {
            if let Some(Detail::Ask(ask)) = &mut order.detail {
                ask.pieces.retain(|piece| piece.window.is_some_and(|window| window.end_timeslice > from));
            }
        }
    }

    /// The book of a window for bids of this lot, both sides best first: bids, then asks. As
    /// `MarketDataService.GetBook`, but for the least value of a fill, which the stream does not tell.
    pub fn levels(&self, window: pb::Window, lot_parts: u32) -> (Vec<BookLevel>, Vec<BookLevel>) {
        let (mut bids, mut asks) = (BTreeMap::new(), BTreeMap::new());
        for order in self.orders.values() {
            match &order.detail {
                Some(Detail::Bid(bid)) => {
                    if let Some(parts) = self.bid_parts(window, order.lot_parts, bid) {
                        add(&mut bids, order.unit_price_planck, parts);
                    }
                }
                Some(Detail::Ask(ask)) => {
                    let lots = [lot_parts, order.lot_parts];
                    let parts = ask.pieces.iter().find_map(|piece| self.ask_parts(window, lots, ask, piece));
                    if let Some(parts) = parts {
                        add(&mut asks, order.unit_price_planck, parts);
                    }
                }
                None => {}
            }
        }
        (bids.into_values().rev().collect(), asks.into_values().collect())
    }

    /// What a bid for just this window could take of a piece.
    fn ask_parts(
        &self,
        window: pb::Window,
        [lot, ask_lot]: [u32; 2],
        ask: &pb::BookAsk,
        piece: &pb::BookPiece,
    ) -> Option<u32> {
        let of = piece.window?;
        let duration = window.end_timeslice.checked_sub(window.begin_timeslice)?;
        let inside = window.begin_timeslice >= self.tradable_from.max(of.begin_timeslice)
            && window.end_timeslice <= of.end_timeslice;
        let most = CORE_PARTS.min(piece.quantity_parts);
        let parts = most - most.checked_rem(least_common_multiple(lot, ask_lot))?;
        (inside && duration >= ask.min_duration_timeslices && parts > 0).then_some(parts)
    }

    /// What a bid could take of a free, renewable core during this window.
    fn bid_parts(&self, window: pb::Window, lot: u32, bid: &pb::BookBid) -> Option<u32> {
        let within = bid.within?;
        let begin = window.begin_timeslice.max(self.tradable_from);
        let earliest = within.begin_timeslice.max(self.tradable_from);
        let latest_end = within.end_timeslice.min(window.end_timeslice);
        let fits = earliest.max(begin).checked_add(bid.duration_timeslices)? <= latest_end;
        let most = CORE_PARTS.min(bid.remaining_parts);
        let parts = most - most.checked_rem(lot)?;
        let whole = window.begin_timeslice >= self.tradable_from
            && parts == CORE_PARTS
            && Some(bid.duration_timeslices) == window.end_timeslice.checked_sub(window.begin_timeslice);
        (fits && parts > 0 && (whole || !bid.require_renewable)).then_some(parts)
    }
}

fn add(levels: &mut BTreeMap<u64, BookLevel>, unit_price_planck: u64, parts: u32) {
    let empty = BookLevel { unit_price_planck, parts: 0, orders: 0 };
    let level = levels.entry(unit_price_planck).or_insert(empty);
    level.parts = level.parts.saturating_add(parts.into());
    level.orders = level.orders.saturating_add(1);
}

/// Of lots, which are 1 to 80; 0 for others.
fn least_common_multiple(a: u32, b: u32) -> u32 {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    a.checked_div(x).map_or(0, |quotient| quotient.saturating_mul(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(begin_timeslice: u32, end_timeslice: u32) -> pb::Window {
        pb::Window { begin_timeslice, end_timeslice }
    }

    fn bid(order_id: u64, unit_price_planck: u64) -> pb::BookOrder {
        let bid = pb::BookBid {
            remaining_parts: 80,
            within: Some(window(10, 20)),
            duration_timeslices: 10,
            require_renewable: true,
        };
        let detail = Some(Detail::Bid(bid));
        pb::BookOrder { order_id, priority: order_id, unit_price_planck, lot_parts: 80, detail }
    }

    fn message(number: u64, message: Message) -> pb::StreamBookResponse {
        pb::StreamBookResponse { number, message: Some(message) }
    }

    fn start(sequence: u64) -> pb::StreamBookResponse {
        let position = Some(pb::Position { sequence, chain_hash: Vec::new() });
        message(1, Message::Start(pb::StreamStart { position }))
    }

    fn update(number: u64, sequence: u64, change: Change) -> pb::StreamBookResponse {
        let receipt = Some(pb::Receipt { sequence, ..Default::default() });
        let changes = vec![pb::BookChange { change: Some(change) }];
        let part = pb::BookUpdate { receipt, changes, complete: true, ..Default::default() };
        message(number, Message::Update(part))
    }

    fn snapshot(number: u64, order: pb::BookOrder, complete: bool) -> pb::StreamBookResponse {
        let part = pb::BookSnapshot { orders: vec![order], complete, ..Default::default() };
        message(number, Message::Snapshot(part))
    }

    #[test]
    fn a_snapshot_in_parts_then_changes_then_resumed() {
        let mut book = Book::default();
        assert_eq!(book.resume_after(), None);
        book.apply(start(5)).unwrap();
        book.apply(snapshot(2, bid(1, 7), false)).unwrap();
        // Lost now, it would have to begin anew.
        assert!(!book.is_whole() && book.resume_after().is_none());
        book.apply(snapshot(3, bid(2, 8), true)).unwrap();
        assert!(book.is_whole());
        book.apply(update(4, 6, Change::RemovedOrderId(1))).unwrap();
        assert_eq!((book.resume_after(), book.orders().count()), (Some(6), 1));
        book.apply(start(6)).unwrap();
        book.apply(update(2, 9, Change::Order(bid(3, 8)))).unwrap();
        let level = BookLevel { unit_price_planck: 8, parts: 160, orders: 2 };
        assert_eq!(book.levels(window(10, 20), 80), (vec![level], vec![]));
        // A renewable core must be taken whole.
        assert_eq!(book.levels(window(10, 21), 80), (vec![], vec![]));
        // Begun anew, what was there is gone.
        book.apply(start(12)).unwrap();
        book.apply(snapshot(2, bid(4, 1), true)).unwrap();
        assert_eq!((book.resume_after(), book.orders().count()), (Some(12), 1));
    }

    #[test]
    fn what_cannot_follow_is_told() {
        let mut book = Book::default();
        let gone = Change::RemovedOrderId(1);
        assert_eq!(book.apply(update(2, 1, gone.clone())), Err(BookError::Gap { last: 0, found: 2 }));
        book.apply(start(5)).unwrap();
        book.apply(snapshot(2, bid(1, 7), true)).unwrap();
        assert_eq!(book.apply(update(4, 6, gone.clone())), Err(BookError::Gap { last: 2, found: 4 }));
        let error = book.apply(update(3, 5, gone));
        assert_eq!(error, Err(BookError::Elsewhere { last: Some(5), found: 5 }));
    }
}

//! The loop: an incoming order against the resting ones, best price first, at equal price the lowest priority first
//! (rules 4.5 and 4.7).

use crate::fit::{Offer, Want, fit};
use crate::market::Market;
use crate::order::Detail;
use crate::slots::{OrderSlot, RegionSlot};
use crate::trade::Rests;
use coretime_types::{DoneReason, Event, Priority, SelfTrade, Timeslice, UnitPrice};
use std::cmp::Reverse;

/// The best bid for one of an incoming ask's pieces. The least is taken first: the best price, then the lowest
/// priority, then the earliest piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Candidate {
    price: Reverse<UnitPrice>,
    priority: Priority,
    piece_begin: Timeslice,
    piece: RegionSlot,
    bid: OrderSlot,
}

/// What became of the taker's meeting with a maker.
enum Met {
    Traded(Rests),
    /// Both are of one account, and the maker was cancelled.
    MakerCancelled,
    /// Both are of one account, and the taker must stop.
    Stop,
    /// They do not fit. The book says that they do, so it is wrong; the rule decides, and matching comes to an end.
    Mismatch,
}

impl Market {
    /// Rule 4.5: trades `taker`, which is not in the book, with resting orders until nothing compatible is left. Says
    /// whether it stopped at an order of its own account.
    pub(crate) fn match_taker(&mut self, taker: OrderSlot, events: &mut Vec<Event>) -> bool {
        match self.state.orders.get(taker).detail {
            Detail::Bid(_) => self.match_bid(taker, events),
            Detail::Ask(ask) => self.match_ask(taker, ask.first_piece, events),
        }
    }

    /// Rule 4.5: an incoming bid repeats with its remaining parts.
    fn match_bid(&mut self, taker: OrderSlot, events: &mut Vec<Event>) -> bool {
        loop {
            let order = self.state.orders.get(taker);
            let Detail::Bid(bid) = &order.detail else { return false };
            // Most orders meet nobody's price.
            if !self.state.meets_ask(order.unit_price) {
                return false;
            }
            let Some(piece) = self.state.best_piece(&Want::of(order, bid)) else { return false };
            let Some(maker) = self.state.regions.get(piece).under else { return false };
            match self.meet(taker, maker, piece, events) {
                Met::Traded(_) | Met::MakerCancelled => {}
                Met::Stop => return true,
                Met::Mismatch => return false,
            }
        }
    }

    /// Rule 4.5: an incoming ask takes the best bid that is compatible with any of its pieces, and the earliest such
    /// piece, and repeats with its live pieces. The best bid of all pieces is wanted again and again while pieces come
    /// and go; a piece's best bid stays its best for as long as it fits: nothing enters the book meanwhile.
    fn match_ask(
        &mut self,
        taker: OrderSlot,
        first_piece: Option<RegionSlot>,
        events: &mut Vec<Event>,
    ) -> bool {
        if !self.state.meets_bid(self.state.orders.get(taker).unit_price) {
            return false;
        }
        let mut candidates = std::mem::take(&mut self.candidates);
        candidates.clear();
        let mut next = first_piece;
        while let Some(piece) = next {
            next = self.state.regions.get(piece).next;
            candidates.extend(self.candidate(taker, piece).map(Reverse));
        }
        let mut stopped = false;
        while let Some(Reverse(candidate)) = candidates.pop() {
            let Candidate { bid, piece, .. } = candidate;
            if !self.still_fits(taker, &candidate) {
                candidates.extend(self.candidate(taker, piece).map(Reverse));
                continue;
            }
            match self.meet(taker, bid, piece, events) {
                Met::Stop => {
                    stopped = true;
                    break;
                }
                Met::Mismatch => {}
                Met::MakerCancelled => candidates.extend(self.candidate(taker, piece).map(Reverse)),
                Met::Traded(rests) => {
                    let rests = rests.into_iter().flatten();
                    candidates.extend(rests.filter_map(|piece| self.candidate(taker, piece)).map(Reverse));
                }
            }
        }
        self.candidates = candidates;
        stopped
    }

    fn candidate(&self, taker: OrderSlot, piece: RegionSlot) -> Option<Candidate> {
        let holding = self.state.regions.get(piece);
        let bid = self.state.best_bid(&self.offer_of(taker)?, &holding.piece)?;
        let order = self.state.orders.get(bid);
        Some(Candidate {
            price: Reverse(order.unit_price),
            priority: order.priority,
            piece_begin: holding.region().begin,
            piece,
            bid,
        })
    }

    /// Whether another piece has left enough of the bid, or the bid at all.
    fn still_fits(&self, taker: OrderSlot, candidate: &Candidate) -> bool {
        let Some(order) = self.state.orders.get_live(candidate.bid) else { return false };
        let (Detail::Bid(bid), Some(offer)) = (&order.detail, self.offer_of(taker)) else { return false };
        let piece = &self.state.regions.get(candidate.piece).piece;
        order.priority == candidate.priority
            && fit(&Want::of(order, bid), &offer, piece, self.state.tradable_from).is_some()
    }

    pub(crate) fn offer_of(&self, ask: OrderSlot) -> Option<Offer> {
        let order = self.state.orders.get(ask);
        match &order.detail {
            Detail::Ask(ask) => Some(Offer::of(order, ask, self.state.terms(order.terms))),
            Detail::Bid(_) => None,
        }
    }

    /// Rule 4.7: of two orders of one account either the taker stops or the maker is cancelled whole, as the taker
    /// says. Others trade.
    fn meet(
        &mut self,
        taker: OrderSlot,
        maker: OrderSlot,
        piece: RegionSlot,
        events: &mut Vec<Event>,
    ) -> Met {
        let (incoming, resting) = (self.state.orders.get(taker), self.state.orders.get(maker));
        if incoming.account == resting.account {
            return match incoming.self_trade {
                SelfTrade::CancelTaker => Met::Stop,
                SelfTrade::CancelMaker => {
                    self.end_order(maker, DoneReason::SelfTrade, events);
                    Met::MakerCancelled
                }
            };
        }
        let Some(rests) = self.trade(maker, taker, piece, events) else { return Met::Mismatch };
        if self.state.orders.get(maker).is_filled() {
            self.end_order(maker, DoneReason::Filled, events);
        }
        Met::Traded(rests)
    }
}

//! The loop: an incoming order against the resting ones, best price first, at equal price the lowest priority first
//! (rules 4.5 and 4.7).

use crate::fit::are_compatible;
use crate::market::Market;
use crate::order::{Detail, Order};
use coretime_types::{DoneReason, Event, OrderId, SelfTrade};
use std::cmp::Reverse;
use std::ops::Bound;

impl Market {
    /// Trades `taker` with resting orders until nothing compatible is left. Says whether it stopped at an order of its
    /// own account.
    pub(crate) fn match_taker(&mut self, taker: &mut Order, events: &mut Vec<Event>) -> bool {
        let mut after = None;
        while let Some(maker_id) = self.next_compatible(taker, after) {
            let Some(mut maker) = self.state.remove_order(maker_id) else { return false };
            // A pair trades at most once: the fill is the largest that fits, and what it leaves fits no better. Nor can
            // an order that did not fit begin to. So the search goes on behind this maker.
            after = Some(maker_position(&maker));
            if maker.account == taker.account {
                match taker.self_trade {
                    SelfTrade::CancelTaker => {
                        self.state.insert_order(maker);
                        return true;
                    }
                    SelfTrade::CancelMaker => self.end_order(maker, DoneReason::SelfTrade, events),
                }
                continue;
            }
            self.trade(&mut maker, taker, events);
            let filled = match &maker.detail {
                Detail::Bid(bid) => bid.remaining.0 == 0,
                Detail::Ask(ask) => !ask.has_live_piece(self.state.tradable_from),
            };
            if filled {
                self.end_order(maker, DoneReason::Filled, events);
            } else {
                self.state.insert_order(maker);
            }
        }
        false
    }

    /// The best resting order, behind `after` if given, that is compatible with `taker`.
    pub(crate) fn next_compatible(&self, taker: &Order, after: Option<Position>) -> Option<OrderId> {
        let now = self.state.tradable_from;
        let orders: &mut dyn Iterator<Item = &OrderId> = match (&taker.detail, after) {
            (Detail::Bid(_), Some(Position { price, priority })) => {
                let behind = (Bound::Excluded((price, priority)), Bound::Unbounded);
                &mut self.state.asks.range(behind).map(|(_, id)| id)
            }
            (Detail::Bid(_), None) => &mut self.state.asks.values(),
            (Detail::Ask(_), Some(Position { price, priority })) => {
                let behind = (Bound::Excluded((Reverse(price), priority)), Bound::Unbounded);
                &mut self.state.bids.range(behind).map(|(_, id)| id)
            }
            (Detail::Ask(_), None) => &mut self.state.bids.values(),
        };
        orders
            .filter_map(|id| self.state.orders.get(id))
            .take_while(|maker| crosses(taker, maker))
            .find(|maker| are_compatible(taker, maker, now))
            .map(|maker| maker.order_id)
    }
}

/// A place in the book of one side.
#[derive(Clone, Copy)]
pub(crate) struct Position {
    price: coretime_types::UnitPrice,
    priority: coretime_types::Priority,
}

fn maker_position(maker: &Order) -> Position {
    Position { price: maker.unit_price, priority: maker.priority }
}

fn crosses(taker: &Order, maker: &Order) -> bool {
    match taker.detail {
        Detail::Bid(_) => taker.unit_price >= maker.unit_price,
        Detail::Ask(_) => maker.unit_price >= taker.unit_price,
    }
}

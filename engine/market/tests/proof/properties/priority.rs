//! No compatible better order is left behind.

use super::promise;
use crate::differential::Step;
use crate::model::{Ask, Bid, Head, Model, Parcel};
use coretime_types::{Command, Event, Trade};

/// Whenever an order traded, no better one that rested untouched could have traded instead.
///
/// What an untouched order could do depends on the taker's rest alone: on a bid's remaining parts, which the trades
/// tell, and on an ask's pieces, which are known at its first trade.
pub(super) fn price_time_priority(step: &Step<'_>) -> Result<(), String> {
    let mut touched = Vec::new();
    let mut bid = taking_bid(step);
    let mut ask = taking_ask(step);
    let before = step.model_before;
    for event in step.events {
        match event {
            Event::Trade(trade) => {
                if let Some(bid) = &mut bid {
                    let asks = before.asks.iter().filter(|ask| !touched.contains(&ask.head.id));
                    let key = |head: &Head| (head.price, head.priority);
                    let traded = before.asks.iter().find(|ask| ask.head.id == trade.maker.0);
                    let traded = key(&traded.expect("the maker rested").head);
                    let mut better = asks.filter(|ask| key(&ask.head) < traded);
                    let left = better.find(|ask| fits(before, bid, ask));
                    left_behind(left.map(|ask| &ask.head), trade)?;
                    bid.remaining -= trade.parts.0;
                } else if let Some(ask) = ask.take() {
                    let bids = before.bids.iter().filter(|bid| !touched.contains(&bid.head.id));
                    let key = |head: &Head| (u64::MAX - head.price, head.priority);
                    let traded = before.bids.iter().find(|bid| bid.head.id == trade.maker.0);
                    let traded = key(&traded.expect("the maker rested").head);
                    let mut better = bids.filter(|bid| key(&bid.head) < traded);
                    let left = better.find(|bid| fits(before, bid, &ask));
                    left_behind(left.map(|bid| &bid.head), trade)?;
                }
                touched.push(trade.maker.0);
            }
            Event::Done { order_id, .. } => touched.push(order_id.0),
            _ => {}
        }
    }
    Ok(())
}

fn fits(model: &Model, bid: &Bid, ask: &Ask) -> bool {
    ask.pieces.iter().any(|piece| model.fit(bid, ask, piece).is_some())
}

fn left_behind(better: Option<&Head>, trade: &Trade) -> Result<(), String> {
    promise(better.is_none(), || format!("{better:?} was left behind by {trade:?}"))
}

fn taking_bid(step: &Step<'_>) -> Option<Bid> {
    match step.command {
        Command::PlaceBid(bid) => Some(Bid::of_terms(bid.account, &bid.terms)),
        Command::Replace(change) => {
            let bids = &step.model_before.bids;
            let mut bid = bids.iter().find(|bid| bid.head.id == change.order_id.0)?.clone();
            bid.head.price = change.unit_price.map_or(bid.head.price, |price| price.0);
            bid.remaining = change.parts.map_or(bid.remaining, |parts| parts.0);
            Some(bid)
        }
        _ => None,
    }
}

fn taking_ask(step: &Step<'_>) -> Option<Ask> {
    let before = step.model_before;
    let mut ask = match step.command {
        Command::PlaceAsk(order) => {
            let owned = before.free.iter().find(|owned| owned.parcel.region().id() == order.region)?;
            Ask::of_order(order, vec![owned.parcel])
        }
        Command::Replace(change) => {
            let asks = &before.asks;
            let mut ask = asks.iter().find(|ask| ask.head.id == change.order_id.0)?.clone();
            ask.head.price = change.unit_price.map_or(ask.head.price, |price| price.0);
            ask.min_timeslices = change.min_timeslices.map_or(ask.min_timeslices, |least| least.0);
            ask
        }
        _ => return None,
    };
    ask.pieces.sort_unstable_by_key(Parcel::id);
    ask.min_fill_notional = before.settings.min_fill_notional.0;
    Some(ask)
}

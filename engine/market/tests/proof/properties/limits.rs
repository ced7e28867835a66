//! No trade beyond what either order allows: price, quantity, lot, window.

use super::promise;
use crate::differential::Step;
use coretime_market::{OrderDetail, OrderView};
use coretime_types::{
    Ask, BidTerms, Command, Event, OrderId, QuoteOrder, Replace, Timeslices, Trade, Window,
};
use std::collections::BTreeMap;

/// What an order allows.
#[derive(Clone, Debug)]
struct Limit {
    price: u64,
    lot: u32,
    side: SideLimit,
}

#[derive(Clone, Debug)]
enum SideLimit {
    Bid { left: u32, within: Window, duration: Timeslices },
    Ask { min_timeslices: u32 },
}

impl Limit {
    fn of_view(order: &OrderView) -> Limit {
        let side = match &order.detail {
            OrderDetail::Bid { remaining, within, duration, .. } => {
                SideLimit::Bid { left: remaining.0, within: *within, duration: *duration }
            }
            OrderDetail::Ask { min_timeslices, .. } => SideLimit::Ask { min_timeslices: min_timeslices.0 },
        };
        Limit { price: order.unit_price.0, lot: order.lot_parts.0, side }
    }

    fn of_bid(terms: &BidTerms) -> Limit {
        let BidTerms { within, duration, .. } = *terms;
        let side = SideLimit::Bid { left: terms.parts.0, within, duration };
        Limit { price: terms.unit_price.0, lot: terms.lot_parts.0, side }
    }

    fn of_ask(ask: &Ask) -> Limit {
        let side = SideLimit::Ask { min_timeslices: ask.min_timeslices.0 };
        Limit { price: ask.unit_price.0, lot: ask.lot_parts.0, side }
    }

    fn replaced(mut self, change: &Replace) -> Limit {
        self.price = change.unit_price.map_or(self.price, |price| price.0);
        match &mut self.side {
            SideLimit::Bid { left, .. } => *left = change.parts.map_or(*left, |parts| parts.0),
            SideLimit::Ask { min_timeslices } => {
                *min_timeslices = change.min_timeslices.map_or(*min_timeslices, |least| least.0);
            }
        }
        self
    }
}

/// The orders that a command sent, in order, with what the command says they allow.
fn sent(command: &Command) -> Vec<Limit> {
    match command {
        Command::PlaceBid(bid) => vec![Limit::of_bid(&bid.terms)],
        Command::PlaceAsk(ask) => vec![Limit::of_ask(ask)],
        Command::Basket { legs, .. } => legs.iter().map(Limit::of_bid).collect(),
        Command::Quote { place, .. } => {
            let limit = |order: &QuoteOrder| match order {
                QuoteOrder::Bid(bid) => Limit::of_bid(&bid.terms),
                QuoteOrder::Ask(ask) => Limit::of_ask(ask),
            };
            place.iter().map(limit).collect()
        }
        _ => Vec::new(),
    }
}

pub(super) fn no_trade_beyond_a_limit(step: &Step<'_>) -> Result<(), String> {
    if !step.events.iter().any(|event| matches!(event, Event::Trade(_))) {
        return Ok(());
    }
    let resting = step.before.orders.iter().map(|order| (order.order_id, Limit::of_view(order)));
    let mut limits: BTreeMap<OrderId, Limit> = resting.collect();
    if let Command::Replace(change) = step.command
        && let Some(limit) = limits.get_mut(&change.order_id)
    {
        *limit = limit.clone().replaced(change);
    }
    let mut sent = sent(step.command).into_iter();
    // A quote answers its cancels first, one event each.
    let cancels = if let Command::Quote { cancel, .. } = step.command { cancel.len() } else { 0 };
    for event in &step.events[cancels..] {
        match event {
            Event::Accepted { order_id } => {
                limits.insert(*order_id, sent.next().expect("an order for each answer"));
            }
            Event::Rejected(_) => drop(sent.next()),
            Event::Trade(trade) => check(trade, &mut limits)?,
            _ => {}
        }
    }
    Ok(())
}

fn check(trade: &Trade, limits: &mut BTreeMap<OrderId, Limit>) -> Result<(), String> {
    let (maker, taker) = (limits[&trade.maker].clone(), limits[&trade.taker].clone());
    let (bid_id, bid, ask) = if trade.maker_is_bid {
        (trade.maker, maker.clone(), taker)
    } else {
        (trade.taker, taker, maker.clone())
    };
    let (SideLimit::Bid { left, within, duration }, SideLimit::Ask { min_timeslices }) =
        (&bid.side, &ask.side)
    else {
        return Err(format!("two orders of a side: {trade:?}"));
    };
    let Window { begin, end } = trade.window;
    let parts = trade.parts.0;
    let length = end.0 - begin.0;
    let promises = [
        ("at the maker's price", trade.unit_price.0 == maker.price),
        ("not above the bid's price", trade.unit_price.0 <= bid.price),
        ("not below the ask's price", trade.unit_price.0 >= ask.price),
        ("some parts", parts > 0),
        ("no more than the bid wants", parts <= *left),
        ("whole lots", parts.is_multiple_of(bid.lot) && parts.is_multiple_of(ask.lot)),
        ("inside the bid's window", within.begin <= begin && end <= within.end),
        ("as long as the bid says", length == duration.0),
        ("as long as the ask says", length >= *min_timeslices),
        ("what was sold is what was got", trade.region.mask.parts().0 == parts),
        ("the window is in the region", trade.region.begin <= begin && trade.region.end == end),
        ("between two accounts", trade.buyer != trade.seller),
        (
            "for its price",
            trade.notional.0 == u128::from(trade.unit_price.0) * u128::from(parts) * u128::from(length),
        ),
        ("a rebate is at most the taker's fee", trade.maker_fee >= -(trade.taker_fee.0 as i128)),
    ];
    for (what, holds) in promises {
        promise(holds, || format!("not {what}: {trade:?}, {bid:?}, {ask:?}"))?;
    }
    let left = *left - parts;
    let side = SideLimit::Bid { left, within: *within, duration: *duration };
    limits.insert(bid_id, Limit { side, ..bid });
    Ok(())
}

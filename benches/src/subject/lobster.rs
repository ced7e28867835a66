//! The crate lobster. It has no amend: a replace is a cancel and a new order of the same id.

use super::{Plays, Sink, Subject, Trade};
use crate::flow::plain::{self, Message};
use lobster::{OrderBook, OrderEvent, OrderType};

/// The crate's order book as a subject.
#[derive(Debug, Default)]
pub struct Lobster(OrderBook);

impl Lobster {
    fn execute(&mut self, order: OrderType, sink: &mut impl Sink) {
        let fills = match self.0.execute(order) {
            OrderEvent::Filled { fills, .. } | OrderEvent::PartiallyFilled { fills, .. } => fills,
            // It answers a cancel of an unknown order like any other.
            OrderEvent::Placed { .. } | OrderEvent::Canceled { .. } => return,
            OrderEvent::Unfilled { .. } => return sink.rejected(),
        };
        for fill in fills {
            let notional = fill.price.wrapping_mul(fill.qty);
            let (maker, taker) = (native(fill.order_2), native(fill.order_1));
            sink.trade(Trade { maker, taker, quantity: fill.qty, notional });
        }
    }
}

/// Ids come from our side as u64.
fn native(id: u128) -> u64 {
    u64::try_from(id).unwrap_or(u64::MAX)
}

impl Subject for Lobster {
    /// One call, or a cancel and what is placed instead.
    type Message = (OrderType, Option<OrderType>);

    fn name(&self) -> &'static str {
        "lobster"
    }

    fn play(&mut self, message: &Self::Message, sink: &mut impl Sink) {
        self.execute(message.0, sink);
        if let Some(then) = message.1 {
            self.execute(then, sink);
        }
    }
}

impl Plays for Lobster {
    fn translate(&mut self, message: &plain::Message) -> Self::Message {
        let limit = |order: u64, side, price: u32, parts: u32| OrderType::Limit {
            id: u128::from(order),
            side: match side {
                coretime_types::Side::Bid => lobster::Side::Bid,
                coretime_types::Side::Ask => lobster::Side::Ask,
            },
            qty: u64::from(parts),
            price: u64::from(price),
        };
        let cancel = |order: u64| OrderType::Cancel { id: u128::from(order) };
        match *message {
            Message::Place { order, side, price, parts, .. } => (limit(order, side, price, parts), None),
            Message::Cancel { order, .. } => (cancel(order), None),
            Message::Replace { order, side, price, parts, .. } => {
                (cancel(order), Some(limit(order, side, price, parts)))
            }
        }
    }
}

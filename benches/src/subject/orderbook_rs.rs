//! The crate orderbook-rs. It is made for many threads at once and takes a time stamp from the system for each order.

use super::{Plays, Sink, Subject, Trade};
use crate::flow::plain::{self, Message};
use orderbook_rs::{Id, OrderBook, Side, TimeInForce};
use pricelevel::{OrderUpdate, Price};

/// The crate's order book as a subject.
pub struct OrderbookRs(OrderBook<()>);

impl Default for OrderbookRs {
    fn default() -> Self {
        OrderbookRs(OrderBook::new("plain"))
    }
}

/// A call of the crate.
#[derive(Clone, Copy, Debug)]
pub enum OrderbookRsMessage {
    /// A new order.
    Place {
        /// Its id.
        id: Id,
        /// Its side.
        side: Side,
        /// Its limit.
        price: u128,
        /// How much.
        quantity: u64,
    },
    /// Takes an order out.
    Cancel(Id),
    /// Changes an order.
    Update(OrderUpdate),
}

fn native(id: Id) -> u64 {
    id.as_u64().unwrap_or(u64::MAX)
}

impl Subject for OrderbookRs {
    type Message = OrderbookRsMessage;

    fn name(&self) -> &'static str {
        "orderbook-rs"
    }

    fn play(&mut self, message: &OrderbookRsMessage, sink: &mut impl Sink) {
        match *message {
            OrderbookRsMessage::Place { id, side, price, quantity } => {
                let placed =
                    self.0.add_limit_order_with_result(id, price, quantity, side, TimeInForce::Gtc, None);
                let Ok((_, result)) = placed else { return sink.rejected() };
                for trade in result.iter().flat_map(|result| result.match_result.trades().as_vec()) {
                    let quantity = trade.quantity().as_u64();
                    let price = u64::try_from(trade.price().as_u128()).unwrap_or(u64::MAX);
                    sink.trade(Trade {
                        maker: native(trade.maker_order_id()),
                        taker: native(trade.taker_order_id()),
                        quantity,
                        notional: price.wrapping_mul(quantity),
                    });
                }
            }
            OrderbookRsMessage::Cancel(id) => {
                if !matches!(self.0.cancel_order(id), Ok(Some(_))) {
                    sink.rejected();
                }
            }
            OrderbookRsMessage::Update(update) => {
                if !matches!(self.0.update_order(update), Ok(Some(_))) {
                    sink.rejected();
                }
            }
        }
    }
}

impl Plays for OrderbookRs {
    fn translate(&mut self, message: &plain::Message) -> OrderbookRsMessage {
        match *message {
            Message::Place { order, side, price, parts, .. } => OrderbookRsMessage::Place {
                id: Id::Sequential(order),
                side: match side {
                    coretime_types::Side::Bid => Side::Buy,
                    coretime_types::Side::Ask => Side::Sell,
                },
                price: u128::from(price),
                quantity: u64::from(parts),
            },
            Message::Cancel { order, .. } => OrderbookRsMessage::Cancel(Id::Sequential(order)),
            Message::Replace { order, price, .. } => OrderbookRsMessage::Update(OrderUpdate::UpdatePrice {
                order_id: Id::Sequential(order),
                new_price: Price::new(u128::from(price)),
            }),
        }
    }
}

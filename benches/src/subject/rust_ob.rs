//! The crate rust_ob. It has no amend: a replace is a cancel and a new order of the same id. Prices and quantities are
//! decimals, and it tells what a match cost instead of its price.

use super::{Plays, Sink, Subject, Trade};
use crate::flow::plain::{self, Message};
use rust_ob::{Decimal, OrderBook, Side};

/// The crate's order book as a subject.
#[derive(Debug)]
pub struct RustOb(OrderBook<u64>);

impl Default for RustOb {
    fn default() -> Self {
        RustOb(OrderBook::new())
    }
}

/// A call of the crate.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    order: u64,
    side: Side,
    price: Decimal,
    quantity: Decimal,
}

/// A message as the calls that it takes.
#[derive(Clone, Copy, Debug)]
pub enum RustObMessage {
    /// A new order.
    Place(Limit),
    /// Takes an order out.
    Cancel(u64),
    /// Takes an order out and places it anew.
    Replace(Limit),
}

/// Whole numbers only: the scale is 0, so the mantissa is the number.
fn whole(decimal: Decimal) -> u64 {
    u64::try_from(decimal.mantissa().unsigned_abs()).unwrap_or(u64::MAX)
}

impl RustOb {
    fn place(&mut self, limit: &Limit, sink: &mut impl Sink) {
        let Limit { order, side, price, quantity } = *limit;
        let Ok(matches) = self.0.process_limit_order(order, side, price, quantity) else {
            return sink.rejected();
        };
        // The last one is the taker's total.
        let Some((_, makers)) = matches.split_last() else { return };
        for maker in makers {
            let (quantity, notional) = (whole(maker.quantity), whole(maker.cost));
            sink.trade(Trade { maker: maker.order, taker: order, quantity, notional });
        }
    }

    fn cancel(&mut self, order: u64, sink: &mut impl Sink) {
        if self.0.cancel_order(order).is_err() {
            sink.rejected();
        }
    }
}

impl Subject for RustOb {
    type Message = RustObMessage;

    fn name(&self) -> &'static str {
        "rust_ob"
    }

    fn play(&mut self, message: &RustObMessage, sink: &mut impl Sink) {
        match message {
            RustObMessage::Place(limit) => self.place(limit, sink),
            RustObMessage::Cancel(order) => self.cancel(*order, sink),
            RustObMessage::Replace(limit) => {
                self.cancel(limit.order, sink);
                self.place(limit, sink);
            }
        }
    }
}

impl Plays for RustOb {
    fn translate(&mut self, message: &plain::Message) -> RustObMessage {
        let limit = |order, side, price: u32, parts: u32| Limit {
            order,
            side: match side {
                coretime_types::Side::Bid => Side::Buy,
                coretime_types::Side::Ask => Side::Sell,
            },
            price: Decimal::from(price),
            quantity: Decimal::from(parts),
        };
        match *message {
            Message::Place { order, side, price, parts, .. } => {
                RustObMessage::Place(limit(order, side, price, parts))
            }
            Message::Cancel { order, .. } => RustObMessage::Cancel(order),
            Message::Replace { order, side, price, parts, .. } => {
                RustObMessage::Replace(limit(order, side, price, parts))
            }
        }
    }
}

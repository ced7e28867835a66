//! The floor book.

use super::{Plays, Sink, Subject, Trade};
use crate::floor::FloorBook;
use crate::flow::plain::{self, Message};
use coretime_types::Side;

/// The floor book as a subject.
#[derive(Debug, Default)]
pub struct Floor(FloorBook);

/// A message without what an ordinary book does not look at.
#[derive(Clone, Copy, Debug)]
pub enum FloorMessage {
    /// A new order.
    Place {
        /// Its id.
        order: u64,
        /// Its side.
        side: Side,
        /// Its limit.
        price: u32,
        /// How much.
        quantity: u32,
    },
    /// Takes an order out.
    Cancel {
        /// Which.
        order: u64,
    },
    /// Gives an order another price.
    Replace {
        /// Which.
        order: u64,
        /// The new limit.
        price: u32,
        /// How much.
        quantity: u32,
    },
}

impl Subject for Floor {
    type Message = FloorMessage;

    fn name(&self) -> &'static str {
        "floor"
    }

    fn play(&mut self, message: &FloorMessage, sink: &mut impl Sink) {
        let done = match *message {
            FloorMessage::Place { order, side, price, quantity } => {
                let mut fills = fills(order, sink);
                self.0.place(order, side, price, quantity, &mut fills).is_some()
            }
            FloorMessage::Cancel { order } => self.0.cancel(order),
            FloorMessage::Replace { order, price, quantity } => {
                let mut fills = fills(order, sink);
                self.0.replace(order, price, quantity, &mut fills).is_some()
            }
        };
        if !done {
            sink.rejected();
        }
    }
}

fn fills(taker: u64, sink: &mut impl Sink) -> impl FnMut(crate::floor::Fill) {
    move |fill| {
        let notional = u64::from(fill.price) * u64::from(fill.quantity);
        sink.trade(Trade { maker: fill.maker, taker, quantity: u64::from(fill.quantity), notional });
    }
}

impl Plays for Floor {
    fn translate(&mut self, message: &plain::Message) -> FloorMessage {
        match *message {
            Message::Place { order, side, price, parts, .. } => {
                FloorMessage::Place { order, side, price, quantity: parts }
            }
            Message::Cancel { order, .. } => FloorMessage::Cancel { order },
            Message::Replace { order, price, parts, .. } => {
                FloorMessage::Replace { order, price, quantity: parts }
            }
        }
    }
}

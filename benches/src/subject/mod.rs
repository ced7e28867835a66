//! Who plays: our market, the floor and the peers, each behind the same narrow trait.

mod floor;
mod lobster;
mod market;
mod matchcore;
mod orderbook_rs;
mod rust_ob;

pub use floor::Floor;
pub use lobster::Lobster;
pub use market::MarketAlone;
pub use matchcore::Matchcore;
pub use orderbook_rs::OrderbookRs;
pub use rust_ob::RustOb;

use crate::flow::plain;
use coretime_types::Command;

/// A trade in the terms that all subjects share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trade {
    /// The order that rested, by the id that our market gives.
    pub maker: u64,
    /// The order that came in, likewise.
    pub taker: u64,
    /// How much.
    pub quantity: u64,
    /// Price times quantity. (One peer gives no price.)
    pub notional: u64,
}

/// Where a subject says what came of a message. What it says is read in every round, so nobody is spared making it.
pub trait Sink {
    /// Two orders met. Ids are as the subject knows them.
    fn trade(&mut self, trade: Trade);
    /// The message was refused.
    fn rejected(&mut self);
}

/// Somebody who plays messages made ready for him.
pub trait Subject {
    /// What it takes: its own form of a message, made before the clock runs.
    type Message;

    /// Its name in tables.
    fn name(&self) -> &'static str;

    /// Is shown a few messages that it plays next, which is part of what is measured.
    fn look_ahead(&mut self, _messages: &[Self::Message]) {}

    /// Plays one message.
    fn play(&mut self, message: &Self::Message, sink: &mut impl Sink);
}

/// A subject that can play *plain*.
pub trait Plays: Subject {
    /// Takes what accounts bring to and away from our market before a round.
    fn supply(&mut self, _commands: &[Command]) {}

    /// Puts a message of the flow into the subject's own form. Called once for each, in order.
    fn translate(&mut self, message: &plain::Message) -> Self::Message;

    /// Our market's id for an order that the subject named.
    fn order_id(&self, native: u64) -> u64 {
        native
    }
}

/// Adds up what it is told: enough to see, in every round, that all subjects traded alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many trades.
    pub trades: u64,
    /// A sum over quantity, notional and position: it differs where any trade's differs.
    pub tape: u64,
    /// How many messages were refused.
    pub rejected: u64,
}

impl Sink for Sums {
    fn trade(&mut self, trade: Trade) {
        self.trades += 1;
        let mixed = trade.notional.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ trade.quantity;
        self.tape = self.tape.rotate_left(7).wrapping_add(mixed);
    }

    fn rejected(&mut self) {
        self.rejected += 1;
    }
}

/// Keeps every trade.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    /// The trades, in order.
    pub trades: Vec<Trade>,
    /// How many messages were refused.
    pub rejected: u64,
}

impl Sink for Tape {
    fn trade(&mut self, trade: Trade) {
        self.trades.push(trade);
    }

    fn rejected(&mut self) {
        self.rejected += 1;
    }
}

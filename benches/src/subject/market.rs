//! Our market: ledger, fees, cuts and all events, no log and no thread.

use super::{Plays, Sink, Subject, Trade};
use crate::flow::plain;
use coretime_market::Market;
use coretime_types::{Command, Event};

/// The market alone.
#[derive(Debug, Default)]
pub struct MarketAlone {
    /// The market.
    pub market: Market,
    events: Vec<Event>,
}

impl MarketAlone {
    /// A market in some state.
    pub fn new(market: Market) -> MarketAlone {
        MarketAlone { market, events: Vec::with_capacity(1_024) }
    }

    /// Applies a command; its events are those in the slice.
    pub fn apply(&mut self, command: &Command) -> &[Event] {
        self.events.clear();
        self.market.apply(command, &mut self.events);
        &self.events
    }
}

impl Subject for MarketAlone {
    type Message = Command;

    fn name(&self) -> &'static str {
        "coretime-market"
    }

    fn look_ahead(&mut self, messages: &[Command]) {
        self.market.look_ahead(messages.iter());
    }

    fn play(&mut self, command: &Command, sink: &mut impl Sink) {
        for event in self.apply(command) {
            match event {
                Event::Trade(trade) => sink.trade(Trade {
                    maker: trade.maker.0,
                    taker: trade.taker.0,
                    quantity: u64::from(trade.parts.0),
                    notional: trade.unit_price.0.wrapping_mul(u64::from(trade.parts.0)),
                }),
                Event::Rejected(_) => sink.rejected(),
                _ => {}
            }
        }
    }
}

impl Plays for MarketAlone {
    fn supply(&mut self, commands: &[Command]) {
        for command in commands {
            self.apply(command);
        }
    }

    fn translate(&mut self, message: &plain::Message) -> Command {
        message.command()
    }
}

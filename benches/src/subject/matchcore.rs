//! The crate matchcore. It names an order after the sequence number of the command that placed it.

use super::{Plays, Sink, Subject, Trade};
use crate::flow::plain::{self, Message};
use matchcore::{
    AmendCmd, AmendPatch, CancelCmd, Command, CommandKind, CommandMeta, CommandOutcome, CommandReport,
    LimitOrder, LimitOrderPatch, NewOrder, OrderBook, OrderFlags, OrderId, OrderKind, Price, Quantity,
    QuantityPolicy, SequenceNumber, Side, SubmitCmd, TimeInForce, Timestamp,
};

/// The crate's order book as a subject.
pub struct Matchcore {
    book: OrderBook,
    next: u64,
    /// The sequence number of each order's submit, by our order id, which counts from 1.
    submits: Vec<u64>,
    /// Our order id by sequence number; 0 where a command placed none.
    orders: Vec<u64>,
}

impl Default for Matchcore {
    fn default() -> Self {
        Matchcore { book: OrderBook::new("plain"), next: 0, submits: vec![u64::MAX], orders: Vec::new() }
    }
}

impl Matchcore {
    fn native(&self, order: u64) -> OrderId {
        let place = usize::try_from(order).unwrap_or(usize::MAX);
        OrderId(self.submits.get(place).copied().unwrap_or(u64::MAX))
    }
}

impl Subject for Matchcore {
    type Message = Command;

    fn name(&self) -> &'static str {
        "matchcore"
    }

    fn play(&mut self, command: &Command, sink: &mut impl Sink) {
        let effects = match self.book.execute(command) {
            CommandOutcome::Applied(CommandReport::Cancel) => return,
            CommandOutcome::Applied(CommandReport::Submit(effects) | CommandReport::Amend(effects)) => {
                effects
            }
            CommandOutcome::Rejected(_) => return sink.rejected(),
        };
        let target = effects.target_order();
        let taker = target.order_id().0;
        for trade in target.match_result().into_iter().flat_map(|result| result.trades()) {
            let quantity = trade.quantity().0;
            let notional = trade.price().0.wrapping_mul(quantity);
            sink.trade(Trade { maker: trade.maker_order_id().0, taker, quantity, notional });
        }
    }
}

impl Plays for Matchcore {
    fn translate(&mut self, message: &plain::Message) -> Command {
        let sequence = self.next;
        self.next += 1;
        self.orders.push(0);
        let kind = match *message {
            Message::Place { order, side, price, parts, .. } => {
                self.submits.push(sequence);
                if let Some(last) = self.orders.last_mut() {
                    *last = order;
                }
                let side = match side {
                    coretime_types::Side::Bid => Side::Buy,
                    coretime_types::Side::Ask => Side::Sell,
                };
                let quantity = QuantityPolicy::Standard { quantity: Quantity(u64::from(parts)) };
                let flags = OrderFlags::new(side, false, TimeInForce::Gtc);
                let order = NewOrder::Limit(LimitOrder::new(Price(u64::from(price)), quantity, flags));
                CommandKind::Submit(SubmitCmd { order })
            }
            Message::Cancel { order, .. } => {
                CommandKind::Cancel(CancelCmd { order_id: self.native(order), order_kind: OrderKind::Limit })
            }
            Message::Replace { order, price, .. } => CommandKind::Amend(AmendCmd {
                order_id: self.native(order),
                patch: AmendPatch::Limit(LimitOrderPatch::new().with_price(Price(u64::from(price)))),
            }),
        };
        let meta = CommandMeta { sequence_number: SequenceNumber(sequence), timestamp: Timestamp(sequence) };
        Command { meta, kind }
    }

    fn order_id(&self, native: u64) -> u64 {
        let place = usize::try_from(native).unwrap_or(usize::MAX);
        self.orders.get(place).copied().unwrap_or(0)
    }
}

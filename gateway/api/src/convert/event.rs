//! Which of the engine's events an account may see, and how they look to it.
//!
//! A command causes events of several accounts: the maker's order is done, the other side's region is delivered.
//! Events name orders, seldom accounts; so whose an order is, is followed here from event to event ([`Own`]).

use super::{
    common::{region_message, window_message},
    instruction::{end_state, new_instruction},
};
use coretime_proto::v1::{self, order_event};
use coretime_types::{
    AccountId, Call, ClientOrderId, Command, DoneReason, Event, InstructionNumber, OrderId, QuoteOrder,
    RejectReason, Rejection, Trade,
};
use std::collections::{BTreeSet, VecDeque};

/// An account's live orders and outstanding instructions, as far as they are known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Own {
    pub(crate) orders: BTreeSet<OrderId>,
    pub(crate) instructions: BTreeSet<InstructionNumber>,
}

/// Reads the events of one command for one account.
pub(crate) struct OwnReader<'a> {
    account: AccountId,
    own: &'a mut Own,
    origin: Origin,
    last_buyer: Option<AccountId>,
}

/// What the events of a command must be read with, kept when the command itself is given away.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    sender: Option<AccountId>,
    /// Cancels of a quote whose event is still to come; they come before the orders'.
    cancels: usize,
    /// The names of orders that are still to be accepted or rejected, in this order: first this one, then these.
    name: Option<ClientOrderId>,
    names: VecDeque<ClientOrderId>,
}

impl Origin {
    pub(crate) fn of(command: &Command) -> Origin {
        let mut origin = Origin { sender: sender(command), cancels: 0, name: None, names: VecDeque::new() };
        match command {
            Command::PlaceBid(bid) => origin.name = Some(bid.terms.client_order_id),
            Command::PlaceAsk(ask) => origin.name = Some(ask.client_order_id),
            Command::Basket { legs, .. } => origin.names.extend(legs.iter().map(|leg| leg.client_order_id)),
            Command::Quote { cancel, place, .. } => {
                origin.cancels = cancel.len();
                origin.names.extend(place.iter().map(|order| match order {
                    QuoteOrder::Bid(bid) => bid.terms.client_order_id,
                    QuoteOrder::Ask(ask) => ask.client_order_id,
                }));
            }
            _ => {}
        }
        origin
    }

    fn next_name(&mut self) -> Option<ClientOrderId> {
        self.name.take().or_else(|| self.names.pop_front())
    }
}

/// Which account sent a command; `None` for what the venue and the chain send.
pub(crate) fn sender(command: &Command) -> Option<AccountId> {
    match command {
        Command::PlaceBid(bid) => Some(bid.account),
        Command::PlaceAsk(ask) => Some(ask.account),
        Command::Replace(replace) => Some(replace.account),
        Command::Cancel { account, .. }
        | Command::CancelAll { account, .. }
        | Command::Basket { account, .. }
        | Command::Quote { account, .. }
        | Command::Partition { account, .. }
        | Command::Interlace { account, .. }
        | Command::WithdrawFunds { account, .. }
        | Command::WithdrawRegion { account, .. } => Some(*account),
        _ => None,
    }
}

impl<'a> OwnReader<'a> {
    pub(crate) fn new(account: AccountId, own: &'a mut Own, origin: Origin) -> OwnReader<'a> {
        OwnReader { account, own, origin, last_buyer: None }
    }

    /// All events of the account, in order.
    pub(crate) fn read_all(mut self, events: &[Event]) -> Vec<v1::OrderEvent> {
        let mut visible = Vec::new();
        events.iter().for_each(|event| self.read(event, &mut visible));
        visible
    }

    /// Adds what the account sees of an event: nothing, one, or two where it traded with itself.
    pub(crate) fn read(&mut self, event: &Event, visible: &mut Vec<v1::OrderEvent>) {
        let mut see = |event| visible.push(message(event));
        let own_command = self.origin.sender == Some(self.account);
        match *event {
            Event::Accepted { order_id } => {
                let name = self.origin.next_name();
                if own_command {
                    self.own.orders.insert(order_id);
                    let client_order_id = name.map_or(0, |name| name.0);
                    see(order_event::Event::Accepted(v1::OrderAccepted {
                        order_id: order_id.0,
                        client_order_id,
                    }));
                }
            }
            Event::Rejected(_) => self.skip_element(),
            Event::Replaced { order_id } if own_command => {
                self.own.orders.insert(order_id);
                see(order_event::Event::Replaced(v1::OrderReplaced { order_id: order_id.0 }));
            }
            Event::Trade(trade) => {
                self.last_buyer = Some(trade.buyer);
                fills_of(self.account, &trade).for_each(|fill| see(order_event::Event::Fill(fill)));
            }
            Event::Instruction { number, call } if self.owner_of(&call) == Some(self.account) => {
                self.own.instructions.insert(number);
                see(order_event::Event::Instruction(new_instruction(number, call)));
            }
            Event::Done { order_id, reason } => {
                self.origin.cancels = self.origin.cancels.saturating_sub(1);
                // An account's command cancels that account's orders only.
                let cancel = matches!(reason, DoneReason::Cancelled | DoneReason::SelfTrade);
                if self.own.orders.remove(&order_id) || own_command && cancel {
                    see(order_event::Event::Done(v1::OrderDone {
                        order_id: order_id.0,
                        reason: done_reason(reason).into(),
                    }));
                }
            }
            Event::InstructionEnded { number, end } if self.own.instructions.remove(&number) => {
                let state = end_state(end).into();
                see(order_event::Event::InstructionEnded(v1::InstructionEnded { number: number.0, state }));
            }
            // It follows its instruction.
            Event::InstructionHeld { number } => {
                let last = visible.last_mut().and_then(|message| message.event.as_mut());
                if let Some(order_event::Event::Instruction(instruction)) = last
                    && instruction.number == number.0
                {
                    instruction.awaits_approval = true;
                }
            }
            Event::InstructionReleased { number } if self.own.instructions.contains(&number) => {
                see(order_event::Event::InstructionReleased(v1::InstructionReleased { number: number.0 }));
            }
            _ => {}
        }
    }

    /// An element of a quote was rejected: a cancel as long as there are any to come, else the next order.
    fn skip_element(&mut self) {
        if self.origin.cancels > 0 {
            self.origin.cancels -= 1;
        } else {
            self.origin.next_name();
        }
    }

    /// Whose an instruction is. A region is assigned for who bought it just before.
    fn owner_of(&self, call: &Call) -> Option<AccountId> {
        match call {
            Call::Transfer { to, .. } | Call::Pay { to, .. } => Some(*to),
            Call::Assign { .. } => self.last_buyer,
        }
    }
}

fn message(event: order_event::Event) -> v1::OrderEvent {
    v1::OrderEvent { event: Some(event) }
}

/// An account's sides of a trade.
pub(crate) fn fills_of(account: AccountId, trade: &Trade) -> impl Iterator<Item = v1::Fill> {
    let bought = (trade.buyer == account).then(|| fill(trade, v1::Side::Bid));
    let sold = (trade.seller == account).then(|| fill(trade, v1::Side::Ask));
    bought.into_iter().chain(sold)
}

fn fill(trade: &Trade, side: v1::Side) -> v1::Fill {
    let is_maker = trade.maker_is_bid == (side == v1::Side::Bid);
    let (role, order_id, fee_planck) = if is_maker {
        (v1::LiquidityRole::Maker, trade.maker, trade.maker_fee.to_string())
    } else {
        (v1::LiquidityRole::Taker, trade.taker, trade.taker_fee.to_string())
    };
    v1::Fill {
        trade_id: trade.trade_id.0,
        order_id: order_id.0,
        side: side.into(),
        role: role.into(),
        unit_price_planck: trade.unit_price.0,
        quantity_parts: trade.parts.0,
        window: Some(window_message(trade.window)),
        region: Some(region_message(trade.region)),
        notional_planck: trade.notional.to_string(),
        fee_planck,
    }
}

/// A trade as everyone may see it.
pub(crate) fn public_trade(trade: &Trade) -> v1::PublicTrade {
    let taker_side = if trade.maker_is_bid { v1::Side::Ask } else { v1::Side::Bid };
    v1::PublicTrade {
        trade_id: trade.trade_id.0,
        taker_side: taker_side.into(),
        unit_price_planck: trade.unit_price.0,
        quantity_parts: trade.parts.0,
        window: Some(window_message(trade.window)),
        notional_planck: trade.notional.to_string(),
    }
}

fn done_reason(reason: DoneReason) -> v1::DoneReason {
    match reason {
        DoneReason::Filled => v1::DoneReason::Filled,
        DoneReason::Cancelled => v1::DoneReason::Cancelled,
        DoneReason::Expired => v1::DoneReason::Expired,
        DoneReason::SelfTrade => v1::DoneReason::SelfTrade,
    }
}

pub(crate) fn rejection_message(rejection: &Rejection) -> v1::Rejection {
    v1::Rejection {
        reason: reject_reason(rejection.reason).into(),
        order_id: rejection.order_id.map_or(0, |order_id| order_id.0),
    }
}

/// The reason of the interface that has the same name.
pub(crate) fn reject_reason(reason: RejectReason) -> v1::RejectReason {
    let name = format!("REJECT_REASON_{}", reason.name().to_ascii_uppercase());
    v1::RejectReason::from_str_name(&name).unwrap_or_default()
}

/// What came of each element of a quote: its cancels' results, then its orders'.
pub(crate) fn quote_results(
    account: AccountId,
    cancel: &[OrderId],
    origin: Origin,
    events: &[Event],
) -> (Vec<v1::QuoteCancelResult>, Vec<v1::QuoteOrderResult>) {
    let mut names = origin.names.clone().into_iter();
    let mut own = Own::default();
    let mut reader = OwnReader::new(account, &mut own, origin);
    let (mut cancelled, mut placed) = (Vec::new(), Vec::<v1::QuoteOrderResult>::new());
    for event in events {
        let mut visible = Vec::new();
        reader.read(event, &mut visible);
        if let Some(order_id) = cancel.get(cancelled.len()) {
            let rejection = if let Event::Rejected(rejection) = event {
                Some(rejection_message(rejection))
            } else {
                None
            };
            cancelled.push(v1::QuoteCancelResult { order_id: order_id.0, rejection });
            continue;
        }
        let outcome = match event {
            Event::Accepted { order_id } => Some(v1::quote_order_result::Outcome::OrderId(order_id.0)),
            Event::Rejected(rejection) => {
                Some(v1::quote_order_result::Outcome::Rejection(rejection_message(rejection)))
            }
            _ => None,
        };
        if outcome.is_some() {
            let client_order_id = names.next().map_or(0, |name| name.0);
            placed.push(v1::QuoteOrderResult { client_order_id, outcome, events: Vec::new() });
        }
        if let Some(result) = placed.last_mut() {
            result.events.extend(visible);
        }
    }
    (cancelled, placed)
}

//! From events to a line.

use crate::shapes::{RegionIdShape, RegionShape, Text, line};
use coretime_types::{
    AccountId, Call, Event, FailureOutcome, InstructionEnd, Mode, Planck, RejectReason, Rejection, Trade,
    UnitPrice,
};
use serde::Serialize;

/// The line for the events of the command on line `seq`, without its line break.
pub fn format_events(seq: u64, events: &[Event]) -> String {
    line(&EventsShape { seq, events: events.iter().map(EventShape::from).collect() })
}

/// The line for a line `seq` that is no command, without its line break.
pub fn format_malformed(seq: u64) -> String {
    format_events(seq, &[Event::Rejected(Rejection::from(RejectReason::Malformed))])
}

#[derive(Serialize)]
struct EventsShape {
    seq: u64,
    events: Vec<EventShape>,
}

/// In the order of the rules' table, each with its fields in that order; then the engine's further events.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum EventShape {
    Accepted {
        order_id: u64,
    },
    Replaced {
        order_id: u64,
    },
    Rejected {
        reason: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        order_id: Option<u64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        leg: Option<u32>,
        #[serde(skip_serializing_if = "Option::is_none")]
        leg_reason: Option<&'static str>,
    },
    Trade(TradeShape),
    Instruction {
        number: u64,
        #[serde(flatten)]
        call: CallShape,
    },
    Done {
        order_id: u64,
        reason: &'static str,
    },
    RegionExpired {
        region: RegionIdShape,
    },
    FundsDeposited {
        account: Text<AccountId>,
        amount: Text<Planck>,
    },
    RegionDeposited {
        account: Text<AccountId>,
        region: RegionShape,
    },
    InstructionEnded {
        number: u64,
        end: &'static str,
    },
    ModeChanged {
        mode: &'static str,
    },
    InstructionHeld {
        number: u64,
    },
    InstructionReleased {
        number: u64,
    },
}

#[derive(Serialize)]
struct TradeShape {
    trade_id: u64,
    maker: u64,
    taker: u64,
    unit_price: Text<UnitPrice>,
    parts: u32,
    begin: u32,
    end: u32,
    region: RegionShape,
    notional: Text<Planck>,
    maker_fee: Text<i128>,
    taker_fee: Text<Planck>,
}

#[derive(Serialize)]
#[serde(tag = "call", rename_all = "snake_case")]
enum CallShape {
    Transfer { region: RegionShape, to: Text<AccountId> },
    Assign { region: RegionShape, task: u32 },
    Pay { to: Text<AccountId>, amount: Text<Planck> },
}

impl From<&Event> for EventShape {
    fn from(event: &Event) -> Self {
        match *event {
            Event::Accepted { order_id } => EventShape::Accepted { order_id: order_id.0 },
            Event::Replaced { order_id } => EventShape::Replaced { order_id: order_id.0 },
            Event::Rejected(Rejection { reason, order_id, leg }) => EventShape::Rejected {
                reason: reason.name(),
                order_id: order_id.map(|order_id| order_id.0),
                leg: leg.map(|(leg, _)| leg),
                leg_reason: leg.map(|(_, reason)| reason.name()),
            },
            Event::Trade(trade) => EventShape::Trade(trade.into()),
            Event::Instruction { number, call } => {
                EventShape::Instruction { number: number.0, call: call.into() }
            }
            Event::Done { order_id, reason } => {
                EventShape::Done { order_id: order_id.0, reason: reason.name() }
            }
            Event::RegionExpired { region } => EventShape::RegionExpired { region: region.into() },
            Event::FundsDeposited { account, amount } => {
                EventShape::FundsDeposited { account: Text(account), amount: Text(amount) }
            }
            Event::RegionDeposited { account, region } => {
                EventShape::RegionDeposited { account: Text(account), region: region.into() }
            }
            Event::InstructionEnded { number, end } => EventShape::InstructionEnded {
                number: number.0,
                end: match end {
                    InstructionEnd::Confirmed => "confirmed",
                    InstructionEnd::Failed(FailureOutcome::Returned) => "returned",
                    InstructionEnd::Failed(FailureOutcome::Lost) => "lost",
                },
            },
            Event::InstructionHeld { number } => EventShape::InstructionHeld { number: number.0 },
            Event::InstructionReleased { number } => EventShape::InstructionReleased { number: number.0 },
            Event::ModeChanged { mode } => EventShape::ModeChanged {
                mode: match mode {
                    Mode::Open => "open",
                    Mode::Halted => "halted",
                    Mode::Frozen => "frozen",
                },
            },
        }
    }
}

impl From<Trade> for TradeShape {
    fn from(trade: Trade) -> Self {
        TradeShape {
            trade_id: trade.trade_id.0,
            maker: trade.maker.0,
            taker: trade.taker.0,
            unit_price: Text(trade.unit_price),
            parts: trade.parts.0,
            begin: trade.window.begin.0,
            end: trade.window.end.0,
            region: trade.region.into(),
            notional: Text(trade.notional),
            maker_fee: Text(trade.maker_fee),
            taker_fee: Text(trade.taker_fee),
        }
    }
}

impl From<Call> for CallShape {
    fn from(call: Call) -> Self {
        match call {
            Call::Transfer { region, to } => CallShape::Transfer { region: region.into(), to: Text(to) },
            Call::Assign { region, task } => CallShape::Assign { region: region.into(), task: task.0 },
            Call::Pay { to, amount } => CallShape::Pay { to: Text(to), amount: Text(amount) },
        }
    }
}

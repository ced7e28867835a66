//! What must be printed, from the model alone: written from the tables of section 10, and compared as JSON.

use crate::model::{Ask, Bid, Limit, Model, Parcel};
use coretime_types::{
    AccountId, Call, Event, FailureOutcome, InstructionEnd, Mode, OutflowScope, Region, RegionId, Rejection,
    Trade,
};
use serde_json::{Value, json};

/// The line of a command.
pub(crate) fn events(seq: u64, events: &[Event]) -> Value {
    json!({ "seq": seq, "events": events.iter().map(event).collect::<Vec<_>>() })
}

/// The line of what is no command.
pub(crate) fn malformed(seq: u64) -> Value {
    json!({ "seq": seq, "events": [{ "event": "rejected", "reason": "malformed" }] })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn key(account: AccountId) -> String {
    format!("0x{}", hex(&account.0))
}

fn region(region: Region) -> Value {
    let Region { core, begin, end, mask } = region;
    json!({ "core": core.0, "begin": begin.0, "end": end.0, "mask": hex(&mask.to_bytes()) })
}

fn id(id: RegionId) -> Value {
    json!({ "begin": id.begin.0, "core": id.core.0, "mask": hex(&id.mask.to_bytes()) })
}

fn event(event: &Event) -> Value {
    match *event {
        Event::Accepted { order_id } => json!({ "event": "accepted", "order_id": order_id.0 }),
        Event::Replaced { order_id } => json!({ "event": "replaced", "order_id": order_id.0 }),
        Event::Rejected(Rejection { reason, order_id, leg }) => {
            let mut rejected = json!({ "event": "rejected", "reason": reason.name() });
            if let Some(order_id) = order_id {
                rejected["order_id"] = json!(order_id.0);
            }
            if let Some((leg, reason)) = leg {
                rejected["leg"] = json!(leg);
                rejected["leg_reason"] = json!(reason.name());
            }
            rejected
        }
        Event::Trade(Trade {
            trade_id,
            maker,
            taker,
            unit_price,
            parts,
            window,
            region: bought,
            notional,
            maker_fee,
            taker_fee,
            ..
        }) => json!({
            "event": "trade",
            "trade_id": trade_id.0,
            "maker": maker.0,
            "taker": taker.0,
            "unit_price": unit_price.0.to_string(),
            "parts": parts.0,
            "begin": window.begin.0,
            "end": window.end.0,
            "region": region(bought),
            "notional": notional.0.to_string(),
            "maker_fee": maker_fee.to_string(),
            "taker_fee": taker_fee.0.to_string(),
        }),
        Event::Instruction { number, call } => match call {
            Call::Transfer { region: moved, to } => json!({
                "event": "instruction", "number": number.0, "call": "transfer",
                "region": region(moved), "to": key(to),
            }),
            Call::Assign { region: moved, task } => json!({
                "event": "instruction", "number": number.0, "call": "assign",
                "region": region(moved), "task": task.0,
            }),
            Call::Pay { to, amount } => json!({
                "event": "instruction", "number": number.0, "call": "pay",
                "to": key(to), "amount": amount.0.to_string(),
            }),
        },
        Event::Done { order_id, reason } => {
            json!({ "event": "done", "order_id": order_id.0, "reason": reason.name() })
        }
        Event::RegionExpired { region } => json!({ "event": "region_expired", "region": id(region) }),
        Event::FundsDeposited { account, amount } => {
            json!({ "event": "funds_deposited", "account": key(account), "amount": amount.0.to_string() })
        }
        Event::RegionDeposited { account, region: deposited } => {
            json!({ "event": "region_deposited", "account": key(account), "region": region(deposited) })
        }
        Event::InstructionEnded { number, end } => {
            let end = match end {
                InstructionEnd::Confirmed => "confirmed",
                InstructionEnd::Failed(FailureOutcome::Returned) => "returned",
                InstructionEnd::Failed(FailureOutcome::Lost) => "lost",
            };
            json!({ "event": "instruction_ended", "number": number.0, "end": end })
        }
        Event::InstructionHeld { number } => json!({ "event": "instruction_held", "number": number.0 }),
        Event::InstructionReleased { number } => {
            json!({ "event": "instruction_released", "number": number.0 })
        }
        Event::ModeChanged { mode } => {
            let mode = match mode {
                Mode::Open => "open",
                Mode::Halted => "halted",
                Mode::Frozen => "frozen",
            };
            json!({ "event": "mode_changed", "mode": mode })
        }
    }
}

/// The state line.
pub(crate) fn state(model: &Model) -> Value {
    let mut accounts: Vec<_> = model.accounts.iter().map(|account| account.id).collect();
    accounts.sort_unstable();
    let funds = accounts.into_iter().map(|id| (id, model.free_funds(id), model.held(id)));
    let funds = funds.filter(|(_, free, held)| (*free, *held) != (0, 0)).map(
        |(id, free, held)| json!({ "account": key(id), "free": free.to_string(), "held": held.to_string() }),
    );
    let mut owned: Vec<_> = model.free.iter().collect();
    owned.sort_unstable_by_key(|owned| owned.parcel.id());
    let regions = owned.into_iter().map(|owned| {
        let mut free = region(owned.parcel.region());
        free["account"] = json!(key(owned.account));
        free["renewable"] = json!(owned.parcel.renewable);
        free
    });
    let mut orders: Vec<_> = model.bids.iter().map(|order| (order.head.id, bid(order))).collect();
    orders.extend(model.asks.iter().map(|order| (order.head.id, ask(order))));
    orders.sort_unstable_by_key(|(id, _)| *id);
    let mut state = json!({ "state": {
        "accounts": funds.collect::<Vec<_>>(),
        "regions": regions.collect::<Vec<_>>(),
        "orders": orders.into_iter().map(|(_, order)| order).collect::<Vec<_>>(),
        "tradable_from": model.now,
    } });
    if let Some(outflow) = outflow(model) {
        state["state"]["outflow"] = outflow;
    }
    state
}

/// Only where there is something to say.
fn outflow(model: &Model) -> Option<Value> {
    let mut held: Vec<_> = model.instructions.iter().filter(|one| one.held).map(|one| one.number).collect();
    held.sort_unstable();
    if model.outflow.limits.is_empty() && held.is_empty() {
        return None;
    }
    let limit = |limit: Limit| {
        let mut shape = json!({});
        if let Some(funds) = limit.funds {
            shape["funds_planck"] = json!(funds.0.to_string());
        }
        if let Some(regions) = limit.regions {
            shape["part_timeslices"] = json!(regions.0.to_string());
        }
        shape
    };
    let mut ids = crate::generator::accounts();
    ids.sort_unstable();
    let own = ids.iter().filter_map(|id| Some((id, model.outflow.limit(OutflowScope::Account(*id))?)));
    let own = own.map(|(id, own)| json!({ "account": key(*id), "limit": limit(own) }));
    let left = ids.iter().map(|id| (id, model.left_today(|one| one == *id)));
    let left = left.filter(|(_, left)| *left != (0, 0)).map(|(id, (planck, parts))| {
        json!({
            "account": key(*id),
            "funds_planck": planck.to_string(),
            "part_timeslices": parts.to_string(),
        })
    });
    let mut shape = json!({
        "accounts": own.collect::<Vec<_>>(),
        "today": left.collect::<Vec<_>>(),
        "held": held,
    });
    for (name, scope) in [("venue", OutflowScope::Venue), ("each_account", OutflowScope::EachAccount)] {
        if let Some(most) = model.outflow.limit(scope) {
            shape[name] = limit(most);
        }
    }
    Some(shape)
}

fn bid(bid: &Bid) -> Value {
    json!({
        "order_id": bid.head.id,
        "account": key(bid.head.account),
        "side": "bid",
        "unit_price": bid.head.price.to_string(),
        "remaining_parts": bid.remaining,
        "earliest": bid.earliest,
        "latest": bid.latest,
    })
}

fn ask(ask: &Ask) -> Value {
    let mut pieces: Vec<_> = ask.pieces.iter().collect();
    pieces.sort_unstable_by_key(|piece: &&Parcel| piece.begin);
    json!({
        "order_id": ask.head.id,
        "account": key(ask.head.account),
        "side": "ask",
        "unit_price": ask.head.price.to_string(),
        "pieces": pieces.into_iter().map(|piece| region(piece.region())).collect::<Vec<_>>(),
    })
}

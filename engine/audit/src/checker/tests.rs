//! The checker agrees with the engine on random traffic, and disagrees with every kind of lie about it.

use super::Checker;
use coretime_market::Market;
use coretime_traffic::{Told, told};
use coretime_types::{
    AccountId, BlockNumber, ChainReference, Command, CoreIndex, Event, InstructionNumber, OrderId,
    OutflowLimit, OutflowScope, Parts, Planck, RejectReason, SettlementSubmitted, Trade, TradeId, UnitPrice,
};
use fastrand::Rng;
use std::collections::BTreeMap;

const SEEDS: std::ops::Range<u64> = 0..60;

fn name(event: &Event) -> &'static str {
    match event {
        Event::Accepted { .. } => "accepted",
        Event::Replaced { .. } => "replaced",
        Event::Rejected(_) => "rejected",
        Event::Trade(trade) if trade.maker_is_bid => "trade with a bid",
        Event::Trade(trade) if trade.maker_fee < 0 => "trade with a rebate",
        Event::Trade(_) => "trade with an ask",
        Event::Instruction { .. } => "instruction",
        Event::Done { reason, .. } => reason.name(),
        Event::RegionExpired { .. } => "region expired",
        Event::FundsDeposited { .. } => "funds deposited",
        Event::RegionDeposited { .. } => "region deposited",
        Event::InstructionEnded { .. } => "instruction ended",
        Event::ModeChanged { .. } => "mode changed",
        Event::InstructionHeld { .. } => "instruction held",
        Event::InstructionReleased { .. } => "instruction released",
    }
}

#[test]
fn it_agrees_with_the_engine() {
    let mut seen = BTreeMap::new();
    for seed in SEEDS {
        let (traffic, market) = told(seed, 2_000);
        let mut checker = Checker::default();
        for (index, (command, events)) in traffic.iter().enumerate() {
            if let Err(mismatch) = checker.check(command, events) {
                panic!("seed {seed}, command {index}: {mismatch:?}\n{command:?}\n{events:#?}");
            }
            for event in events {
                *seen.entry(name(event)).or_insert(0_u32) += 1;
            }
        }
        checker.compare(&market).unwrap();
    }
    println!("{seen:?}");
    assert_eq!(seen.len(), 18, "not all was reached: {seen:?}");
    assert!(seen.values().all(|times| *times >= 30), "{seen:?}");
}

/// One lie about an event; `None` if there is nothing to lie about.
fn lie(rng: &mut Rng, event: &Event) -> Option<Event> {
    let other = |order: OrderId| OrderId(order.0 ^ 1);
    Some(match *event {
        Event::Accepted { order_id } => Event::Accepted { order_id: other(order_id) },
        Event::Replaced { order_id } => Event::Replaced { order_id: other(order_id) },
        Event::Rejected(_) => return None,
        Event::Trade(trade) => Event::Trade(lie_about_trade(rng, trade)),
        Event::Instruction { number, call } => {
            Event::Instruction { number: InstructionNumber(number.0 + 1), call }
        }
        Event::Done { order_id, reason } => Event::Done { order_id: other(order_id), reason },
        Event::RegionExpired { mut region } => {
            region.core = CoreIndex(region.core.0 ^ 1);
            Event::RegionExpired { region }
        }
        Event::FundsDeposited { account, amount } => {
            Event::FundsDeposited { account, amount: Planck(amount.0 + 1) }
        }
        Event::RegionDeposited { account, mut region } => {
            region.end.0 += 1;
            Event::RegionDeposited { account, region }
        }
        Event::InstructionEnded { number, end } => {
            Event::InstructionEnded { number: InstructionNumber(number.0 + 1), end }
        }
        Event::InstructionHeld { number } => {
            Event::InstructionHeld { number: InstructionNumber(number.0 + 1) }
        }
        Event::InstructionReleased { number } => {
            Event::InstructionReleased { number: InstructionNumber(number.0 + 1) }
        }
        Event::ModeChanged { mode } => Event::ModeChanged {
            mode: if mode == coretime_types::Mode::Open {
                coretime_types::Mode::Halted
            } else {
                coretime_types::Mode::Open
            },
        },
    })
}

fn lie_about_trade(rng: &mut Rng, mut trade: Trade) -> Trade {
    match rng.u32(0..13) {
        0 => trade.trade_id = TradeId(trade.trade_id.0 + 1),
        1 => trade.maker = OrderId(trade.maker.0 - 1),
        2 => trade.taker = OrderId(trade.taker.0 + 1),
        3 => trade.unit_price = UnitPrice(trade.unit_price.0 + 1),
        4 => trade.parts = Parts(trade.parts.0 - 1),
        5 => trade.window.begin.0 += 1,
        6 => trade.window.end.0 += 1,
        7 => trade.region.core = CoreIndex(trade.region.core.0 + 1),
        8 => trade.notional = Planck(trade.notional.0 - 1),
        9 => trade.maker_fee += 1,
        10 => trade.taker_fee = Planck(trade.taker_fee.0 + 1),
        11 => (trade.buyer, trade.seller) = (trade.seller, trade.buyer),
        _ => trade.maker_is_bid = !trade.maker_is_bid,
    }
    trade
}

/// Follows the traffic, in which one command's events were changed; where it was found, if it was.
fn found_at(traffic: &[Told], changed: usize, events: &[Event]) -> Option<usize> {
    let mut checker = Checker::default();
    traffic.iter().enumerate().find_map(|(index, (command, truth))| {
        let told = if index == changed { events } else { truth };
        checker.check(command, told).is_err().then_some(index)
    })
}

#[test]
fn every_lie_is_found_at_its_command() {
    let mut lies = BTreeMap::new();
    for seed in SEEDS {
        let (traffic, _) = told(seed, 400);
        let mut rng = Rng::with_seed(seed);
        for (index, (_, events)) in traffic.iter().enumerate() {
            // Where nothing was done there is nothing to lie about.
            if events.iter().all(|event| matches!(event, Event::Rejected(_))) || rng.u32(0..3) > 0 {
                continue;
            }
            let at = rng.usize(0..events.len());
            let mut changed = events.clone();
            let kind = match rng.u32(0..6) {
                0 => {
                    changed.remove(at);
                    "left out"
                }
                1 => {
                    changed.insert(at, changed[at]);
                    "told twice"
                }
                2 => {
                    changed.push(Event::Rejected(RejectReason::NotFilled.into()));
                    "a rejection after it"
                }
                _ => match lie(&mut rng, &events[at]) {
                    Some(event) => {
                        changed[at] = event;
                        name(&events[at])
                    }
                    None => continue,
                },
            };
            *lies.entry(kind).or_insert(0_u32) += 1;
            let found = found_at(&traffic[..=index], index, &changed);
            assert_eq!(found, Some(index), "seed {seed}, {kind}: {:?} instead of {events:?}", changed);
        }
    }
    assert!(lies.len() >= 14, "{lies:?}");
}

/// What a stolen signer would want: that the limit is passed over, or what is held is sent.
#[test]
fn what_is_above_a_limit_and_not_held_or_is_submitted_all_the_same_is_found() {
    let (account, instruction) = (AccountId([1; 32]), InstructionNumber(1));
    let mut market = Market::new();
    let mut checker = Checker::default();
    let limit = OutflowLimit { funds: Some(Planck(99)), regions: None };
    let reference = ChainReference { block: BlockNumber(1), event: 0 };
    let commands = [
        Command::DepositFunds { account, amount: Planck(1_000), reference },
        Command::LimitOutflow { scope: OutflowScope::EachAccount, limit: Some(limit) },
        Command::WithdrawFunds { account, amount: Planck(100), request_id: None },
    ];
    for command in &commands {
        let mut events = Vec::new();
        market.apply(command, &mut events);
        if matches!(command, Command::WithdrawFunds { .. }) {
            assert_eq!(events.pop(), Some(Event::InstructionHeld { number: instruction }));
            assert!(checker.check(command, &events).is_err(), "it says nothing of holding it");
            checker = Checker::default();
            for command in &commands[..2] {
                let mut events = Vec::new();
                Market::new().apply(command, &mut events);
                checker.check(command, &events).unwrap();
            }
            events.push(Event::InstructionHeld { number: instruction });
        }
        checker.check(command, &events).unwrap();
    }
    let submitted = Command::SettlementSubmitted(SettlementSubmitted {
        instructions: vec![instruction],
        extrinsic_hash: String::new(),
        nonce: 0,
        valid_until_block: BlockNumber(9),
        extrinsic: Vec::new(),
    });
    assert!(checker.check(&submitted, &[]).is_err(), "it is held");
    let approved = Command::ApproveOutflow { instruction };
    checker.check(&approved, &[Event::InstructionReleased { number: instruction }]).unwrap();
    checker.check(&submitted, &[]).unwrap();
    assert!(checker.check(&approved, &[Event::InstructionReleased { number: instruction }]).is_err());
}

/// What the venue might gain by: that it did less than it had to.
#[test]
fn a_trade_that_did_not_happen_is_missed() {
    let mut missed = 0;
    for seed in SEEDS {
        let (traffic, _) = told(seed, 400);
        for (index, (_, events)) in traffic.iter().enumerate() {
            let Some(first) = events.iter().position(|event| matches!(event, Event::Trade(_))) else {
                continue;
            };
            // It was accepted and rests, as if nothing were compatible.
            assert_eq!(found_at(&traffic[..=index], index, &events[..first]), Some(index));
            missed += 1;
        }
    }
    assert!(missed > 300, "{missed}");
}

/// A rejection that should have been an acceptance shows as soon as anything depends on it; one of a deposit never
/// passes as news again.
#[test]
fn a_command_that_was_done_but_is_called_rejected_shows_later() {
    let (mut found, mut tried) = (0, 0);
    for seed in SEEDS {
        let (mut traffic, market) = told(seed, 600);
        let trades = |events: &[Event]| events.iter().any(|event| matches!(event, Event::Trade(_)));
        let Some(index) = traffic.iter().position(|(_, events)| trades(events)) else { continue };
        traffic[index].1 = vec![Event::Rejected(RejectReason::NotFilled.into())];
        tried += 1;
        let mut checker = Checker::default();
        let is_found = traffic.iter().any(|(command, events)| checker.check(command, events).is_err());
        found += u32::from(is_found || checker.compare(&market).is_err());
    }
    assert!(tried > 30);
    assert_eq!(found, tried);
}

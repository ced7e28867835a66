//! What is printed: every event of the rules' table, the state line, and whole scenarios.

#![allow(clippy::unwrap_used, reason = "clippy does not take helpers of tests for tests")]

use coretime_scenario::{MAX_LINE_BYTES, format_events, run};
use coretime_types::{
    AccountId, Call, CoreIndex, CoreMask, DoneReason, Event, FailureOutcome, InstructionEnd,
    InstructionNumber, Mode, OrderId, Parts, Planck, Region, RejectReason, Rejection, TaskId, Timeslice,
    Trade, TradeId, UnitPrice, Window,
};

fn region() -> Region {
    Region {
        core: CoreIndex(3),
        begin: Timeslice(9),
        end: Timeslice(20),
        mask: CoreMask::from_hex("000000000000000000FF").unwrap(),
    }
}

fn printed(event: Event) -> String {
    let line = format_events(5, &[event]);
    line.strip_prefix(r#"{"seq":5,"events":["#).unwrap().strip_suffix("]}").unwrap().to_owned()
}

#[test]
fn every_event_is_written_in_the_order_of_the_rules() {
    let account = AccountId([0xAB; 32]);
    let key = account.to_string();
    let shape = r#"{"core":3,"begin":9,"end":20,"mask":"000000000000000000ff"}"#;
    let id = r#"{"begin":9,"core":3,"mask":"000000000000000000ff"}"#;
    let (order_id, number) = (OrderId(7), InstructionNumber(8));
    let rejection = Rejection::from(RejectReason::NotFilled);
    let trade = Trade {
        trade_id: TradeId(1),
        maker: OrderId(2),
        taker: OrderId(3),
        unit_price: UnitPrice(u64::MAX),
        parts: Parts(8),
        window: Window { begin: Timeslice(10), end: Timeslice(20) },
        region: region(),
        notional: Planck(u128::MAX),
        maker_fee: -4,
        taker_fee: Planck(5),
        buyer: account,
        seller: account,
        maker_is_bid: true,
    };
    let instruction = |call| Event::Instruction { number, call };
    let ended = |end| Event::InstructionEnded { number, end };
    let table = [
        (Event::Accepted { order_id }, r#"{"event":"accepted","order_id":7}"#.to_owned()),
        (Event::Replaced { order_id }, r#"{"event":"replaced","order_id":7}"#.to_owned()),
        (Event::Rejected(rejection), r#"{"event":"rejected","reason":"not_filled"}"#.to_owned()),
        (
            Event::Rejected(Rejection {
                order_id: Some(order_id),
                ..RejectReason::DuplicateClientOrderId.into()
            }),
            r#"{"event":"rejected","reason":"duplicate_client_order_id","order_id":7}"#.to_owned(),
        ),
        (
            Event::Rejected(Rejection {
                leg: Some((0, RejectReason::NotFilled)),
                ..RejectReason::LegRejected.into()
            }),
            r#"{"event":"rejected","reason":"leg_rejected","leg":0,"leg_reason":"not_filled"}"#.to_owned(),
        ),
        (
            Event::Trade(trade),
            format!(
                r#"{{"event":"trade","trade_id":1,"maker":2,"taker":3,"unit_price":"18446744073709551615","parts":8,"begin":10,"end":20,"region":{shape},"notional":"340282366920938463463374607431768211455","maker_fee":"-4","taker_fee":"5"}}"#
            ),
        ),
        (
            instruction(Call::Transfer { region: region(), to: account }),
            format!(
                r#"{{"event":"instruction","number":8,"call":"transfer","region":{shape},"to":"{key}"}}"#
            ),
        ),
        (
            instruction(Call::Assign { region: region(), task: TaskId(2000) }),
            format!(r#"{{"event":"instruction","number":8,"call":"assign","region":{shape},"task":2000}}"#),
        ),
        (
            instruction(Call::Pay { to: account, amount: Planck(6) }),
            format!(r#"{{"event":"instruction","number":8,"call":"pay","to":"{key}","amount":"6"}}"#),
        ),
        (
            Event::Done { order_id, reason: DoneReason::SelfTrade },
            r#"{"event":"done","order_id":7,"reason":"self_trade"}"#.to_owned(),
        ),
        (
            Event::RegionExpired { region: region().id() },
            format!(r#"{{"event":"region_expired","region":{id}}}"#),
        ),
        (
            Event::FundsDeposited { account, amount: Planck(6) },
            format!(r#"{{"event":"funds_deposited","account":"{key}","amount":"6"}}"#),
        ),
        (
            Event::RegionDeposited { account, region: region() },
            format!(r#"{{"event":"region_deposited","account":"{key}","region":{shape}}}"#),
        ),
        (
            ended(InstructionEnd::Confirmed),
            r#"{"event":"instruction_ended","number":8,"end":"confirmed"}"#.to_owned(),
        ),
        (
            ended(InstructionEnd::Failed(FailureOutcome::Returned)),
            r#"{"event":"instruction_ended","number":8,"end":"returned"}"#.to_owned(),
        ),
        (
            ended(InstructionEnd::Failed(FailureOutcome::Lost)),
            r#"{"event":"instruction_ended","number":8,"end":"lost"}"#.to_owned(),
        ),
        (Event::InstructionHeld { number }, r#"{"event":"instruction_held","number":8}"#.to_owned()),
        (Event::InstructionReleased { number }, r#"{"event":"instruction_released","number":8}"#.to_owned()),
        (Event::ModeChanged { mode: Mode::Open }, r#"{"event":"mode_changed","mode":"open"}"#.to_owned()),
        (Event::ModeChanged { mode: Mode::Halted }, r#"{"event":"mode_changed","mode":"halted"}"#.to_owned()),
        (Event::ModeChanged { mode: Mode::Frozen }, r#"{"event":"mode_changed","mode":"frozen"}"#.to_owned()),
    ];
    for (event, expected) in table {
        assert_eq!(printed(event), expected);
    }
    for reason in RejectReason::ALL {
        let expected = format!(r#"{{"event":"rejected","reason":"{}"}}"#, reason.name());
        assert_eq!(printed(Event::Rejected((*reason).into())), expected);
    }
    for reason in [DoneReason::Filled, DoneReason::Cancelled, DoneReason::Expired, DoneReason::SelfTrade] {
        let expected = format!(r#"{{"event":"done","order_id":7,"reason":"{}"}}"#, reason.name());
        assert_eq!(printed(Event::Done { order_id, reason }), expected);
    }
    assert_eq!(format_events(1, &[]), r#"{"seq":1,"events":[]}"#);
}

fn output(input: &[u8], state: bool) -> Vec<String> {
    let mut output = Vec::new();
    run(input, &mut output, state).unwrap();
    String::from_utf8(output).unwrap().lines().map(str::to_owned).collect()
}

const MALFORMED: &str = r#"[{"event":"rejected","reason":"malformed"}]"#;

#[test]
fn lines_are_numbered_but_for_blank_ones() {
    let mut input = b"\n{\"command\":\"halt\"}\r\n \t\r\nnonsense\n\xff\xfe\n".to_vec();
    input.extend(vec![b' '; MAX_LINE_BYTES + 1]);
    input.extend(b"\n\n{\"command\":\"advance_clock\",\"tradable_from\":5}\n");
    // The last line needs no line break.
    input.extend(b"{\"command\":\"advance_clock\",\"tradable_from\":4}");
    let expected = [
        r#"{"seq":1,"events":[{"event":"mode_changed","mode":"halted"}]}"#.to_owned(),
        format!(r#"{{"seq":2,"events":{MALFORMED}}}"#),
        format!(r#"{{"seq":3,"events":{MALFORMED}}}"#),
        format!(r#"{{"seq":4,"events":{MALFORMED}}}"#),
        r#"{"seq":5,"events":[]}"#.to_owned(),
        r#"{"seq":6,"events":[{"event":"rejected","reason":"clock_backwards"}]}"#.to_owned(),
    ];
    assert_eq!(output(&input, false), expected);
    // The same in pieces of any size.
    for capacity in [1, 7, 4096] {
        let mut pieces = Vec::new();
        run(std::io::BufReader::with_capacity(capacity, &input[..]), &mut pieces, false).unwrap();
        assert_eq!(String::from_utf8(pieces).unwrap().lines().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn a_line_may_be_as_long_as_the_bound() {
    let command = r#"{"command":"halt"}"#;
    let padded = |length: usize| [command.as_bytes(), &vec![b' '; length - command.len()], b"\n"].concat();
    assert!(!output(&padded(MAX_LINE_BYTES), false)[0].contains("malformed"));
    assert!(output(&padded(MAX_LINE_BYTES + 1), false)[0].contains("malformed"));
}

#[test]
fn a_scenario_from_deposit_to_trade_and_its_state() {
    let seller = format!("0x{}", "11".repeat(32));
    let buyer = format!("0x{}", "22".repeat(32));
    let full = "f".repeat(20);
    let input = format!(
        r#"{{"command":"deposit_region","account":"{seller}","core":1,"begin":10,"end":20,"mask":"{full}","renewable":true,"reference":{{"block":1,"event":0}}}}
{{"command":"deposit_funds","account":"{buyer}","amount":"100000","reference":{{"block":1,"event":1}}}}
{{"command":"place_ask","account":"{seller}","client_order_id":1,"unit_price":"5","region":{{"begin":10,"core":1,"mask":"{full}"}},"lot_parts":80,"min_timeslices":1}}
{{"command":"place_bid","account":"{buyer}","client_order_id":1,"unit_price":"6","parts":80,"lot_parts":80,"earliest":12,"latest":15,"duration":3}}
{{"command":"place_bid","account":"{buyer}","client_order_id":2,"unit_price":"2","parts":80,"lot_parts":80,"earliest":16,"latest":20,"duration":2,"post_only":true}}
{{"command":"withdraw_region","account":"{buyer}","region":{{"begin":12,"core":1,"mask":"{full}"}}}}
"#
    );
    let lines = output(input.as_bytes(), true);
    let bought = format!(r#"{{"core":1,"begin":12,"end":15,"mask":"{full}"}}"#);
    assert_eq!(
        lines[3],
        format!(
            r#"{{"seq":4,"events":[{{"event":"accepted","order_id":2}},{{"event":"trade","trade_id":1,"maker":1,"taker":2,"unit_price":"5","parts":80,"begin":12,"end":15,"region":{bought},"notional":"1200","maker_fee":"0","taker_fee":"0"}},{{"event":"done","order_id":2,"reason":"filled"}}]}}"#
        )
    );
    assert_eq!(lines[4], r#"{"seq":5,"events":[{"event":"accepted","order_id":3}]}"#);
    assert_eq!(
        lines[5],
        format!(
            r#"{{"seq":6,"events":[{{"event":"instruction","number":1,"call":"transfer","region":{bought},"to":"{buyer}"}}]}}"#
        )
    );
    let pieces = format!(
        r#"[{{"core":1,"begin":10,"end":12,"mask":"{full}"}},{{"core":1,"begin":15,"end":20,"mask":"{full}"}}]"#
    );
    assert_eq!(
        lines[6],
        format!(
            r#"{{"state":{{"accounts":[{{"account":"{seller}","free":"1200","held":"0"}},{{"account":"{buyer}","free":"98480","held":"320"}}],"regions":[],"orders":[{{"order_id":1,"account":"{seller}","side":"ask","unit_price":"5","pieces":{pieces}}},{{"order_id":3,"account":"{buyer}","side":"bid","unit_price":"2","remaining_parts":80,"earliest":16,"latest":20}}],"tradable_from":0}}}}"#
        )
    );
    assert_eq!(lines.len(), 7);
}

#[test]
fn the_state_lists_free_regions() {
    let account = format!("0x{}", "11".repeat(32));
    let input = format!(
        r#"{{"command":"deposit_region","account":"{account}","core":1,"begin":10,"end":20,"mask":"0000000000000000000F","renewable":true,"reference":{{"block":1,"event":0}}}}"#
    );
    let expected = format!(
        r#"{{"state":{{"accounts":[],"regions":[{{"account":"{account}","core":1,"begin":10,"end":20,"mask":"0000000000000000000f","renewable":true}}],"orders":[],"tradable_from":0}}}}"#
    );
    assert_eq!(output(input.as_bytes(), true)[1], expected);
}

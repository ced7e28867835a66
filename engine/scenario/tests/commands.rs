//! Every command of the rules' table, as it is written and what it means.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy does not take helpers of tests for tests")]

use coretime_scenario::{format_command, parse_command};
use coretime_types::{
    AccountId, Ask, Bid, BidTerms, BlockNumber, CancelTarget, ChainReference, ClientOrderId, Command,
    CoreIndex, CoreMask, Delivery, FailureOutcome, InstructionNumber, OrderId, OutflowLimit, OutflowScope,
    PartTimeslices, Parts, Planck, Ppm, QuoteOrder, Region, RegionId, Replace, RequestId, SelfTrade,
    SettingsChange, SettlementConfirmed, SettlementSubmitted, Side, TaskId, TimeInForce, Timeslice,
    Timeslices, UnitPrice, Window,
};

/// `A` stands for an account, `M` for a mask, `R` for a region.
fn written(template: &str) -> String {
    template
        .replace("\"R\"", r#"{"begin":10,"core":3,"mask":"M"}"#)
        .replace("\"A\"", &format!("\"0x{}\"", "ab".repeat(32)))
        .replace("\"M\"", "\"000000000000000000ff\"")
}

fn parsed(template: &str) -> Command {
    parse_command(&written(template)).unwrap_or_else(|error| panic!("{template}: {error}"))
}

const ACCOUNT: AccountId = AccountId([0xab; 32]);

fn mask() -> CoreMask {
    CoreMask::from_hex("000000000000000000ff").unwrap()
}

fn region() -> RegionId {
    RegionId { begin: Timeslice(10), core: CoreIndex(3), mask: mask() }
}

fn bid() -> Bid {
    Bid {
        account: ACCOUNT,
        terms: BidTerms {
            client_order_id: ClientOrderId(7),
            unit_price: UnitPrice(12),
            parts: Parts(80),
            lot_parts: Parts(40),
            within: Window { begin: Timeslice(1), end: Timeslice(5) },
            duration: Timeslices(4),
            require_renewable: false,
            delivery: Delivery::Custody,
            self_trade: SelfTrade::CancelTaker,
        },
        time_in_force: TimeInForce::GoodTillCancelled,
        post_only: false,
        expire_at: None,
    }
}

fn ask() -> Ask {
    Ask {
        account: ACCOUNT,
        client_order_id: ClientOrderId(8),
        unit_price: UnitPrice(9),
        region: region(),
        lot_parts: Parts(8),
        min_timeslices: Timeslices(2),
        time_in_force: TimeInForce::GoodTillCancelled,
        post_only: false,
        expire_at: None,
        self_trade: SelfTrade::CancelTaker,
    }
}

const TERMS: &str =
    r#""client_order_id":7,"unit_price":"12","parts":80,"lot_parts":40,"earliest":1,"latest":5,"duration":4"#;
const OFFER: &str = r#""client_order_id":8,"unit_price":"9","region":"R","lot_parts":8,"min_timeslices":2"#;

fn table() -> Vec<(String, Command)> {
    let full_terms = format!(
        r#"{TERMS},"require_renewable":true,"delivery":{{"assign":2000}},"self_trade":"cancel_maker""#
    );
    let mut full_bid = bid();
    full_bid.terms.require_renewable = true;
    full_bid.terms.delivery = Delivery::Assign(TaskId(2000));
    full_bid.terms.self_trade = SelfTrade::CancelMaker;
    let full_leg = full_bid.terms;
    full_bid.time_in_force = TimeInForce::ImmediateOrCancel;
    let transferred = BidTerms { delivery: Delivery::Transfer, ..bid().terms };
    let reference = ChainReference { block: BlockNumber(5), event: 6 };
    let request_id = Some(RequestId(99));

    let mut table = vec![
        (r#"{"command":"configure"}"#.to_owned(), Command::Configure(SettingsChange::default())),
        (
            r#"{"command":"configure","taker_ppm":100000,"maker_ppm":-100000,"fee_account":"A","min_fill_notional":"1","delivery_fee":"2","withdrawal_fee":"3","min_withdrawal":"18446744073709551615","min_lot_parts":3,"max_orders":4,"max_orders_per_account":5,"max_regions_per_account":4294967295,"interlacing":false}"#.to_owned(),
            Command::Configure(SettingsChange {
                taker_ppm: Some(Ppm(100_000)),
                maker_ppm: Some(Ppm(-100_000)),
                fee_account: Some(ACCOUNT),
                min_fill_notional: Some(1),
                delivery_fee: Some(2),
                withdrawal_fee: Some(3),
                min_withdrawal: Some(u64::MAX),
                min_lot_parts: Some(Parts(3)),
                max_orders: Some(4),
                max_orders_per_account: Some(5),
                max_regions_per_account: Some(u32::MAX),
                interlacing: Some(false),
            }),
        ),
        (
            r#"{"command":"advance_clock","tradable_from":4294967295}"#.to_owned(),
            Command::AdvanceClock { tradable_from: Timeslice(u32::MAX) },
        ),
        (
            r#"{"command":"deposit_funds","account":"A","amount":"340282366920938463463374607431768211455","reference":{"block":5,"event":6}}"#.to_owned(),
            Command::DepositFunds { account: ACCOUNT, amount: Planck(u128::MAX), reference },
        ),
        (
            r#"{"command":"deposit_region","account":"A","core":3,"begin":10,"end":20,"mask":"M","renewable":true,"reference":{"block":5,"event":6}}"#.to_owned(),
            Command::DepositRegion {
                account: ACCOUNT,
                region: Region { core: CoreIndex(3), begin: Timeslice(10), end: Timeslice(20), mask: mask() },
                renewable: true,
                reference,
            },
        ),
        (
            r#"{"command":"cancel","account":"A","order_id":4}"#.to_owned(),
            Command::Cancel {
                account: ACCOUNT,
                target: CancelTarget::Order(OrderId(4)),
                request_id: None,
            },
        ),
        (
            r#"{"command":"cancel","account":"A","client_order_id":4,"request_id":99}"#.to_owned(),
            Command::Cancel {
                account: ACCOUNT,
                target: CancelTarget::ClientOrder(ClientOrderId(4)),
                request_id,
            },
        ),
        (
            r#"{"command":"cancel_all","account":"A"}"#.to_owned(),
            Command::CancelAll { account: ACCOUNT, side: None, request_id: None },
        ),
        (
            r#"{"command":"cancel_all","account":"A","side":"bid","request_id":99}"#.to_owned(),
            Command::CancelAll { account: ACCOUNT, side: Some(Side::Bid), request_id },
        ),
        (
            r#"{"command":"cancel_all","account":"A","side":"ask"}"#.to_owned(),
            Command::CancelAll { account: ACCOUNT, side: Some(Side::Ask), request_id: None },
        ),
        (
            r#"{"command":"replace","account":"A","order_id":4}"#.to_owned(),
            Command::Replace(Replace {
                account: ACCOUNT,
                order_id: OrderId(4),
                unit_price: None,
                parts: None,
                min_timeslices: None,
                request_id: None,
            }),
        ),
        (
            r#"{"command":"replace","account":"A","order_id":4,"unit_price":"18446744073709551615","parts":1,"min_timeslices":2,"request_id":99}"#.to_owned(),
            Command::Replace(Replace {
                account: ACCOUNT,
                order_id: OrderId(4),
                unit_price: Some(UnitPrice(u64::MAX)),
                parts: Some(Parts(1)),
                min_timeslices: Some(Timeslices(2)),
                request_id,
            }),
        ),
        (
            r#"{"command":"partition","account":"A","region":"R","pivot":12,"request_id":99}"#.to_owned(),
            Command::Partition { account: ACCOUNT, region: region(), pivot: Timeslice(12), request_id },
        ),
        (
            r#"{"command":"interlace","account":"A","region":"R","mask":"M","request_id":99}"#.to_owned(),
            Command::Interlace { account: ACCOUNT, region: region(), mask: mask(), request_id },
        ),
        (
            r#"{"command":"withdraw_funds","account":"A","amount":"0","request_id":99}"#.to_owned(),
            Command::WithdrawFunds { account: ACCOUNT, amount: Planck(0), request_id },
        ),
        (
            r#"{"command":"withdraw_region","account":"A","region":"R","request_id":99}"#.to_owned(),
            Command::WithdrawRegion { account: ACCOUNT, region: region(), request_id },
        ),
        (
            r#"{"command":"block_seen","number":18446744073709551615,"hash":"0xfe\n"}"#.to_owned(),
            Command::BlockSeen { number: BlockNumber(u64::MAX), hash: "0xfe\n".to_owned() },
        ),
        (
            r#"{"command":"settlement_submitted","instructions":[1,2],"extrinsic_hash":"0x1","nonce":3,"valid_until_block":4}"#.to_owned(),
            Command::SettlementSubmitted(SettlementSubmitted {
                instructions: vec![InstructionNumber(1), InstructionNumber(2)],
                extrinsic_hash: "0x1".to_owned(),
                nonce: 3,
                valid_until_block: BlockNumber(4),
                extrinsic: Vec::new(),
            }),
        ),
        (
            r#"{"command":"settlement_confirmed","instruction":1,"block":2,"extrinsic_index":3,"chain_fee":"4"}"#.to_owned(),
            Command::SettlementConfirmed(SettlementConfirmed {
                instruction: InstructionNumber(1),
                block: BlockNumber(2),
                extrinsic_index: 3,
                chain_fee: Planck(4),
            }),
        ),
        (
            r#"{"command":"settlement_failed","instruction":1,"outcome":"returned","reason":"why"}"#.to_owned(),
            Command::SettlementFailed {
                instruction: InstructionNumber(1),
                outcome: FailureOutcome::Returned,
                reason: "why".to_owned(),
            },
        ),
        (
            r#"{"command":"settlement_failed","instruction":1,"outcome":"lost","reason":""}"#.to_owned(),
            Command::SettlementFailed {
                instruction: InstructionNumber(1),
                outcome: FailureOutcome::Lost,
                reason: String::new(),
            },
        ),
        (
            r#"{"command":"compensate","account":"A","amount":"5","reason":"sorry"}"#.to_owned(),
            Command::Compensate { account: ACCOUNT, amount: Planck(5), reason: "sorry".to_owned() },
        ),
        (r#"{"command":"halt","cause":"x"}"#.to_owned(), Command::Halt { cause: "x".to_owned() }),
        (r#"{"command":"freeze","cause":"x"}"#.to_owned(), Command::Freeze { cause: "x".to_owned() }),
        (r#"{"command":"resume","cause":"x"}"#.to_owned(), Command::Resume { cause: "x".to_owned() }),
        (r#"{"command":"suspend","account":"A"}"#.to_owned(), Command::Suspend { account: ACCOUNT }),
        (r#"{"command":"unsuspend","account":"A"}"#.to_owned(), Command::Unsuspend { account: ACCOUNT }),
        (
            r#"{"command":"limit_outflow","scope":"venue","limit":{"funds_planck":"5","part_timeslices":"6"}}"#
                .to_owned(),
            Command::LimitOutflow {
                scope: OutflowScope::Venue,
                limit: Some(OutflowLimit { funds: Some(Planck(5)), regions: Some(PartTimeslices(6)) }),
            },
        ),
        (
            r#"{"command":"limit_outflow","scope":{"account":"A"},"limit":{}}"#.to_owned(),
            Command::LimitOutflow {
                scope: OutflowScope::Account(ACCOUNT),
                limit: Some(OutflowLimit::default()),
            },
        ),
        (
            r#"{"command":"limit_outflow","scope":"each_account"}"#.to_owned(),
            Command::LimitOutflow { scope: OutflowScope::EachAccount, limit: None },
        ),
        (
            r#"{"command":"approve_outflow","instruction":1}"#.to_owned(),
            Command::ApproveOutflow { instruction: InstructionNumber(1) },
        ),
    ];
    table.extend([
        (
            format!(r#"{{"command":"place_bid","account":"A",{full_terms},"time_in_force":"ioc","post_only":false}}"#),
            Command::PlaceBid(full_bid),
        ),
        (
            format!(
                r#"{{"command":"place_bid","account":"A",{TERMS},"require_renewable":false,"delivery":"transfer","self_trade":"cancel_taker","time_in_force":"gtc","post_only":true,"expire_at":9}}"#
            ),
            Command::PlaceBid(Bid {
                terms: transferred,
                post_only: true,
                expire_at: Some(Timeslice(9)),
                ..bid()
            }),
        ),
        (
            format!(
                r#"{{"command":"place_ask","account":"A",{OFFER},"time_in_force":"fok","post_only":false,"self_trade":"cancel_maker"}}"#
            ),
            Command::PlaceAsk(Ask {
                time_in_force: TimeInForce::FillOrKill,
                self_trade: SelfTrade::CancelMaker,
                ..ask()
            }),
        ),
        (
            format!(
                r#"{{"command":"basket","account":"A","legs":[{{{full_terms}}},{{{TERMS},"require_renewable":false,"delivery":"transfer","self_trade":"cancel_taker"}}],"request_id":99}}"#
            ),
            Command::Basket { account: ACCOUNT, legs: vec![full_leg, transferred], request_id },
        ),
        (
            format!(
                r#"{{"command":"quote","account":"A","cancel":[3,1],"place":[{{"side":"ask",{OFFER},"time_in_force":"gtc","post_only":true,"expire_at":9,"self_trade":"cancel_taker"}},{{"side":"bid",{full_terms},"time_in_force":"ioc","post_only":false}}],"request_id":99}}"#
            ),
            Command::Quote {
                account: ACCOUNT,
                cancel: vec![OrderId(3), OrderId(1)],
                place: vec![
                    QuoteOrder::Ask(Ask { post_only: true, expire_at: Some(Timeslice(9)), ..ask() }),
                    QuoteOrder::Bid(full_bid),
                ],
                request_id,
            },
        ),
        (
            r#"{"command":"quote","account":"A","cancel":[],"place":[]}"#.to_owned(),
            Command::Quote { account: ACCOUNT, cancel: vec![], place: vec![], request_id: None },
        ),
    ]);
    table
}

#[test]
fn every_command_is_read_and_written() {
    for (template, command) in table() {
        assert_eq!(parsed(&template), command);
        assert_eq!(format_command(&command), written(&template));
    }
}

#[test]
fn absent_and_null_fields_take_their_defaults() {
    let nulls = r#""require_renewable":null,"delivery":null,"time_in_force":null,"post_only":null,"expire_at":null,"self_trade":null"#;
    for rest in [String::new(), format!(",{nulls}"), r#","delivery":"custody""#.to_owned()] {
        let line = format!(r#"{{"command":"place_bid","account":"A",{TERMS}{rest}}}"#);
        assert_eq!(parsed(&line), Command::PlaceBid(bid()));
    }
    let line = format!(r#"{{"command":"place_ask","account":"A",{OFFER}}}"#);
    assert_eq!(parsed(&line), Command::PlaceAsk(ask()));
    for line in [r#"{"command":"halt"}"#, r#"{"command":"halt","cause":null}"#] {
        assert_eq!(parsed(line), Command::Halt { cause: "operator".to_owned() });
    }
    let confirmed = parsed(r#"{"command":"settlement_confirmed","instruction":1,"block":null}"#);
    let expected = SettlementConfirmed {
        instruction: InstructionNumber(1),
        block: BlockNumber(0),
        extrinsic_index: 0,
        chain_fee: Planck(0),
    };
    assert_eq!(confirmed, Command::SettlementConfirmed(expected));
    let cancel =
        r#"{"command":"cancel","account":"A","order_id":null,"client_order_id":4,"request_id":null}"#;
    assert!(matches!(parsed(cancel), Command::Cancel { target: CancelTarget::ClientOrder(_), .. }));
}

#[test]
fn case_order_whitespace_and_escapes_do_not_matter() {
    let line = format!(
        "\t{{ \"amount\" : \"007\" , \"\\u0061ccount\" : \"0x{}\",\"command\":\"withdraw_funds\" }} \r",
        "aB".repeat(32)
    );
    let expected = Command::WithdrawFunds { account: ACCOUNT, amount: Planck(7), request_id: None };
    assert_eq!(parse_command(&line).unwrap(), expected);
    let upper = r#"{"command":"interlace","account":"A","region":"R","mask":"000000000000000000FF"}"#;
    assert!(matches!(parsed(upper), Command::Interlace { .. }));
}

#[test]
fn an_order_in_a_quote_may_name_the_quotes_account_only() {
    let quote = |account: &str| {
        format!(
            r#"{{"command":"quote","account":"A","cancel":[],"place":[{{"side":"bid","account":{account},{TERMS}}}]}}"#
        )
    };
    assert!(
        matches!(parsed(&quote("\"A\"")), Command::Quote { place, .. } if place == [QuoteOrder::Bid(bid())])
    );
    let other = format!("\"0x{}\"", "cd".repeat(32));
    assert!(parse_command(&written(&quote(&other))).is_err());
}

#[test]
fn a_missing_field_is_malformed_and_named() {
    for (template, _) in table() {
        let line = written(&template);
        let whole: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&line).unwrap();
        for field in whole.keys() {
            let mut without = whole.clone();
            without.remove(field);
            if let Err(error) = parse_command(&serde_json::to_string(&without).unwrap()) {
                let names_it = error.to_string().contains(&format!("{field:?}"));
                assert!(names_it || error.to_string().contains("client_order_id"), "{field}: {error}");
            }
        }
    }
}

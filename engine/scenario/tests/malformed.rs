//! What is malformed: every line here is well but for one thing.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy does not take helpers of tests for tests")]

use coretime_scenario::parse_command;
use coretime_types::Command;

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

const TERMS: &str =
    r#""client_order_id":7,"unit_price":"12","parts":80,"lot_parts":40,"earliest":1,"latest":5,"duration":4"#;
const OFFER: &str = r#""client_order_id":8,"unit_price":"9","region":"R","lot_parts":8,"min_timeslices":2"#;

#[test]
fn what_is_malformed() {
    let deposit = |amount: &str, block: &str| {
        format!(
            r#"{{"command":"deposit_funds","account":"A","amount":{amount},"reference":{{"block":{block},"event":1}}}}"#
        )
    };
    assert!(matches!(parsed(&deposit("\"1\"", "1")), Command::DepositFunds { .. }));
    let mut lines = Vec::new();
    let amounts = [
        "1",
        "1.0",
        "null",
        "true",
        "[]",
        "{}",
        r#""""#,
        r#"" 1""#,
        r#""1 ""#,
        r#""+1""#,
        r#""-1""#,
        r#""-0""#,
        r#""1.0""#,
        r#""1e3""#,
        r#""0x1""#,
        r#""1_000""#,
        r#""١""#,
        r#""340282366920938463463374607431768211456""#,
    ];
    lines.extend(amounts.map(|amount| deposit(amount, "1")));
    let blocks = [
        "1.0",
        "1e3",
        "1E3",
        "-0",
        "-1",
        "01",
        "+1",
        "\"1\"",
        "null",
        "true",
        "[1]",
        "18446744073709551616",
        "1e400",
        "0.5",
        "NaN",
    ];
    lines.extend(blocks.map(|block| deposit("\"1\"", block)));
    for ppm in ["1.0", "-0", "2147483648", "-2147483649", "\"1\"", "1e1", "--1"] {
        lines.push(format!(r#"{{"command":"configure","taker_ppm":{ppm}}}"#));
    }
    for core in ["65536", "-1"] {
        let region = format!(r#"{{"begin":1,"core":{core},"mask":"M"}}"#);
        lines.push(format!(r#"{{"command":"withdraw_region","account":"A","region":{region}}}"#));
    }
    for price in ["12", r#""18446744073709551616""#, r#""-1""#] {
        let terms = TERMS.replace("\"12\"", price);
        lines.push(format!(r#"{{"command":"place_bid","account":"A",{terms}}}"#));
    }
    for delivery in
        [r#""assign""#, r#"{"custody":null}"#, r#"{"assign":1,"x":2}"#, r#"{"assign":-1}"#, "{}", "[]", "0"]
    {
        lines.push(format!(r#"{{"command":"place_bid","account":"A",{TERMS},"delivery":{delivery}}}"#));
    }
    for (field, value) in [
        ("time_in_force", "\"GTC\""),
        ("time_in_force", "0"),
        ("post_only", "\"true\""),
        ("post_only", "1"),
        ("expire_at", "4294967296"),
        ("self_trade", "\"none\""),
        ("require_renewable", "0"),
        ("request_id", "1"),
        ("side", "\"bid\""),
        ("min_timeslices", "1"),
        ("region", "\"R\""),
        ("unknown", "null"),
        ("parts", "80"),
        ("p\\u0061rts", "80"),
    ] {
        lines.push(format!(r#"{{"command":"place_bid","account":"A",{TERMS},"{field}":{value}}}"#));
    }
    for (field, value) in [("parts", "80"), ("duration", "1"), ("delivery", "\"custody\"")] {
        lines.push(format!(r#"{{"command":"place_ask","account":"A",{OFFER},"{field}":{value}}}"#));
    }
    for field in ["account", "time_in_force", "post_only", "expire_at", "side"] {
        lines.push(format!(
            r#"{{"command":"basket","account":"A","legs":[{{{TERMS}}},{{{TERMS},"{field}":1}}]}}"#
        ));
    }
    for place in [
        format!("{{{TERMS}}}"),
        format!(r#"{{"side":null,{TERMS}}}"#),
        format!(r#"{{"side":"ask",{TERMS}}}"#),
        format!(r#"{{"side":"bid",{TERMS},"min_timeslices":1}}"#),
        format!(r#"{{"side":"bid",{TERMS},"command":"place_bid"}}"#),
        "null".to_owned(),
        "[]".to_owned(),
    ] {
        lines.push(format!(r#"{{"command":"quote","account":"A","cancel":[],"place":[{place}]}}"#));
    }
    let others = [
        "",
        "null",
        "[]",
        "1",
        "{}",
        "{",
        "}",
        r#""halt""#,
        r#"{"command":null}"#,
        r#"{"command":1}"#,
        r#"{"command":"Halt"}"#,
        r#"{"command":"nothing"}"#,
        r#"["halt",{}]"#,
        r#"{"command":"halt","command":"halt"}"#,
        r#"{"command":"halt","cause":"a","cause":"a"}"#,
        r#"{"command":"halt"} {}"#,
        r#"{"command":"halt"},"#,
        r#"{"command":"halt",}"#,
        r#"{'command':'halt'}"#,
        r#"{"command":"halt","cause":"\ud800"}"#,
        r#"{"command":"halt","cause":"\x"}"#,
        r#"{"command":"halt","cause":1}"#,
        "{\"command\":\"halt\",\"cause\":\"a\tb\"}",
        "\u{feff}{\"command\":\"halt\"}",
        r#"{"command":"cancel","account":"A"}"#,
        r#"{"command":"cancel","account":"A","order_id":1,"client_order_id":1}"#,
        r#"{"command":"cancel","order_id":1}"#,
        r#"{"command":"cancel","account":null,"order_id":1}"#,
        r#"{"command":"cancel_all","account":"A","side":"both"}"#,
        r#"{"command":"suspend","account":"ab"}"#,
        r#"{"command":"suspend","account":"0X0000000000000000000000000000000000000000000000000000000000000000"}"#,
        r#"{"command":"suspend","account":"A","request_id":1}"#,
        r#"{"command":"withdraw_region","account":"A","region":[10,3,"M"]}"#,
        r#"{"command":"withdraw_region","account":"A","region":{"begin":10,"core":3,"mask":"M","end":20}}"#,
        r#"{"command":"withdraw_region","account":"A","region":{"begin":10,"core":3}}"#,
        r#"{"command":"withdraw_region","account":"A","region":{"begin":10,"core":3,"mask":"0x00ff"}}"#,
        r#"{"command":"quote","account":"A","cancel":[null],"place":[]}"#,
        r#"{"command":"quote","account":"A","cancel":{},"place":[]}"#,
        r#"{"command":"quote","account":"A","place":[]}"#,
        r#"{"command":"quote","account":"A","cancel":[]}"#,
        r#"{"command":"limit_outflow"}"#,
        r#"{"command":"limit_outflow","scope":"account"}"#,
        r#"{"command":"limit_outflow","scope":{"account":"A","limit":{}}}"#,
        r#"{"command":"limit_outflow","scope":"venue","limit":"5"}"#,
        r#"{"command":"limit_outflow","scope":"venue","limit":{"funds":"5"}}"#,
        r#"{"command":"limit_outflow","scope":"venue","limit":{"funds_planck":5}}"#,
        r#"{"command":"limit_outflow","scope":"venue","limit":{"part_timeslices":"-1"}}"#,
        r#"{"command":"approve_outflow","instruction":"1"}"#,
        r#"{"command":"settlement_failed","instruction":1,"outcome":"failed"}"#,
        r#"{"command":"settlement_failed","instruction":1}"#,
        r#"{"command":"settlement_submitted","instructions":[1],"extrinsic_hash":"x","nonce":1,"valid_until_block":1,"extrinsic":[]}"#,
        r#"{"command":"configure","min_withdrawal":1}"#,
        r#"{"command":"configure","min_withdrawal":"18446744073709551616"}"#,
        r#"{"command":"configure","interlacing":"true"}"#,
        r#"{"command":"configure","max_orders":4294967296}"#,
        r#"{"command":"configure","nothing":1}"#,
    ];
    lines.extend(others.map(str::to_owned));
    for line in lines {
        if let Ok(command) = parse_command(&written(&line)) {
            panic!("{line} was taken for {command:?}");
        }
    }
}

#[test]
fn deep_nesting_is_malformed() {
    for opening in ["[", r#"{"a":"#, r#"{"command":"halt","cause":["#] {
        assert!(parse_command(&opening.repeat(200_000)).is_err());
    }
}

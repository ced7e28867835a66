//! Scenarios of a hand's size, one theme each, and what must come of them: written down by another implementation of
//! the rules, in another language, that was made from their page alone. Events that section 10 does not list are left
//! out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy does not take helpers of tests for tests")]

use coretime_scenario::run;
use serde_json::Value;
use std::path::Path;

const LISTED: [&str; 7] =
    ["accepted", "replaced", "rejected", "trade", "instruction", "done", "region_expired"];

fn check(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let scenario = std::fs::read(folder.join(format!("{name}.jsonl"))).unwrap();
    let expected = std::fs::read_to_string(folder.join(format!("{name}.expected.jsonl"))).unwrap();
    let mut printed = Vec::new();
    run(&scenario[..], &mut printed, true).unwrap();
    let printed = String::from_utf8(printed).unwrap();
    assert_eq!(printed.lines().count(), expected.lines().count(), "{name}");
    for (line, (found, expected)) in printed.lines().zip(expected.lines()).enumerate() {
        let mut found: Value = serde_json::from_str(found).unwrap();
        let expected: Value = serde_json::from_str(expected).unwrap();
        if let Some(events) = found.get_mut("events").and_then(Value::as_array_mut) {
            events.retain(|event| LISTED.contains(&event["event"].as_str().unwrap()));
        }
        assert_eq!(found, expected, "{name}, line {}", line + 1);
    }
}

macro_rules! scenarios {
    ($($test:ident: $name:literal,)*) => {$(
        #[test]
        fn $test() {
            check($name);
        }
    )*};
}

scenarios! {
    fixed_bid_three_regions: "fixed-bid-three-regions",
    three_rests: "three-rests",
    expired_head: "expired-head",
    basket_undone: "basket-undone",
    fok_and_self_trade: "fok-and-self-trade",
    quotes: "quotes",
    renewal_right: "renewal-right",
    deposits_and_settlement: "deposits-and-settlement",
    modes: "modes",
    replaces: "replaces",
    duplicates: "duplicates",
    malformed: "malformed",
}

//! The examples in the documentation do what it says of them.

use coretime_scenario::run;
use serde_json::Value;
use std::path::Path;

/// A line of events, as the documentation says it.
fn said(line: &str) -> String {
    let line: Value = serde_json::from_str(line).unwrap_or_default();
    let events = line["events"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let first = |name: &str| events.iter().find(|event| event["event"] == name);
    if let Some(trade) = first("trade") {
        let of = |field: &str| text(&trade[field]);
        return format!(
            "trade {} parts [{}, {}) at {}, notional {}, fees {} and {}",
            of("parts"),
            of("begin"),
            of("end"),
            of("unit_price"),
            of("notional"),
            of("taker_fee"),
            of("maker_fee")
        );
    }
    if let Some(rejected) = first("rejected") {
        return format!("rejected {}", text(&rejected["reason"]));
    }
    first("accepted").map_or_else(String::new, |_| "accepted".to_owned())
}

#[test]
fn the_examples_of_the_market_come_to_what_is_written_there() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../gateway/docs/market.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (mut commands, mut expected, mut inside) = (String::new(), Vec::new(), false);
    for line in page.lines() {
        match line {
            "```jsonl" => inside = true,
            "```" => inside = false,
            _ if inside => commands += &format!("{line}\n"),
            _ => {
                if let Some(text) = line.strip_prefix("Comes to: `") {
                    expected.push((commands.lines().count(), text.trim_end_matches('`').to_owned()));
                }
            }
        }
    }
    assert!(expected.len() >= 4, "the page has fewer examples than it had: {}", expected.len());
    let mut printed = Vec::new();
    run(commands.as_bytes(), &mut printed, false).unwrap();
    let printed = String::from_utf8(printed).unwrap();
    let printed: Vec<&str> = printed.lines().collect();
    assert_eq!(printed.len(), commands.lines().count());
    assert!(printed[..4].iter().all(|line| !line.contains("rejected")), "{printed:?}");
    for (number, text) in expected {
        assert_eq!(said(printed[number - 1]), text, "command {number}: {}", printed[number - 1]);
    }
}

//! Changed lines and changed scenarios: never a panic, never much memory, and what is read is read for good.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy does not take helpers of tests for tests")]

use coretime_fuzzing::{Campaign, Corpus, Tally, within_bytes};
use coretime_scenario::{Malformed, format_command, parse_command, run};
use coretime_types::RejectReason;
use serde_json::Value;

const COMMANDS: &str = include_str!("corpus/commands.jsonl");
const SCENARIOS: &str = include_str!("corpus/scenarios.jsonl");

/// Of the rules' table.
const COMMAND_NAMES: [&str; 27] = [
    "configure",
    "advance_clock",
    "deposit_funds",
    "deposit_region",
    "place_bid",
    "place_ask",
    "cancel",
    "cancel_all",
    "replace",
    "basket",
    "quote",
    "partition",
    "interlace",
    "withdraw_funds",
    "withdraw_region",
    "block_seen",
    "settlement_submitted",
    "settlement_confirmed",
    "settlement_failed",
    "compensate",
    "halt",
    "freeze",
    "resume",
    "suspend",
    "unsuspend",
    "limit_outflow",
    "approve_outflow",
];

/// Every field that has a value of its own.
const FIELDS: [&str; 60] = [
    "account",
    "amount",
    "assign",
    "begin",
    "block",
    "cancel",
    "cause",
    "chain_fee",
    "client_order_id",
    "command",
    "core",
    "delivery",
    "delivery_fee",
    "duration",
    "earliest",
    "end",
    "event",
    "expire_at",
    "extrinsic_hash",
    "extrinsic_index",
    "fee_account",
    "funds_planck",
    "hash",
    "instruction",
    "instructions",
    "interlacing",
    "latest",
    "legs",
    "lot_parts",
    "maker_ppm",
    "mask",
    "max_orders",
    "max_orders_per_account",
    "max_regions_per_account",
    "min_fill_notional",
    "min_lot_parts",
    "min_timeslices",
    "min_withdrawal",
    "nonce",
    "number",
    "order_id",
    "outcome",
    "part_timeslices",
    "parts",
    "pivot",
    "place",
    "post_only",
    "reason",
    "renewable",
    "request_id",
    "require_renewable",
    "scope",
    "self_trade",
    "side",
    "taker_ppm",
    "time_in_force",
    "tradable_from",
    "unit_price",
    "valid_until_block",
    "withdrawal_fee",
];

/// Reading takes some times the line's length: lists of short values are the worst.
fn enough_for(line: &[u8]) -> u64 {
    4_096 + 64 * line.len() as u64
}

fn fault(malformed: &Malformed) -> String {
    match malformed {
        Malformed::Json(_) => "malformed: no object with distinct fields".to_owned(),
        Malformed::UnknownCommand { .. } => "malformed: unknown command".to_owned(),
        Malformed::Missing { .. } => "malformed: a field is missing".to_owned(),
        Malformed::UnknownField { .. } => "malformed: an unknown field".to_owned(),
        Malformed::Invalid { field, .. } => format!("malformed: {field}"),
        Malformed::CancelTarget => "malformed: both ids or none".to_owned(),
    }
}

#[test]
fn changed_lines_are_refused_or_read_for_good() {
    let corpus = Corpus::lines(&[COMMANDS, SCENARIOS].concat());
    for line in corpus.inputs() {
        assert!(parse_command(str::from_utf8(line).unwrap()).is_ok(), "{}", line.escape_ascii());
    }
    let check = |line: &[u8], tally: &mut Tally| {
        let Ok(text) = str::from_utf8(line) else { return tally.count("no UTF-8") };
        match within_bytes(enough_for(line), || parse_command(text)) {
            Ok(command) => {
                let again = format_command(&command);
                assert!(!again.contains('\n'));
                assert_eq!(parse_command(&again).unwrap(), command);
                assert_eq!(format_command(&parse_command(&again).unwrap()), again);
                let written: Value = serde_json::from_str(&again).unwrap();
                tally.count(written["command"].as_str().unwrap());
                tally.count("commands");
            }
            Err(malformed) => tally.count(fault(&malformed)),
        }
    };
    let tally = Campaign::new("lines", 300_000).run(&corpus, check);
    tally.assert_share("commands", 15);
    tally.assert_reached(COMMAND_NAMES);
    tally.assert_reached(FIELDS.map(|field| format!("malformed: {field}")));
    let faults =
        ["no object with distinct fields", "unknown command", "a field is missing", "an unknown field"];
    tally.assert_reached(faults.map(|fault| format!("malformed: {fault}")));
    tally.assert_reached(["malformed: both ids or none", "no UTF-8"]);
}

#[test]
fn changed_scenarios_are_answered_line_by_line() {
    let corpus = Corpus::paragraphs(SCENARIOS);
    let check = |input: &[u8], tally: &mut Tally| {
        let mut output = Vec::new();
        run(input, &mut output, true).unwrap();
        let lines: Vec<Value> = str::from_utf8(&output)
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let (state, answers) = lines.split_last().unwrap();
        let asked = input.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
        assert_eq!(answers.len(), asked.count());
        for (answer, number) in answers.iter().zip(1_u64..) {
            assert_eq!(answer["seq"], number);
            for event in answer["events"].as_array().unwrap() {
                tally.count(event["event"].as_str().unwrap());
                if let Some(reason) = event["reason"].as_str() {
                    tally.count(format!("{}: {reason}", event["event"].as_str().unwrap()));
                }
                if let Some(call) = event["call"].as_str() {
                    tally.count(format!("call: {call}"));
                }
            }
        }
        // Twice the same: nothing but the lines decides.
        let mut again = Vec::new();
        run(input, &mut again, true).unwrap();
        assert_eq!(output, again);
        if !state["state"]["orders"].as_array().unwrap().is_empty() {
            tally.count("orders are live at the end");
        }
    };
    let tally = Campaign::new("scenarios", 8_000).run(&corpus, check);
    tally.assert_share("orders are live at the end", 10);
    tally.assert_reached(RejectReason::ALL.iter().map(|reason| format!("rejected: {reason}")));
    tally.assert_reached(["accepted", "replaced", "trade", "region_expired", "funds_deposited"]);
    tally.assert_reached(["region_deposited", "instruction_ended", "mode_changed"]);
    tally.assert_reached(["instruction_held", "instruction_released"]);
    tally.assert_reached(["filled", "cancelled", "expired", "self_trade"].map(|why| format!("done: {why}")));
    tally.assert_reached(["transfer", "assign", "pay"].map(|call| format!("call: {call}")));
}

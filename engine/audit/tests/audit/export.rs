//! What is read out of a log.

use crate::support::{commands, logged};
use coretime_audit::{Bound, Export, Format, ParseBoundError, Table, export};
use coretime_log::log_folder;
use coretime_types::{Command, Ppm, Sequence, SettingsChange};
use serde_json::Value;
use std::collections::BTreeMap;

/// Two cores at 100 planck a part-timeslice, sold with fees.
fn with_fees() -> Vec<Command> {
    let mut all = commands(2);
    all.insert(
        0,
        Command::Configure(SettingsChange {
            taker_ppm: Some(Ppm(1_000)),
            maker_ppm: Some(Ppm(-500)),
            ..SettingsChange::default()
        }),
    );
    all
}

fn exported(table: Table, format: Format, from: Option<Bound>, to: Option<Bound>) -> String {
    let (folder, _) = logged(&with_fees(), |_, _| {});
    let wanted = Export { table, format, from, to, token_decimals: 10 };
    let mut output = Vec::new();
    export(&log_folder(folder.path()), &[], &wanted, &mut output, |_| {}).unwrap();
    String::from_utf8(output).unwrap()
}

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn trades_as_csv_are_exact_in_planck_and_in_the_token() {
    let (seller, buyer) = ("01".repeat(32), "02".repeat(32));
    let expected = format!(
        "sequence,time,trade_id,maker_order_id,taker_order_id,buyer,seller,maker_side,core,begin,end,mask,parts,\
         timeslices,unit_price_planck,notional_planck,notional,maker_fee_planck,maker_fee,taker_fee_planck,taker_fee\n\
         7,1970-01-01T00:00:00.001Z,1,1,3,0x{buyer},0x{seller},ask,1,10,20,ffffffffffffffffffff,80,\
         10,100,80000,0.0000080000,-40,-0.0000000040,80,0.0000000080\n\
         8,1970-01-01T00:00:00.001Z,2,2,4,0x{buyer},0x{seller},ask,2,10,20,ffffffffffffffffffff,80,\
         10,100,80000,0.0000080000,-40,-0.0000000040,80,0.0000000080\n"
    );
    assert_eq!(exported(Table::Trades, Format::Csv, None, None), expected);
}

#[test]
fn each_side_of_a_trade_has_a_fill() {
    let fills = objects(&exported(Table::Fills, Format::JsonLines, None, None));
    assert_eq!(fills.len(), 4);
    let of = |index: usize, name: &str| fills[index][name].clone();
    assert_eq!((of(0, "side"), of(0, "role"), of(0, "order_id")), ("buy".into(), "taker".into(), 3.into()));
    assert_eq!((of(1, "side"), of(1, "role"), of(1, "order_id")), ("sell".into(), "maker".into(), 1.into()));
    assert_eq!((of(0, "fee_planck"), of(1, "fee_planck")), ("80".into(), "-40".into()));
    assert_eq!(of(0, "delivery_instruction"), Value::Null);
}

#[test]
fn the_ledger_adds_up() {
    let rows = objects(&exported(Table::Ledger, Format::JsonLines, None, None));
    let planck = |row: &Value, name: &str| -> i128 { row[name].as_str().unwrap().parse().unwrap() };
    let mut balances: BTreeMap<String, (i128, i128)> = BTreeMap::new();
    let mut by_entry: BTreeMap<String, i128> = BTreeMap::new();
    for row in &rows {
        let (free, held) = balances.entry(row["account"].as_str().unwrap().to_owned()).or_default();
        *free += planck(row, "free_change_planck");
        *held += planck(row, "held_change_planck");
        assert_eq!((*free, *held), (planck(row, "free_planck"), planck(row, "held_planck")), "{row}");
        *by_entry.entry(row["entry"].as_str().unwrap().to_owned()).or_default() +=
            planck(row, "free_change_planck") + planck(row, "held_change_planck");
    }
    // Only the deposit brings anything in; all else moves between accounts, or between free and held.
    assert_eq!(by_entry.remove("deposit"), Some(1_000_000_000));
    assert_eq!(by_entry.keys().collect::<Vec<_>>(), ["hold", "maker_fee", "notional", "taker_fee"]);
    assert!(by_entry.values().all(|sum| *sum == 0), "{by_entry:?}");
    let free: Vec<_> = balances.values().map(|(free, _)| *free).collect();
    assert_eq!(free, [2 * 40, 2 * 80_040, 1_000_000_000 - 2 * 80_080]);
}

#[test]
fn commands_have_their_events_and_can_be_replayed() {
    let all = objects(&exported(Table::Commands, Format::JsonLines, None, None));
    assert_eq!(all.len(), 8);
    for (object, command) in all.iter().zip(with_fees()) {
        assert_eq!(coretime_scenario::parse_command(&object["command"].to_string()).unwrap(), command);
    }
    assert_eq!(all[6]["events"][1]["event"], "trade");
    let csv = exported(Table::Commands, Format::Csv, None, None);
    assert!(csv.starts_with("sequence,time,chain_hash,command,events\n1,1970-01-01T00:00:00.001Z,"));
    assert_eq!(csv.lines().count(), 9);
}

#[test]
fn a_part_begins_and_ends_where_it_is_told() {
    let sequences = |from, to| -> Vec<u64> {
        let rows = objects(&exported(Table::Commands, Format::JsonLines, from, to));
        rows.iter().map(|row| row["sequence"].as_u64().unwrap()).collect()
    };
    let at = |sequence| Some(Bound::Sequence(Sequence(sequence)));
    assert_eq!(sequences(at(3), at(5)), [3, 4, 5]);
    assert_eq!(sequences(at(8), None), [8]);
    assert_eq!(sequences(None, at(0)), [0_u64; 0]);
    assert_eq!(sequences(Some(Bound::TimeMs(2)), None), [0_u64; 0]);
    assert_eq!(sequences(None, Some(Bound::TimeMs(1))).len(), 8);
}

#[test]
fn bounds_are_sequences_or_times() {
    assert_eq!("17".parse(), Ok(Bound::Sequence(Sequence(17))));
    assert_eq!("1970-01-01T00:00:01.5Z".parse(), Ok(Bound::TimeMs(1_500)));
    for wrong in ["", "-1", "yesterday", "1969-01-01T00:00:00Z", "2026-11-01"] {
        assert_eq!(wrong.parse::<Bound>(), Err(ParseBoundError), "{wrong}");
    }
}

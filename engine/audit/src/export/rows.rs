//! The lines of each table.

use super::Format;
use crate::{
    AuditError,
    checker::{Entry, Money, Movement},
};
use coretime_log::Record;
use coretime_types::{Event, InstructionNumber, Trade};
use jiff::Timestamp;
use serde::Serialize;
use std::io::Write;

/// Writes rows, in one format.
pub(super) struct Writer<W: Write> {
    output: Output<W>,
    token_decimals: u32,
}

enum Output<W: Write> {
    Csv(Box<csv::Writer<W>>),
    JsonLines(W),
}

/// An amount, exact: in planck, and in the token.
struct Amount {
    planck: String,
    token: String,
}

#[derive(Serialize)]
struct TradeRow<'a> {
    sequence: u64,
    time: &'a str,
    trade_id: u64,
    maker_order_id: u64,
    taker_order_id: u64,
    buyer: String,
    seller: String,
    maker_side: &'static str,
    core: u16,
    begin: u32,
    end: u32,
    mask: String,
    parts: u32,
    timeslices: u32,
    unit_price_planck: u64,
    notional_planck: String,
    notional: String,
    maker_fee_planck: String,
    maker_fee: String,
    taker_fee_planck: String,
    taker_fee: String,
}

#[derive(Serialize)]
struct FillRow<'a> {
    sequence: u64,
    time: &'a str,
    trade_id: u64,
    account: String,
    side: &'static str,
    role: &'static str,
    order_id: u64,
    core: u16,
    begin: u32,
    end: u32,
    mask: String,
    parts: u32,
    timeslices: u32,
    unit_price_planck: u64,
    notional_planck: String,
    notional: String,
    fee_planck: String,
    fee: String,
    delivery_instruction: Option<u64>,
}

#[derive(Serialize)]
struct CommandRow<'a, T> {
    sequence: u64,
    time: &'a str,
    chain_hash: String,
    command: T,
    events: T,
}

#[derive(Serialize)]
struct LedgerRow<'a> {
    sequence: u64,
    time: &'a str,
    account: String,
    entry: &'static str,
    order_id: Option<u64>,
    trade_id: Option<u64>,
    free_change_planck: String,
    free_change: String,
    held_change_planck: String,
    held_change: String,
    free_planck: String,
    free: String,
    held_planck: String,
    held: String,
}

/// The time as RFC 3339, UTC.
fn time(record: &Record) -> String {
    let time =
        i64::try_from(record.time_ms).ok().and_then(|time_ms| Timestamp::from_millisecond(time_ms).ok());
    // Beyond what a calendar knows.
    time.map_or_else(|| format!("{} ms", record.time_ms), |time| time.to_string())
}

fn other(error: impl std::error::Error + Send + Sync + 'static) -> AuditError {
    AuditError::Beside(error.into())
}

/// An error of the output, as far as it is one.
fn csv_error(error: csv::Error) -> AuditError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => AuditError::Output(error),
        other => AuditError::Beside(format!("{other:?}").into()),
    }
}

fn json_error(error: serde_json::Error) -> AuditError {
    if error.is_io() { AuditError::Output(error.into()) } else { other(error) }
}

fn json_of(line: &str) -> Result<serde_json::Value, AuditError> {
    serde_json::from_str(line).map_err(other)
}

impl<W: Write> Writer<W> {
    pub(super) fn new(format: Format, token_decimals: u32, output: W) -> Writer<W> {
        let output = match format {
            Format::Csv => Output::Csv(Box::new(csv::Writer::from_writer(output))),
            Format::JsonLines => Output::JsonLines(output),
        };
        Writer { output, token_decimals }
    }

    pub(super) fn finish(self) -> Result<(), AuditError> {
        match self.output {
            Output::Csv(mut writer) => writer.flush().map_err(AuditError::Output),
            Output::JsonLines(mut output) => output.flush().map_err(AuditError::Output),
        }
    }

    fn put(&mut self, row: &impl Serialize) -> Result<(), AuditError> {
        match &mut self.output {
            Output::Csv(writer) => writer.serialize(row).map_err(csv_error),
            Output::JsonLines(output) => {
                serde_json::to_writer(&mut *output, row).map_err(json_error)?;
                output.write_all(b"\n").map_err(AuditError::Output)
            }
        }
    }

    fn amount(&self, negative: bool, planck: u128) -> Amount {
        let sign = if negative && planck > 0 { "-" } else { "" };
        let places = usize::try_from(self.token_decimals).unwrap_or(usize::MAX).min(1_000);
        let digits = format!("{planck:0width$}", width = places + 1);
        let (whole, part) = digits.split_at(digits.len() - places);
        let point = if part.is_empty() { "" } else { "." };
        Amount { planck: format!("{sign}{planck}"), token: format!("{sign}{whole}{point}{part}") }
    }

    fn signed(&self, amount: i128) -> Amount {
        self.amount(amount < 0, amount.unsigned_abs())
    }

    fn change(&self, before: u128, after: u128) -> Amount {
        self.amount(after < before, after.abs_diff(before))
    }

    pub(super) fn trade(&mut self, record: &Record, trade: &Trade) -> Result<(), AuditError> {
        let notional = self.amount(false, trade.notional.0);
        let (maker_fee, taker_fee) = (self.signed(trade.maker_fee), self.amount(false, trade.taker_fee.0));
        self.put(&TradeRow {
            sequence: record.sequence.0,
            time: &time(record),
            trade_id: trade.trade_id.0,
            maker_order_id: trade.maker.0,
            taker_order_id: trade.taker.0,
            buyer: trade.buyer.to_string(),
            seller: trade.seller.to_string(),
            maker_side: if trade.maker_is_bid { "bid" } else { "ask" },
            core: trade.region.core.0,
            begin: trade.window.begin.0,
            end: trade.window.end.0,
            mask: trade.region.mask.to_string(),
            parts: trade.parts.0,
            timeslices: trade.window.duration().0,
            unit_price_planck: trade.unit_price.0,
            notional_planck: notional.planck,
            notional: notional.token,
            maker_fee_planck: maker_fee.planck,
            maker_fee: maker_fee.token,
            taker_fee_planck: taker_fee.planck,
            taker_fee: taker_fee.token,
        })
    }

    /// The buyer's line, then the seller's.
    pub(super) fn fills(
        &mut self,
        record: &Record,
        trade: &Trade,
        delivery: Option<InstructionNumber>,
    ) -> Result<(), AuditError> {
        for (is_buyer, account) in [(true, trade.buyer), (false, trade.seller)] {
            let is_maker = is_buyer == trade.maker_is_bid;
            let notional = self.amount(false, trade.notional.0);
            let fee =
                if is_maker { self.signed(trade.maker_fee) } else { self.amount(false, trade.taker_fee.0) };
            self.put(&FillRow {
                sequence: record.sequence.0,
                time: &time(record),
                trade_id: trade.trade_id.0,
                account: account.to_string(),
                side: if is_buyer { "buy" } else { "sell" },
                role: if is_maker { "maker" } else { "taker" },
                order_id: if is_maker { trade.maker.0 } else { trade.taker.0 },
                core: trade.region.core.0,
                begin: trade.window.begin.0,
                end: trade.window.end.0,
                mask: trade.region.mask.to_string(),
                parts: trade.parts.0,
                timeslices: trade.window.duration().0,
                unit_price_planck: trade.unit_price.0,
                notional_planck: notional.planck,
                notional: notional.token,
                fee_planck: fee.planck,
                fee: fee.token,
                delivery_instruction: delivery.filter(|_| is_buyer).map(|number| number.0),
            })?;
        }
        Ok(())
    }

    /// In the scenario format: as objects in JSON, as text in CSV.
    pub(super) fn command(&mut self, record: &Record, events: &[Event]) -> Result<(), AuditError> {
        let (sequence, time) = (record.sequence.0, time(record));
        let chain_hash = record.chain_hash.to_string();
        let command = coretime_scenario::format_command(&record.command);
        let mut line = json_of(&coretime_scenario::format_events(sequence, events))?;
        let events = line.get_mut("events").map(serde_json::Value::take).unwrap_or_default();
        match self.output {
            Output::Csv(_) => self.put(&CommandRow {
                sequence,
                time: &time,
                chain_hash,
                command,
                events: events.to_string(),
            }),
            Output::JsonLines(_) => {
                let command = json_of(&command)?;
                self.put(&CommandRow { sequence, time: &time, chain_hash, command, events })
            }
        }
    }

    pub(super) fn movement(&mut self, record: &Record, movement: &Movement) -> Result<(), AuditError> {
        let Movement { account, entry, before, after } = movement;
        let (name, order_id, trade_id) = match entry {
            Entry::Hold(order) => ("hold", Some(order.0), None),
            Entry::Change(cause) => (cause.name(), None, cause.trade_id().map(|trade| trade.0)),
        };
        let free_change = self.change(before.free.0, after.free.0);
        let held_change = self.change(before.held.0, after.held.0);
        let Money { free, held } = after;
        let (free, held) = (self.amount(false, free.0), self.amount(false, held.0));
        self.put(&LedgerRow {
            sequence: record.sequence.0,
            time: &time(record),
            account: account.to_string(),
            entry: name,
            order_id,
            trade_id,
            free_change_planck: free_change.planck,
            free_change: free_change.token,
            held_change_planck: held_change.planck,
            held_change: held_change.token,
            free_planck: free.planck,
            free: free.token,
            held_planck: held.planck,
            held: held.token,
        })
    }
}

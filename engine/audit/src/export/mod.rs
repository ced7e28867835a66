//! Reading a log out, for accountants and other programs.

mod rows;

use crate::{AuditError, Progress, checker::Checker, verify::Replay};
use coretime_log::Record;
use coretime_types::{Event, Sequence};
use jiff::Timestamp;
use rows::Writer;
use std::{
    io::Write,
    path::{Path, PathBuf},
    str::FromStr,
};

/// What is read out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// Each trade twice: as the buyer and as the seller sees it.
    Fills,
    /// Each trade once.
    Trades,
    /// Each command, with what came of it.
    Commands,
    /// Each change of an account's money, with its reason.
    Ledger,
}

/// How it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values, with a line of names first.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

/// Where a part of the log begins or ends, itself included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// At a command.
    Sequence(Sequence),
    /// At a time: milliseconds since 1970-01-01 UTC.
    TimeMs(u64),
}

/// A text that is no bound.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a place in the log is a sequence number, or a time such as 2026-11-01T00:00:00Z")]
pub struct ParseBoundError;

impl FromStr for Bound {
    type Err = ParseBoundError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(sequence) = text.parse() {
            return Ok(Bound::Sequence(Sequence(sequence)));
        }
        let time: Timestamp = text.parse().map_err(|_| ParseBoundError)?;
        u64::try_from(time.as_millisecond()).map(Bound::TimeMs).map_err(|_| ParseBoundError)
    }
}

/// What is to be read out, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Export {
    /// What.
    pub table: Table,
    /// How.
    pub format: Format,
    /// Not what comes before.
    pub from: Option<Bound>,
    /// Not what comes after.
    pub to: Option<Bound>,
    /// How many decimals the chain's token has.
    pub token_decimals: u32,
}

impl Export {
    fn begins(&self, record: &Record) -> bool {
        match self.from {
            None => true,
            Some(Bound::Sequence(sequence)) => record.sequence >= sequence,
            Some(Bound::TimeMs(time_ms)) => record.time_ms >= time_ms,
        }
    }

    fn is_over(&self, record: &Record) -> bool {
        match self.to {
            None => false,
            Some(Bound::Sequence(sequence)) => record.sequence > sequence,
            Some(Bound::TimeMs(time_ms)) => record.time_ms > time_ms,
        }
    }
}

/// Reads a log out that nobody writes to, with the folders of its archived segments. Its commands are replayed from the beginning and compared with what the log
/// commits to; for the ledger all is checked that [`verify`](crate::verify) checks of each command.
///
/// # Errors
/// The first discrepancy, or why the log cannot be read, or the output not written.
pub fn export(
    log_folder: &Path,
    archives: &[PathBuf],
    export: &Export,
    output: impl Write,
    mut tell: impl FnMut(Progress),
) -> Result<(), AuditError> {
    let mut replay = Replay::open(log_folder, archives)?;
    let total_bytes = replay.reader.total_bytes()?;
    let mut checker = (export.table == Table::Ledger).then(Checker::default);
    if let Some(checker) = &mut checker {
        checker.keep_journal();
    }
    let mut writer = Writer::new(export.format, export.token_decimals, output);
    while let Some(record) = replay.next_record()? {
        if export.is_over(&record) {
            break;
        }
        let movements = match &mut checker {
            Some(checker) => {
                let checked = checker.check(&record.command, &replay.events);
                checked.map_err(|mismatch| mismatch.at(record.sequence))?;
                checker.take_journal()
            }
            None => Vec::new(),
        };
        if export.begins(&record) {
            write(&mut writer, export.table, &record, &replay.events, &movements)?;
        }
        if record.sequence.0.is_multiple_of(1_000) {
            let bytes = replay.reader.passed_bytes();
            tell(Progress { commands: record.sequence.0, bytes, total_bytes });
        }
    }
    writer.finish()
}

fn write<W: Write>(
    writer: &mut Writer<W>,
    table: Table,
    record: &Record,
    events: &[Event],
    movements: &[crate::checker::Movement],
) -> Result<(), AuditError> {
    match table {
        Table::Commands => writer.command(record, events),
        Table::Ledger => movements.iter().try_for_each(|movement| writer.movement(record, movement)),
        Table::Fills | Table::Trades => {
            let mut events = events.iter().peekable();
            while let Some(event) = events.next() {
                let Event::Trade(trade) = event else { continue };
                if table == Table::Trades {
                    writer.trade(record, trade)?;
                    continue;
                }
                // Its delivery, if it has one, comes right behind it.
                let delivery = match events.peek() {
                    Some(Event::Instruction { number, .. }) => Some(*number),
                    _ => None,
                };
                writer.fills(record, trade, delivery)?;
            }
            Ok(())
        }
    }
}

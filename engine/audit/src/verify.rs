//! Verifying a log: form, chain, commitments, and everything that was done.

use crate::{
    AuditError,
    checker::{Change, Checker, Movement},
    error::{Discrepancy, Mismatch},
};
use coretime_log::{ChainHash, Entry, Outputs, OutputsHash, Position, Reader, Record, Remainder};
use coretime_market::Market;
use coretime_types::{Event, Sequence};
use std::{
    any::Any,
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// How often the engine's whole state is compared with the checker's; it is once more at the end.
const COMMANDS_BETWEEN_COMPARISONS: u64 = 1_000_000;
/// How often progress is told.
const COMMANDS_BETWEEN_PROGRESS: u64 = 1_000;

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Commands checked.
    pub commands: u64,
    /// Bytes of the log read.
    pub bytes: u64,
    /// Bytes of all segments, zeros at their ends too.
    pub total_bytes: u64,
}

/// A log in which everything is as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The last command.
    pub position: Position,
    /// How many commitments were checked.
    pub commitments: u64,
    /// How many trades were checked.
    pub trades: u64,
    /// How many orders are live at the end.
    pub live_orders: u64,
    /// The hash of the whole state at the end.
    pub state_hash: [u8; 32],
    /// What a crash has left behind the last record. None of it was ever acknowledged.
    pub remainder: Remainder,
    /// What it took.
    pub elapsed: Duration,
}

/// What somebody outside holds of the log: the place and the chain hash that an answer named.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipts {
    by_sequence: BTreeMap<Sequence, ChainHash>,
}

impl Receipts {
    /// Adds one. Two that contradict each other are a discrepancy by themselves: the later one is kept, the earlier
    /// one comes back.
    pub fn add(&mut self, position: Position) -> Option<ChainHash> {
        let before = self.by_sequence.insert(position.sequence, position.chain_hash);
        before.filter(|before| *before != position.chain_hash)
    }

    fn check(&self, record: &Record) -> Result<(), Box<Mismatch>> {
        match self.by_sequence.get(&record.sequence) {
            Some(receipt) if *receipt != record.chain_hash => Err(Mismatch::new(
                "the chain hash of a receipt",
                None,
                receipt.to_string(),
                record.chain_hash.to_string(),
            )),
            _ => Ok(()),
        }
    }

    fn check_end(&self, end: Sequence) -> Result<(), Box<Discrepancy>> {
        match self.by_sequence.range(Sequence(end.0.saturating_add(1))..).next() {
            Some((sequence, receipt)) => {
                let found = format!("a log that ends at sequence {end}");
                Err(Mismatch::new("a command that has a receipt", None, receipt.to_string(), found)
                    .at(*sequence))
            }
            None => Ok(()),
        }
    }
}

/// Somebody who looks at every command and what came of it, in order.
pub trait Observer {
    /// Looks at one.
    ///
    /// # Errors
    /// What is not as it must be ends the audit.
    fn observe(&mut self, record: &Record, events: &[Event]) -> Result<(), AuditError>;

    /// Whether it wants to be told what moved, too: after each command that is verified.
    fn wants_changes(&self) -> bool {
        false
    }

    /// Looks at what accounts' money became by the command that it has just seen, as the checker has followed it.
    ///
    /// # Errors
    /// As above.
    fn observe_changes(&mut self, _: &Record, _: &[Change]) -> Result<(), AuditError> {
        Ok(())
    }
}

/// Sees nothing, and is content.
impl Observer for () {
    fn observe(&mut self, _: &Record, _: &[Event]) -> Result<(), AuditError> {
        Ok(())
    }
}

/// Replays a log, with the folders of its archived segments, and hands every command with its events to `observer`; checks form, chain and commitments, but not
/// what was done. Gives what is behind the last record.
///
/// # Errors
/// When the log cannot be read, commits to other events, or the observer ends it.
pub fn replay(
    log_folder: &Path,
    archives: &[PathBuf],
    observer: &mut dyn Observer,
) -> Result<Remainder, AuditError> {
    let mut replay = Replay::open(log_folder, archives)?;
    while let Some(record) = replay.next_record()? {
        observer.observe(&record, &replay.events)?;
    }
    Ok(replay.reader.remainder()?)
}

/// Verifies a log that nobody writes to, with the folders of its archived segments: see the crate's front page.
///
/// # Errors
/// The first discrepancy, or why the log cannot be read.
pub fn verify(
    log_folder: &Path,
    archives: &[PathBuf],
    receipts: &Receipts,
    observer: &mut dyn Observer,
    mut tell: impl FnMut(Progress),
) -> Result<Verified, AuditError> {
    let began = Instant::now();
    let mut replay = Replay::open(log_folder, archives)?;
    let total_bytes = replay.reader.total_bytes()?;
    let mut checker = Checker::default();
    let wants_changes = observer.wants_changes();
    if wants_changes {
        checker.keep_journal();
    }
    let mut trades = 0_u64;
    while let Some(record) = replay.next_record()? {
        let at = |mismatch: Box<Mismatch>| mismatch.at(record.sequence);
        receipts.check(&record).map_err(at)?;
        checker.check(&record.command, &replay.events).map_err(at)?;
        observer.observe(&record, &replay.events)?;
        if wants_changes {
            let changes: Vec<Change> = checker.take_journal().iter().filter_map(Movement::change).collect();
            observer.observe_changes(&record, &changes)?;
        }
        let traded = replay.events.iter().filter(|event| matches!(event, Event::Trade(_))).count();
        trades = trades.saturating_add(traded as u64);
        let commands = record.sequence.0;
        if commands.is_multiple_of(COMMANDS_BETWEEN_COMPARISONS) {
            checker.compare(&replay.market).map_err(at)?;
        }
        if commands.is_multiple_of(COMMANDS_BETWEEN_PROGRESS) {
            tell(Progress { commands, bytes: replay.reader.passed_bytes(), total_bytes });
        }
    }
    let position = replay.reader.position();
    checker.compare(&replay.market).map_err(|mismatch| mismatch.at(position.sequence))?;
    receipts.check_end(position.sequence)?;
    tell(Progress { commands: position.sequence.0, bytes: total_bytes, total_bytes });
    Ok(Verified {
        position,
        commitments: replay.commitments,
        trades,
        live_orders: checker.live_orders() as u64,
        state_hash: replay.market.state_hash(),
        remainder: replay.reader.remainder()?,
        elapsed: began.elapsed(),
    })
}

/// A market that follows a log.
pub(crate) struct Replay {
    pub(crate) reader: Reader,
    market: Market,
    outputs: Outputs,
    /// How many commitments were checked.
    commitments: u64,
    /// What came of the last command.
    pub(crate) events: Vec<Event>,
}

impl Replay {
    pub(crate) fn open(log_folder: &Path, archives: &[PathBuf]) -> Result<Replay, AuditError> {
        let reader = Reader::open_with(log_folder, archives, Sequence(1))?;
        let outputs = Outputs::after(Sequence(0), OutputsHash::START);
        Ok(Replay { reader, market: Market::new(), outputs, commitments: 0, events: Vec::new() })
    }

    /// The next command, done again.
    pub(crate) fn next_record(&mut self) -> Result<Option<Record>, AuditError> {
        loop {
            let record = match self.reader.next_entry()? {
                None => return Ok(None),
                Some(Entry::Commitment(commitment)) => {
                    self.outputs.check(&commitment)?;
                    self.commitments = self.commitments.saturating_add(1);
                    continue;
                }
                Some(Entry::Command(record)) => record,
            };
            self.events.clear();
            let Replay { market, events, .. } = self;
            catch_unwind(AssertUnwindSafe(|| market.apply(&record.command, events))).map_err(|panic| {
                let last = Sequence(record.sequence.0.saturating_sub(1));
                AuditError::Panicked { last, message: panic_message(&*panic).into() }
            })?;
            self.outputs.add(&self.events);
            return Ok(Some(record));
        }
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

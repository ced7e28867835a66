//! The store of fills against the log: every fill, every instruction and every ledger entry up to where the store has
//! read, and no others. The ledger entries are compared with what the auditor's own ledger did.

use anyhow::{Context, Result, bail};
use coretime_audit::{AuditError, Change, Discrepancy, Observer};
use coretime_fills::{Counts, FillReader, FillStore, InstructionRecord, Position, Settlement};
use coretime_log::Record;
use coretime_types::{
    AccountId, Call, Command, Event, InstructionEnd, InstructionNumber, LedgerEntry, LedgerPlace, Sequence,
    Timeslice, Trade,
};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Compares as the log is read, and keeps only what has not ended.
pub(super) struct StoreCheck {
    reader: FillReader,
    /// How far the store has read; `None` if it is empty.
    position: Option<Position>,
    /// Instructions that have not ended, as the store must have them in the end.
    open: BTreeMap<InstructionNumber, InstructionRecord>,
    counts: Counts,
    /// The market's clock.
    tradable_from: Timeslice,
    /// Where each account's newest ledger entry is.
    entered: BTreeMap<AccountId, LedgerPlace>,
    /// The last command of the log.
    seen: Sequence,
    /// Holds the copy that is read; last, so that it is removed last.
    _store: FillStore,
    _copy: TempDir,
}

impl StoreCheck {
    /// Opens a copy, since opening writes.
    pub(super) fn open(folder: &Path) -> Result<StoreCheck> {
        let copy = tempfile::tempdir().context("cannot make a folder for a copy of the store")?;
        copy_folder(folder, &copy.path().join("store"))
            .with_context(|| format!("cannot copy the store {}", folder.display()))?;
        let opened = FillStore::open(&copy.path().join("store"))
            .with_context(|| format!("cannot open the store {}", folder.display()))?;
        if let Some(aside) = opened.set_aside {
            bail!("the store {} is damaged: {}", folder.display(), aside.reason);
        }
        let store = opened.store;
        Ok(StoreCheck {
            reader: store.reader(),
            position: store.position(),
            open: BTreeMap::new(),
            counts: Counts::default(),
            tradable_from: Timeslice(0),
            entered: BTreeMap::new(),
            seen: Sequence(0),
            _store: store,
            _copy: copy,
        })
    }

    /// What can be told only when all of the log was read.
    pub(super) fn finish(self) -> Result<(), AuditError> {
        let last = self.position.map_or(Sequence(0), |position| position.sequence);
        if last > self.seen {
            let found = format!("a log that ends at {}", self.seen);
            return differs(last, "how far the store has read", &last, &found);
        }
        for (number, expected) in &self.open {
            self.check_instruction(*number, expected)?;
        }
        let found = self.reader.counts().map_err(unreadable)?;
        if found == self.counts {
            Ok(())
        } else {
            differs(last, "how much the store holds", &self.counts, &found)
        }
    }

    fn check_fill(
        &self,
        record: &Record,
        trade: &Trade,
        instruction: Option<InstructionNumber>,
    ) -> Result<(), AuditError> {
        let found = self.reader.fill(trade.trade_id).map_err(unreadable)?;
        let found = found.map(|fill| (fill.sequence, fill.time_ms, fill.trade, fill.instruction));
        let expected = Some((record.sequence, record.time_ms, *trade, instruction));
        if found == expected {
            return Ok(());
        }
        let mut error = difference(record.sequence, "a fill in the store", &expected, &found);
        error.order = Some(trade.taker);
        Err(Box::new(error).into())
    }

    fn check_instruction(
        &self,
        number: InstructionNumber,
        expected: &InstructionRecord,
    ) -> Result<(), AuditError> {
        let found = self.reader.instruction(number).map_err(unreadable)?;
        if found.as_ref().is_some_and(|found| is_same(expected, found)) {
            return Ok(());
        }
        differs(expected.sequence, "an instruction in the store", &Some(expected), &found.as_ref())
    }

    fn follow(&mut self, record: &Record, events: &[Event]) -> Result<(), AuditError> {
        let is_rejected = events.iter().any(|event| matches!(event, Event::Rejected(_)));
        let mut events = events.iter().peekable();
        let mut traded = None;
        while let Some(event) = events.next() {
            match event {
                Event::Trade(trade) => {
                    // Its delivery, if it has one, comes right behind it.
                    let delivery = match events.peek() {
                        Some(Event::Instruction { number, .. }) => Some(*number),
                        _ => None,
                    };
                    self.check_fill(record, trade, delivery)?;
                    self.counts.fills = self.counts.fills.saturating_add(1);
                    traded = Some(trade);
                }
                Event::Instruction { number, call } => {
                    let instruction = InstructionRecord {
                        number: *number,
                        sequence: record.sequence,
                        time_ms: record.time_ms,
                        account: traded.map_or_else(|| payee(record, call), |trade| trade.buyer),
                        trade: traded.take().map(|trade| trade.trade_id),
                        call: *call,
                        settlement: Settlement::Pending,
                    };
                    self.open.insert(*number, instruction);
                    self.counts.instructions = self.counts.instructions.saturating_add(1);
                }
                Event::InstructionEnded { number, end } => {
                    if let Some(mut instruction) = self.open.remove(number) {
                        instruction.settlement = ended(&record.command, &instruction.settlement, *end);
                        self.check_instruction(*number, &instruction)?;
                    }
                }
                _ => {}
            }
        }
        // An element of a quote is rejected on its own; this is not one.
        if let Command::SettlementSubmitted(submitted) = &record.command
            && !is_rejected
        {
            for number in &submitted.instructions {
                if let Some(instruction) = self.open.get_mut(number) {
                    instruction.settlement = Settlement::Submitted {
                        extrinsic_hash: submitted.extrinsic_hash.clone(),
                        valid_until_block: submitted.valid_until_block,
                    };
                }
            }
        }
        Ok(())
    }
}

impl StoreCheck {
    /// How far the store has read, if it has read this.
    fn has_read(&self, record: &Record) -> Option<Position> {
        self.position.filter(|position| record.sequence <= position.sequence)
    }

    fn check_change(&mut self, record: &Record, made: &Change) -> Result<(), AuditError> {
        let Change { account, cause, change, total } = *made;
        let before = self.entered.get(&account).copied();
        let index = before.filter(|before| before.sequence == record.sequence);
        let index = index.map_or(0, |before| before.index.saturating_add(1));
        let place = LedgerPlace { sequence: record.sequence, index };
        let (time_ms, tradable_from) = (record.time_ms, self.tradable_from);
        let expected = LedgerEntry { place, time_ms, tradable_from, cause, change, total };
        let found = self.reader.ledger_entries_of(account, before, 1).map_err(unreadable)?;
        if found != [expected] {
            return differs(record.sequence, "a ledger entry in the store", &expected, &found.first());
        }
        self.entered.insert(account, place);
        self.counts.ledger_entries = self.counts.ledger_entries.saturating_add(1);
        Ok(())
    }
}

impl Observer for StoreCheck {
    fn wants_changes(&self) -> bool {
        true
    }

    fn observe_changes(&mut self, record: &Record, changes: &[Change]) -> Result<(), AuditError> {
        if self.has_read(record).is_none() {
            return Ok(());
        }
        changes.iter().try_for_each(|change| self.check_change(record, change))
    }

    fn observe(&mut self, record: &Record, events: &[Event]) -> Result<(), AuditError> {
        self.seen = record.sequence;
        if let Command::AdvanceClock { tradable_from } = record.command
            && !events.iter().any(|event| matches!(event, Event::Rejected(_)))
        {
            self.tradable_from = tradable_from;
        }
        let Some(position) = self.has_read(record) else { return Ok(()) };
        self.follow(record, events)?;
        if record.sequence == position.sequence && record.chain_hash.0 != position.chain_hash {
            let expected = record.chain_hash.to_string();
            let found = hex::encode(position.chain_hash);
            return differs(record.sequence, "the chain hash that the store has reached", &expected, &found);
        }
        Ok(())
    }
}

/// Who withdraws.
fn payee(record: &Record, call: &Call) -> AccountId {
    match (&record.command, call) {
        (Command::WithdrawFunds { account, .. } | Command::WithdrawRegion { account, .. }, _) => *account,
        (_, Call::Transfer { to, .. } | Call::Pay { to, .. }) => *to,
        (_, Call::Assign { .. }) => AccountId::default(),
    }
}

fn ended(command: &Command, before: &Settlement, end: InstructionEnd) -> Settlement {
    match (end, command) {
        (InstructionEnd::Failed(outcome), Command::SettlementFailed { reason, .. }) => {
            Settlement::Failed { outcome, reason: reason.clone() }
        }
        (InstructionEnd::Confirmed, Command::SettlementConfirmed(confirmed)) => Settlement::Confirmed {
            extrinsic_hash: match before {
                Settlement::Submitted { extrinsic_hash, .. } => Some(extrinsic_hash.clone()),
                _ => None,
            },
            block: confirmed.block,
            extrinsic_index: confirmed.extrinsic_index,
            chain_fee: confirmed.chain_fee,
        },
        _ => before.clone(),
    }
}

/// The store keeps only the beginning of a long reason.
fn is_same(expected: &InstructionRecord, found: &InstructionRecord) -> bool {
    let mut expected = expected.clone();
    if let (Settlement::Failed { reason, .. }, Settlement::Failed { reason: kept, .. }) =
        (&mut expected.settlement, &found.settlement)
        && !kept.is_empty()
        && reason.starts_with(kept.as_str())
    {
        reason.clone_from(kept);
    }
    expected == *found
}

fn difference<T: std::fmt::Debug, U: std::fmt::Debug>(
    sequence: Sequence,
    what: &'static str,
    expected: &T,
    found: &U,
) -> Discrepancy {
    Discrepancy {
        sequence,
        order: None,
        what,
        expected: format!("{expected:?}"),
        found: format!("{found:?}"),
    }
}

fn differs<T: std::fmt::Debug, U: std::fmt::Debug>(
    sequence: Sequence,
    what: &'static str,
    expected: &T,
    found: &U,
) -> Result<(), AuditError> {
    Err(Box::new(difference(sequence, what, expected, found)).into())
}

fn unreadable(error: coretime_fills::StoreError) -> AuditError {
    AuditError::Beside(error.into())
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

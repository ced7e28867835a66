//! The readers' side.

use crate::{
    Counts, Fill, FillRecord, InstructionRecord, Position, Settlement, StoreError, keys, record::Meta,
    statement::StoredEntry, writes::decode,
};
use codec::Decode;
use coretime_types::{AccountId, InstructionNumber, LedgerEntry, LedgerPlace, Sequence, TradeId};
use std::ops::Bound;

/// A handle for reading; cheap to clone, and never in the writer's way.
#[derive(Clone, Debug)]
pub struct FillReader {
    database: sled::Db,
}

impl FillReader {
    pub(crate) fn new(database: sled::Db) -> Self {
        FillReader { database }
    }

    /// How far the store has read the log; none if it is empty.
    ///
    /// # Errors
    /// When the store is damaged or the disk refuses.
    pub fn position(&self) -> Result<Option<Position>, StoreError> {
        Ok(self.meta()?.map(|meta| meta.position))
    }

    /// How much the store holds.
    ///
    /// # Errors
    /// As above.
    pub fn counts(&self) -> Result<Counts, StoreError> {
        Ok(self.meta()?.map(|meta| meta.counts).unwrap_or_default())
    }

    /// One fill.
    ///
    /// # Errors
    /// As above.
    pub fn fill(&self, trade: TradeId) -> Result<Option<Fill>, StoreError> {
        let record: Option<FillRecord> = self.get(&keys::fill(trade))?;
        record.map(|record| self.with_settlement(record)).transpose()
    }

    /// Up to `limit` fills after `after`, in the order of trades.
    ///
    /// # Errors
    /// As above.
    pub fn fills(&self, after: Option<TradeId>, limit: usize) -> Result<Vec<Fill>, StoreError> {
        let first = match after {
            None => Bound::Included(keys::fill(TradeId(0))),
            Some(after) => Bound::Excluded(keys::fill(after)),
        };
        let last = Bound::Included(keys::fill(TradeId(u64::MAX)));
        let mut fills = Vec::new();
        for entry in self.database.range::<Vec<u8>, _>((first, last)).take(limit) {
            let (_, value) = entry?;
            fills.push(self.with_settlement(decode(&value)?)?);
        }
        Ok(fills)
    }

    /// Up to `limit` fills of an account, as buyer or seller, after `after`, in the order of trades.
    ///
    /// # Errors
    /// As above.
    pub fn fills_of(
        &self,
        account: AccountId,
        after: Option<TradeId>,
        limit: usize,
    ) -> Result<Vec<Fill>, StoreError> {
        let first = match after {
            None => Bound::Included(keys::fill_of_account(account, TradeId(0))),
            Some(after) => Bound::Excluded(keys::fill_of_account(account, after)),
        };
        let last = Bound::Included(keys::fill_of_account(account, TradeId(u64::MAX)));
        let mut fills = Vec::new();
        for number in self.numbers(first, last, limit) {
            let trade = TradeId(number?);
            fills.push(self.fill(trade)?.ok_or_else(|| missing("fill", trade.0))?);
        }
        Ok(fills)
    }

    /// One instruction.
    ///
    /// # Errors
    /// As above.
    pub fn instruction(&self, number: InstructionNumber) -> Result<Option<InstructionRecord>, StoreError> {
        self.get(&keys::instruction(number))
    }

    /// Up to `limit` instructions of an account (its deliveries and withdrawals) after `after`, by number.
    ///
    /// # Errors
    /// As above.
    pub fn instructions_of(
        &self,
        account: AccountId,
        after: Option<InstructionNumber>,
        limit: usize,
    ) -> Result<Vec<InstructionRecord>, StoreError> {
        let first = match after {
            None => Bound::Included(keys::instruction_of_account(account, InstructionNumber(0))),
            Some(after) => Bound::Excluded(keys::instruction_of_account(account, after)),
        };
        let last = Bound::Included(keys::instruction_of_account(account, InstructionNumber(u64::MAX)));
        let mut instructions = Vec::new();
        for number in self.numbers(first, last, limit) {
            let number = InstructionNumber(number?);
            instructions.push(self.instruction(number)?.ok_or_else(|| missing("instruction", number.0))?);
        }
        Ok(instructions)
    }

    /// Up to `limit` changes of an account's money after `after`, in the order in which they happened. The totals of all
    /// entries up to a record are what the account had then, free and held together.
    ///
    /// # Errors
    /// As above.
    pub fn ledger_entries_of(
        &self,
        account: AccountId,
        after: Option<LedgerPlace>,
        limit: usize,
    ) -> Result<Vec<LedgerEntry>, StoreError> {
        let key = |place: LedgerPlace| keys::ledger_entry(account, place.sequence, place.index);
        let first = match after {
            None => Bound::Included(keys::ledger_entry(account, Sequence(0), 0)),
            Some(after) => Bound::Excluded(key(after)),
        };
        let last = Bound::Included(keys::ledger_entry(account, Sequence(u64::MAX), u32::MAX));
        let entries = self.database.range::<Vec<u8>, _>((first, last)).take(limit).map(|found| {
            let (key, value) = found?;
            let place = keys::place(&key).ok_or_else(|| StoreError::Damaged("a key is too short".into()))?;
            let StoredEntry { time_ms, tradable_from, cause, change, total } = decode(&value)?;
            Ok(LedgerEntry { place, time_ms, tradable_from, cause, change, total })
        });
        entries.collect()
    }

    fn numbers(
        &self,
        first: Bound<Vec<u8>>,
        last: Bound<Vec<u8>>,
        limit: usize,
    ) -> impl Iterator<Item = Result<u64, StoreError>> {
        self.database.range::<Vec<u8>, _>((first, last)).take(limit).map(|entry| {
            let (key, _) = entry?;
            keys::number(&key).ok_or_else(|| StoreError::Damaged("a key is too short".into()))
        })
    }

    fn with_settlement(&self, record: FillRecord) -> Result<Fill, StoreError> {
        let settlement = match record.instruction {
            None => Settlement::Custody,
            Some(number) => {
                self.instruction(number)?.ok_or_else(|| missing("instruction", number.0))?.settlement
            }
        };
        let FillRecord { sequence, time_ms, trade, instruction } = record;
        Ok(Fill { sequence, time_ms, trade, instruction, settlement })
    }

    fn meta(&self) -> Result<Option<Meta>, StoreError> {
        self.get(keys::META)
    }

    fn get<T: Decode>(&self, key: &[u8]) -> Result<Option<T>, StoreError> {
        self.database.get(key)?.map(|value| decode(&value)).transpose()
    }
}

fn missing(what: &str, number: u64) -> StoreError {
    StoreError::Damaged(format!("{what} {number} is missing"))
}

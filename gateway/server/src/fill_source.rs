//! The gateway's port for fills, over the store in sled: the two do not know each other.

use coretime_fills::{Fill, FillReader, InstructionRecord, Settlement, StoreError};
use coretime_gateway::{FillSource, FillSourceError, InstructionProgress, RecordedFill, RecordedInstruction};
use coretime_sequencer::{ChainHash, Position};
use coretime_types::{AccountId, InstructionNumber, LedgerEntry, LedgerPlace, Sequence, TradeId};

/// The store, as the gateway sees it.
pub(crate) struct StoredFills(pub(crate) FillReader);

impl FillSource for StoredFills {
    fn position(&self) -> Result<Position, FillSourceError> {
        let position = self.0.position().map_err(unreadable)?;
        Ok(match position {
            Some(at) => Position { sequence: at.sequence, chain_hash: ChainHash(at.chain_hash) },
            None => Position { sequence: Sequence(0), chain_hash: ChainHash([0; 32]) },
        })
    }

    fn fills_of(
        &self,
        account: AccountId,
        after: Option<TradeId>,
        limit: usize,
    ) -> Result<Vec<RecordedFill>, FillSourceError> {
        let fills = self.0.fills_of(account, after, limit).map_err(unreadable)?;
        Ok(fills.into_iter().map(recorded_fill).collect())
    }

    fn instruction(&self, number: InstructionNumber) -> Result<Option<RecordedInstruction>, FillSourceError> {
        Ok(self.0.instruction(number).map_err(unreadable)?.map(recorded))
    }

    fn instructions_of(
        &self,
        account: AccountId,
        after: Option<InstructionNumber>,
        limit: usize,
    ) -> Result<Vec<RecordedInstruction>, FillSourceError> {
        let found = self.0.instructions_of(account, after, limit).map_err(unreadable)?;
        Ok(found.into_iter().map(recorded).collect())
    }

    fn ledger_entries_of(
        &self,
        account: AccountId,
        after: Option<LedgerPlace>,
        limit: usize,
    ) -> Result<Vec<LedgerEntry>, FillSourceError> {
        self.0.ledger_entries_of(account, after, limit).map_err(unreadable)
    }
}

pub(crate) fn recorded_fill(fill: Fill) -> RecordedFill {
    let Fill { sequence, time_ms, trade, instruction, .. } = fill;
    RecordedFill { sequence, time_ms, trade, instruction }
}

pub(crate) fn recorded(record: InstructionRecord) -> RecordedInstruction {
    let progress = match record.settlement {
        Settlement::Custody | Settlement::Pending => InstructionProgress::Outstanding,
        Settlement::Submitted { extrinsic_hash, valid_until_block } => {
            InstructionProgress::Submitted { extrinsic_hash, valid_until_block }
        }
        Settlement::Confirmed { extrinsic_hash, block, extrinsic_index, chain_fee } => {
            InstructionProgress::Confirmed { extrinsic_hash, block, extrinsic_index, chain_fee }
        }
        Settlement::Failed { outcome, reason } => InstructionProgress::Failed { outcome, reason },
    };
    RecordedInstruction { number: record.number, account: record.account, call: record.call, progress }
}

fn unreadable(error: StoreError) -> FillSourceError {
    FillSourceError(Box::new(error))
}

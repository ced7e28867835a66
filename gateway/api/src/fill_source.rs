//! The port for what was traded, what became of it on chain, and what became of accounts' money.
//!
//! The gateway does not know the store behind it; the binary connects the two. The store follows the log at a short
//! distance, and says how far it has come.

use coretime_sequencer::Position;
use coretime_types::{
    AccountId, BlockNumber, Call, ExtrinsicHash, FailureOutcome, InstructionNumber, LedgerEntry, LedgerPlace,
    Planck, Sequence, Trade, TradeId,
};
use std::error::Error;

/// A store of fills, instructions and ledger entries. Calls may block: the gateway makes them where that does no harm.
pub trait FillSource: Send + Sync + 'static {
    /// How far the store has read the log. What is read after this has all up to there.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn position(&self) -> Result<Position, FillSourceError>;

    /// Up to `limit` trades in which the account bought or sold, after `after`, in the order of trades. Less than
    /// `limit` only at the end.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn fills_of(
        &self,
        account: AccountId,
        after: Option<TradeId>,
        limit: usize,
    ) -> Result<Vec<RecordedFill>, FillSourceError>;

    /// One instruction, whoever's it is.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn instruction(&self, number: InstructionNumber) -> Result<Option<RecordedInstruction>, FillSourceError>;

    /// Up to `limit` instructions of the account after `after`, by number. Less than `limit` only at the end.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn instructions_of(
        &self,
        account: AccountId,
        after: Option<InstructionNumber>,
        limit: usize,
    ) -> Result<Vec<RecordedInstruction>, FillSourceError>;

    /// Up to `limit` ledger entries of the account after `after`, in order. Less than `limit` only at the end.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn ledger_entries_of(
        &self,
        account: AccountId,
        after: Option<LedgerPlace>,
        limit: usize,
    ) -> Result<Vec<LedgerEntry>, FillSourceError>;
}

/// The store cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the store of fills cannot be read")]
pub struct FillSourceError(#[source] pub Box<dyn Error + Send + Sync>);

/// A trade in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordedFill {
    /// The record of the log that it came of.
    pub sequence: Sequence,
    /// When that was recorded, in milliseconds since the Unix epoch.
    pub time_ms: u64,
    /// The trade.
    pub trade: Trade,
    /// What delivers it to the buyer; `None` where it stays in custody.
    pub instruction: Option<InstructionNumber>,
}

/// An instruction in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedInstruction {
    /// Its number.
    pub number: InstructionNumber,
    /// Whose it is: the buyer, or who withdraws.
    pub account: AccountId,
    /// What must happen.
    pub call: Call,
    /// How far it has come.
    pub progress: InstructionProgress,
}

/// How far an instruction has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InstructionProgress {
    /// Nothing was submitted yet.
    Outstanding,
    /// It is in an extrinsic that may be included.
    Submitted {
        /// The extrinsic.
        extrinsic_hash: ExtrinsicHash,
        /// After this block it can no longer be included.
        valid_until_block: BlockNumber,
    },
    /// It was carried out in a finalised block.
    Confirmed {
        /// The extrinsic, where it is known.
        extrinsic_hash: Option<ExtrinsicHash>,
        /// The block.
        block: BlockNumber,
        /// The extrinsic's index in the block.
        extrinsic_index: u32,
        /// What the chain charged the venue for it.
        chain_fee: Planck,
    },
    /// It was not carried out.
    Failed {
        /// What became of it.
        outcome: FailureOutcome,
        /// Why, for people.
        reason: String,
    },
}

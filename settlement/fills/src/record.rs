//! What is stored and what is read.

use codec::{Decode, Encode};
use coretime_types::{
    AccountId, BlockNumber, Call, Command, Event, ExtrinsicHash, FailureOutcome, InstructionNumber, Planck,
    Sequence, Trade, TradeId,
};

/// A record of the command log, as far as the store needs it.
#[derive(Clone, Copy, Debug)]
pub struct LogRecord<'a> {
    /// Its place in the log.
    pub sequence: Sequence,
    /// The log's chain hash up to and with this record.
    pub chain_hash: [u8; 32],
    /// When it was accepted, Unix time.
    pub time_ms: u64,
    /// The input.
    pub command: &'a Command,
    /// What came of it.
    pub events: &'a [Event],
}

/// How far the store has read the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Position {
    /// The last record that is in the store.
    pub sequence: Sequence,
    /// The log's chain hash at that record.
    pub chain_hash: [u8; 32],
}

/// How much the store holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Counts {
    /// Trades.
    pub fills: u64,
    /// Instructions, of trades and of withdrawals.
    pub instructions: u64,
    /// Changes of accounts' money.
    pub ledger_entries: u64,
}

/// A trade as stored.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct FillRecord {
    /// The record of the log that it happened in.
    pub sequence: Sequence,
    /// When, Unix time.
    pub time_ms: u64,
    /// The trade.
    pub trade: Trade,
    /// The delivery that it gave rise to; none if what was bought stays in custody.
    pub instruction: Option<InstructionNumber>,
}

/// An instruction as stored.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct InstructionRecord {
    /// Its number.
    pub number: InstructionNumber,
    /// The record of the log that gave rise to it.
    pub sequence: Sequence,
    /// When, Unix time.
    pub time_ms: u64,
    /// Whose it is: the buyer, or who withdraws.
    pub account: AccountId,
    /// The trade that it delivers; none for a withdrawal.
    pub trade: Option<TradeId>,
    /// What must happen on chain.
    pub call: Call,
    /// How far it is.
    pub settlement: Settlement,
}

/// How far a trade or an instruction is on chain.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Settlement {
    /// Nothing has to happen: what was bought stays in custody.
    Custody,
    /// Nothing has been submitted yet.
    Pending,
    /// It is in an extrinsic that may be included.
    Submitted {
        /// The extrinsic.
        extrinsic_hash: ExtrinsicHash,
        /// After this block it can no longer be included.
        valid_until_block: BlockNumber,
    },
    /// It happened, in a finalised block.
    Confirmed {
        /// The extrinsic; none if it is not known.
        extrinsic_hash: Option<ExtrinsicHash>,
        /// The block.
        block: BlockNumber,
        /// The extrinsic's place in it.
        extrinsic_index: u32,
        /// What the chain charged.
        chain_fee: Planck,
    },
    /// It did not happen.
    Failed {
        /// Whether it went back to the account or is gone.
        outcome: FailureOutcome,
        /// Why, for people.
        reason: String,
    },
}

/// A trade together with how far it is on chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fill {
    /// The record of the log that it happened in.
    pub sequence: Sequence,
    /// When, Unix time.
    pub time_ms: u64,
    /// The trade.
    pub trade: Trade,
    /// The delivery that it gave rise to; none if what was bought stays in custody.
    pub instruction: Option<InstructionNumber>,
    /// How far the delivery is.
    pub settlement: Settlement,
}

/// What the database says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Meta {
    pub(crate) position: Position,
    pub(crate) counts: Counts,
    pub(crate) digest: Digest,
}

/// A digest of all keys and values that can be kept up to date entry by entry: the exclusive or of their hashes.
///
/// It finds damage, among it an entry that went back to an older value; it is no defence against forgery.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Digest([u8; 16]);

impl Digest {
    /// Adds an entry, or takes away one that was added.
    pub(crate) fn toggle(&mut self, key: &[u8], value: &[u8]) {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&key.len().to_le_bytes()).update(key).update(value);
        for (ours, theirs) in self.0.iter_mut().zip(hasher.finalize().as_bytes()) {
            *ours ^= theirs;
        }
    }
}

//! How settlement is doing, for whoever watches.

use crate::{HeldBack, Report, TimesliceTime};
use coretime_types::{BlockNumber, ExtrinsicHash, InstructionNumber, Planck};

/// How settlement is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Whether there is a connection to a node.
    pub connected: bool,
    /// Whether all blocks have been read that were final at some time since the start. Before that the market's clock
    /// may stand far behind, and orders be taken for windows that can no longer be delivered.
    pub caught_up: bool,
    /// The last finalised block that was read to its end.
    pub finalised_block: Option<BlockNumber>,
    /// When a timeslice begins that is not long ago, where the chain tells it.
    pub timeslice_time: Option<TimesliceTime>,
    /// What the signer can still pay fees from.
    pub signer_free: Option<Planck>,
    /// Instructions that have not ended.
    pub pending_instructions: usize,
    /// The extrinsics that are waited for, by nonce.
    pub in_flight: Vec<ExtrinsicHash>,
    /// Whether that is so little that somebody should top it up.
    pub signer_low: bool,
    /// What the delivery of one slice costs on chain now.
    pub delivery_cost: Option<Planck>,
    /// Whether the venue's fees for deliveries and withdrawals are at least that much.
    pub fees_cover_delivery: Option<bool>,
    /// The last comparison of ledger and chain.
    pub reserves: Option<Report>,
    /// What reached custody and was not credited.
    pub held_back: Vec<HeldBack>,
    /// Instructions that cannot be carried out as things are, and why.
    pub stuck: Vec<(InstructionNumber, String)>,
    /// What went wrong last, empty when all is well again.
    pub last_error: Option<String>,
}

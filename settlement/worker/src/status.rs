//! How settlement is doing, for whoever watches.

use coretime_types::{BlockNumber, ChainReference, ExtrinsicHash, InstructionNumber, Planck};

/// The newest that are kept of a list that could grow without end.
pub(crate) const MAX_LISTED: usize = 100;

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
    /// What the signer can still pay fees from.
    pub signer_free: Option<Planck>,
    /// Instructions that have not ended.
    pub pending_instructions: usize,
    /// The extrinsics that are waited for, by nonce.
    pub in_flight: Vec<ExtrinsicHash>,
    /// What reached custody and was not credited: the newest of it since the start.
    pub held_back: Vec<HeldBack>,
    /// Instructions that cannot be carried out as things are, and why.
    pub stuck: Vec<(InstructionNumber, String)>,
    /// What went wrong last, empty when all is well again.
    pub last_error: Option<String>,
}

/// Something that reached custody and was not credited; it is to be returned, or credited by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldBack {
    /// Where it was seen.
    pub reference: ChainReference,
    /// What it is, for people.
    pub what: String,
    /// Why it was not credited.
    pub reason: String,
}

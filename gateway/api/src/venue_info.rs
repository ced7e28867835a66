//! What the gateway tells about the chain, read from it by whoever starts the gateway.

use coretime_types::AccountId;
use std::time::Duration;

/// The chain that the venue settles on, and the venue's account there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VenueInfo {
    /// The hash of the chain's first block.
    pub genesis_hash: [u8; 32],
    /// The account that holds everyone's regions and funds.
    pub custody: AccountId,
    /// The chain's token, for example `DOT`.
    pub token_symbol: String,
    /// How many decimals the token has.
    pub token_decimals: u32,
    /// The network's number in SS58 addresses, at most 16,383.
    pub ss58_prefix: u16,
    /// How long a timeslice lasts, nominally.
    pub timeslice_duration: Duration,
}

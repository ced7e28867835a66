//! The port for what the page shows besides the market: health, and the store of fills.

use coretime_gateway::{RecordedFill, RecordedInstruction};
use coretime_types::Planck;
use std::error::Error;

/// Connected by the binary to settlement and store. Calls that read the store may block.
pub trait VenueSource: Send + Sync + 'static {
    /// How the venue is doing now.
    fn health(&self) -> Health;

    /// Up to `limit` last trades, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn recent_fills(&self, limit: usize) -> Result<Vec<RecordedFill>, SourceError>;

    /// Up to `limit` last instructions, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn recent_instructions(&self, limit: usize) -> Result<Vec<RecordedInstruction>, SourceError>;
}

/// The store cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the store of fills cannot be read")]
pub struct SourceError(#[source] pub Box<dyn Error + Send + Sync>);

/// How the venue is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Whether there is a connection to the chain.
    pub connected: bool,
    /// The last finalised block that was read.
    pub finalised_block: Option<u64>,
    /// Extrinsics that are waited for.
    pub in_flight: usize,
    /// What the signer can still pay the chain's fees from.
    pub signer_free: Option<Planck>,
    /// What the delivery of one slice costs on chain now.
    pub delivery_cost: Option<Planck>,
    /// The last comparison of ledger and chain.
    pub reserves: Option<Reserves>,
    /// What somebody should look at.
    pub alarms: Vec<Alarm>,
}

/// Something that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Its name in the incident handbook.
    pub name: &'static str,
    /// What is the matter.
    pub text: String,
}

impl Alarm {
    /// Instructions that are above an outflow limit, if there are any: the market knows of them, settlement does not.
    pub fn outflow_held(count: usize) -> Option<Alarm> {
        let text = match count {
            0 => return None,
            1 => "1 withdrawal or delivery is above an outflow limit and waits for an operator's approval"
                .to_owned(),
            _ => format!(
                "{count} withdrawals or deliveries are above an outflow limit and wait for an operator's approval"
            ),
        };
        Some(Alarm { name: "outflow_held", text })
    }
}

/// What is owed against what is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reserves {
    /// The finalised block that was compared.
    pub block: u64,
    /// What the ledger owes.
    pub owed: Planck,
    /// What custody has on chain.
    pub custody: Planck,
    /// What of it is the operator's own.
    pub float: Planck,
    /// What is credited to nobody.
    pub unattributed: Planck,
    /// Regions in the ledger and in instructions.
    pub ledger_regions: usize,
    /// Regions that custody owns on chain.
    pub chain_regions: usize,
    /// Of these, credited to nobody.
    pub unattributed_regions: usize,
    /// What does not agree.
    pub differences: usize,
}

//! The venue's newest proof of reserves, as the venue tells it: whoever asks checks it.

use crate::args::VenueArgs;
use crate::hints::explain;
use crate::venue::Venue;
use anyhow::{Context, Result};
use coretime_proto::v1 as pb;
use coretime_types::AccountId;
use coretime_units::Token;

/// What the venue tells, unchecked.
#[derive(Debug)]
pub struct ToldReserves {
    /// Whose branch it is.
    pub account: AccountId,
    /// The proof.
    pub proof: pb::GetReservesResponse,
    /// The chain and the custody account that the venue names elsewhere.
    pub chain: pb::VenueChain,
    /// How amounts are written.
    pub token: Token,
}

/// Asks the venue for the proof, as who logged in.
///
/// # Errors
/// What went wrong, and what to do next.
pub async fn ask_for_reserves(args: &VenueArgs) -> Result<ToldReserves> {
    let venue = Venue::log_in(args).await?;
    let account = venue.client.account().await.map_err(explain)?.account;
    let account = account.parse().with_context(|| format!("{account} is not an account"))?;
    let proof = venue.client.read(|services| {
        let mut audit = services.audit();
        async move { audit.get_reserves(pb::GetReservesRequest {}).await }
    });
    let proof = proof.await.map_err(explain)?;
    Ok(ToldReserves { account, proof, chain: venue.chain, token: venue.token })
}

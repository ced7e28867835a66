//! The development accounts. Their keys are public: never use them on a real chain.

use anyhow::{Context, Result};
use coretime_types::AccountId;
use subxt_signer::SecretUri;
use subxt_signer::sr25519::Keypair;

/// Holds what is deposited.
pub(crate) const CUSTODY: &str = "//Custody";
/// Acts for custody as its proxy, and pays the chain's fees.
pub(crate) const SIGNER: &str = "//Settlement";
/// May halt, freeze, suspend and configure.
pub(crate) const OPERATOR: &str = "//Operator";
/// The development chain's sudo account.
pub(crate) const SUDO: &str = "//Alice";
/// Gets the venue's fees.
pub(crate) const FEES: &str = "//Fees";

/// The key of a development account.
pub(crate) fn key(uri: &str) -> Result<Keypair> {
    let parsed: SecretUri = uri.parse().with_context(|| format!("not a secret uri: {uri}"))?;
    Keypair::from_uri(&parsed).with_context(|| format!("not an sr25519 key: {uri}"))
}

/// The account of a development key.
pub(crate) fn account(uri: &str) -> Result<AccountId> {
    Ok(AccountId(key(uri)?.public_key().0))
}

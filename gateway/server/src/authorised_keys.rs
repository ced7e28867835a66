//! Keys that accounts authorise on chain, from settlement, which reads them, to the gateway, which lets them in: the two
//! do not know each other.

use coretime_gateway::AuthorisedKeys;
use coretime_settlement::{Authorisation, AuthorisationSink, Revocation};
use std::error::Error;

/// The gateway, as settlement sees it.
pub(crate) struct GatewaysKeys(pub(crate) AuthorisedKeys);

impl AuthorisationSink for GatewaysKeys {
    fn authorised(&self, authorisation: Authorisation) -> Result<(), Box<dyn Error + Send + Sync>> {
        let Authorisation { account, public_key, scopes, expires_at_s, block } = authorisation;
        Ok(self.0.authorise(account, public_key, &scopes, expires_at_s, block)?)
    }

    fn revoked(&self, revocation: Revocation) -> Result<(), Box<dyn Error + Send + Sync>> {
        let Revocation { account, public_key, block } = revocation;
        Ok(self.0.revoke(account, public_key, block)?)
    }
}

//! Read access for what the binary serves beside gRPC: the same market, the same store and the same keys.

use crate::{
    auth::AuthError,
    convert::account::to_ss58,
    fill_source::FillSource,
    rate::Exceeded,
    service::{Api, State},
    venue_info::VenueInfo,
};
use coretime_market::Market;
use coretime_sequencer::Position;
use coretime_types::AccountId;
use std::{sync::Arc, time::Duration};

/// Reads what the gateway reads, durable only, without asking the engine. Cheap to clone.
#[derive(Clone)]
pub struct MarketReader(Arc<State>);

/// Nothing can be read any more: the engine has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the engine has stopped")]
pub struct ReaderStopped;

/// Why a key is not good for reading.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadKeyError {
    /// No key of this venue, or one that has expired or was revoked.
    #[error("this API key is unknown, has expired or was revoked")]
    Unknown,
    /// It may do more than read, or may not read.
    #[error("this API key is not one that may only read: make one with the scope read and no other")]
    NotReadOnly,
    /// The account has asked too often.
    #[error("this account has asked for too much in a short time")]
    RateLimited(
        /// When it may ask again.
        Duration,
    ),
}

impl MarketReader {
    pub(crate) fn new(state: Arc<State>) -> MarketReader {
        MarketReader(state)
    }

    /// The chain that the venue settles on.
    pub fn venue(&self) -> &VenueInfo {
        &self.0.venue
    }

    /// Fills and instructions of the past.
    pub fn fills(&self) -> Arc<dyn FillSource> {
        self.0.fills.clone()
    }

    /// Looks at the market with all that is durable now, on a thread where that may take a moment. Streams wait
    /// meanwhile, so be quick; orders do not.
    ///
    /// # Errors
    /// When the engine has stopped.
    pub async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Market, Position) -> T + Send + 'static,
    ) -> Result<T, ReaderStopped> {
        let api = Api(self.0.clone());
        api.look(move |replica| look(replica.market(), replica.position())).await.map_err(|_| ReaderStopped)
    }

    /// Whose API key this is, if it is one that may read and do nothing else. Counts as a call of that account.
    ///
    /// # Errors
    /// As [`ReadKeyError`] says.
    pub fn account_of_read_key(&self, key: &str) -> Result<AccountId, ReadKeyError> {
        let credentials = &self.0.credentials;
        let caller = credentials.read_only_caller(key).map_err(|error| match error {
            AuthError::ScopeMissing => ReadKeyError::NotReadOnly,
            _ => ReadKeyError::Unknown,
        })?;
        let taken = credentials.rates.take(caller.account);
        taken.map_err(|Exceeded { retry_delay, .. }| ReadKeyError::RateLimited(retry_delay))?;
        Ok(caller.account)
    }

    /// The account's address on the venue's chain (SS58).
    pub fn address_of(&self, account: AccountId) -> String {
        to_ss58(account, self.0.venue.ss58_prefix)
    }
}

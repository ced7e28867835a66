//! Who is calling: login by signature, sessions, and what each call needs.

pub(crate) mod access;
pub(crate) mod challenge;
pub(crate) mod session;
pub(crate) mod signature;

#[cfg(test)]
mod fuzz;

use std::time::{SystemTime, UNIX_EPOCH};

/// Why somebody is not let in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AuthError {
    #[error("this call needs a session: send the metadata \"authorization: Bearer <session_token>\"")]
    CredentialsMissing,
    #[error("the session is unknown or has expired: log in again")]
    CredentialsInvalid,
    #[error("the challenge was not made by this venue for this account, or before it was last started")]
    ChallengeInvalid,
    #[error("the challenge has expired: ask for a new one")]
    ChallengeExpired,
    #[error("the challenge was used before: ask for a new one")]
    ChallengeUsed,
    #[error("the signature is not this account's signature of the challenge")]
    SignatureInvalid,
    #[error("the venue has as many sessions as it may: try again later")]
    TooManySessions,
    #[error("the operating system gives no random numbers: {0}")]
    NoRandomness(getrandom::Error),
}

/// Milliseconds since the Unix epoch; 0 before it.
pub(crate) fn unix_time_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Secret bytes from the operating system.
pub(crate) fn random_bytes<const N: usize>() -> Result<[u8; N], AuthError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(AuthError::NoRandomness)?;
    Ok(bytes)
}

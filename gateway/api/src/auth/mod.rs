//! Who is calling: login by signature, sessions, and what each call needs.

pub(crate) mod access;
pub(crate) mod authorised;
pub(crate) mod challenge;
pub(crate) mod journal;
pub(crate) mod keys;
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
    #[error("these credentials do not allow this call")]
    ScopeMissing,
    #[error("the session or API key is unknown, has expired or was ended")]
    CredentialsInvalid,
    #[error("the challenge was not made by this venue for this account, or before it was last started")]
    ChallengeInvalid,
    #[error("the challenge has expired: ask for a new one")]
    ChallengeExpired,
    #[error("the challenge was used before: ask for a new one")]
    ChallengeUsed,
    #[error("the signature is not one of the challenge by this account, or by a key that it has authorised")]
    SignatureInvalid,
    #[error("the venue has as many sessions as it may: try again later")]
    TooManySessions,
    #[error("the account has as many API keys as it may: revoke one first")]
    TooManyApiKeys,
    #[error("the account has as many allowed tasks as it may: take one off first")]
    TooManyTasks,
    #[error("the account has no such API key")]
    UnknownApiKey,
    #[error("the delivery is to a task that the account has not allowed")]
    TaskNotAllowed,
    #[error("the access journal cannot be written")]
    Journal(#[source] journal::JournalError),
    #[error("the operating system gives no random numbers: {0}")]
    NoRandomness(getrandom::Error),
}

/// Milliseconds since the Unix epoch; 0 before it.
pub(crate) fn unix_time_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Tokens are kept hashed: who reads the memory or the journal cannot act for anyone, and finding one by its hash takes
/// no time that tells of the token.
fn hash_token(token: &str) -> session::TokenHash {
    *blake3::hash(token.as_bytes()).as_bytes()
}

/// Secret bytes from the operating system.
pub(crate) fn random_bytes<const N: usize>() -> Result<[u8; N], AuthError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(AuthError::NoRandomness)?;
    Ok(bytes)
}

//! Why a call gave nothing, and what a status says about trying again.

use std::time::Duration;
use tonic::{Code, Status};
use tonic_types::StatusExt;

/// Whose reasons they are.
const DOMAIN: &str = "coretime.exchange";

/// Why a call gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The venue refused, or (a [`Trader`](crate::Trader)'s only) could not be reached.
    #[error("{}", .0.message())]
    Status(#[from] Box<Status>),
    /// The venue's answer does not keep to the interface.
    #[error("the venue's answer is wrong: {0}")]
    Answer(String),
    /// Tried again and again for as long as [`ClientConfig`](crate::ClientConfig) says.
    #[error("gave up after {} s{}: {}", .after.as_secs(), if *.open { ", the outcome is open" } else { "" }, .last.message())]
    GaveUp {
        /// How long.
        after: Duration,
        /// Whether the command may have been carried out: ask for it by its id.
        open: bool,
        /// What the last attempt ended with.
        last: Box<Status>,
    },
    /// The session has expired or was ended, and there is no key to log in again with.
    #[error("the session or API key is not valid any more")]
    LoggedOut,
    /// Not an address of a venue.
    #[error("{url} is not the address of a venue: {reason}")]
    Address {
        /// What was given.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The operating system has no randomness to name an order with.
    #[error("no randomness: {0}")]
    NoRandomness(getrandom::Error),
}

impl From<Status> for ClientError {
    fn from(status: Status) -> Self {
        ClientError::Status(Box::new(status))
    }
}

impl ClientError {
    /// The reason that a program can act on, as the interface writes it, where the venue gave one.
    pub fn reason(&self) -> Option<String> {
        match self {
            ClientError::Status(status) => reason(status),
            ClientError::GaveUp { last, .. } => reason(last),
            ClientError::LoggedOut => Some("CREDENTIALS_INVALID".to_owned()),
            _ => None,
        }
    }
}

pub(crate) fn wrong_answer(what: impl Into<String>) -> ClientError {
    ClientError::Answer(what.into())
}

/// The reason that a program can act on, where the venue gave one.
pub fn reason(status: &Status) -> Option<String> {
    let info = status.get_details_error_info()?;
    (info.domain == DOMAIN).then_some(info.reason)
}

/// What else the venue says under this name, for example `order_id`.
pub(crate) fn metadata(status: &Status, name: &str) -> Option<String> {
    status.get_details_error_info()?.metadata.remove(name)
}

/// What a status says about trying again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It will not do it, however often it is asked.
    Refused,
    /// Nothing was changed; it may do it later, after this time if it says one.
    NotNow(Option<Duration>),
    /// Log in again.
    LoggedOut,
    /// It may have been carried out, or not.
    Open,
}

impl Fate {
    pub(crate) fn of(status: &Status) -> Fate {
        let delay = || status.get_details_retry_info().and_then(|info| info.retry_delay);
        match reason(status).as_deref() {
            Some("CREDENTIALS_INVALID" | "CREDENTIALS_MISSING") => Fate::LoggedOut,
            Some(
                "RATE_LIMITED"
                | "ENGINE_BUSY"
                | "TOO_MANY_SESSIONS"
                | "TOO_MANY_STREAMS"
                | "SUBSCRIBER_TOO_SLOW"
                | "STORE_UNAVAILABLE"
                | "CHALLENGE_INVALID"
                | "CHALLENGE_EXPIRED"
                | "CHALLENGE_USED",
            ) => Fate::NotNow(delay()),
            // The last one: it was carried out, but the answer says nothing.
            Some("ENGINE_STOPPED" | "SHUTTING_DOWN" | "UNEXPECTED") => Fate::Open,
            Some(_) => Fate::Refused,
            // Not the venue's own words: the connection, or something in between.
            None => match status.code() {
                Code::Unavailable
                | Code::Unknown
                | Code::Internal
                | Code::Cancelled
                | Code::Aborted
                | Code::DeadlineExceeded => Fate::Open,
                Code::ResourceExhausted => Fate::NotNow(delay()),
                Code::Unauthenticated => Fate::LoggedOut,
                _ => Fate::Refused,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;
    use tonic_types::ErrorDetails;

    fn told(code: Code, reason: &str, delay: Option<Duration>) -> Status {
        let mut details = ErrorDetails::with_error_info(reason, DOMAIN, HashMap::new());
        details.set_retry_info(delay);
        Status::with_error_details(code, "", details)
    }

    #[test]
    fn only_what_may_have_happened_is_open() {
        let soon = Some(Duration::from_millis(50));
        let cases = [
            (told(Code::Unavailable, "ENGINE_BUSY", soon), Fate::NotNow(soon)),
            (told(Code::ResourceExhausted, "RATE_LIMITED", soon), Fate::NotNow(soon)),
            (told(Code::Unavailable, "ENGINE_STOPPED", None), Fate::Open),
            (told(Code::FailedPrecondition, "INSUFFICIENT_FUNDS", None), Fate::Refused),
            (told(Code::ResourceExhausted, "TOO_MANY_ORDERS", None), Fate::Refused),
            (told(Code::Unauthenticated, "CREDENTIALS_INVALID", None), Fate::LoggedOut),
            (told(Code::Unauthenticated, "SIGNATURE_INVALID", None), Fate::Refused),
            (Status::unavailable("connection reset"), Fate::Open),
            (Status::deadline_exceeded("too long"), Fate::Open),
            (Status::invalid_argument("?"), Fate::Refused),
        ];
        for (status, fate) in cases {
            assert_eq!(Fate::of(&status), fate, "{status:?}");
        }
    }
}

//! Every status the gateway answers with: a code, a text for people, and `google.rpc` details for programs.

use crate::{
    auth::AuthError, convert::FieldError, fill_source::FillSourceError, rate::Exceeded,
    unattributed::NotCredited,
};
use coretime_sequencer::{ReadError, Receipt, SubmitError};
use coretime_types::{RejectReason, Rejection, Sequence};
use std::{collections::HashMap, time::Duration};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// Whose reasons they are.
const DOMAIN: &str = "coretime.exchange";

type Metadata = HashMap<String, String>;

fn details(reason: &str, metadata: Metadata) -> ErrorDetails {
    ErrorDetails::with_error_info(reason, DOMAIN, metadata)
}

fn plain(code: Code, reason: &str, text: impl Into<String>) -> Status {
    Status::with_error_details(code, text, details(reason, Metadata::new()))
}

pub(crate) fn invalid_field(fault: FieldError) -> Status {
    let FieldError { path, description } = fault;
    let text = format!("{path} {description}");
    let mut details = details("INVALID_FIELD", Metadata::new());
    details.add_bad_request_violation(path, description);
    Status::with_error_details(Code::InvalidArgument, text, details)
}

pub(crate) fn unknown_rpc(path: &str) -> Status {
    plain(Code::Unimplemented, "UNKNOWN_RPC", format!("there is no {path}"))
}

pub(crate) fn not_admitted(error: AuthError) -> Status {
    let (code, reason) = match &error {
        AuthError::CredentialsMissing => (Code::Unauthenticated, "CREDENTIALS_MISSING"),
        AuthError::CredentialsInvalid => (Code::Unauthenticated, "CREDENTIALS_INVALID"),
        AuthError::ChallengeInvalid => (Code::Unauthenticated, "CHALLENGE_INVALID"),
        AuthError::ChallengeExpired => (Code::Unauthenticated, "CHALLENGE_EXPIRED"),
        AuthError::ChallengeUsed => (Code::Unauthenticated, "CHALLENGE_USED"),
        AuthError::SignatureInvalid => (Code::Unauthenticated, "SIGNATURE_INVALID"),
        AuthError::ScopeMissing => (Code::PermissionDenied, "SCOPE_MISSING"),
        AuthError::TaskNotAllowed => (Code::PermissionDenied, "TASK_NOT_ALLOWED"),
        AuthError::TooManyApiKeys => (Code::ResourceExhausted, "TOO_MANY_API_KEYS"),
        AuthError::TooManyTasks => (Code::ResourceExhausted, "TOO_MANY_TASKS"),
        AuthError::UnknownApiKey => (Code::NotFound, "UNKNOWN_API_KEY"),
        AuthError::Journal(error) => {
            tracing::error!(error = error as &dyn std::error::Error, "the access journal cannot be written");
            (Code::Unavailable, "JOURNAL_UNAVAILABLE")
        }
        AuthError::TooManySessions => (Code::ResourceExhausted, "TOO_MANY_SESSIONS"),
        AuthError::NoRandomness(_) => (Code::Internal, "NO_RANDOMNESS"),
    };
    plain(code, reason, error.to_string())
}

pub(crate) fn not_taken(error: SubmitError, retry_delay: Duration) -> Status {
    match error {
        SubmitError::Busy => {
            let mut details = details("ENGINE_BUSY", Metadata::new());
            details.set_retry_info(Some(retry_delay));
            Status::with_error_details(Code::Unavailable, "the engine is busy: nothing was changed", details)
        }
        SubmitError::Stopped(_) => engine_stopped(),
        SubmitError::TooLarge { .. } => plain(Code::InvalidArgument, "INVALID_FIELD", error.to_string()),
    }
}

/// Why it stopped is for the operator's log, not for traders.
pub(crate) fn engine_stopped() -> Status {
    plain(Code::Unavailable, "ENGINE_STOPPED", "the venue is going down: the outcome is open")
}

pub(crate) fn shutting_down(last: Sequence) -> Status {
    resumable(
        Code::Unavailable,
        "SHUTTING_DOWN",
        "the venue is going down: open the stream again later",
        last,
    )
}

pub(crate) fn subscriber_too_slow(last: Sequence) -> Status {
    resumable(Code::ResourceExhausted, "SUBSCRIBER_TOO_SLOW", "the stream was not read fast enough", last)
}

/// A stream ends: where to go on is told.
fn resumable(code: Code, reason: &str, text: &str, last: Sequence) -> Status {
    let metadata = Metadata::from([("resume_after_sequence".into(), last.to_string())]);
    Status::with_error_details(code, text, details(reason, metadata))
}

pub(crate) fn rate_exceeded(Exceeded { limit, retry_delay }: Exceeded) -> Status {
    let mut details = details("RATE_LIMITED", Metadata::from([("limit".into(), limit.to_string())]));
    details.set_retry_info(Some(retry_delay));
    let text = "more was asked for in a short time than may be: nothing was changed";
    Status::with_error_details(Code::ResourceExhausted, text, details)
}

pub(crate) fn no_start() -> Status {
    invalid_field(FieldError::new("message", "is not a start: the first one must be"))
}

pub(crate) fn second_start() -> Status {
    invalid_field(FieldError::new("message", "is a start: only the first one is"))
}

pub(crate) fn resume_too_old() -> Status {
    let text = "not everything after that place is at hand: open the stream without resume_after_sequence";
    plain(Code::OutOfRange, "RESUME_TOO_OLD", text)
}

pub(crate) fn not_yet_recorded() -> Status {
    plain(Code::OutOfRange, "NOT_YET_RECORDED", "the log does not reach to that place yet")
}

pub(crate) fn log_unreadable(error: &ReadError) -> Status {
    tracing::error!(error = error as &dyn std::error::Error, "the log cannot be read for a stream");
    plain(Code::Unavailable, "LOG_UNREADABLE", "that part of the log cannot be read now")
}

pub(crate) fn no_proof() -> Status {
    plain(Code::Unavailable, "NO_PROOF", "no proof of reserves was made yet: try again later")
}

pub(crate) fn too_many_streams() -> Status {
    plain(Code::ResourceExhausted, "TOO_MANY_STREAMS", "as many streams are open as may be")
}

pub(crate) fn store_unavailable(error: &FillSourceError) -> Status {
    tracing::error!(error = error as &dyn std::error::Error, "the store of fills cannot be read");
    plain(Code::Unavailable, "STORE_UNAVAILABLE", "fills cannot be read now")
}

pub(crate) fn settlement_unavailable(text: impl Into<String>) -> Status {
    plain(Code::Unavailable, "SETTLEMENT_UNAVAILABLE", text)
}

pub(crate) fn not_credited(error: &NotCredited) -> Status {
    let (code, reason) = match error {
        NotCredited::Unknown(_) => (Code::NotFound, "UNATTRIBUTED_UNKNOWN"),
        NotCredited::Refused(_) => (Code::FailedPrecondition, "UNATTRIBUTED_REFUSED"),
        NotCredited::CreditedOnly { .. } => (Code::FailedPrecondition, "UNATTRIBUTED_CREDITED"),
        NotCredited::Unavailable(text) => return settlement_unavailable(text.as_str()),
    };
    let metadata = match error {
        NotCredited::CreditedOnly { credited, .. } => receipt_metadata(credited),
        _ => Metadata::new(),
    };
    Status::with_error_details(code, error.to_string(), details(reason, metadata))
}

pub(crate) fn unknown_order() -> Status {
    plain(Code::NotFound, "UNKNOWN_ORDER", "there is no such order")
}

pub(crate) fn unknown_instruction() -> Status {
    plain(Code::NotFound, "UNKNOWN_INSTRUCTION", "there is no such instruction")
}

/// What the gateway itself got wrong. The command was carried out: the receipt is told.
pub(crate) fn unexpected(what: &str, receipt: &Receipt) -> Status {
    tracing::error!(sequence = receipt.sequence.0, what, "the engine's answer is not as expected");
    Status::with_error_details(Code::Internal, what, details("UNEXPECTED", receipt_metadata(receipt)))
}

/// A command that the rules rejected; `field` is what is at fault, where a field is.
pub(crate) fn rejected(rejection: &Rejection, field: Option<&str>, receipt: &Receipt) -> Status {
    let reason = rejection.reason;
    let mut metadata = receipt_metadata(receipt);
    if let Some(order_id) = rejection.order_id {
        metadata.insert("order_id".into(), order_id.to_string());
    }
    if let Some((leg, leg_reason)) = rejection.leg {
        metadata.insert("leg".into(), leg.to_string());
        metadata.insert("leg_reason".into(), leg_reason.name().to_ascii_uppercase());
    }
    let text = explanation(reason);
    let mut details = details(&reason.name().to_ascii_uppercase(), metadata);
    if let Some((leg, leg_reason)) = rejection.leg {
        details.add_bad_request_violation(format!("legs[{leg}]"), explanation(leg_reason));
    } else if let Some(field) = field {
        details.add_bad_request_violation(field, text);
    }
    Status::with_error_details(code(reason), text, details)
}

fn receipt_metadata(receipt: &Receipt) -> Metadata {
    let chain_hash = hex::encode(receipt.chain_hash.0);
    HashMap::from([
        ("sequence".into(), receipt.sequence.to_string()),
        ("chain_hash".into(), format!("0x{chain_hash}")),
    ])
}

/// The status code of each reject reason. `event.proto` has the same table, a test compares them.
fn code(reason: RejectReason) -> Code {
    match reason {
        RejectReason::Suspended => Code::PermissionDenied,
        RejectReason::UnknownOrder | RejectReason::UnknownInstruction => Code::NotFound,
        RejectReason::DuplicateRequest | RejectReason::DuplicateClientOrderId => Code::AlreadyExists,
        RejectReason::TooManyOrders | RejectReason::TooManyRegions => Code::ResourceExhausted,
        RejectReason::Halted
        | RejectReason::RegionUnavailable
        | RejectReason::InterlacingDisabled
        | RejectReason::InsufficientFunds
        | RejectReason::WouldMatch
        | RejectReason::NotFilled
        | RejectReason::LegRejected
        | RejectReason::Frozen
        | RejectReason::OrdersLive
        | RejectReason::InstructionHeld
        | RejectReason::NotHeld
        | RejectReason::ClockBackwards => Code::FailedPrecondition,
        RejectReason::InvalidPrice
        | RejectReason::InvalidTimeInForce
        | RejectReason::InvalidExpiry
        | RejectReason::InvalidWindow
        | RejectReason::WindowInPast
        | RejectReason::InvalidLot
        | RejectReason::BelowMinimum
        | RejectReason::InvalidSize
        | RejectReason::InvalidPivot
        | RejectReason::InvalidAmount
        | RejectReason::InvalidRegion
        | RejectReason::InvalidSetting
        | RejectReason::Malformed => Code::InvalidArgument,
    }
}

/// What the reason means, for people.
fn explanation(reason: RejectReason) -> &'static str {
    match reason {
        RejectReason::Halted => "the venue takes no orders now",
        RejectReason::Suspended => "the account may only cancel",
        RejectReason::UnknownOrder => "there is no such order",
        RejectReason::DuplicateRequest => "the request id was used before: that command was carried out",
        RejectReason::DuplicateClientOrderId => {
            "the client order id was used before: that order was accepted"
        }
        RejectReason::TooManyOrders => "there are as many live orders as may be",
        RejectReason::InvalidPrice => "the price is 0, or too high for its cover to be counted",
        RejectReason::InvalidTimeInForce => "post only goes with good till cancelled only",
        RejectReason::InvalidExpiry => "an expiry goes with good till cancelled only, and lies in the future",
        RejectReason::RegionUnavailable => "the region is not a free region of the account",
        RejectReason::InvalidWindow => "the window is empty, or the duration is 0 or longer than the window",
        RejectReason::WindowInPast => "nothing of the window can be sold any more",
        RejectReason::InvalidLot => "the lot, the quantity or the least duration is out of range",
        RejectReason::InterlacingDisabled => {
            "the chain does not let regions be interlaced: only whole shares trade"
        }
        RejectReason::BelowMinimum => "the whole order is worth less than the smallest fill",
        RejectReason::InsufficientFunds => "the account's free funds do not cover it",
        RejectReason::WouldMatch => "it is post only and would match at once",
        RejectReason::NotFilled => "it would not fill whole at once",
        RejectReason::InvalidSize => "a basket has 2 to 64 legs, a quote 1 to 256 elements",
        RejectReason::LegRejected => "a leg of the basket did not fill: nothing was bought",
        RejectReason::InvalidPivot => "the cut is not inside the region",
        RejectReason::TooManyRegions => "the account has as many regions as its cuts may make",
        RejectReason::InvalidAmount => "the amount is 0 or below the least",
        RejectReason::InvalidRegion => "the region has no time or no parts, or its time is over",
        RejectReason::Frozen => "withdrawals are stopped",
        RejectReason::UnknownInstruction => "there is no such instruction, or it has ended",
        RejectReason::InvalidSetting => "the setting is out of its range",
        RejectReason::OrdersLive => "interlacing cannot be switched while orders are live",
        RejectReason::ClockBackwards => "the clock only goes forward",
        RejectReason::InstructionHeld => "the instruction waits for an operator",
        RejectReason::NotHeld => "the instruction does not wait for an operator",
        RejectReason::Malformed => "a field is missing, out of range or meant for the other side",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::event::reject_reason;
    use coretime_proto::v1;
    use prost::Message;

    #[test]
    fn every_reason_has_a_name_in_the_interface() {
        for reason in RejectReason::ALL {
            let there = reject_reason(*reason);
            assert_ne!(there, v1::RejectReason::Unspecified, "{reason}");
            assert_eq!(there.as_str_name(), format!("REJECT_REASON_{}", reason.name().to_ascii_uppercase()));
        }
    }

    #[test]
    fn the_interface_documents_the_code_of_every_reason() {
        let set = prost_types::FileDescriptorSet::decode(coretime_proto::FILE_DESCRIPTOR_SET).unwrap();
        let file = set.file.iter().find(|file| file.name().ends_with("/event.proto")).unwrap();
        let number = file.enum_type.iter().position(|e| e.name() == "RejectReason").unwrap();
        let locations = &file.source_code_info.as_ref().unwrap().location;
        for reason in RejectReason::ALL {
            let value = file.enum_type[number].value.iter().position(|value| {
                value.name() == format!("REJECT_REASON_{}", reason.name().to_ascii_uppercase())
            });
            let path = [5, number, 2, value.unwrap()].map(|n| i32::try_from(n).unwrap());
            let comment = locations.iter().find(|at| at.path == path).unwrap().leading_comments();
            let name: String = format!("{:?}", code(*reason));
            let words = name
                .split_inclusive(|_| true)
                .map(|c| if c.chars().all(char::is_uppercase) { format!("_{c}") } else { c.to_uppercase() });
            let name = words.collect::<String>().trim_start_matches('_').to_owned();
            assert!(comment.contains(&format!("[{name}]")), "{reason}: {name} in {comment}");
        }
    }

    #[test]
    fn a_busy_engine_says_when_to_try_again() {
        let status = not_taken(SubmitError::Busy, Duration::from_millis(50));
        assert_eq!(status.code(), Code::Unavailable);
        let retry = status.get_details_retry_info().unwrap();
        assert_eq!(retry.retry_delay, Some(Duration::from_millis(50)));
        assert_eq!(status.get_details_error_info().unwrap().reason, "ENGINE_BUSY");
    }
}

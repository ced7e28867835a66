//! Errors that say what to do next.

use anyhow::anyhow;
use coretime_client::ClientError;

/// What went wrong, and what to do about it.
pub(crate) fn explain(error: ClientError) -> anyhow::Error {
    let reason = error.reason();
    let next = match reason.as_deref() {
        Some("CREDENTIALS_INVALID" | "CREDENTIALS_MISSING") => {
            "log in again: `coretime-exchange login`, with the same --as; an API key (`--api-key`) outlives the server's restarts"
        }
        Some("SCOPE_MISSING") => {
            "log in with the key itself, or with an API key that has this scope; operators are configured by whoever runs the venue"
        }
        Some("TASK_NOT_ALLOWED") => "log in with the key itself, or with an API key that may withdraw",
        Some("INSUFFICIENT_FUNDS") => "see `balance`; `deposit-address` says where to send more",
        Some("REGION_UNAVAILABLE") => "see `regions` for what is free, `orders` for what is offered already",
        Some("HALTED" | "FROZEN") => "see `status` for the causes; cancelling still works",
        Some("SUSPENDED") => "ask the venue's operator; cancelling still works",
        Some("NOT_FILLED") => {
            "see `book` for what is there; `bid` waits for it, a higher limit may find it now"
        }
        Some("WOULD_MATCH") => "leave --post-only out, or change the limit",
        Some("WINDOW_IN_PAST") => "see `status` for the first timeslice that can still be sold",
        Some("INVALID_LOT") => "the lot must divide the parts; `status` has the smallest lot",
        Some("INTERLACING_DISABLED") => {
            "on this chain only whole shares trade: leave --lot-parts out, buy --cores"
        }
        Some("BELOW_MINIMUM") => "`status` has the least value of a fill",
        Some("UNKNOWN_ORDER") => "see `orders`; `fills` has what was traded",
        Some("RESUME_TOO_OLD") => {
            "the venue streams its newest records only: `verify --receipt` finds older ones in a copy of the log"
        }
        Some("NO_PROOF") => "the first proof is made soon after the start: wait a moment, then try again",
        Some("NOT_HELD" | "UNKNOWN_INSTRUCTION") => "see `held` for what waits for an operator",
        Some("RATE_LIMITED" | "ENGINE_BUSY") => "wait a moment, then try again",
        _ => match &error {
            ClientError::GaveUp { open: true, .. } => "look with `orders` and `fills` before you try again",
            ClientError::GaveUp { .. } => "is the venue running, and is --server right?",
            ClientError::Status(status) if status.code() == tonic::Code::Unavailable => {
                "is the venue running, and is --server right?"
            }
            ClientError::Address { .. } => "write it as http://127.0.0.1:50051, or https://…",
            _ => "",
        },
    };
    let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    if next.is_empty() { anyhow!("{error}{reason}") } else { anyhow!("{error}{reason}\nnext: {next}") }
}

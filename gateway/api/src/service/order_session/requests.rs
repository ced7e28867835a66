//! Messages to a session: what they become, and what answers look like.

use super::{DeadMan, Ended, Outcome, Request};
use crate::{
    auth::{AuthError, session::Caller},
    convert::{FieldError, common::receipt_message},
    service::{Api, order_calls, order_calls::Prepared},
    status,
};
use coretime_proto::v1;
use coretime_sequencer::{Receipt, SubmitError};
use coretime_types::AccountId;
use std::time::Duration;
use tokio::time::Instant;
use tonic::Status;
use tonic_types::StatusExt;

const DEAD_MAN_MS: std::ops::RangeInclusive<u64> = 100..=3_600_000;

/// What the first message must be.
pub(super) fn start(first: Option<Option<Request>>) -> Result<v1::OrderSessionStart, Status> {
    let Some(Some(Request::Start(start))) = first else {
        return Err(status::no_start());
    };
    if start.dead_man_timeout_ms != 0 && !DEAD_MAN_MS.contains(&start.dead_man_timeout_ms) {
        let fault = FieldError::new("start.dead_man_timeout_ms", "is neither 0 nor 100 to 3,600,000");
        return Err(status::invalid_field(fault));
    }
    Ok(start)
}

pub(super) fn dead_man(start: &v1::OrderSessionStart) -> Option<DeadMan> {
    let timeout = Duration::from_millis(start.dead_man_timeout_ms);
    (timeout > Duration::ZERO).then(|| DeadMan { timeout, fires: Instant::now().checked_add(timeout) })
}

/// How a session ends whose input ends with a status: with it, unless it is the connection that is gone.
pub(super) fn ended(status: Status) -> Ended {
    match status.code() {
        tonic::Code::InvalidArgument | tonic::Code::OutOfRange | tonic::Code::ResourceExhausted => {
            Ended::Status(status)
        }
        _ => Ended::Lost,
    }
}

/// Makes a command of a message, or answers it.
pub(super) fn prepare(
    api: &Api,
    caller: &Caller,
    message: Option<Request>,
) -> Result<Prepared<Outcome>, Box<Outcome>> {
    match read(caller.account, message) {
        Ok(None) => Err(Box::new(renewed())),
        Ok(Some(prepared)) if api.0.credentials.keys.may_deliver(caller, &prepared.command) => Ok(prepared),
        Ok(Some(_)) => Err(Box::new(error(&status::not_admitted(AuthError::TaskNotAllowed), None))),
        Err(fault) => Err(Box::new(error(&status::invalid_field(fault), None))),
    }
}

/// The engine has not taken a command.
pub(super) fn not_taken(api: &Api, refused: SubmitError) -> Outcome {
    error(&status::not_taken(refused, api.0.config.busy_retry_delay), None)
}

/// `None`: there is nothing to be done.
fn read(account: AccountId, message: Option<Request>) -> Result<Option<Prepared<Outcome>>, FieldError> {
    let in_field = |field: &'static str| move |fault: FieldError| fault.inside(field);
    Ok(Some(match message {
        // A second start never comes here.
        Some(Request::Renew(_) | Request::Start(_)) => return Ok(None),
        None => return Err(FieldError::new("message", "is missing or unknown")),
        Some(Request::PlaceBid(request)) => {
            order_calls::place_bid(account, request).map_err(in_field("place_bid"))?.map(Outcome::PlaceBid)
        }
        Some(Request::PlaceAsk(request)) => {
            order_calls::place_ask(account, request).map_err(in_field("place_ask"))?.map(Outcome::PlaceAsk)
        }
        Some(Request::PlaceBasket(request)) => order_calls::place_basket(account, request)
            .map_err(in_field("place_basket"))?
            .map(Outcome::PlaceBasket),
        Some(Request::PlaceQuotes(request)) => order_calls::place_quotes(account, request)
            .map_err(in_field("place_quotes"))?
            .map(Outcome::PlaceQuotes),
        Some(Request::ReplaceOrder(request)) => order_calls::replace_order(account, request)
            .map_err(in_field("replace_order"))?
            .map(Outcome::ReplaceOrder),
        Some(Request::CancelOrder(request)) => order_calls::cancel_order(account, request)
            .map_err(in_field("cancel_order"))?
            .map(Outcome::CancelOrder),
        Some(Request::CancelAllOrders(request)) => order_calls::cancel_all_orders(account, request)
            .map_err(in_field("cancel_all_orders"))?
            .map(Outcome::CancelAllOrders),
    }))
}

pub(super) fn renewed() -> Outcome {
    Outcome::Renewed(v1::DeadManRenewed {})
}

/// What makes a receipt's message, should it be needed when the receipt is used up.
pub(super) fn place(receipt: &Receipt) -> impl FnOnce() -> v1::Receipt + use<> {
    let Receipt { sequence, chain_hash, time_ms, .. } = *receipt;
    move || receipt_message(&Receipt { sequence, chain_hash, time_ms, events: [].into() })
}

/// What would be the status of a call of its own.
pub(super) fn error(status: &Status, receipt: Option<v1::Receipt>) -> Outcome {
    let info = status.get_details_error_info();
    let (reason, mut metadata) = info.map(|info| (info.reason, info.metadata)).unwrap_or_default();
    // The receipt has these.
    metadata.remove("sequence");
    metadata.remove("chain_hash");
    let faults = status.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default();
    let retry = status.get_details_retry_info().and_then(|retry| retry.retry_delay);
    Outcome::Error(v1::OrderSessionError {
        code: status.code().into(),
        reason,
        description: status.message().to_owned(),
        metadata,
        field_violations: faults
            .into_iter()
            .map(|fault| v1::FieldViolation { field: fault.field, description: fault.description })
            .collect(),
        retry_delay_ms: retry.map_or(0, super::super::milliseconds),
        receipt,
    })
}

//! Commands on orders: from a request to a command, and from its receipt to an answer. Calls and order sessions share
//! them.

use super::command::{Accepted, is_whole_quote};
use crate::{
    convert::{
        FieldError,
        common::{optional_side, receipt_message, request_id},
        event::{Origin, quote_results},
        not_zero, order, required,
    },
    status,
};
use coretime_proto::v1;
use coretime_sequencer::Receipt;
use coretime_types::{
    AccountId, Command, Event, OrderId, Parts, RejectReason as Reason, Replace, Timeslices, UnitPrice,
};
use tonic::Status;

/// What makes an answer of a receipt.
type Answer<T> = Box<dyn FnOnce(Receipt) -> Result<T, Status> + Send>;

/// A command, and what makes an answer of its receipt.
pub(super) struct Prepared<T> {
    pub(super) command: Command,
    pub(super) answer: Answer<T>,
}

type Call<T> = Result<Prepared<T>, FieldError>;

impl<T: 'static> Prepared<T> {
    fn new(
        account: AccountId,
        command: Command,
        field_at_fault: fn(Reason) -> Option<&'static str>,
        answer: fn(Accepted) -> Result<T, Status>,
    ) -> Prepared<T> {
        let origin = Origin::of(&command);
        let answer = move |receipt| Accepted::read(account, origin, receipt, field_at_fault).and_then(answer);
        Prepared { command, answer: Box::new(answer) }
    }

    /// The same, with another answer.
    pub(super) fn map<U>(self, other: fn(T) -> U) -> Prepared<U>
    where
        U: 'static,
    {
        let answer = self.answer;
        Prepared { command: self.command, answer: Box::new(move |receipt| answer(receipt).map(other)) }
    }
}

pub(super) fn place_bid(account: AccountId, request: v1::PlaceBidRequest) -> Call<v1::PlaceBidResponse> {
    let bid = required(request.bid, "bid")
        .and_then(|bid| order::bid(account, bid).map_err(|fault| fault.inside("bid")))?;
    Ok(Prepared::new(account, Command::PlaceBid(bid), bid_field, |accepted| {
        let order_id = accepted.accepted_id()?;
        let Accepted { receipt, events } = accepted;
        Ok(v1::PlaceBidResponse { receipt: Some(receipt_message(&receipt)), order_id, events })
    }))
}

pub(super) fn place_ask(account: AccountId, request: v1::PlaceAskRequest) -> Call<v1::PlaceAskResponse> {
    let ask = required(request.ask, "ask")
        .and_then(|ask| order::ask(account, ask).map_err(|fault| fault.inside("ask")))?;
    Ok(Prepared::new(account, Command::PlaceAsk(ask), ask_field, |accepted| {
        let order_id = accepted.accepted_id()?;
        let Accepted { receipt, events } = accepted;
        Ok(v1::PlaceAskResponse { receipt: Some(receipt_message(&receipt)), order_id, events })
    }))
}

pub(super) fn place_basket(
    account: AccountId,
    request: v1::PlaceBasketRequest,
) -> Call<v1::PlaceBasketResponse> {
    let legs = order::legs(request.legs)?;
    let command = Command::Basket { account, legs, request_id: request_id(request.request_id) };
    Ok(Prepared::new(account, command, basket_field, |accepted| {
        let order_ids = accepted.accepted_ids();
        let Accepted { receipt, events } = accepted;
        Ok(v1::PlaceBasketResponse { receipt: Some(receipt_message(&receipt)), order_ids, events })
    }))
}

pub(super) fn place_quotes(
    account: AccountId,
    request: v1::PlaceQuotesRequest,
) -> Call<v1::PlaceQuotesResponse> {
    let cancel = order::cancels(request.cancel_order_ids)?;
    let place = order::quote_orders(account, request.orders)?;
    let (cancels, orders) = (cancel.clone(), place.len());
    let command = Command::Quote { account, cancel, place, request_id: request_id(request.request_id) };
    let origin = Origin::of(&command);
    let answer = move |receipt: Receipt| {
        // Unlike other commands it is accepted though an element of it was rejected.
        if let [Event::Rejected(rejection)] = &receipt.events[..]
            && is_whole_quote(rejection)
        {
            return Err(status::rejected(rejection, quote_field(rejection.reason), &receipt));
        }
        let (cancel_results, order_results) = quote_results(account, &cancels, origin, &receipt.events);
        if cancel_results.len() != cancels.len() || order_results.len() != orders {
            return Err(status::unexpected("the quote has not one result for each element", &receipt));
        }
        let receipt = Some(receipt_message(&receipt));
        Ok(v1::PlaceQuotesResponse { receipt, cancel_results, order_results })
    };
    Ok(Prepared { command, answer: Box::new(answer) })
}

pub(super) fn replace_order(
    account: AccountId,
    request: v1::ReplaceOrderRequest,
) -> Call<v1::ReplaceOrderResponse> {
    let command = Command::Replace(Replace {
        account,
        order_id: OrderId(not_zero(request.order_id, "order_id")?),
        unit_price: request.unit_price_planck.map(UnitPrice),
        parts: request.remaining_parts.map(Parts),
        min_timeslices: request.min_duration_timeslices.map(Timeslices),
        request_id: request_id(request.request_id),
    });
    Ok(Prepared::new(account, command, replace_field, |Accepted { receipt, events }| {
        Ok(v1::ReplaceOrderResponse { receipt: Some(receipt_message(&receipt)), events })
    }))
}

pub(super) fn cancel_order(
    account: AccountId,
    request: v1::CancelOrderRequest,
) -> Call<v1::CancelOrderResponse> {
    let target = order::cancel_target(request.target)?;
    let command = Command::Cancel { account, target, request_id: request_id(request.request_id) };
    Ok(Prepared::new(account, command, cancel_field, |accepted| {
        let receipt = Some(receipt_message(&accepted.receipt));
        Ok(v1::CancelOrderResponse { receipt, order_id: accepted.done_id()? })
    }))
}

pub(super) fn cancel_all_orders(
    account: AccountId,
    request: v1::CancelAllOrdersRequest,
) -> Call<v1::CancelAllOrdersResponse> {
    let side = optional_side(request.side, "side")?;
    let command = Command::CancelAll { account, side, request_id: request_id(request.request_id) };
    Ok(Prepared::new(account, command, cancel_field, |accepted| {
        let receipt = Some(receipt_message(&accepted.receipt));
        Ok(v1::CancelAllOrdersResponse { receipt, order_ids: accepted.done_ids() })
    }))
}

fn bid_field(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::DuplicateClientOrderId => Some("bid.terms.client_order_id"),
        Reason::InvalidPrice => Some("bid.terms.unit_price_planck"),
        Reason::InvalidTimeInForce | Reason::WouldMatch => Some("bid.post_only"),
        Reason::InvalidExpiry => Some("bid.expire_at_timeslice"),
        Reason::InvalidWindow | Reason::WindowInPast => Some("bid.terms.within"),
        Reason::InvalidLot => Some("bid.terms.lot_parts"),
        Reason::BelowMinimum => Some("bid.terms.quantity_parts"),
        Reason::NotFilled => Some("bid.time_in_force"),
        _ => None,
    }
}

fn ask_field(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::DuplicateClientOrderId => Some("ask.client_order_id"),
        Reason::InvalidPrice | Reason::BelowMinimum => Some("ask.unit_price_planck"),
        Reason::InvalidTimeInForce | Reason::WouldMatch => Some("ask.post_only"),
        Reason::InvalidExpiry => Some("ask.expire_at_timeslice"),
        Reason::RegionUnavailable | Reason::WindowInPast => Some("ask.region_id"),
        Reason::InvalidLot | Reason::InterlacingDisabled => Some("ask.lot_parts"),
        Reason::NotFilled => Some("ask.time_in_force"),
        _ => None,
    }
}

fn basket_field(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::DuplicateRequest => Some("request_id"),
        Reason::InvalidSize => Some("legs"),
        _ => None,
    }
}

fn quote_field(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::DuplicateRequest => Some("request_id"),
        Reason::InvalidSize => Some("orders"),
        _ => None,
    }
}

fn replace_field(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::UnknownOrder => Some("order_id"),
        Reason::DuplicateRequest => Some("request_id"),
        Reason::InvalidPrice => Some("unit_price_planck"),
        _ => None,
    }
}

fn cancel_field(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::UnknownOrder => Some("target"),
        Reason::DuplicateRequest => Some("request_id"),
        _ => None,
    }
}

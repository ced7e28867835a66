//! Orders from requests. What the rules name a reason for (a price of 0, a lot that does not divide) passes: the
//! engine decides and says why.

use super::{
    FieldError,
    common::{region_id, unknown_value, window},
    not_zero, required,
};
use coretime_proto::v1::{self, cancel_order_request, delivery, get_order_request, quote_order};
use coretime_types::{
    AccountId, Ask, Bid, BidTerms, CancelTarget, ClientOrderId, Delivery, OrderId, Parts, QuoteOrder,
    SelfTrade, TaskId, TimeInForce, Timeslice, Timeslices, UnitPrice,
};

/// How many elements are looked at: more than the rules allow, so that these can say so themselves.
const MAX_ELEMENTS: usize = 1_024;

pub(crate) fn bid(account: AccountId, bid: v1::Bid) -> Result<Bid, FieldError> {
    Ok(Bid {
        account,
        terms: bid_terms(required(bid.terms, "terms")?).map_err(|fault| fault.inside("terms"))?,
        time_in_force: time_in_force(bid.time_in_force)?,
        post_only: bid.post_only,
        expire_at: bid.expire_at_timeslice.map(Timeslice),
    })
}

pub(crate) fn bid_terms(terms: v1::BidTerms) -> Result<BidTerms, FieldError> {
    Ok(BidTerms {
        client_order_id: ClientOrderId(not_zero(terms.client_order_id, "client_order_id")?),
        unit_price: UnitPrice(terms.unit_price_planck),
        parts: Parts(terms.quantity_parts),
        lot_parts: Parts(terms.lot_parts),
        within: window(required(terms.within, "within")?),
        duration: Timeslices(terms.duration_timeslices),
        require_renewable: terms.require_renewable,
        delivery: delivery(terms.delivery),
        self_trade: self_trade(terms.self_trade)?,
    })
}

pub(crate) fn ask(account: AccountId, ask: v1::Ask) -> Result<Ask, FieldError> {
    Ok(Ask {
        account,
        client_order_id: ClientOrderId(not_zero(ask.client_order_id, "client_order_id")?),
        unit_price: UnitPrice(ask.unit_price_planck),
        region: region_id(ask.region_id, "region_id")?,
        lot_parts: Parts(ask.lot_parts),
        min_timeslices: Timeslices(ask.min_duration_timeslices),
        time_in_force: time_in_force(ask.time_in_force)?,
        post_only: ask.post_only,
        expire_at: ask.expire_at_timeslice.map(Timeslice),
        self_trade: self_trade(ask.self_trade)?,
    })
}

pub(crate) fn legs(legs: Vec<v1::BidTerms>) -> Result<Vec<BidTerms>, FieldError> {
    not_too_many(legs.len(), "legs")?;
    let leg = |(i, terms)| bid_terms(terms).map_err(|fault: FieldError| fault.inside(&format!("legs[{i}]")));
    legs.into_iter().enumerate().map(leg).collect()
}

pub(crate) fn quote_orders(
    account: AccountId,
    orders: Vec<v1::QuoteOrder>,
) -> Result<Vec<QuoteOrder>, FieldError> {
    not_too_many(orders.len(), "orders")?;
    let one = |(i, order): (usize, v1::QuoteOrder)| {
        let path = format!("orders[{i}]");
        match required(order.order, &path)? {
            quote_order::Order::Bid(message) => {
                bid(account, message).map(QuoteOrder::Bid).map_err(|fault| fault.inside("bid").inside(&path))
            }
            quote_order::Order::Ask(message) => {
                ask(account, message).map(QuoteOrder::Ask).map_err(|fault| fault.inside("ask").inside(&path))
            }
        }
    };
    orders.into_iter().enumerate().map(one).collect()
}

pub(crate) fn cancels(order_ids: Vec<u64>) -> Result<Vec<OrderId>, FieldError> {
    not_too_many(order_ids.len(), "cancel_order_ids")?;
    Ok(order_ids.into_iter().map(OrderId).collect())
}

fn not_too_many(count: usize, path: &str) -> Result<(), FieldError> {
    if count > MAX_ELEMENTS { Err(FieldError::new(path, format!("has {count} elements"))) } else { Ok(()) }
}

pub(crate) fn cancel_target(
    target: Option<cancel_order_request::Target>,
) -> Result<CancelTarget, FieldError> {
    Ok(match required(target, "target")? {
        cancel_order_request::Target::OrderId(id) => CancelTarget::Order(OrderId(not_zero(id, "order_id")?)),
        cancel_order_request::Target::ClientOrderId(id) => {
            CancelTarget::ClientOrder(ClientOrderId(not_zero(id, "client_order_id")?))
        }
    })
}

pub(crate) fn get_target(target: Option<get_order_request::Target>) -> Result<CancelTarget, FieldError> {
    cancel_target(target.map(|target| match target {
        get_order_request::Target::OrderId(id) => cancel_order_request::Target::OrderId(id),
        get_order_request::Target::ClientOrderId(id) => cancel_order_request::Target::ClientOrderId(id),
    }))
}

fn delivery(delivery: Option<v1::Delivery>) -> Delivery {
    match delivery.and_then(|delivery| delivery.destination) {
        None | Some(delivery::Destination::Custody(_)) => Delivery::Custody,
        Some(delivery::Destination::Transfer(_)) => Delivery::Transfer,
        Some(delivery::Destination::Assign(assign)) => Delivery::Assign(TaskId(assign.task_id)),
    }
}

fn time_in_force(value: i32) -> Result<TimeInForce, FieldError> {
    match v1::TimeInForce::try_from(value) {
        Ok(v1::TimeInForce::Unspecified | v1::TimeInForce::GoodTillCancelled) => {
            Ok(TimeInForce::GoodTillCancelled)
        }
        Ok(v1::TimeInForce::ImmediateOrCancel) => Ok(TimeInForce::ImmediateOrCancel),
        Ok(v1::TimeInForce::FillOrKill) => Ok(TimeInForce::FillOrKill),
        Err(_) => Err(unknown_value(value, "time_in_force")),
    }
}

fn self_trade(value: i32) -> Result<SelfTrade, FieldError> {
    match v1::SelfTrade::try_from(value) {
        Ok(v1::SelfTrade::Unspecified | v1::SelfTrade::CancelTaker) => Ok(SelfTrade::CancelTaker),
        Ok(v1::SelfTrade::CancelMaker) => Ok(SelfTrade::CancelMaker),
        Err(_) => Err(unknown_value(value, "self_trade")),
    }
}

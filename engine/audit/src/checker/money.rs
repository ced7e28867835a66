//! Money by the rules, section 6, computed apart from the engine.

use super::order::{Bid, Order};
use crate::error::{Check, Mismatch};
use coretime_types::{Delivery, OrderId, Parts, Planck};

const MILLION: u128 = 1_000_000;

/// What a trade costs each side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fees {
    pub(super) taker: Planck,
    pub(super) maker: i128,
}

fn overflow(order: OrderId) -> Box<Mismatch> {
    Mismatch::new(
        "an amount of an accepted order",
        Some(order),
        "that it fits into 128 bits",
        "that it does not",
    )
}

/// `floor(notional * |ppm| / 1,000,000)`.
fn portion(order: OrderId, notional: Planck, ppm: i32) -> Check<u128> {
    let product = notional.0.checked_mul(u128::from(ppm.unsigned_abs()));
    product.map(|product| product / MILLION).ok_or_else(|| overflow(order))
}

/// The fees of a trade, at the rates stored on the two orders.
pub(super) fn fees(maker: &Order, taker: &Order, notional: Planck) -> Check<Fees> {
    let taker_fee = portion(taker.id, notional, taker.taker_ppm)?;
    let portion = portion(maker.id, notional, maker.maker_ppm)?;
    let signed = |amount: u128| i128::try_from(amount).map_err(|_| overflow(maker.id));
    let maker_fee = if maker.maker_ppm < 0 { -signed(portion.min(taker_fee))? } else { signed(portion)? };
    Ok(Fees { taker: Planck(taker_fee), maker: maker_fee })
}

/// What a bid must hold for these remaining parts: `R(r)`, and the delivery fees.
pub(super) fn hold(order: &Order, bid: &Bid, remaining: Parts) -> Check<Planck> {
    let notional = order.price.notional(remaining, bid.duration).0;
    let ppm = order.taker_ppm.max(order.maker_ppm).max(0).unsigned_abs();
    let fee = notional.checked_mul(u128::from(ppm)).map(|product| product.div_ceil(MILLION));
    let deliveries = match bid.delivery {
        Delivery::Custody => Some(0),
        Delivery::Transfer | Delivery::Assign(_) => remaining.0.checked_div(order.lot.0),
    };
    let delivery = deliveries.and_then(|count| order.delivery_fee.0.checked_mul(u128::from(count)));
    let sum = fee.and_then(|fee| notional.checked_add(fee));
    sum.zip(delivery)
        .and_then(|(sum, delivery)| sum.checked_add(delivery))
        .map(Planck)
        .ok_or_else(|| overflow(order.id))
}

/// `amount + fee`, of which the fee may be negative.
pub(super) fn plus(order: OrderId, amount: Planck, fee: i128) -> Check<Planck> {
    amount.0.checked_add_signed(fee).map(Planck).ok_or_else(|| overflow(order))
}

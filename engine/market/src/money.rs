//! Money: what an order holds and what a fill costs (section 6).

use crate::order::Terms;
use coretime_types::{Delivery, Parts, Planck, Ppm, Timeslices, UnitPrice};

const MILLION: u128 = 1_000_000;
const MILLION_64: u64 = 1_000_000;

/// Section 6: `R(r)`, what a bid must hold for `r` remaining parts, with a delivery fee for each lot of a bid that
/// leaves custody; `None` if that does not fit into 128 bits.
pub(crate) fn hold(
    terms: &Terms,
    unit_price: UnitPrice,
    remaining: Parts,
    lot_parts: Parts,
    duration: Timeslices,
    delivery: Delivery,
) -> Option<Planck> {
    let notional = unit_price.notional(remaining, duration);
    let ppm = Ppm(terms.taker_ppm.0.max(terms.maker_ppm.0).max(0));
    let fee = ceil_ppm(notional, ppm)?;
    let deliveries = match delivery {
        Delivery::Custody => 0,
        Delivery::Transfer | Delivery::Assign(_) => remaining.0.checked_div(lot_parts.0)?,
    };
    let delivery = terms.delivery_fee.checked_mul(u128::from(deliveries))?;
    notional.checked_add(Planck(fee))?.checked_add(delivery)
}

/// Section 9, the second half of `invalid_price`: whether the largest fee on this notional can be computed.
pub(crate) fn can_charge(notional: Planck) -> bool {
    notional.0.checked_mul(MILLION).is_some()
}

/// Section 6: the taker's fee, rounded down.
pub(crate) fn taker_fee(notional: Planck, ppm: Ppm) -> Planck {
    floor_ppm(notional, ppm)
}

/// Section 6: the maker's fee, rounded down; a rebate, at most the taker's fee in the same trade, is negative.
pub(crate) fn maker_fee(notional: Planck, ppm: Ppm, taker_fee: Planck) -> i128 {
    let fee = floor_ppm(notional, ppm);
    // A tenth of a notional at most, so the sign always has room.
    if ppm.0 >= 0 { signed(fee) } else { -signed(fee.min(taker_fee)) }
}

/// `amount - fee` for a signed fee.
pub(crate) fn less_fee(amount: Planck, fee: i128) -> Planck {
    Planck(if fee < 0 { amount.0 + fee.unsigned_abs() } else { amount.0 - fee.unsigned_abs() })
}

/// `amount + fee` for a signed fee.
pub(crate) fn plus_fee(amount: Planck, fee: i128) -> Planck {
    Planck(if fee < 0 { amount.0 - fee.unsigned_abs() } else { amount.0 + fee.unsigned_abs() })
}

/// A fee as a signed number: it is at most a tenth of what fits into 128 bits.
pub(crate) fn signed(fee: Planck) -> i128 {
    fee.0.cast_signed()
}

fn floor_ppm(notional: Planck, ppm: Ppm) -> Planck {
    match small(notional, ppm) {
        Some(product) => Planck(u128::from(product / MILLION_64)),
        None => Planck(notional.0 * u128::from(ppm.0.unsigned_abs()) / MILLION),
    }
}

/// `None` if it cannot be computed in 128 bits.
fn ceil_ppm(notional: Planck, ppm: Ppm) -> Option<u128> {
    match small(notional, ppm) {
        Some(product) => Some(u128::from(product.div_ceil(MILLION_64))),
        None => Some(notional.0.checked_mul(u128::from(ppm.0.unsigned_abs()))?.div_ceil(MILLION)),
    }
}

/// `notional * ppm` where that fits into 64 bits, as it does for all but the largest orders: dividing 128 bits costs
/// more than all the rest of a fee.
fn small(notional: Planck, ppm: Ppm) -> Option<u64> {
    u64::try_from(notional.0).ok()?.checked_mul(u64::from(ppm.0.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fees(taker: i32, maker: i32) -> Terms {
        let (taker_ppm, maker_ppm) = (Ppm(taker), Ppm(maker));
        Terms { taker_ppm, maker_ppm, delivery_fee: Planck(7), min_fill_notional: Planck(0) }
    }

    #[test]
    fn small_and_large_amounts_are_rounded_alike() {
        // The largest notional whose product fits into 64 bits, and its neighbours.
        let edge = u128::from(u64::MAX) / 99_999;
        for notional in [0, 1, 10, 11, edge - 1, edge, edge + 1, edge + 2] {
            let exact = notional * 99_999;
            assert_eq!(floor_ppm(Planck(notional), Ppm(99_999)), Planck(exact / MILLION), "{notional}");
            assert_eq!(ceil_ppm(Planck(notional), Ppm(99_999)), Some(exact.div_ceil(MILLION)), "{notional}");
        }
    }

    #[test]
    fn fees_round_down_and_holds_round_up() {
        assert_eq!(taker_fee(Planck(999), Ppm(1_000)), Planck(0));
        assert_eq!(taker_fee(Planck(1_000), Ppm(1_000)), Planck(1));
        let held = hold(&fees(1_000, 0), UnitPrice(1), Parts(1), Parts(1), Timeslices(1), Delivery::Custody);
        assert_eq!(held, Some(Planck(2)));
    }

    #[test]
    fn a_maker_rate_above_the_takers_is_held() {
        let held =
            hold(&fees(0, 100_000), UnitPrice(10), Parts(10), Parts(10), Timeslices(10), Delivery::Custody);
        assert_eq!(held, Some(Planck(1_100)));
    }

    #[test]
    fn each_lot_holds_a_delivery_fee() {
        let held = hold(&fees(0, 0), UnitPrice(1), Parts(80), Parts(20), Timeslices(1), Delivery::Transfer);
        assert_eq!(held, Some(Planck(80 + 4 * 7)));
    }

    #[test]
    fn a_rebate_is_at_most_the_takers_fee() {
        assert_eq!(maker_fee(Planck(1_000_000), Ppm(-50_000), Planck(60_000)), -50_000);
        assert_eq!(maker_fee(Planck(1_000_000), Ppm(-50_000), Planck(20_000)), -20_000);
        assert_eq!(maker_fee(Planck(1_000_000), Ppm(50_000), Planck(0)), 50_000);
    }

    #[test]
    fn what_does_not_fit_is_none_not_wrapped() {
        let all = (UnitPrice(u64::MAX), Parts(u32::MAX), Timeslices(u32::MAX));
        assert_eq!(hold(&fees(1, 0), all.0, all.1, Parts(1), all.2, Delivery::Custody), None);
        assert!(!can_charge(all.0.notional(all.1, all.2)));
    }
}

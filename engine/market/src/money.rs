//! Money: what an order holds and what a fill costs (section 6).

use crate::order::FeeRates;
use coretime_types::{Delivery, Parts, Planck, Ppm, Timeslices, UnitPrice};

const MILLION: u128 = 1_000_000;

/// What a bid must hold for its remaining parts; `None` if that does not fit into 128 bits.
pub(crate) fn hold(
    fees: &FeeRates,
    unit_price: UnitPrice,
    remaining: Parts,
    lot_parts: Parts,
    duration: Timeslices,
    delivery: Delivery,
) -> Option<Planck> {
    let notional = unit_price.notional(remaining, duration);
    let ppm = rate(Ppm(fees.taker_ppm.0.max(fees.maker_ppm.0).max(0)));
    let fee = notional.0.checked_mul(ppm)?.div_ceil(MILLION);
    let deliveries = match delivery {
        Delivery::Custody => 0,
        Delivery::Transfer | Delivery::Assign(_) => remaining.0.checked_div(lot_parts.0)?,
    };
    let delivery = fees.delivery_fee.checked_mul(u128::from(deliveries))?;
    notional.checked_add(Planck(fee))?.checked_add(delivery)
}

/// Whether the largest fee on this notional can be computed: the second half of `invalid_price`.
pub(crate) fn can_charge(notional: Planck) -> bool {
    notional.0.checked_mul(MILLION).is_some()
}

/// The taker's fee: rounded down.
pub(crate) fn taker_fee(notional: Planck, ppm: Ppm) -> Planck {
    floor_ppm(notional, ppm)
}

/// The maker's fee, rounded down; a rebate, at most the taker's fee in the same trade, is negative.
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
    Planck(notional.0 * rate(ppm) / MILLION)
}

fn rate(ppm: Ppm) -> u128 {
    u128::from(ppm.0.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fees(taker: i32, maker: i32) -> FeeRates {
        FeeRates { taker_ppm: Ppm(taker), maker_ppm: Ppm(maker), delivery_fee: Planck(7) }
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

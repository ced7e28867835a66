//! Quantities of `market-rules` section 1: time, share, price and money.

use codec::{Decode, Encode};
use std::fmt;

/// A point in time: pallet-broker's unit, 80 relay-chain blocks (8 minutes on Polkadot).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Timeslice(pub u32);

/// A count of timeslices: the length of a window, never a point in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Timeslices(pub u32);

impl Timeslices {
    /// 24 hours: a timeslice is 80 relay-chain blocks of 6 seconds, 480 seconds, on Polkadot and Kusama.
    pub const DAY: Timeslices = Timeslices(180);
}

impl Timeslice {
    /// `self + length`, or `None` past the end of time.
    pub fn checked_add(self, length: Timeslices) -> Option<Timeslice> {
        self.0.checked_add(length.0).map(Timeslice)
    }

    /// The time from `earlier` to `self`, zero if `self` is not later.
    pub fn since(self, earlier: Timeslice) -> Timeslices {
        Timeslices(self.0.saturating_sub(earlier.0))
    }
}

/// The index of a relay-chain core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct CoreIndex(pub u16);

/// A number of 1/80 parts of a core; above 80 it spans several cores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Parts(pub u32);

impl Parts {
    /// The parts of one whole core.
    pub const CORE: Parts = Parts(80);

    /// Whether this is a whole multiple of `lot`, which must not be zero.
    pub fn is_multiple_of(self, lot: Parts) -> bool {
        lot.0 != 0 && self.0.is_multiple_of(lot.0)
    }
}

/// Parts times timeslices: what is bought and sold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct PartTimeslices(pub u128);

/// Planck for one part during one timeslice. A valid price is at least 1; 0 is representable so that the rules can
/// name it (`invalid_price`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct UnitPrice(pub u64);

impl UnitPrice {
    /// `unit price * parts * duration`, exact: 64 + 32 + 32 bits always fit into 128.
    pub fn notional(self, parts: Parts, duration: Timeslices) -> Planck {
        Planck(u128::from(self.0) * u128::from(parts.0) * u128::from(duration.0))
    }
}

/// An amount of the chain's smallest unit of money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Planck(pub u128);

impl Planck {
    /// No money.
    pub const ZERO: Planck = Planck(0);

    /// `self + other`, or `None` if it does not fit.
    pub fn checked_add(self, other: Planck) -> Option<Planck> {
        self.0.checked_add(other.0).map(Planck)
    }

    /// `self - other`, or `None` if `other` is more.
    pub fn checked_sub(self, other: Planck) -> Option<Planck> {
        self.0.checked_sub(other.0).map(Planck)
    }

    /// `self * count`, or `None` if it does not fit.
    pub fn checked_mul(self, count: u128) -> Option<Planck> {
        self.0.checked_mul(count).map(Planck)
    }
}

/// Parts per million of a notional; negative is a rebate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct Ppm(pub i32);

macro_rules! display_as_number {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}
display_as_number!(Timeslice, Timeslices, CoreIndex, Parts, PartTimeslices, UnitPrice, Planck, Ppm);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notional_is_exact_at_the_extremes() {
        let notional = UnitPrice(u64::MAX).notional(Parts(u32::MAX), Timeslices(u32::MAX));
        let expected = u128::from(u64::MAX) * u128::from(u32::MAX) * u128::from(u32::MAX);
        assert_eq!(notional, Planck(expected));
    }

    #[test]
    fn time_since_a_later_point_is_zero() {
        assert_eq!(Timeslice(3).since(Timeslice(5)), Timeslices(0));
        assert_eq!(Timeslice(5).since(Timeslice(3)), Timeslices(2));
        assert_eq!(Timeslice(u32::MAX).checked_add(Timeslices(1)), None);
    }
}

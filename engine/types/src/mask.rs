//! Which 1/80 parts of a core: an 80-bit set.

use crate::Parts;
use codec::{Decode, Encode, Error, Input, Output};
use std::fmt;

/// A set of 1/80 parts of a core.
///
/// As an integer it is the chain's ten bytes, big endian; its *lowest* bits are the least significant ones
/// (pallet-broker counts from the other end: its bit 0 is the most significant bit of the first byte).
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CoreMask(u128);

/// A text that is not 20 hex digits.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("a core mask is 20 hex digits")]
pub struct MaskError;

impl CoreMask {
    /// No part.
    pub const EMPTY: CoreMask = CoreMask(0);
    /// All 80 parts.
    pub const FULL: CoreMask = CoreMask((1 << 80) - 1);

    /// From the chain's ten bytes, in order.
    pub fn from_bytes(bytes: [u8; 10]) -> CoreMask {
        CoreMask(bytes.iter().fold(0, |bits, byte| bits << 8 | u128::from(*byte)))
    }

    /// The chain's ten bytes, in order.
    pub fn to_bytes(self) -> [u8; 10] {
        let mut bytes = [0; 10];
        bytes.copy_from_slice(&self.0.to_be_bytes()[6..]);
        bytes
    }

    /// The set as an integer below 2^80.
    pub fn to_bits(self) -> u128 {
        self.0
    }

    /// From 20 hex digits, in either case.
    pub fn from_hex(digits: &str) -> Result<CoreMask, MaskError> {
        let mut bytes = [0; 10];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| MaskError)?;
        Ok(CoreMask::from_bytes(bytes))
    }

    /// How many parts are in the set.
    pub fn parts(self) -> Parts {
        Parts(self.0.count_ones())
    }

    /// Whether the set has no part.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the two sets share a part.
    pub fn overlaps(self, other: CoreMask) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether every part of `other` is in `self`.
    pub fn contains(self, other: CoreMask) -> bool {
        self.0 & other.0 == other.0
    }

    /// The parts of `self` that are not in `other`.
    #[must_use]
    pub fn without(self, other: CoreMask) -> CoreMask {
        CoreMask(self.0 & !other.0)
    }

    /// The `count` lowest parts of the set; all of it if it has no more.
    #[must_use]
    pub fn lowest(self, count: Parts) -> CoreMask {
        let mut rest = self.0;
        for _ in 0..count.0.min(80) {
            rest &= rest.wrapping_sub(1);
        }
        CoreMask(self.0 & !rest)
    }
}

impl fmt::Display for CoreMask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:020x}", self.0)
    }
}

impl fmt::Debug for CoreMask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Encode for CoreMask {
    fn size_hint(&self) -> usize {
        10
    }

    fn encode_to<T: Output + ?Sized>(&self, dest: &mut T) {
        dest.write(&self.to_bytes());
    }
}

impl Decode for CoreMask {
    fn decode<I: Input>(input: &mut I) -> Result<Self, Error> {
        let mut bytes = [0; 10];
        input.read(&mut bytes)?;
        Ok(CoreMask::from_bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_big_endian() {
        let mut bytes = [0; 10];
        bytes[9] = 0b101;
        let mask = CoreMask::from_bytes(bytes);
        assert_eq!(mask.to_string(), "00000000000000000005");
        assert_eq!(mask.to_bytes(), bytes);
        assert_eq!(CoreMask::decode(&mut &mask.encode()[..]), Ok(mask));
    }

    #[test]
    fn lowest_takes_the_least_significant_bits() {
        assert_eq!(CoreMask::FULL.lowest(Parts(3)).to_string(), "00000000000000000007");
        let sparse = CoreMask::from_hex("F0000000000000000050").unwrap();
        assert_eq!(sparse.lowest(Parts(1)).to_string(), "00000000000000000010");
        assert_eq!(sparse.lowest(Parts(3)).to_string(), "10000000000000000050");
        assert_eq!(sparse.lowest(Parts(81)), sparse);
        assert_eq!(CoreMask::FULL.lowest(Parts(0)), CoreMask::EMPTY);
    }

    #[test]
    fn hex_is_twenty_digits() {
        for wrong in ["", "0", "0x000000000000000000ff", "fffffffffffffffffff", "zz000000000000000000"] {
            assert_eq!(CoreMask::from_hex(wrong), Err(MaskError), "{wrong}");
        }
    }
}

//! Where orders and regions are kept: small numbers, so that what speaks of them is small too.

use std::num::NonZeroU32;

/// A place, as a number from 0 to 2^32 - 2.
pub(crate) trait Slot: Copy {
    fn new(number: u32) -> Self;
    fn number(self) -> u32;
}

macro_rules! slots {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        // One more than its number, so that none at all needs no room.
        pub(crate) struct $name(NonZeroU32);

        impl Slot for $name {
            fn new(number: u32) -> $name {
                $name(NonZeroU32::MIN.saturating_add(number))
            }

            fn number(self) -> u32 {
                self.0.get() - 1
            }
        }

        impl $name {
            pub(crate) fn index(self) -> usize {
                self.number() as usize
            }
        }
    )*};
}

slots! {
    /// Where an order is kept, as long as it is live.
    OrderSlot;
    /// Where a region is kept, as long as it is in the ledger.
    RegionSlot;
}

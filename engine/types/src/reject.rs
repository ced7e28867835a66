//! Why a command was rejected (`market-rules` section 9).

use codec::{Decode, Encode};
use std::fmt;

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// Why a command was rejected. A rejected command changed nothing.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        pub enum RejectReason {
            $($(#[$doc])* $name,)*
        }

        impl RejectReason {
            /// Every reason, in the order of the rules; then those of outflow limits, which the rules do not have.
            pub const ALL: &[RejectReason] = &[$(RejectReason::$name,)*];

            /// The name in the rules and in the scenario format.
            pub fn name(self) -> &'static str {
                match self {
                    $(RejectReason::$name => $text,)*
                }
            }
        }
    };
}

reasons! {
    /// The venue takes no orders now (also when it is frozen).
    Halted = "halted",
    /// The account may only cancel.
    Suspended = "suspended",
    /// No such order, or another account's.
    UnknownOrder = "unknown_order",
    /// The request id was used by an accepted command of this account.
    DuplicateRequest = "duplicate_request",
    /// The client order id belongs to an order of this account, live or ended not long ago.
    DuplicateClientOrderId = "duplicate_client_order_id",
    /// The venue or the account has as many live orders as it may.
    TooManyOrders = "too_many_orders",
    /// A price of 0, or one whose cover does not fit into 128 bits.
    InvalidPrice = "invalid_price",
    /// Post only goes with GTC only.
    InvalidTimeInForce = "invalid_time_in_force",
    /// `expire_at` goes with GTC only and lies in the future.
    InvalidExpiry = "invalid_expiry",
    /// Unknown, another account's, or under an order; a deposit's: it overlaps one that is counted already.
    RegionUnavailable = "region_unavailable",
    /// An empty window, or a duration that is 0 or longer than the window.
    InvalidWindow = "invalid_window",
    /// Nothing of the window can be sold any more.
    WindowInPast = "window_in_past",
    /// A lot, a number of parts or a least duration out of range.
    InvalidLot = "invalid_lot",
    /// The chain does not let regions be interlaced.
    InterlacingDisabled = "interlacing_disabled",
    /// The whole order is worth less than the smallest fill.
    BelowMinimum = "below_minimum",
    /// The account's free funds do not cover it.
    InsufficientFunds = "insufficient_funds",
    /// Post only, and it would match at once.
    WouldMatch = "would_match",
    /// Fill or kill, and it would not fill whole.
    NotFilled = "not_filled",
    /// A basket of less than 2 or more than 64 legs, a quote of none or more than 256 elements.
    InvalidSize = "invalid_size",
    /// A leg of the basket did not fill.
    LegRejected = "leg_rejected",
    /// Interlacing with a mask that is empty, everything, or not inside; partitioning outside the region.
    InvalidPivot = "invalid_pivot",
    /// The account has as many regions as its cuts may make.
    TooManyRegions = "too_many_regions",
    /// An amount of 0, below the least, or beyond what can be counted.
    InvalidAmount = "invalid_amount",
    /// A region without time or parts, or whose time is over.
    InvalidRegion = "invalid_region",
    /// Withdrawals are stopped.
    Frozen = "frozen",
    /// An instruction that was never given out or has ended.
    UnknownInstruction = "unknown_instruction",
    /// A setting out of its range.
    InvalidSetting = "invalid_setting",
    /// Interlacing cannot be switched while orders are live.
    OrdersLive = "orders_live",
    /// The clock only goes forward.
    ClockBackwards = "clock_backwards",
    /// It does not parse, or a field is missing, unknown, out of its type's range or meant for the other side.
    Malformed = "malformed",
    /// The instruction is held until an operator approves it: it is not to be submitted.
    InstructionHeld = "instruction_held",
    /// The instruction is not held.
    NotHeld = "not_held",
}

impl fmt::Display for RejectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

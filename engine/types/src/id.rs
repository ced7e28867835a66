//! Names of things: accounts, orders, instructions, positions.

use codec::{Decode, Encode};
use std::{fmt, str::FromStr};

/// An account of the chain and of the ledger: the 32 bytes of its public key.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct AccountId(pub [u8; 32]);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{}", hex::encode(self.0))
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text that is not `0x` and 64 hex digits.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("an account is 0x and 64 hex digits")]
pub struct ParseAccountError;

impl FromStr for AccountId {
    type Err = ParseAccountError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.strip_prefix("0x").ok_or(ParseAccountError)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(digits, &mut bytes).map_err(|_| ParseAccountError)?;
        Ok(AccountId(bytes))
    }
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident: $inner:ty;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        pub struct $name(pub $inner);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

numbers! {
    /// An accepted order, from 1, never reused.
    OrderId: u64;
    /// A place in time priority: lower is earlier. Given anew when an order enters the book again.
    Priority: u64;
    /// A trade, from 1.
    TradeId: u64;
    /// A trader's own name for an order; makes a retry safe.
    ClientOrderId: u64;
    /// A trader's own name for another command; makes a retry safe.
    RequestId: u64;
    /// An instruction to settlement, from 1 without gaps.
    InstructionNumber: u64;
    /// A position in the command log, from 1 without gaps.
    Sequence: u64;
    /// A parachain that a core is assigned to.
    TaskId: u32;
    /// A block of the coretime chain.
    BlockNumber: u64;
}

/// Where on chain a deposit was seen: ordered by block, then by the event's index in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub struct ChainReference {
    /// The finalised block.
    pub block: BlockNumber,
    /// The index of the event in that block.
    pub event: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_parse_in_either_case_and_nothing_else() {
        let account = AccountId([0xab; 32]);
        assert_eq!(account.to_string().parse(), Ok(account));
        assert_eq!(account.to_string().replace("ab", "AB").parse(), Ok(account));
        for wrong in ["", "0x", "ab", "0xabc", &"ab".repeat(32), &format!("0x{}", "ab".repeat(33))] {
            assert_eq!(wrong.parse::<AccountId>(), Err(ParseAccountError), "{wrong}");
        }
    }
}

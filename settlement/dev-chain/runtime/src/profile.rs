//! Which coretime chain the development chain imitates.

use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

use crate::Balance;

/// Which coretime chain the development chain imitates.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Interlacing allowed; KSM, 12 decimals.
    #[default]
    Kusama,
    /// Interlacing filtered out; DOT, 10 decimals.
    Polkadot,
}

impl Profile {
    /// The name that command lines and files use.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kusama => "kusama",
            Self::Polkadot => "polkadot",
        }
    }

    /// How many decimals one token has.
    pub const fn token_decimals(self) -> u8 {
        match self {
            Self::Kusama => 12,
            Self::Polkadot => 10,
        }
    }

    /// The token's symbol.
    pub const fn token_symbol(self) -> &'static str {
        match self {
            Self::Kusama => "KSM",
            Self::Polkadot => "DOT",
        }
    }

    /// The prefix of the chain's SS58 addresses.
    pub const fn ss58_prefix(self) -> u16 {
        match self {
            Self::Kusama => 2,
            Self::Polkadot => 0,
        }
    }

    /// One whole token in planck.
    pub const fn unit_planck(self) -> Balance {
        match self {
            Self::Kusama => 1_000_000_000_000,
            Self::Polkadot => 10_000_000_000,
        }
    }

    /// The balance below which an account is removed: a tenth of the relay chain's, as on the system chains.
    pub const fn existential_deposit_planck(self) -> Balance {
        match self {
            Self::Kusama => 33_333_333,
            Self::Polkadot => 1_000_000_000,
        }
    }

    /// The lowest price that a sale's lead-in may end at.
    pub const fn minimum_end_price_planck(self) -> Balance {
        match self {
            Self::Kusama => self.unit_planck(),
            Self::Polkadot => 10 * self.unit_planck(),
        }
    }

    /// Whether the base call filter lets `Broker.interlace` through.
    pub const fn allows_interlace(self) -> bool {
        matches!(self, Self::Kusama)
    }
}

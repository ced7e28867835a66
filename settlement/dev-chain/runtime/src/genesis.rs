//! The state that a chain starts from: funded accounts and a sale that has begun.

use frame_support::{
    dispatch::{DispatchErrorWithPostInfo, RawOrigin},
    traits::BuildGenesisConfig,
};
use pallet_broker::ConfigRecord;
use sp_core::storage::{Storage, well_known_keys};
use sp_runtime::{DispatchError, Perbill};
use sp_state_machine::BasicExternalities;

use crate::{AccountId, Balance, Broker, CODE, Profile, RuntimeGenesisConfig, RuntimeOrigin};

/// What a chain starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Genesis {
    /// The chain that this one imitates.
    pub profile: Profile,
    /// Where the relay chain's clock stands.
    pub relay_block_number: u32,
    /// Accounts and what they have, in planck.
    pub endowed: Vec<(AccountId, Balance)>,
    /// Who may call `Sudo`.
    pub sudo: AccountId,
    /// The sales of coretime.
    pub sale: SaleSettings,
}

/// The broker's configuration and its first sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleSettings {
    /// How long a region is.
    pub region_length_timeslices: u32,
    /// How long before it begins a timeslice's schedule is fixed.
    pub advance_notice_relay_blocks: u32,
    /// How long only renewals are sold, in the sales after the first.
    pub interlude_relay_blocks: u32,
    /// How long the price falls, in the sales after the first.
    pub leadin_relay_blocks: u32,
    /// How many cores there are, all of them for sale.
    pub core_count: u16,
    /// The price of a core in the first sale, in planck.
    pub price: Balance,
}

/// Why a genesis state cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GenesisError {
    /// An account has less than the existential deposit.
    BelowExistentialDeposit {
        /// The account.
        account: AccountId,
        /// What it would have.
        planck: Balance,
    },
    /// An account is named twice.
    EndowedTwice {
        /// The account.
        account: AccountId,
    },
    /// The broker refuses its configuration.
    Broker {
        /// What it was asked to do.
        call: &'static str,
        /// What it answered.
        error: DispatchError,
    },
}

impl std::fmt::Display for GenesisError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::BelowExistentialDeposit { account, planck } => {
                write!(formatter, "account {account} gets {planck} planck, less than the existential deposit")
            }
            Self::EndowedTwice { account } => write!(formatter, "account {account} is endowed twice"),
            Self::Broker { call, error } => write!(formatter, "Broker.{call} failed: {error:?}"),
        }
    }
}

impl std::error::Error for GenesisError {}

impl Genesis {
    /// The storage that block 0 has.
    ///
    /// # Errors
    /// When an account's balance or the sale's settings are refused.
    pub fn build(&self) -> Result<Storage, GenesisError> {
        self.check_accounts()?;
        let pallets = RuntimeGenesisConfig {
            dev_relay: crate::DevRelayConfig {
                profile: self.profile,
                relay_block_number: self.relay_block_number,
                ..Default::default()
            },
            balances: pallet_balances::GenesisConfig { balances: self.endowed.clone(), ..Default::default() },
            sudo: crate::SudoConfig { key: Some(self.sudo.clone()) },
            ..Default::default()
        };
        let mut storage = Storage::default();
        // Clients ask for the code's hash; there is no code to give them.
        storage.top.insert(well_known_keys::CODE.to_vec(), CODE.to_vec());
        BasicExternalities::execute_with_storage(&mut storage, || {
            // The balances pallet reads the profile's existential deposit while it builds.
            pallets.dev_relay.build();
            pallets.build();
            self.start_sale()
        })?;
        Ok(storage)
    }

    fn check_accounts(&self) -> Result<(), GenesisError> {
        let mut seen = std::collections::BTreeSet::new();
        for (account, planck) in &self.endowed {
            if *planck < self.profile.existential_deposit_planck() {
                return Err(GenesisError::BelowExistentialDeposit {
                    account: account.clone(),
                    planck: *planck,
                });
            }
            if !seen.insert(account) {
                return Err(GenesisError::EndowedTwice { account: account.clone() });
            }
        }
        Ok(())
    }

    fn start_sale(&self) -> Result<(), GenesisError> {
        let root = || RuntimeOrigin::from(RawOrigin::Root);
        let failed =
            |call| move |error: DispatchErrorWithPostInfo| GenesisError::Broker { call, error: error.error };
        // The first sale is past its interlude and lead-in, so that a core can be bought at once and at a known
        // price; the next ones are as configured.
        Broker::configure(root(), self.broker_config(0, 1)).map_err(failed("configure"))?;
        Broker::start_sales(root(), self.sale.price, self.sale.core_count).map_err(failed("start_sales"))?;
        let (interlude, leadin) = (self.sale.interlude_relay_blocks, self.sale.leadin_relay_blocks);
        Broker::configure(root(), self.broker_config(interlude, leadin)).map_err(failed("configure"))?;
        Ok(())
    }

    fn broker_config(&self, interlude_length: u32, leadin_length: u32) -> ConfigRecord<u32> {
        ConfigRecord {
            advance_notice: self.sale.advance_notice_relay_blocks,
            interlude_length,
            leadin_length,
            region_length: self.sale.region_length_timeslices,
            ideal_bulk_proportion: Perbill::from_percent(60),
            limit_cores_offered: None,
            renewal_bump: Perbill::from_percent(3),
            contribution_timeout: self.sale.region_length_timeslices,
        }
    }
}

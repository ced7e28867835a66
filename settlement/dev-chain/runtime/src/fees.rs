//! What transactions and stored data cost: the system chains' constants.
//!
//! The fee multiplier is one until somebody sets it, so that a call costs the same in an empty and in a full block;
//! `TransactionPayment.NextFeeMultiplier`, set by sudo, lets fees spike until it is set again.

use frame_support::{
    traits::Get,
    weights::{Weight, WeightToFee, constants::ExtrinsicBaseWeight},
};
use pallet_transaction_payment::{Multiplier, MultiplierUpdate};
use sp_runtime::{
    Perquintill,
    traits::{Bounded, Convert, Zero},
};

use crate::{Balance, Profile, dev_relay, pallets::MAXIMUM_BLOCK_WEIGHT};

/// One cent as the chains' constants have it: a hundredth of a DOT, a three-thousandth of a KSM.
const fn cent_planck(profile: Profile) -> Balance {
    match profile {
        Profile::Kusama => profile.unit_planck() / 3_000,
        Profile::Polkadot => profile.unit_planck() / 100,
    }
}

/// The fee of a weight: by time or by proof size, whichever is scarcer.
pub struct FeeOfWeight;

impl WeightToFee for FeeOfWeight {
    type Balance = Balance;

    fn weight_to_fee(weight: &Weight) -> Balance {
        let profile = dev_relay::profile();
        let cent = cent_planck(profile);
        let base_ref_time = Balance::from(ExtrinsicBaseWeight::get().ref_time());
        let ref_time = Balance::from(weight.ref_time());
        let proof_bytes = Balance::from(weight.proof_size());
        let (by_time, by_proof) = match profile {
            // A base extrinsic costs a hundredth of a cent, 10 kB of proof a cent.
            Profile::Kusama => (ref_time * cent / (100 * base_ref_time), proof_bytes * cent / 10_000),
            // A base extrinsic costs half of that; a block full of proof as much as a block full of time.
            Profile::Polkadot => {
                let of_time = |ref_time: Balance| ref_time * cent / (200 * base_ref_time);
                let full_block = of_time(Balance::from(MAXIMUM_BLOCK_WEIGHT.ref_time()));
                let full_proof = Balance::from(MAXIMUM_BLOCK_WEIGHT.proof_size());
                (of_time(ref_time), proof_bytes * full_block / full_proof)
            }
        };
        by_time.max(by_proof)
    }
}

/// The fee of a transaction's length.
pub struct FeeOfLength;

impl WeightToFee for FeeOfLength {
    type Balance = Balance;

    // The length comes as the weight's time.
    fn weight_to_fee(length_bytes: &Weight) -> Balance {
        let profile = dev_relay::profile();
        let millicent = cent_planck(profile) / 1_000;
        let length_bytes = Balance::from(length_bytes.ref_time());
        match profile {
            Profile::Kusama => length_bytes * millicent,
            Profile::Polkadot => length_bytes * millicent / 2,
        }
    }
}

/// Leaves the fee multiplier as it is. (The unit type's update makes it zero.)
pub struct FeeMultiplierAsSet;

impl Convert<Multiplier, Multiplier> for FeeMultiplierAsSet {
    fn convert(multiplier: Multiplier) -> Multiplier {
        multiplier
    }
}

impl MultiplierUpdate for FeeMultiplierAsSet {
    fn min() -> Multiplier {
        Multiplier::zero()
    }

    fn max() -> Multiplier {
        Multiplier::max_value()
    }

    fn target() -> Perquintill {
        Perquintill::zero()
    }

    fn variability() -> Multiplier {
        Multiplier::zero()
    }
}

/// What is held for `items` storage items of `bytes` bytes altogether.
fn deposit_planck(items: Balance, bytes: Balance) -> Balance {
    let cent = cent_planck(dev_relay::profile());
    items * 20 * cent + bytes * (cent / 1_000)
}

/// What is held for a new entry of the proxy or multisig pallet.
pub struct EntryDeposit;

impl Get<Balance> for EntryDeposit {
    fn get() -> Balance {
        deposit_planck(1, 88)
    }
}

/// What is held for each account in such an entry.
pub struct AccountDeposit;

impl Get<Balance> for AccountDeposit {
    fn get() -> Balance {
        deposit_planck(0, 33)
    }
}

/// The existential deposit of the chain's profile.
pub struct ExistentialDeposit;

impl Get<Balance> for ExistentialDeposit {
    fn get() -> Balance {
        dev_relay::profile().existential_deposit_planck()
    }
}

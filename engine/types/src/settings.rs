//! The venue's settings (`market-rules` section 1), part of the state.

use crate::{AccountId, Parts, Planck, Ppm};
use codec::{Decode, Encode};

/// The settings in force.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Settings {
    /// What a taker pays of the notional: 0 to 100,000.
    pub taker_ppm: Ppm,
    /// What a maker pays of the notional: -100,000 to 100,000; negative is a rebate.
    pub maker_ppm: Ppm,
    /// An ordinary account of the ledger that fees go to.
    pub fee_account: AccountId,
    /// A fill is never worth less. Fits into 64 bits.
    pub min_fill_notional: Planck,
    /// Paid by a bid that leaves custody, for each of its fills. Fits into 64 bits.
    pub delivery_fee: Planck,
    /// Paid for each withdrawal, on top of the amount. Fits into 64 bits.
    pub withdrawal_fee: Planck,
    /// The least amount that can be withdrawn, at least 1. Fits into 64 bits.
    pub min_withdrawal: Planck,
    /// The smallest lot of an order: 1 to 80.
    pub min_lot_parts: Parts,
    /// Live orders of all accounts together.
    pub max_orders: u32,
    /// Live orders of one account.
    pub max_orders_per_account: u32,
    /// Free regions and pieces under asks of one account, as far as its own cuts make them.
    pub max_regions_per_account: u32,
    /// Whether the chain lets regions be interlaced.
    pub interlacing: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            taker_ppm: Ppm(0),
            maker_ppm: Ppm(0),
            fee_account: AccountId([0; 32]),
            min_fill_notional: Planck(0),
            delivery_fee: Planck(0),
            withdrawal_fee: Planck(0),
            min_withdrawal: Planck(1),
            min_lot_parts: Parts(1),
            max_orders: u32::MAX,
            max_orders_per_account: u32::MAX,
            max_regions_per_account: u32::MAX,
            interlacing: true,
        }
    }
}

/// What `Configure` changes: what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct SettingsChange {
    /// See [`Settings::taker_ppm`].
    pub taker_ppm: Option<Ppm>,
    /// See [`Settings::maker_ppm`].
    pub maker_ppm: Option<Ppm>,
    /// See [`Settings::fee_account`].
    pub fee_account: Option<AccountId>,
    /// See [`Settings::min_fill_notional`].
    pub min_fill_notional: Option<u64>,
    /// See [`Settings::delivery_fee`].
    pub delivery_fee: Option<u64>,
    /// See [`Settings::withdrawal_fee`].
    pub withdrawal_fee: Option<u64>,
    /// See [`Settings::min_withdrawal`].
    pub min_withdrawal: Option<u64>,
    /// See [`Settings::min_lot_parts`].
    pub min_lot_parts: Option<Parts>,
    /// See [`Settings::max_orders`].
    pub max_orders: Option<u32>,
    /// See [`Settings::max_orders_per_account`].
    pub max_orders_per_account: Option<u32>,
    /// See [`Settings::max_regions_per_account`].
    pub max_regions_per_account: Option<u32>,
    /// See [`Settings::interlacing`].
    pub interlacing: Option<bool>,
}

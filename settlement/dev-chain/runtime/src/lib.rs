//! The development chain's FRAME runtime: the real `pallet-broker` and the pallets around it that a
//! coretime chain's users touch, compiled natively.
//!
//! What it is for: `coretime-dev-chain` runs it in process, so that
//! settlement can be developed and tested against the pallet that it will meet on Kusama and Polkadot.
//!
//! What it promises:
//! - Calls, events, errors, storage and filters of the broker are those of `pallet-broker` 0.30; weights
//!   are the pallets' own, fees and deposits follow the system chains' constants ([`fees`], [`Profile`]).
//! - [`Profile::Polkadot`] filters `Broker.interlace` as the Polkadot coretime chain does,
//!   [`Profile::Kusama`] lets it through; both cut a core's schedule as the fellowship's runtimes do and
//!   keep on record what was scheduled and what was dropped ([`dev_relay`]).
//! - The relay chain is a number that only goes up, by at most one timeslice a block.
//!
//! What it does not do: no consensus, no XCM, no relay chain, no revenue from on-demand coretime, a fee
//! multiplier only as it is set, no wasm (`:code` is a placeholder), no runtime upgrades.

// `construct_runtime!` and `impl_runtime_apis!` expand to deeply nested macros.
#![recursion_limit = "512"]

mod apis;
mod broker;
pub mod dev_relay;
pub mod fees;
mod genesis;
mod pallets;
mod profile;
mod proxy_type;

pub use apis::api;
pub use broker::{RELAY_BLOCK_MILLIS, TIMESLICE_PERIOD_RELAY_BLOCKS};
pub use genesis::{Genesis, GenesisError, SaleSettings};
pub use profile::Profile;
pub use proxy_type::ProxyType;

use frame_support::construct_runtime;
use sp_runtime::{
    MultiAddress, MultiSignature, generic,
    traits::{BlakeTwo256, IdentifyAccount, Verify},
};
use sp_version::RuntimeVersion;

/// Any of the signature schemes that Substrate accounts use.
pub type Signature = MultiSignature;
/// A 32-byte account.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// Planck.
pub type Balance = u128;
/// The number of transactions an account has sent.
pub type Nonce = u32;
/// The height of this chain (not of the relay chain).
pub type BlockNumber = u32;
/// A BLAKE2b-256 hash.
pub type Hash = sp_core::H256;
/// How calls name an account.
pub type Address = MultiAddress<AccountId, ()>;
/// A block's header.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;
/// What a transaction signs besides its call: the same extensions, in the same order, as the coretime chains.
pub type TxExtension = (
    frame_system::AuthorizeCall<Runtime>,
    frame_system::CheckNonZeroSender<Runtime>,
    frame_system::CheckSpecVersion<Runtime>,
    frame_system::CheckTxVersion<Runtime>,
    frame_system::CheckGenesis<Runtime>,
    frame_system::CheckEra<Runtime>,
    frame_system::CheckNonce<Runtime>,
    frame_system::CheckWeight<Runtime>,
    pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
    frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
);
/// A transaction or inherent as it stands in a block.
pub type UncheckedExtrinsic = generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;
/// Runs blocks.
pub type Executive = frame_executive::Executive<
    Runtime,
    Block,
    frame_system::ChainContext<Runtime>,
    Runtime,
    AllPalletsWithSystem,
>;

/// The runtime's version, as `state_getRuntimeVersion` tells it.
pub const VERSION: RuntimeVersion = RuntimeVersion {
    spec_name: std::borrow::Cow::Borrowed("coretime-dev"),
    impl_name: std::borrow::Cow::Borrowed("coretime-dev"),
    authoring_version: 1,
    spec_version: 1,
    impl_version: 0,
    apis: apis::RUNTIME_API_VERSIONS,
    transaction_version: 1,
    system_version: 1,
};

/// What a state's `:code` is: the runtime is native, and this is its name.
pub const CODE: &[u8] = b"native";

construct_runtime!(
    pub enum Runtime {
        System: frame_system = 0,
        Timestamp: pallet_timestamp = 3,
        // After Timestamp, before whatever reads the relay chain's clock.
        DevRelay: dev_relay = 4,
        Balances: pallet_balances = 10,
        TransactionPayment: pallet_transaction_payment = 11,
        // Not the real chains' numbers (Utility 40, Proxy 42, Broker 50): clients must go by names, and a runtime
        // upgrade to one of theirs changes what every number means.
        Proxy: pallet_proxy = 40,
        Multisig: pallet_multisig = 41,
        Utility: pallet_utility = 42,
        Broker: pallet_broker = 52,
        Sudo: pallet_sudo = 100,
    }
);

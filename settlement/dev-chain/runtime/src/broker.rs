//! The broker's configuration, as on the Polkadot coretime chain, and its view of the relay chain.

use frame_support::{
    PalletId,
    traits::{ConstU32, Contains, Get, OnUnbalanced, fungible::Credit},
};
use frame_system::EnsureRoot;
use pallet_broker::{CoreAssignment, CoreIndex, CoretimeInterface, PartsOf57600, TaskId};
use sp_runtime::traits::MaybeConvert;

use crate::{AccountId, Balance, Balances, DevRelay, Runtime, RuntimeCall, RuntimeEvent, dev_relay};

/// How many relay-chain blocks one timeslice has.
pub const TIMESLICE_PERIOD_RELAY_BLOCKS: u32 = 80;
/// How long the relay chain takes for a block.
pub const RELAY_BLOCK_MILLIS: u64 = 6_000;

/// The base call filter: what the coretime chains keep their users from calling.
pub struct CallFilter;

impl Contains<RuntimeCall> for CallFilter {
    fn contains(call: &RuntimeCall) -> bool {
        use pallet_broker::Call;
        match call {
            // There is nothing yet that credit could be spent on.
            RuntimeCall::Broker(Call::purchase_credit { .. }) => false,
            RuntimeCall::Broker(Call::interlace { .. }) => dev_relay::profile().allows_interlace(),
            _ => true,
        }
    }
}

/// Revenue of sales is burned (RFC-10), here at once.
pub struct BurnRevenue;

impl OnUnbalanced<Credit<AccountId, Balances>> for BurnRevenue {
    fn on_nonzero_unbalanced(_amount: Credit<AccountId, Balances>) {}
}

/// The relay chain's end of the coretime interface: it agrees to everything and writes schedules down.
pub struct RecordingRelay;

impl CoretimeInterface for RecordingRelay {
    type AccountId = AccountId;
    type Balance = Balance;
    type RelayChainBlockNumberProvider = DevRelay;

    fn request_core_count(count: CoreIndex) {
        pallet_broker::CoreCountInbox::<Runtime>::put(count);
    }

    fn request_revenue_info_at(_when: u32) {}

    fn credit_account(_who: AccountId, _amount: Balance) {}

    fn assign_core(
        core: CoreIndex,
        begin: u32,
        assignment: Vec<(CoreAssignment, PartsOf57600)>,
        _end_hint: Option<u32>,
    ) {
        let begin_timeslice = begin / TIMESLICE_PERIOD_RELAY_BLOCKS;
        let schedule = dev_relay::ScheduledCore::cut(assignment);
        dev_relay::Scheduled::<Runtime>::insert(core, begin_timeslice, schedule);
    }
}

/// The account of the parachain that a task stands for, as a sibling's sovereign account.
pub struct SovereignAccountOf;

impl MaybeConvert<TaskId, AccountId> for SovereignAccountOf {
    fn maybe_convert(task: TaskId) -> Option<AccountId> {
        // `sibl`, the task, then zeros: how XCM writes a sibling parachain's account.
        let mut account = [0; 32];
        account[..4].copy_from_slice(b"sibl");
        account[4..8].copy_from_slice(&task.to_le_bytes());
        Some(account.into())
    }
}

/// The lowest price that a sale's lead-in may end at.
pub struct MinimumEndPrice;

impl Get<Balance> for MinimumEndPrice {
    fn get() -> Balance {
        dev_relay::profile().minimum_end_price_planck()
    }
}

/// The least credit that can be bought (none can: the call is filtered).
pub struct MinimumCreditPurchase;

impl Get<Balance> for MinimumCreditPurchase {
    fn get() -> Balance {
        dev_relay::profile().unit_planck() / 10
    }
}

/// The pallet's own identity.
pub struct BrokerPalletId;

impl Get<PalletId> for BrokerPalletId {
    fn get() -> PalletId {
        PalletId(*b"py/broke")
    }
}

impl pallet_broker::Config for Runtime {
    type RuntimeEvent = RuntimeEvent;
    type Currency = Balances;
    type OnRevenue = BurnRevenue;
    type TimeslicePeriod = ConstU32<TIMESLICE_PERIOD_RELAY_BLOCKS>;
    type MaxLeasedCores = ConstU32<55>;
    type MaxReservedCores = ConstU32<10>;
    type Coretime = RecordingRelay;
    type ConvertBalance = sp_runtime::traits::Identity;
    type WeightInfo = pallet_broker::weights::SubstrateWeight<Runtime>;
    type PalletId = BrokerPalletId;
    type AdminOrigin = EnsureRoot<AccountId>;
    type SovereignAccountOf = SovereignAccountOf;
    type MaxAutoRenewals = ConstU32<100>;
    type PriceAdapter = pallet_broker::MinimumPrice<Balance, MinimumEndPrice>;
    type MinimumCreditPurchase = MinimumCreditPurchase;
}

//! The calls that settlement makes. They are typed here by name; which numbers they have comes from metadata.

use super::broker::{BrokerMask, BrokerRegionId};
use crate::plan::PlannedCall;
use coretime_types::AccountId;
use subxt::{
    ext::scale_encode::EncodeAsType,
    tx::StaticPayload,
    utils::{AccountId32, MultiAddress},
};

type Address = MultiAddress<AccountId32, ()>;

/// A call inside another.
#[derive(Clone, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub(crate) enum RuntimeCall {
    System(SystemCall),
    Balances(BalancesCall),
    Utility(UtilityCall),
    Broker(BrokerCall),
}

// The chain's own names.
#[allow(non_camel_case_types)]
#[derive(Clone, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub(crate) enum SystemCall {
    remark_with_event { remark: Vec<u8> },
}

// The chain's own names.
#[allow(non_camel_case_types)]
#[derive(Clone, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub(crate) enum BalancesCall {
    transfer_keep_alive { dest: Address, value: u128 },
}

// The chain's own names.
#[allow(non_camel_case_types)]
#[derive(Clone, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub(crate) enum UtilityCall {
    batch_all { calls: Vec<RuntimeCall> },
}

// The chain's own names.
#[allow(non_camel_case_types)]
#[derive(Clone, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub(crate) enum BrokerCall {
    transfer { region_id: BrokerRegionId, new_owner: AccountId32 },
    partition { region_id: BrokerRegionId, pivot: u32 },
    interlace { region_id: BrokerRegionId, pivot: BrokerMask },
    assign { region_id: BrokerRegionId, task: u32, finality: Finality },
}

#[derive(Clone, Copy, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub(crate) enum Finality {
    Final,
}

/// `Utility.batch_all`: all of the calls, or none.
#[derive(Clone, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub(crate) struct BatchAll {
    calls: Vec<RuntimeCall>,
}

/// `Proxy.proxy`: a call in another account's name.
#[derive(Clone, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub(crate) struct Proxy {
    real: Address,
    force_proxy_type: Option<()>,
    call: RuntimeCall,
}

/// `Broker.interlace`, on its own.
#[derive(Clone, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "subxt::ext::scale_encode")]
pub(crate) struct Interlace {
    pub(crate) region_id: BrokerRegionId,
    pub(crate) pivot: BrokerMask,
}

/// The outermost call of a settlement extrinsic.
#[derive(Clone, Debug)]
pub(crate) enum Payload {
    /// The signer is custody.
    Direct(StaticPayload<BatchAll>),
    /// The signer is custody's proxy.
    Proxied(StaticPayload<Proxy>),
}

impl Payload {
    /// All of `calls` and a remark, or none, in custody's name.
    pub(crate) fn batch(calls: &[PlannedCall], remark: &str, proxy_for: Option<AccountId>) -> Payload {
        let mut calls: Vec<RuntimeCall> = calls.iter().map(RuntimeCall::from).collect();
        let remark = remark.as_bytes().to_vec();
        calls.push(RuntimeCall::System(SystemCall::remark_with_event { remark }));
        match proxy_for {
            None => Payload::Direct(StaticPayload::new("Utility", "batch_all", BatchAll { calls })),
            Some(custody) => Payload::Proxied(StaticPayload::new(
                "Proxy",
                "proxy",
                Proxy {
                    real: address(custody),
                    force_proxy_type: None,
                    call: RuntimeCall::Utility(UtilityCall::batch_all { calls }),
                },
            )),
        }
    }
}

fn address(account: AccountId) -> Address {
    MultiAddress::Id(AccountId32(account.0))
}

impl From<&PlannedCall> for RuntimeCall {
    fn from(call: &PlannedCall) -> Self {
        match *call {
            PlannedCall::Partition { region, offset } => {
                RuntimeCall::Broker(BrokerCall::partition { region_id: region.into(), pivot: offset.0 })
            }
            PlannedCall::Interlace { region, mask } => RuntimeCall::Broker(BrokerCall::interlace {
                region_id: region.into(),
                pivot: BrokerMask(mask.to_bytes()),
            }),
            PlannedCall::Transfer { region, to } => RuntimeCall::Broker(BrokerCall::transfer {
                region_id: region.into(),
                new_owner: AccountId32(to.0),
            }),
            PlannedCall::Assign { region, task } => RuntimeCall::Broker(BrokerCall::assign {
                region_id: region.into(),
                task: task.0,
                finality: Finality::Final,
            }),
            PlannedCall::Pay { to, amount } => RuntimeCall::Balances(BalancesCall::transfer_keep_alive {
                dest: address(to),
                value: amount.0,
            }),
        }
    }
}

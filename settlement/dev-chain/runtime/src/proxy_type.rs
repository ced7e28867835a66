//! What a proxy may do, as on the coretime chains.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::traits::InstanceFilter;
use scale_info::TypeInfo;

use crate::RuntimeCall;

/// What a proxy may do: the coretime chains' own types, in their order.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
)]
pub enum ProxyType {
    /// Every call.
    #[default]
    Any,
    /// Every call that moves neither funds nor regions.
    NonTransfer,
    /// Only turning down announced proxy calls.
    CancelProxy,
    /// Every call of the broker, transfers of regions included, but none of the balances pallet.
    Broker,
    /// Renewing cores.
    CoretimeRenewer,
    /// Buying credit for on-demand coretime.
    OnDemandPurchaser,
    /// Managing collators (of which this chain has none).
    Collator,
}

impl InstanceFilter<RuntimeCall> for ProxyType {
    fn filter(&self, call: &RuntimeCall) -> bool {
        use pallet_broker::Call;
        let in_wrapper = matches!(call, RuntimeCall::Utility(_) | RuntimeCall::Multisig(_));
        match self {
            Self::Any => true,
            // To assign or pool a region is to give it away.
            Self::NonTransfer => !matches!(
                call,
                RuntimeCall::Balances(_)
                    | RuntimeCall::Broker(
                        Call::purchase { .. }
                            | Call::renew { .. }
                            | Call::transfer { .. }
                            | Call::purchase_credit { .. }
                            | Call::pool { .. }
                            | Call::assign { .. }
                    )
            ),
            Self::CancelProxy => {
                let is_rejection =
                    matches!(call, RuntimeCall::Proxy(pallet_proxy::Call::reject_announcement { .. }));
                is_rejection || in_wrapper
            }
            Self::Broker => matches!(call, RuntimeCall::Broker(_)) || in_wrapper,
            Self::CoretimeRenewer => matches!(call, RuntimeCall::Broker(Call::renew { .. })) || in_wrapper,
            Self::OnDemandPurchaser => {
                matches!(call, RuntimeCall::Broker(Call::purchase_credit { .. })) || in_wrapper
            }
            Self::Collator => in_wrapper,
        }
    }

    fn is_superset(&self, other: &Self) -> bool {
        match (self, other) {
            (x, y) if x == y => true,
            (Self::Any, _) => true,
            (_, Self::Any) => false,
            (Self::Broker, Self::CoretimeRenewer | Self::OnDemandPurchaser) => true,
            (Self::NonTransfer, Self::Collator) => true,
            _ => false,
        }
    }
}

//! What happened in a block, as far as settlement cares, in the exchange's own types.

use super::{AtBlock, ChainError, broker, broker::BrokerRegionId};
use coretime_types::{AccountId, CoreIndex, CoreMask, Planck, RegionId, Timeslice};
use subxt::{
    SubstrateConfig,
    error::DispatchError,
    events::{Event, Phase},
    ext::scale_decode::{DecodeAsFields, DecodeAsType},
    metadata::ArcMetadata,
    utils::AccountId32,
};

/// One event of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BlockEvent {
    /// Its place in the block.
    pub(crate) index: u32,
    /// The extrinsic that it came of; none if it came of the block itself.
    pub(crate) extrinsic_index: Option<u32>,
    pub(crate) event: ChainEvent,
}

/// The events that settlement cares about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ChainEvent {
    FundsMoved {
        from: AccountId,
        to: AccountId,
        amount: Planck,
    },
    RegionMoved {
        region: RegionId,
        from: Option<AccountId>,
        to: Option<AccountId>,
    },
    /// An assignment came too late.
    RegionDropped {
        core: CoreIndex,
        mask: CoreMask,
        /// Not the region's begin, but the first timeslice that could still have been assigned: the region ended by then.
        first_assignable: Timeslice,
    },
    FeePaid {
        fee: Planck,
    },
    BatchCompleted,
    ProxyExecuted {
        error: Option<DispatchFailure>,
    },
    ExtrinsicSucceeded,
    ExtrinsicFailed {
        error: DispatchFailure,
    },
    /// Somebody remarked something, of which only the hash is told.
    Remarked {
        sender: AccountId,
        hash: [u8; 32],
    },
}

/// Why a call failed, by the name that the chain gives it: `Broker.NotOwner`, `Token.BelowMinimum`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DispatchFailure(pub(crate) String);

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Transfer {
    from: AccountId32,
    to: AccountId32,
    amount: u128,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Transferred {
    region_id: BrokerRegionId,
    old_owner: Option<AccountId32>,
    owner: Option<AccountId32>,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct RegionDropped {
    region_id: BrokerRegionId,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct TransactionFeePaid {
    actual_fee: u128,
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "subxt::ext::scale_decode")]
struct Remarked {
    sender: AccountId32,
    hash: [u8; 32],
}

/// Pallet, event and fields of every event whose fields are read.
pub(crate) const SHAPES: &[(&str, &str, &[&str])] = &[
    ("Balances", "Transfer", &["from", "to", "amount"]),
    (broker::PALLET, "Transferred", &["region_id", "old_owner", "owner"]),
    (broker::PALLET, "RegionDropped", &["region_id"]),
    ("TransactionPayment", "TransactionFeePaid", &["actual_fee"]),
    ("System", "Remarked", &["sender", "hash"]),
];

/// Events of which only the name, or a dispatch error, is read.
pub(crate) const NAMES: &[(&str, &str)] = &[
    ("System", "ExtrinsicSuccess"),
    ("System", "ExtrinsicFailed"),
    ("Utility", "BatchCompleted"),
    ("Proxy", "ProxyExecuted"),
];

/// Every event of the block that settlement cares about, in order.
pub(crate) async fn of_block(at: &AtBlock) -> Result<Vec<BlockEvent>, ChainError> {
    let events = at.events().fetch().await.map_err(ChainError::node("read a block's events"))?;
    let metadata = at.metadata();
    let mut found = Vec::new();
    for event in events.iter() {
        let event = event.map_err(ChainError::node("decode a block's events"))?;
        let extrinsic_index = match event.phase() {
            Phase::ApplyExtrinsic(index) => Some(index),
            Phase::Initialization | Phase::Finalization => None,
        };
        if let Some(known) = decode(&event, &metadata)? {
            found.push(BlockEvent { index: event.index(), extrinsic_index, event: known });
        }
    }
    Ok(found)
}

fn decode(
    event: &Event<'_, SubstrateConfig>,
    metadata: &ArcMetadata,
) -> Result<Option<ChainEvent>, ChainError> {
    let account = |account: AccountId32| AccountId(account.0);
    let known = match (event.pallet_name(), event.event_name()) {
        ("Balances", "Transfer") => {
            let Transfer { from, to, amount } = fields(event)?;
            Some(ChainEvent::FundsMoved { from: account(from), to: account(to), amount: Planck(amount) })
        }
        (broker::PALLET, "Transferred") => {
            let Transferred { region_id, old_owner, owner } = fields(event)?;
            let (from, to) = (old_owner.map(account), owner.map(account));
            Some(ChainEvent::RegionMoved { region: region_id.into(), from, to })
        }
        (broker::PALLET, "RegionDropped") => {
            let RegionDropped { region_id } = fields(event)?;
            let RegionId { core, mask, begin: first_assignable } = region_id.into();
            Some(ChainEvent::RegionDropped { core, mask, first_assignable })
        }
        ("TransactionPayment", "TransactionFeePaid") => {
            let TransactionFeePaid { actual_fee } = fields(event)?;
            Some(ChainEvent::FeePaid { fee: Planck(actual_fee) })
        }
        ("System", "Remarked") => {
            let Remarked { sender, hash } = fields(event)?;
            Some(ChainEvent::Remarked { sender: account(sender), hash })
        }
        ("Utility", "BatchCompleted") => Some(ChainEvent::BatchCompleted),
        ("System", "ExtrinsicSuccess") => Some(ChainEvent::ExtrinsicSucceeded),
        ("System", "ExtrinsicFailed") => {
            Some(ChainEvent::ExtrinsicFailed { error: dispatch_failure(event.field_bytes(), metadata)? })
        }
        ("Proxy", "ProxyExecuted") => {
            // The field is a `Result<(), DispatchError>`.
            let error = match event.field_bytes() {
                [0, ..] => None,
                [1, error @ ..] => Some(dispatch_failure(error, metadata)?),
                _ => return Err(ChainError::Unsuitable("Proxy.ProxyExecuted has another shape".into())),
            };
            Some(ChainEvent::ProxyExecuted { error })
        }
        _ => None,
    };
    Ok(known)
}

/// Fields by name: which event it is has been seen to.
fn fields<E: DecodeAsFields>(event: &Event<'_, SubstrateConfig>) -> Result<E, ChainError> {
    event.decode_fields_unchecked_as::<E>().map_err(ChainError::node("decode an event"))
}

/// The name of a dispatch error.
pub(crate) fn dispatch_failure(bytes: &[u8], metadata: &ArcMetadata) -> Result<DispatchFailure, ChainError> {
    let error = DispatchError::decode_from(bytes, metadata.clone())
        .map_err(ChainError::node("decode a dispatch error"))?;
    let name = match error {
        DispatchError::Module(module) => match module.details() {
            Ok(details) => format!("{}.{}", details.pallet.name(), details.variant.name),
            Err(_) => format!("pallet {} error {}", module.pallet_index(), module.error_index()),
        },
        DispatchError::Token(token) => format!("Token.{token:?}"),
        other => format!("{other:?}"),
    };
    Ok(DispatchFailure(name))
}

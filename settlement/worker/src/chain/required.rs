//! What the chain must have, checked against its metadata at the start.

use super::{AtBlock, ChainError, broker, calls::Payload, events};
use crate::plan::PlannedCall;
use coretime_types::{AccountId, CoreMask, Planck, RegionId, TaskId, Timeslices};

/// Fails with a list of all that is missing or of another shape.
pub(crate) fn check(at: &AtBlock) -> Result<(), ChainError> {
    let mut wrong = Vec::new();
    calls(at, &mut wrong);
    let metadata = at.metadata_ref();
    let broker_storage = broker::STORAGE.iter().map(|entry| (broker::PALLET, *entry));
    for (pallet, entry) in broker_storage.chain([("System", "Account")]) {
        let found = metadata
            .pallet_by_name(pallet)
            .and_then(|pallet| pallet.storage())
            .and_then(|storage| storage.entry_by_name(entry));
        if found.is_none() {
            wrong.push(format!("there is no storage {pallet}.{entry}"));
        }
    }
    let names = events::NAMES.iter().map(|(pallet, event)| (*pallet, *event, &[] as &[&str]));
    for (pallet, event, fields) in events::SHAPES.iter().copied().chain(names) {
        let variants = metadata.pallet_by_name(pallet).and_then(|pallet| pallet.event_variants());
        let Some(variant) = variants.into_iter().flatten().find(|variant| variant.name == event) else {
            wrong.push(format!("there is no event {pallet}.{event}"));
            continue;
        };
        for field in fields {
            if !variant.fields.iter().any(|known| known.name.as_deref() == Some(field)) {
                wrong.push(format!("event {pallet}.{event} has no field {field}"));
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(ChainError::Unsuitable(wrong.join("; "))) }
}

/// Encodes one of each call by the chain's metadata: fails where a call or a field is missing or of another type.
fn calls(at: &AtBlock, wrong: &mut Vec<String>) {
    let (region, account) = (RegionId::default(), AccountId::default());
    let samples = [
        PlannedCall::Partition { region, offset: Timeslices(1) },
        PlannedCall::Interlace { region, mask: CoreMask::FULL },
        PlannedCall::Transfer { region, to: account },
        PlannedCall::Assign { region, task: TaskId(1) },
        PlannedCall::Pay { to: account, amount: Planck(1) },
    ];
    for sample in samples {
        for proxy_for in [None, Some(account)] {
            let encoded = match Payload::batch(&[sample], "", proxy_for) {
                Payload::Direct(call) => at.tx().call_data(&call),
                Payload::Proxied(call) => at.tx().call_data(&call),
            };
            if let Err(error) = encoded {
                wrong.push(format!("a call cannot be made ({sample:?}): {error}"));
                break;
            }
        }
    }
}

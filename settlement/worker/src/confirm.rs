//! What became of one of our extrinsics that stands in a finalised block. Pure.

use crate::chain::events::{BlockEvent, ChainEvent, DispatchFailure};
use coretime_types::{Call, InstructionNumber, Planck, Region};

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All of it happened; of these instructions the region was dropped though the call succeeded.
    CarriedOut { lost: Vec<InstructionNumber> },
    /// Nothing of it happened.
    Failed { error: DispatchFailure },
}

/// Reads the verdict from the events of the extrinsic.
///
/// `ExtrinsicSuccess` alone says little: through a proxy the outer call succeeds whatever the inner one does. Only
/// `BatchCompleted` says that the batch ran to its end.
pub(crate) fn verdict(
    events: &[BlockEvent],
    extrinsic_index: u32,
    instructions: &[(InstructionNumber, Call)],
) -> Verdict {
    let (mut completed, mut succeeded, mut failure) = (false, false, None);
    let mut lost = Vec::new();
    for event in events.iter().filter(|event| event.extrinsic_index == Some(extrinsic_index)) {
        match &event.event {
            ChainEvent::BatchCompleted => completed = true,
            ChainEvent::ExtrinsicSucceeded => succeeded = true,
            ChainEvent::ExtrinsicFailed { error } | ChainEvent::ProxyExecuted { error: Some(error) } => {
                failure = Some(error.clone());
            }
            ChainEvent::RegionDropped { core, mask, first_assignable } => {
                // The event does not name the region's own begin. Other windows of the core that go on after this were
                // assigned; those that do not were dropped too.
                let dropped = |region: &Region| {
                    region.core == *core && region.mask == *mask && region.end <= *first_assignable
                };
                lost.extend(instructions.iter().filter_map(|(number, call)| match call {
                    Call::Assign { region, .. } if dropped(region) => Some(*number),
                    _ => None,
                }));
            }
            _ => {}
        }
    }
    match failure {
        Some(error) => Verdict::Failed { error },
        None if completed && succeeded => Verdict::CarriedOut { lost },
        None => Verdict::Failed { error: DispatchFailure("the batch was not completed".into()) },
    }
}

/// What the signer paid for the extrinsic.
pub(crate) fn fee(events: &[BlockEvent], extrinsic_index: u32) -> Planck {
    events
        .iter()
        .filter(|event| event.extrinsic_index == Some(extrinsic_index))
        .find_map(|event| match event.event {
            ChainEvent::FeePaid { fee } => Some(fee),
            _ => None,
        })
        .unwrap_or_default()
}

/// The fee in equal shares for all of a batch; the first takes what does not divide.
pub(crate) fn shares(
    fee: Planck,
    batch: &[InstructionNumber],
) -> impl Iterator<Item = (InstructionNumber, Planck)> {
    let count = u128::try_from(batch.len()).unwrap_or(u128::MAX).max(1);
    let (share, rest) = (fee.0 / count, fee.0 % count);
    let planck = move |leg| Planck(if leg == 0 { share + rest } else { share });
    batch.iter().enumerate().map(move |(leg, instruction)| (*instruction, planck(leg)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use coretime_types::{CoreIndex, CoreMask, TaskId, Timeslice};

    fn events(events: &[ChainEvent]) -> Vec<BlockEvent> {
        let event =
            |event: &ChainEvent| BlockEvent { index: 0, extrinsic_index: Some(2), event: event.clone() };
        let other = BlockEvent {
            index: 0,
            extrinsic_index: Some(1),
            event: ChainEvent::ExtrinsicFailed { error: DispatchFailure("another's".into()) },
        };
        events.iter().map(event).chain([other]).collect()
    }

    fn judge(list: &[ChainEvent]) -> Verdict {
        let region =
            Region { core: CoreIndex(4), begin: Timeslice(10), end: Timeslice(20), mask: CoreMask::FULL };
        let other = Region { core: CoreIndex(5), ..region };
        let later = Region { begin: Timeslice(20), end: Timeslice(30), ..region };
        let task = TaskId(1);
        let instructions = [
            (InstructionNumber(8), Call::Assign { region, task }),
            (InstructionNumber(9), Call::Assign { region: other, task }),
            (InstructionNumber(10), Call::Assign { region: later, task }),
        ];
        verdict(&events(list), 2, &instructions)
    }

    fn failed(name: &str) -> Verdict {
        Verdict::Failed { error: DispatchFailure(name.into()) }
    }

    #[test]
    fn the_outer_success_alone_is_not_enough() {
        use ChainEvent::{BatchCompleted, ExtrinsicSucceeded, ProxyExecuted};
        let carried_out = Verdict::CarriedOut { lost: vec![] };
        assert_eq!(judge(&[BatchCompleted, ExtrinsicSucceeded]), carried_out);
        let ok = ProxyExecuted { error: None };
        assert_eq!(judge(&[BatchCompleted, ok.clone(), ExtrinsicSucceeded]), carried_out);
        assert_eq!(judge(&[ok, ExtrinsicSucceeded]), failed("the batch was not completed"));
        let error = DispatchFailure("Broker.NotOwner".into());
        let executed = ProxyExecuted { error: Some(error.clone()) };
        assert_eq!(judge(&[executed, ExtrinsicSucceeded]), failed("Broker.NotOwner"));
        assert_eq!(judge(&[ChainEvent::ExtrinsicFailed { error }]), failed("Broker.NotOwner"));
        assert_eq!(judge(&[]), failed("the batch was not completed"));
    }

    #[test]
    fn a_dropped_region_is_lost_though_the_call_succeeded_and_no_other_window_of_its_core() {
        let (core, mask, first_assignable) = (CoreIndex(4), CoreMask::FULL, Timeslice(21));
        let dropped = ChainEvent::RegionDropped { core, mask, first_assignable };
        let verdict = judge(&[dropped, ChainEvent::BatchCompleted, ChainEvent::ExtrinsicSucceeded]);
        assert_eq!(verdict, Verdict::CarriedOut { lost: vec![InstructionNumber(8)] });
    }

    #[test]
    fn fees_are_split_without_losing_a_planck() {
        let batch = [4, 7, 9].map(InstructionNumber);
        let split: Vec<(u64, u128)> =
            shares(Planck(11), &batch).map(|(leg, share)| (leg.0, share.0)).collect();
        assert_eq!(split, [(4, 5), (7, 3), (9, 3)]);
        assert_eq!(shares(Planck(11), &[]).count(), 0);
        let paid = [ChainEvent::FeePaid { fee: Planck(7) }];
        assert_eq!((fee(&events(&paid), 2), fee(&events(&paid), 3)), (Planck(7), Planck(0)));
    }
}

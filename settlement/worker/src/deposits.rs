//! What arrives at custody.
//!
//! An arrival is an event; whether it is credited is decided by the chain's state at that block. What is not credited
//! is held back: told in the status and kept in a list, and counted as unattributed until it is credited after all.

use crate::{
    HeldBack,
    chain::{
        AtBlock, ChainError, broker,
        events::{BlockEvent, ChainEvent},
    },
};
use coretime_types::{AccountId, BlockNumber, ChainReference, Command, Planck, RegionId};

/// Something reached custody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    Funds { from: AccountId, amount: Planck, reference: ChainReference },
    Region { from: Option<AccountId>, id: RegionId, reference: ChainReference },
}

/// All arrivals of a block, in order.
///
/// What custody sends itself is none, and neither is what the signer sends: that is the operator's float. Of several
/// moves of one region in a block the last tells where it is.
pub(crate) fn arrivals(
    block: BlockNumber,
    events: &[BlockEvent],
    custody: AccountId,
    signer: AccountId,
) -> Vec<Arrival> {
    let mut arrivals = Vec::new();
    for (place, event) in events.iter().enumerate() {
        let reference = ChainReference { block, event: event.index };
        match event.event {
            ChainEvent::FundsMoved { from, to, amount }
                if to == custody && from != custody && from != signer =>
            {
                arrivals.push(Arrival::Funds { from, amount, reference });
            }
            ChainEvent::RegionMoved { region: id, from, to: Some(to) }
                if to == custody && from != Some(custody) =>
            {
                let moved_again = events.iter().skip(place + 1).any(
                    |later| matches!(later.event, ChainEvent::RegionMoved { region, .. } if region == id),
                );
                if !moved_again {
                    arrivals.push(Arrival::Region { from, id, reference });
                }
            }
            _ => {}
        }
    }
    arrivals
}

/// The command that credits an arrival, or why it is held back.
pub(crate) async fn credit(
    at: &AtBlock,
    arrival: Arrival,
    custody: AccountId,
) -> Result<Result<Command, HeldBack>, ChainError> {
    let (from, id, reference) = match arrival {
        Arrival::Funds { from, amount, reference } => {
            return Ok(Ok(Command::DepositFunds { account: from, amount, reference }));
        }
        Arrival::Region { from, id, reference } => (from, id, reference),
    };
    let what = match from {
        Some(from) => format!("region {id:?} of {from}"),
        None => format!("region {id:?} of nobody known"),
    };
    let held_back =
        |reason: String| HeldBack { reference, what, from, region: Some(id), reason, may_pass: false };
    let Some(record) = broker::region(at, id).await? else {
        return Ok(Err(held_back("it is not on chain at the end of its block".into())));
    };
    if record.owner != Some(custody) {
        return Ok(Err(held_back("custody does not own it at the end of its block".into())));
    }
    let Some(account) = from else {
        return Ok(Err(held_back("nobody is known to have sent it".into())));
    };
    if let Some(reason) = broker::encumbrance(at, &record.region).await? {
        return Ok(Err(HeldBack { may_pass: true, ..held_back(reason) }));
    }
    let (region, renewable) = (record.region, record.renewable);
    Ok(Ok(Command::DepositRegion { account, region, renewable, reference }))
}

/// A deposit, as it is held back if the market rejects it; none if it is no deposit. The reason is still to be given.
pub(crate) fn described(command: &Command) -> Option<HeldBack> {
    let (reference, account, region, what) = match command {
        Command::DepositRegion { region, account, reference, .. } => {
            (*reference, *account, Some(region.id()), format!("{region} of {account}"))
        }
        Command::DepositFunds { amount, account, reference } => {
            (*reference, *account, None, format!("{amount} planck of {account}"))
        }
        _ => return None,
    };
    let reason = String::new();
    Some(HeldBack { reference, what, from: Some(account), region, reason, may_pass: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUSTODY: AccountId = AccountId([1; 32]);
    const SIGNER: AccountId = AccountId([2; 32]);
    const TRADER: AccountId = AccountId([3; 32]);

    fn found(events: Vec<ChainEvent>) -> Vec<u32> {
        let events: Vec<BlockEvent> = (7..)
            .zip(events)
            .map(|(index, event)| BlockEvent { index, extrinsic_index: Some(1), event })
            .collect();
        arrivals(BlockNumber(5), &events, CUSTODY, SIGNER)
            .iter()
            .map(|arrival| match arrival {
                Arrival::Funds { reference, .. } | Arrival::Region { reference, .. } => {
                    assert_eq!(reference.block, BlockNumber(5));
                    reference.event
                }
            })
            .collect()
    }

    fn funds(from: AccountId, to: AccountId) -> ChainEvent {
        ChainEvent::FundsMoved { from, to, amount: Planck(5) }
    }

    fn region(from: Option<AccountId>, to: AccountId) -> ChainEvent {
        ChainEvent::RegionMoved { region: RegionId::default(), from, to: Some(to) }
    }

    #[test]
    fn only_what_others_send_to_custody_is_an_arrival() {
        let moves = vec![
            funds(TRADER, CUSTODY),
            funds(CUSTODY, TRADER),
            funds(CUSTODY, CUSTODY),
            funds(SIGNER, CUSTODY),
            funds(TRADER, SIGNER),
            funds(TRADER, CUSTODY),
        ];
        assert_eq!(found(moves), [7, 12], "twice in one block is two deposits");
        assert_eq!(found(vec![region(Some(CUSTODY), CUSTODY)]), [0_u32; 0]);
        assert_eq!(found(vec![region(None, CUSTODY)]), [7]);
    }

    #[test]
    fn of_several_moves_of_a_region_the_last_counts() {
        assert_eq!(
            found(vec![region(Some(TRADER), CUSTODY), region(Some(CUSTODY), TRADER)]),
            [0_u32; 0],
            "it left again"
        );
        let again =
            vec![region(Some(TRADER), CUSTODY), region(Some(CUSTODY), TRADER), region(Some(TRADER), CUSTODY)];
        assert_eq!(found(again), [9]);
    }
}

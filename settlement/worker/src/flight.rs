//! What is under way: batches that were given to a node and can still be included. Pure.
//!
//! Several may be under way at once, with consecutive nonces. Each can still fail, or never be included, while a later
//! one is: so none may rest on what another does. That is why a batch touches no root that another one under way
//! touches (a region id does not pin the asset: had the cut before it failed, a transfer would give away more than was
//! bought), and why a nonce whose batch has expired is used again before any higher one.

use crate::ledger::Open;
use codec::{Compact, Decode};
use coretime_types::{AccountId, BlockNumber, Call, InstructionNumber, SettlementSubmitted};
use std::{collections::BTreeSet, sync::Arc};

/// A batch that can still be included.
#[derive(Clone, Debug)]
pub(crate) struct Flight {
    pub(crate) submission: Arc<SettlementSubmitted>,
    /// Those of its instructions that have not ended: all of them, as long as it is under way.
    pub(crate) legs: Vec<(InstructionNumber, Call)>,
}

/// The open instructions, by whether they are in a batch that can still be included after `block`. The batches are
/// ordered by nonce, the others by number. All blocks up to `block` must have been read, and `nonce` be the signer's
/// next one after it.
pub(crate) fn sort(
    open: Vec<Open>,
    block: BlockNumber,
    nonce: u64,
    signer: AccountId,
) -> (Vec<Flight>, Vec<(InstructionNumber, Call)>) {
    let (mut flights, mut waiting): (Vec<Flight>, Vec<(InstructionNumber, Call)>) = (Vec::new(), Vec::new());
    for one in open {
        let leg = (one.number, one.call);
        let Some(submission) = one.submission.filter(|batch| is_alive(batch, block, nonce, signer)) else {
            waiting.push(leg);
            continue;
        };
        let known =
            flights.iter_mut().find(|flight| flight.submission.extrinsic_hash == submission.extrinsic_hash);
        match known {
            Some(flight) => flight.legs.push(leg),
            None => flights.push(Flight { submission, legs: vec![leg] }),
        }
    }
    flights.sort_by(|one, other| {
        let key = |flight: &Flight| (flight.submission.nonce, flight.submission.extrinsic_hash.clone());
        key(one).cmp(&key(other))
    });
    (flights, waiting)
}

/// The lowest nonce that is not in use: `nonce` is the signer's next one on chain.
pub(crate) fn free_nonce(flights: &[Flight], signer: AccountId, nonce: u64) -> u64 {
    let ours = flights.iter().filter(|flight| signed_by(&flight.submission.extrinsic) == Some(signer));
    let used: BTreeSet<u64> = ours.map(|flight| flight.submission.nonce).collect();
    (nonce..).find(|nonce| !used.contains(nonce)).unwrap_or(nonce)
}

/// Whether it can still be included after `block`, of which all have been read up to here.
fn is_alive(submission: &SettlementSubmitted, block: BlockNumber, nonce: u64, signer: AccountId) -> bool {
    let nonce_used = signed_by(&submission.extrinsic) == Some(signer) && nonce > submission.nonce;
    block < submission.valid_until_block && !nonce_used
}

/// Who signed these bytes, if they are of the usual form; another signer's nonce says nothing.
fn signed_by(mut extrinsic: &[u8]) -> Option<AccountId> {
    /// Version 4, signed.
    const SIGNED: u8 = 0x84;
    /// `MultiAddress::Id`.
    const BY_ID: u8 = 0;
    Compact::<u32>::decode(&mut extrinsic).ok()?;
    match extrinsic {
        [SIGNED, BY_ID, rest @ ..] => rest.first_chunk().map(|account| AccountId(*account)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coretime_types::Planck;

    const SIGNER: AccountId = AccountId([7; 32]);

    fn submission(nonce: u64, valid_until: u64) -> SettlementSubmitted {
        let mut extrinsic = vec![140, 0x84, 0];
        extrinsic.extend([7; 32]);
        extrinsic.push(1);
        SettlementSubmitted {
            instructions: vec![InstructionNumber(nonce)],
            extrinsic_hash: format!("batch {nonce}"),
            nonce,
            valid_until_block: BlockNumber(valid_until),
            extrinsic,
        }
    }

    fn open(number: u64, submission: Option<SettlementSubmitted>) -> Open {
        let call = Call::Pay { to: AccountId([1; 32]), amount: Planck(1) };
        Open { number: InstructionNumber(number), call, submission: submission.map(Arc::new), held: false }
    }

    #[test]
    fn a_batch_is_alive_until_its_last_block_or_its_nonce_is_used() {
        let submission = submission(5, 100);
        let alive = |block, nonce, signer| is_alive(&submission, BlockNumber(block), nonce, signer);
        assert!(alive(99, 5, SIGNER));
        assert!(!alive(100, 5, SIGNER));
        assert!(!alive(50, 6, SIGNER));
        assert!(alive(50, 6, AccountId([8; 32])), "another signer's nonce says nothing");
        for length in 0..35 {
            assert_eq!(signed_by(&submission.extrinsic[..length]), None, "{length}");
        }
    }

    #[test]
    fn an_expired_era_leaves_its_nonce_to_the_next_batch_while_later_ones_wait_in_the_pool() {
        let (expired, later, last) = (submission(5, 100), submission(6, 110), submission(7, 110));
        let all =
            vec![open(1, Some(last)), open(2, Some(expired)), open(3, Some(later.clone())), open(4, None)];
        let with_two = [all, vec![open(9, Some(later))]].concat();
        let (flights, waiting) = sort(with_two, BlockNumber(100), 5, SIGNER);
        let nonces: Vec<u64> = flights.iter().map(|flight| flight.submission.nonce).collect();
        assert_eq!((nonces, flights[0].legs.len()), (vec![6, 7], 2));
        assert_eq!(waiting.iter().map(|(number, _)| number.0).collect::<Vec<_>>(), [2, 4]);
        assert_eq!(free_nonce(&flights, SIGNER, 5), 5, "the gap is filled first");
        assert_eq!(free_nonce(&flights, SIGNER, 6), 8);
        assert_eq!(free_nonce(&flights, AccountId([8; 32]), 5), 5, "another signer counts for itself");
    }
}

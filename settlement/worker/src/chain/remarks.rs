//! Remarks of the exchange that stand in a block, with who made them.
//!
//! The event tells the sender and the remark's hash, the block's extrinsics have its text, perhaps deep inside a proxy's,
//! a multisig's or another chain's call. So whatever begins as our remarks do is hashed and looked for among the events:
//! nobody can remark in another's name.

use super::{
    AtBlock, ChainError,
    client::hash_text,
    events::{BlockEvent, ChainEvent},
};
use crate::{anchor::PREFIX, authorise::MAX_REMARK_BYTES};
use blake2::{Blake2b, Digest, digest::consts::U32};
use codec::{Compact, Decode};
use coretime_types::{AccountId, ExtrinsicHash};
use std::collections::BTreeMap;

/// A remark that begins as ours do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Remark {
    pub(crate) sender: AccountId,
    pub(crate) text: Vec<u8>,
    /// The extrinsic that its text stands in.
    pub(crate) extrinsic_hash: ExtrinsicHash,
}

/// All of a block, in the order of their events. What the block's events do not show was not carried out.
pub(crate) async fn of_block(at: &AtBlock, events: &[BlockEvent]) -> Result<Vec<Remark>, ChainError> {
    if !events.iter().any(|event| matches!(event.event, ChainEvent::Remarked { .. })) {
        return Ok(Vec::new());
    }
    let extrinsics = at.extrinsics().fetch().await.map_err(ChainError::node("read a block's extrinsics"))?;
    let mut texts: BTreeMap<[u8; 32], (Vec<u8>, ExtrinsicHash)> = BTreeMap::new();
    // One that this client cannot decode is none of ours.
    for extrinsic in extrinsics.iter().flatten() {
        for text in texts_in(extrinsic.bytes()) {
            texts.insert(hash(&text), (text, hash_text(extrinsic.hash())));
        }
    }
    let remarks = events.iter().filter_map(|event| match &event.event {
        ChainEvent::Remarked { sender, hash } => {
            let (text, extrinsic_hash) = texts.get(hash)?.clone();
            Some(Remark { sender: *sender, text, extrinsic_hash })
        }
        _ => None,
    });
    Ok(remarks.collect())
}

fn hash(text: &[u8]) -> [u8; 32] {
    Blake2b::<U32>::digest(text).into()
}

/// Every byte string in there that begins with our prefix and has its length before it, as SCALE encodes them.
fn texts_in(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut texts = Vec::new();
    let starts = bytes.windows(PREFIX.len()).enumerate().filter(|(_, window)| *window == PREFIX.as_bytes());
    for (start, _) in starts {
        // A compact length is of one or two bytes below 16,384.
        for prefix_bytes in [1, 2] {
            let Some(mut length) = start.checked_sub(prefix_bytes).and_then(|from| bytes.get(from..start))
            else {
                continue;
            };
            let Ok(Compact(count)) = Compact::<u32>::decode(&mut length) else { continue };
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            if length.is_empty()
                && count <= MAX_REMARK_BYTES
                && let Some(text) = bytes.get(start..start.saturating_add(count))
            {
                texts.push(text.to_vec());
            }
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Encode;

    #[test]
    fn texts_are_found_however_deep_they_stand() {
        let short = format!("{PREFIX}a");
        let long = format!("{PREFIX}{}", "x".repeat(100));
        let inner = (7_u8, short.as_bytes().to_vec(), 3_u16, long.as_bytes().to_vec()).encode();
        let outer = (1_u64, inner).encode();
        let found = texts_in(&outer);
        assert!(found.contains(&short.clone().into_bytes()) && found.contains(&long.into_bytes()));
        for length in 0..outer.len() {
            texts_in(&outer[..length]);
        }
        assert_eq!(texts_in(short.as_bytes()), [[0_u8; 0]; 0], "without a length before it");
    }
}

//! Which timeslice is when: the relay chain's clock, as the chain sees it.

use super::{AtBlock, ChainError, broker};
use coretime_types::Timeslice;
use subxt::dynamic;

/// How long the relay chain takes for a block, nominally, in milliseconds.
pub const RELAY_BLOCK_MS: u64 = 6_000;

const RELAY_BLOCK: (&str, &str) = ("ParachainSystem", "LastRelayChainBlockNumber");
const NOW: (&str, &str) = ("Timestamp", "Now");

/// When a timeslice begins, in real time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimesliceTime {
    /// Which.
    pub timeslice: Timeslice,
    /// When, in milliseconds since the Unix epoch, to within a block or two.
    pub begin_unix_ms: u64,
}

/// When the timeslice began that this block is in; `None` where the chain does not tell the relay chain's block, as our
/// development chain does not.
pub(crate) async fn present_timeslice(at: &AtBlock) -> Result<Option<TimesliceTime>, ChainError> {
    const ACTION: &str = "read the relay chain's clock";
    let has = |(pallet, entry): (&str, &str)| {
        let storage = at.metadata_ref().pallet_by_name(pallet).and_then(|pallet| pallet.storage());
        storage.is_some_and(|storage| storage.entry_by_name(entry).is_some())
    };
    if !has(RELAY_BLOCK) || !has(NOW) {
        return Ok(None);
    }
    let address = dynamic::storage::<(), u32>(RELAY_BLOCK.0, RELAY_BLOCK.1);
    let relay_block = at.storage().try_fetch(address, ()).await.map_err(ChainError::node(ACTION))?;
    let address = dynamic::storage::<(), u64>(NOW.0, NOW.1);
    let now_ms = at.storage().try_fetch(address, ()).await.map_err(ChainError::node(ACTION))?;
    let (Some(relay_block), Some(now_ms)) = (relay_block, now_ms) else { return Ok(None) };
    let relay_block = relay_block.decode().map_err(ChainError::node(ACTION))?;
    let now_ms = now_ms.decode().map_err(ChainError::node(ACTION))?;
    Ok(begin_of(relay_block, now_ms, broker::timeslice_relay_blocks(at)?))
}

fn begin_of(relay_block: u32, now_ms: u64, timeslice_relay_blocks: u32) -> Option<TimesliceTime> {
    let timeslice = Timeslice(relay_block.checked_div(timeslice_relay_blocks)?);
    let since = u64::from(relay_block.checked_rem(timeslice_relay_blocks)?).checked_mul(RELAY_BLOCK_MS)?;
    Some(TimesliceTime { timeslice, begin_unix_ms: now_ms.checked_sub(since)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timeslice_begins_with_a_multiple_of_its_relay_blocks() {
        let begin =
            |timeslice, begin_unix_ms| Some(TimesliceTime { timeslice: Timeslice(timeslice), begin_unix_ms });
        assert_eq!(begin_of(800, 1_000_000, 80), begin(10, 1_000_000));
        assert_eq!(begin_of(879, 1_000_000, 80), begin(10, 1_000_000 - 79 * 6_000));
        assert_eq!(begin_of(880, 1_006_000, 80), begin(11, 1_006_000));
        assert_eq!(begin_of(879, 5, 80), None);
        assert_eq!(begin_of(879, 5, 0), None);
    }
}

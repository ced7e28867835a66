//! Which timeslice is when, in real time.

use crate::venue::{ChainUnderTest, Venue, until};

const TIMESLICE_MS: u64 = 480_000;

pub(crate) async fn which_timeslice_is_when_is_known_where_the_chain_tells_the_relay_chains_block(
    chain: ChainUnderTest,
) {
    let venue = Venue::open(chain).await;
    let begin = venue.query(|market| market.tradable_from().0).await;
    let clock = || venue.query(|market| market.tradable_from().0);
    until("a timeslice passes", || async { clock().await > begin }).await;
    if chain != ChainUnderTest::Westend {
        assert_eq!(venue.status().timeslice_time, None);
        return;
    }
    until("the relay chain's clock is read", || async { venue.status().timeslice_time.is_some() }).await;
    let first = venue.status().timeslice_time.unwrap();
    assert!(first.timeslice.0 < clock().await, "it is of a timeslice that can no longer be sold: {first:?}");
    until("it is read anew", || async { venue.status().timeslice_time != Some(first) }).await;
    let second = venue.status().timeslice_time.unwrap();
    let between = u64::from(second.timeslice.0 - first.timeslice.0) * TIMESLICE_MS;
    // On this chain a block is exactly four relay-chain blocks, and as long.
    assert_eq!(second.begin_unix_ms - first.begin_unix_ms, between, "{first:?} {second:?}");
}

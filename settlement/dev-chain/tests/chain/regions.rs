//! Buying, cutting and handing on regions.

use coretime_dev_chain::Profile;
use pallet_broker::CoreMask;

use crate::support::{TestChain, alice, public};

#[tokio::test]
async fn a_core_can_be_bought_straight_after_the_start() {
    for profile in [Profile::Kusama, Profile::Polkadot] {
        let chain = TestChain::new(profile).await;
        assert_eq!(chain.client.genesis_hash().0, chain.node.genesis_hash());
        let before = chain.free(&alice()).await;
        let id = chain.purchase(&alice()).await;
        assert_eq!(id.mask, CoreMask::complete());
        let (end, owner) = chain.region(id).await.expect("there is a region");
        assert_eq!((end - id.begin, owner), (5_040, Some(public(&alice()))));
        let paid = before - chain.free(&alice()).await;
        // The broker takes no fee from who buys.
        assert_eq!(paid, profile.minimum_end_price_planck());
    }
}

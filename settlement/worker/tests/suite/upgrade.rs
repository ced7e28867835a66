//! A runtime upgrade between signing and inclusion: from our own runtime to Westend's, which has another version, other
//! metadata, other extensions, and gives the numbers of calls to others.

use crate::{
    crashes::ends,
    in_flight::submissions,
    venue::{ChainUnderTest, Venue, account, setting, submit},
};
use coretime_types::{Delivery, InstructionEnd};
use subxt::dynamic::Value;

#[tokio::test(flavor = "multi_thread")]
async fn a_runtime_upgrade_changes_call_indices_and_the_spec_version_between_signing_and_inclusion() {
    let chain = ChainUnderTest::BeforeUpgrade;
    let mut venue = Venue::prepare(chain).await;
    venue.config.mortality_blocks = 8;
    venue.start_worker().await;
    let core = venue.core_on_offer().await;
    let old_version = venue.spec_version().await;
    let old_indices = venue.call_indices(&["Utility", "Proxy", "Broker"]).await;
    let before = venue.wallet.balance(account("Bob")).await.unwrap();

    venue.chain().set_finalization(false).await.unwrap();
    let begin = core.begin.0;
    let (slice, _) = venue.buy("Bob", begin + 50, begin + 90, 40, Delivery::Transfer).await;
    venue.withdraw_funds("Bob", 1_000_000_000).await;
    venue.fork_off_a_batch().await;
    let code = setting(code_key(), coretime_westend_chain::CODE);
    submit(&venue, "Alice", "Sudo", "sudo", vec![Value::unnamed_variant("System", [code])]).await;
    venue.chain().new_block().await.unwrap();
    venue.chain().set_finalization(true).await.unwrap();
    venue.until_settled().await;

    assert_ne!(venue.spec_version().await, old_version);
    let indices = venue.call_indices(&["Utility", "Proxy", "Broker"]).await;
    assert!(
        indices.iter().zip(&old_indices).all(|(new, old)| new != old),
        "{old_indices:?}, then {indices:?}"
    );
    let submitted = submissions(&venue).await;
    assert!(submitted.len() >= 2, "what was signed for the old runtime is in no block of the new one");
    assert!(submitted.iter().all(|one| one.nonce == 0), "so its nonce was free");
    assert!(ends(&venue).await.values().all(|ends| ends[..] == [InstructionEnd::Confirmed]));
    assert_eq!(venue.owner(slice).await, Some(account("Bob")));
    let after = venue.wallet.balance(account("Bob")).await.unwrap();
    assert_eq!(after.0 - before.0, 1_000_000_000, "paid once");
    // And the new runtime goes on.
    venue.buy("Bob", begin + 100, begin + 110, 80, Delivery::Transfer).await;
    venue.until_settled().await;
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

/// Where a state says which runtime it is for.
fn code_key() -> &'static [u8] {
    b":code"
}

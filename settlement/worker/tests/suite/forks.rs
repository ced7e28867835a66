//! Blocks that were the best and never become final: what stood in them is in others, or in none.

use crate::{
    in_flight::submissions,
    venue::{ChainUnderTest, Venue, account, key, remark, submit},
};
use coretime_types::Planck;
use subxt::dynamic::Value;

/// A payment whose batch a fork has given up. Finality stands still.
async fn forked(chain: ChainUnderTest) -> (Venue, Planck) {
    let mut venue = Venue::open(chain).await;
    venue.deposit_funds("Bob", 100 * chain.unit_planck()).await;
    let before = venue.wallet.balance(account("Bob")).await.unwrap();
    venue.chain().set_finalization(false).await.unwrap();
    venue.withdraw_funds("Bob", 1_000_000_000).await;
    venue.fork_off_a_batch().await;
    (venue, before)
}

async fn paid_once(mut venue: Venue, before: Planck) {
    let after = venue.wallet.balance(account("Bob")).await.unwrap();
    assert_eq!(after.0 - before.0, 1_000_000_000, "paid once");
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

pub(crate) async fn a_batch_that_a_fork_gives_up_is_sent_unchanged_and_is_in_another_block(
    chain: ChainUnderTest,
) {
    let (venue, before) = forked(chain).await;
    venue.chain().set_finalization(true).await.unwrap();
    venue.until_settled().await;
    assert_eq!(submissions(&venue).await.len(), 1, "no second extrinsic for the same instruction");
    paid_once(venue, before).await;
}

pub(crate) async fn a_batch_that_a_fork_gives_up_and_whose_nonce_is_taken_is_planned_anew(
    chain: ChainUnderTest,
) {
    let (venue, before) = forked(chain).await;
    remark(&venue.config.chain_url, &key("Settlement"), b"somebody else has the key").await;
    venue.chain().new_block().await.unwrap();
    venue.chain().set_finalization(true).await.unwrap();
    venue.until_settled().await;
    let submitted = submissions(&venue).await;
    assert_eq!(submitted.iter().map(|one| one.nonce).collect::<Vec<_>>(), [0, 1], "the first is in no block");
    paid_once(venue, before).await;
}

pub(crate) async fn a_deposit_that_a_fork_gives_up_was_never_credited(chain: ChainUnderTest) {
    let mut venue = Venue::open(chain).await;
    venue.deposit_funds("Bob", 1_000_000_000).await;
    venue.chain().set_finalization(false).await.unwrap();
    let custody = Value::unnamed_variant("Id", [Value::from_bytes(venue.config.custody.0)]);
    let transfer = vec![custody, Value::u128(5_000_000_000)];
    submit(&venue, "Charlie", "Balances", "transfer_keep_alive", transfer).await;
    venue.chain().new_block().await.unwrap();
    assert!(venue.chain().reorganise().await.unwrap() > 0);
    venue.chain().set_finalization(true).await.unwrap();
    // A deposit behind it shows that the blocks in its place were read.
    venue.deposit_funds("Bob", 1_000_000_000).await;
    assert_eq!(venue.free("Charlie").await, Planck::ZERO);
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

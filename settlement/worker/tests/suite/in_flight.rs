//! Several batches under way at once: none rests on another, whatever becomes of it.

use crate::venue::{ChainUnderTest, Venue, account, key, remark, until};
use coretime_types::{Command, Delivery, SettlementSubmitted};
use std::collections::BTreeSet;

pub(crate) async fn submissions(venue: &Venue) -> Vec<SettlementSubmitted> {
    let commands = venue.commands().await.into_iter();
    let submitted = commands.filter_map(|(command, _)| match command {
        Command::SettlementSubmitted(submitted) => Some(submitted),
        _ => None,
    });
    submitted.collect()
}

pub(crate) async fn batches_on_different_cores_go_out_together_with_consecutive_nonces(
    chain: ChainUnderTest,
) {
    let mut venue = Venue::prepare(chain).await;
    venue.start_worker().await;
    venue.deposit_funds("Bob", 100 * chain.unit_planck()).await;
    let mut bought = Vec::new();
    let mut cores = Vec::new();
    for _ in 0..3 {
        let core = venue.deposit_core("Alice").await;
        venue.offer("Alice", core, true).await;
        cores.push(core);
    }
    venue.stop_worker().await;
    venue.config.max_legs = 1;
    let begin = cores[0].begin.0;
    // Each takes the whole window of one core, so that the next is from another.
    for core in &cores {
        bought.push(venue.buy("Bob", begin, core.end.0, 80, Delivery::Transfer).await.0);
    }
    let finalised = venue.last_block().await;
    venue.start_worker().await;
    venue.until_settled().await;
    let submitted = submissions(&venue).await;
    let nonces: Vec<u64> = submitted.iter().map(|one| one.nonce).collect();
    assert_eq!(nonces, [0, 1, 2]);
    let eras: BTreeSet<_> = submitted.iter().map(|one| one.valid_until_block).collect();
    assert_eq!(eras.len(), 1, "all signed at the same block: {eras:?} from {finalised:?}");
    for region in bought {
        assert_eq!(venue.owner(region).await, Some(account("Bob")), "{region}");
    }
    venue.assert_agrees().await;
}

pub(crate) async fn of_one_root_only_one_batch_is_under_way(chain: ChainUnderTest) {
    let mut venue = Venue::prepare(chain).await;
    venue.start_worker().await;
    let core = venue.core_on_offer().await;
    venue.stop_worker().await;
    venue.config.max_legs = 5;
    let bought = venue.buy_slices_of(core, 20).await;
    venue.start_worker().await;
    venue.until_settled().await;
    for region in bought {
        assert_eq!(venue.owner(region).await, Some(account("Bob")), "{region}");
    }
    let submitted = submissions(&venue).await;
    let all: Vec<_> = submitted.iter().flat_map(|one| one.instructions.clone()).collect();
    assert_eq!(all.len(), all.iter().collect::<BTreeSet<_>>().len(), "each was sent once");
    assert_eq!(submitted.len(), 4);
    venue.assert_agrees().await;
}

pub(crate) async fn a_competing_transaction_that_takes_the_nonce_costs_a_batch_and_nothing_else(
    chain: ChainUnderTest,
) {
    let mut venue = Venue::prepare(chain).await;
    venue.config.mortality_blocks = 8;
    venue.start_worker().await;
    venue.deposit_funds("Bob", 100 * chain.unit_planck()).await;
    let before = venue.wallet.balance(account("Bob")).await.unwrap();
    for _ in 0..8 {
        let signer = key("Settlement");
        let competing = remark(&venue.config.chain_url, &signer, b"somebody else has the key");
        let (_, ()) = tokio::join!(venue.withdraw_funds("Bob", 1_000_000_000), competing);
    }
    venue.until_settled().await;
    let after = venue.wallet.balance(account("Bob")).await.unwrap();
    assert_eq!(after.0 - before.0, 8_000_000_000, "each payment once");
    venue.assert_agrees().await;
}

pub(crate) async fn an_expired_batch_leaves_its_nonce_to_the_next_while_later_ones_are_in_the_pool(
    chain: ChainUnderTest,
) {
    let mut venue = Venue::prepare(chain).await;
    venue.start_worker().await;
    venue.deposit_funds("Bob", 100 * chain.unit_planck()).await;
    venue.stop_worker().await;
    let before = venue.wallet.balance(account("Bob")).await.unwrap();
    // The first batch is recorded and reaches no node: a crash in between. A later one has the next nonce.
    venue.config.mortality_blocks = 8;
    let first = venue.withdraw_funds("Bob", 1_000_000_000).await;
    let finalised = venue.last_block().await;
    venue
        .tell(Command::SettlementSubmitted(SettlementSubmitted {
            instructions: vec![first],
            extrinsic_hash: "0x00".into(),
            nonce: 0,
            valid_until_block: coretime_types::BlockNumber(finalised + 40),
            extrinsic: venue.unsendable_extrinsic(),
        }))
        .await;
    venue.withdraw_funds("Bob", 2_000_000_000).await;
    venue.start_worker().await;
    until("the later one is under way", || async { submissions(&venue).await.len() == 2 }).await;
    assert_eq!(submissions(&venue).await[1].nonce, 1);
    venue.until_settled().await;
    let after = venue.wallet.balance(account("Bob")).await.unwrap();
    assert_eq!(after.0 - before.0, 3_000_000_000, "each payment once");
    let submitted = submissions(&venue).await;
    assert!(submitted.iter().skip(2).any(|one| one.nonce == 0), "the gap was filled");
    venue.assert_agrees().await;
}

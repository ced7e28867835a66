//! Heads, and what becomes final when.

use coretime_dev_chain::{Config, Profile};
use serde_json::json;
use subxt::{transactions::TransactionStatus, utils::H256};
use subxt_signer::sr25519::dev::{alice, bob};

use crate::support::{Tester, transfer};

async fn finalized(tester: &Tester) -> H256 {
    let head = tester.ask("chain_getFinalizedHead", json!([])).await.expect("answers");
    serde_json::from_value(head).expect("a hash")
}

#[tokio::test]
async fn the_final_head_lags_and_tells_every_block_once() {
    let config = Config { finality_lag_blocks: 3, ..Config::new(Profile::Kusama) };
    let tester = Tester::with(config).await;
    let genesis = H256(tester.chain.genesis_hash());
    let mut stream = tester.client.stream_blocks().await.expect("subscribes");
    // It subscribes when it is first asked.
    let first = stream.next().await.expect("begins").expect("arrives");
    assert_eq!(first.hash(), genesis);
    let mut sealed = vec![genesis];
    for _ in 0..3 {
        sealed.push(tester.seal().await);
        assert_eq!(finalized(&tester).await, genesis);
    }
    let tx = tester.sign(&transfer(&bob(), 1_000_000_000_000), &alice(), None, 0).await;
    let mut progress = tx.submit_and_watch().await.expect("is taken");
    for lagging in 1..10 {
        sealed.push(tester.seal().await);
        assert_eq!(finalized(&tester).await, sealed[lagging]);
    }
    let mut seen = Vec::new();
    while let Some(status) = progress.next().await {
        match status.expect("arrives") {
            TransactionStatus::InBestBlock(block) => seen.push(("best", block.block_hash())),
            TransactionStatus::InFinalizedBlock(block) => seen.push(("final", block.block_hash())),
            _ => {}
        }
    }
    assert_eq!(seen, [("best", sealed[4]), ("final", sealed[4])]);
    for number in 1..10 {
        let block = stream.next().await.expect("goes on").expect("arrives");
        assert_eq!((block.number(), block.hash()), (number, sealed[usize::try_from(number).unwrap()]));
    }
}

#[tokio::test]
async fn finality_stands_still_and_catches_up() {
    let tester = Tester::start(Profile::Kusama).await;
    tester.seal().await;
    tester.ask("dev_setFinalization", json!([false])).await.expect("answers");
    let before = finalized(&tester).await;
    let first = tester.seal().await;
    tester.seal().await;
    assert_eq!(finalized(&tester).await, before);
    tester.chain.set_finalization(true).await.expect("goes on");
    assert_eq!(finalized(&tester).await, first);
}

#[tokio::test]
async fn a_fork_gives_up_what_is_not_final_and_what_replaces_it_outlives_a_restart() {
    let folder = tempfile::tempdir().expect("folder");
    let config = || Config {
        data: Some(folder.path().to_owned()),
        finality_lag_blocks: 0,
        ..Config::new(Profile::Kusama)
    };
    let tester = Tester::with(config()).await;
    let base = tester.seal().await;
    tester.chain.set_finalization(false).await.expect("stands still");
    let before = tester.free(&bob()).await;
    let tx = tester.sign(&transfer(&bob(), 1_000_000_000_000), &alice(), None, 0).await;
    tx.submit().await.expect("is taken");
    let given_up = tester.seal().await;
    tester.seal().await;
    assert!(tester.free(&bob()).await > before);
    assert_eq!(tester.chain.reorganise().await.expect("forks"), 2);
    assert_eq!(tester.best().await.block_hash(), base);
    assert_eq!(tester.free(&bob()).await, before, "it never happened");
    // The same transaction again, in another block.
    tester.seal().await;
    tx.submit().await.expect("is taken again");
    let replaced = tester.seal().await;
    assert_ne!(replaced, given_up);
    tester.chain.set_finalization(true).await.expect("goes on");
    assert_eq!(finalized(&tester).await, replaced);
    let after = tester.free(&bob()).await;
    assert!(after > before);
    drop((tx, tester));

    let tester = Tester::with(config()).await;
    assert_eq!(tester.best().await.block_hash(), replaced);
    assert_eq!(tester.free(&bob()).await, after);
}

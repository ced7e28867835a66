//! What a data folder is good for.

use std::path::Path;

use coretime_dev_chain::{Config, DevChain, Profile, StartError};
use serde_json::json;
use subxt_signer::sr25519::dev::{alice, bob};

use crate::support::{Tester, transfer};

fn in_folder(profile: Profile, folder: &Path) -> Config {
    Config { data: Some(folder.to_owned()), ..Config::new(profile) }
}

#[tokio::test]
async fn a_restarted_chain_has_the_same_blocks_and_goes_on() {
    let folder = tempfile::tempdir().expect("folder");
    let tester = Tester::with(in_folder(Profile::Polkadot, folder.path())).await;
    let genesis = tester.chain.genesis_hash();
    let id = tester.buy(&alice()).await;
    tester.chain.advance_timeslices(100).await.expect("time passes");
    tester.send(&transfer(&bob(), 10_000_000_000), &alice()).await.expect("goes through");
    let head = tester.ask("chain_getHeader", json!([])).await.expect("answers");
    drop(tester);

    let tester = Tester::with(in_folder(Profile::Polkadot, folder.path())).await;
    assert_eq!(tester.chain.genesis_hash(), genesis);
    assert_eq!(tester.ask("chain_getHeader", json!([])).await.expect("answers"), head);
    assert!(tester.region(id).await.is_some());
    tester.send(&transfer(&bob(), 10_000_000_000), &alice()).await.expect("goes through");
    tester.chain.shutdown().await;
}

#[tokio::test]
async fn a_torn_last_block_is_cut_off_and_damage_before_it_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let tester = Tester::with(in_folder(Profile::Kusama, folder.path())).await;
    let first = tester.seal().await;
    let second = tester.seal().await;
    drop(tester);
    let path = folder.path().join("blocks");
    let whole = std::fs::read(&path).expect("reads");
    std::fs::write(&path, &whole[..whole.len() - 1]).expect("writes");
    let tester = Tester::with(in_folder(Profile::Kusama, folder.path())).await;
    assert_eq!(tester.best().await.block_hash(), first);
    // The same clock and no transactions: the same block.
    assert_eq!(tester.seal().await, second);
    drop(tester);

    let mut flipped = whole;
    flipped[60] ^= 1;
    std::fs::write(&path, &flipped).expect("writes");
    let refused = DevChain::start(in_folder(Profile::Kusama, folder.path())).await.err();
    assert!(matches!(refused, Some(StartError::Damaged { offset: 40, .. })), "{refused:?}");
}

#[tokio::test]
async fn a_folder_belongs_to_one_process_and_one_profile() {
    let folder = tempfile::tempdir().expect("folder");
    let chain = DevChain::start(in_folder(Profile::Kusama, folder.path())).await.expect("starts");
    let second = DevChain::start(in_folder(Profile::Kusama, folder.path())).await.err();
    assert!(matches!(second, Some(StartError::InUse { .. })), "{second:?}");
    chain.shutdown().await;
    let other = DevChain::start(in_folder(Profile::Polkadot, folder.path())).await.err();
    let other = other.expect("is refused").to_string();
    assert!(other.contains("profile is kusama, not polkadot"), "{other}");
}

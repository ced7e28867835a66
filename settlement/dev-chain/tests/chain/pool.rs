//! Transactions on their way into a block.

use coretime_dev_chain::Profile;
use serde_json::json;
use subxt::{dynamic::Value, transactions::TransactionStatus};
use subxt_signer::sr25519::dev::{alice, bob, charlie};

use crate::support::{Progress, Tester, call, text, transfer};

/// One whole token.
const UNIT: u128 = Profile::Kusama.unit_planck();

async fn next(progress: &mut Progress) -> String {
    match progress.next().await.expect("there is another").expect("arrives") {
        TransactionStatus::Validated => "ready".into(),
        TransactionStatus::InBestBlock(block) => format!("in block {:?}", block.block_hash()),
        TransactionStatus::InFinalizedBlock(block) => format!("final {:?}", block.block_hash()),
        TransactionStatus::Invalid { message } | TransactionStatus::Dropped { message } => message,
        other => text(other),
    }
}

#[tokio::test]
async fn consecutive_nonces_out_of_order_share_a_block() {
    let tester = Tester::start(Profile::Kusama).await;
    let mut progresses = Vec::new();
    for nonce in (0..50).rev() {
        let tx = tester.sign(&transfer(&bob(), UNIT), &alice(), Some(nonce), 0).await;
        progresses.push(tx.submit_and_watch().await.expect("is taken"));
    }
    let pending = tester.ask("author_pendingExtrinsics", json!([])).await.expect("answers");
    assert_eq!(pending.as_array().map(Vec::len), Some(50));
    let alice_address = alice().public_key().to_account_id().to_string();
    let nonce = tester.ask("system_accountNextIndex", json!([alice_address])).await;
    assert_eq!(nonce.expect("answers"), 50);
    let block = tester.seal().await;
    for mut progress in progresses {
        assert_eq!(next(&mut progress).await, "ready");
        assert_eq!(next(&mut progress).await, format!("in block {block:?}"));
    }
    let block = tester.ask("chain_getBlock", json!([block])).await.expect("answers");
    // With the two inherents.
    assert_eq!(block["block"]["extrinsics"].as_array().map(Vec::len), Some(52));
    let pending = tester.ask("author_pendingExtrinsics", json!([])).await.expect("answers");
    assert_eq!(pending, json!([]));
}

#[tokio::test]
async fn a_gap_in_the_nonces_waits_for_what_fills_it() {
    let tester = Tester::start(Profile::Kusama).await;
    let tx = tester.sign(&transfer(&bob(), UNIT), &alice(), Some(1), 0).await;
    let mut second = tx.submit_and_watch().await.expect("is taken");
    tester.seal().await;
    let pending = tester.ask("author_pendingExtrinsics", json!([])).await.expect("answers");
    assert_eq!(pending.as_array().map(Vec::len), Some(1));
    tester.send(&transfer(&bob(), UNIT), &alice()).await.expect("fills the gap");
    assert_eq!(next(&mut second).await, "ready");
    assert!(next(&mut second).await.starts_with("in block"));
}

#[tokio::test]
async fn more_tip_usurps_and_less_is_refused() {
    let tester = Tester::start(Profile::Kusama).await;
    let with_tip = async |tip| tester.sign(&transfer(&bob(), UNIT), &alice(), Some(0), tip).await;
    let first = with_tip(UNIT).await;
    let mut watched = first.submit_and_watch().await.expect("is taken");
    assert_eq!(next(&mut watched).await, "ready");
    let again = text(first.submit().await.expect_err("is there already"));
    assert!(again.contains("1013"), "{again}");
    for tip in [UNIT, UNIT / 2] {
        let refused = text(with_tip(tip).await.submit().await.expect_err("is worth no more"));
        assert!(refused.contains("1014"), "{refused}");
    }
    with_tip(2 * UNIT).await.submit().await.expect("is worth more");
    assert!(next(&mut watched).await.contains("usurped"));
}

#[tokio::test]
async fn what_does_not_fit_waits_for_the_next_block() {
    let tester = Tester::start(Profile::Kusama).await;
    let remark = |bytes: usize| call("System", "remark", vec![Value::from_bytes(vec![0; bytes])]);
    // Normal transactions have 3.75 MiB of a block.
    for signer in [alice(), bob(), charlie()] {
        let tx = tester.sign(&remark(1_500_000), &signer, Some(0), 0).await;
        tx.submit().await.expect("is taken");
    }
    for left in [1, 0] {
        tester.seal().await;
        let pending = tester.ask("author_pendingExtrinsics", json!([])).await.expect("answers");
        assert_eq!(pending.as_array().map(Vec::len), Some(left));
    }
}

#[tokio::test]
async fn refusals_have_the_codes_of_real_nodes() {
    let tester = Tester::start(Profile::Kusama).await;
    tester.send(&transfer(&bob(), UNIT), &alice()).await.expect("goes through");
    let stale = tester.sign(&transfer(&bob(), UNIT), &alice(), Some(0), 0).await;
    let stale = text(stale.submit().await.expect_err("is refused"));
    assert!(stale.contains("1010") && stale.contains("outdated"), "{stale}");

    let pauper = subxt_signer::sr25519::Keypair::from_secret_key([7; 32]).expect("a key");
    let poor = tester.sign(&transfer(&bob(), UNIT), &pauper, Some(0), 0).await;
    let poor = text(poor.submit().await.expect_err("is refused"));
    assert!(poor.contains("1010") && poor.contains("pay some fees"), "{poor}");

    let mut forged = tester.sign(&transfer(&bob(), UNIT), &alice(), Some(1), 0).await.into_encoded();
    let last = forged.len() - 1;
    forged[last] ^= 1;
    let forged = format!("0x{}", hex::encode(forged));
    let forged = text(tester.ask("author_submitExtrinsic", json!([forged])).await.expect_err("no"));
    assert!(forged.contains("1010") && forged.contains("bad signature"), "{forged}");

    let junk = text(tester.ask("author_submitExtrinsic", json!(["0x00112233"])).await.expect_err("no"));
    assert!(junk.contains("1001"), "{junk}");
}

#[tokio::test]
async fn an_era_that_is_over_takes_the_transaction_out() {
    let tester = Tester::start(Profile::Kusama).await;
    tester.seal().await;
    // A gap before it keeps it out of every block; its era has 32 blocks.
    let tx = tester.sign(&transfer(&bob(), UNIT), &alice(), Some(1), 0).await;
    let mut watched = tx.submit_and_watch().await.expect("is taken");
    tester.ask("dev_newBlock", json!([{ "count": 30 }])).await.expect("seals");
    let pending = tester.ask("author_pendingExtrinsics", json!([])).await.expect("answers");
    assert_eq!(pending.as_array().map(Vec::len), Some(1));
    tester.ask("dev_newBlock", json!([{ "count": 4 }])).await.expect("seals");
    assert!(next(&mut watched).await.contains("invalid"));
    let pending = tester.ask("author_pendingExtrinsics", json!([])).await.expect("answers");
    assert_eq!(pending, json!([]));
}

//! What other tools ask a node.

use codec::Encode as _;
use coretime_dev_chain::{Config, Profile};
use serde_json::{Value as Json, json};
use subxt_signer::sr25519::dev::{alice, bob};

use crate::support::{Tester, text, transfer};

#[tokio::test]
async fn chain_and_node_introduce_themselves() {
    for (profile, symbol, decimals) in [(Profile::Kusama, "KSM", 12), (Profile::Polkadot, "DOT", 10)] {
        let tester = Tester::start(profile).await;
        let properties = tester.ask("system_properties", json!([])).await.expect("answers");
        assert_eq!(properties["tokenSymbol"], symbol);
        assert_eq!(properties["tokenDecimals"], decimals);
        let methods = tester.ask("rpc_methods", json!([])).await.expect("answers");
        assert!(methods["methods"].as_array().expect("a list").contains(&json!("dev_newBlock")));
        let version = tester.ask("state_getRuntimeVersion", json!([])).await.expect("answers");
        assert_eq!(version["specName"], "coretime-dev");
    }
}

#[tokio::test]
async fn blocks_are_found_by_number_in_every_notation() {
    let tester = Tester::start(Profile::Kusama).await;
    let genesis = json!(format!("0x{}", hex::encode(tester.chain.genesis_hash())));
    let first = json!(tester.seal().await);
    let hash = async |params| tester.ask("chain_getBlockHash", params).await.expect("answers");
    assert_eq!(hash(json!([])).await, first);
    assert_eq!(hash(json!([1])).await, first);
    assert_eq!(hash(json!(["0x1"])).await, first);
    assert_eq!(hash(json!([[0, "0x01", 9]])).await, json!([genesis, first, null]));
    assert_eq!(hash(json!([9])).await, Json::Null);
}

#[tokio::test]
async fn what_a_transaction_costs_is_told_before_and_charged_after() {
    let tester = Tester::start(Profile::Polkadot).await;
    let tx = tester.sign(&transfer(&bob(), 10_000_000_000), &alice(), None, 0).await;
    let encoded = format!("0x{}", hex::encode(tx.encoded()));
    let info = tester.ask("payment_queryInfo", json!([encoded])).await.expect("answers");
    let fee: u128 = info["partialFee"].as_str().expect("a string").parse().expect("a number");
    // About two thousandths of a DOT on the real chain.
    assert!((1_000_000..100_000_000).contains(&fee), "{fee}");
    let details = tester.ask("payment_queryFeeDetails", json!([encoded])).await.expect("answers");
    assert!(details["inclusionFee"]["lenFee"].is_string(), "{details}");
    let before = tester.free(&alice()).await;
    tx.submit().await.expect("is taken");
    tester.seal().await;
    assert_eq!(before - tester.free(&alice()).await, 10_000_000_000 + fee);
}

#[tokio::test]
async fn a_runtime_panic_and_calls_nested_without_end_are_errors() {
    let tester = Tester::start(Profile::Kusama).await;
    let panicked = tester.ask("state_call", json!(["Core_execute_block", "0x00"])).await;
    assert!(text(panicked.expect_err("panics")).contains("panicked"));
    let unknown = tester.ask("state_call", json!(["No_such_function", "0x"])).await;
    assert!(text(unknown.expect_err("is unknown")).contains("not found"));

    // As deep as a transaction decodes, and deeper.
    for (depth, fits) in [(200, true), (300, false)] {
        let bytes = format!("0x{}", hex::encode(nested_transaction(&tester, depth)));
        let submitted = tester.ask("author_submitExtrinsic", json!([bytes])).await;
        if fits {
            submitted.expect("is taken");
        } else {
            assert!(text(submitted.expect_err("is too deep")).contains("1001"));
        }
        let block = tester.seal().await;
        let block = tester.ask("chain_getBlock", json!([block])).await.expect("answers");
        let inherents = 2;
        let extrinsics = block["block"]["extrinsics"].as_array().map(Vec::len);
        assert_eq!(extrinsics, Some(inherents + usize::from(fits)));
    }
}

/// Alice's first transaction: a remark in a batch in a batch and so on.
fn nested_transaction(tester: &Tester, depth: u32) -> Vec<u8> {
    use coretime_dev_runtime::{RuntimeCall, UncheckedExtrinsic, VERSION};
    use sp_runtime::{MultiAddress, generic};
    let genesis = sp_core::H256(tester.chain.genesis_hash());
    // It is built and dropped by recursion.
    let build = move || {
        let mut call = RuntimeCall::System(frame_system::Call::remark { remark: vec![1] });
        for _ in 0..depth {
            call = RuntimeCall::Utility(pallet_utility::Call::batch_all { calls: vec![call] });
        }
        let extensions = (
            frame_system::AuthorizeCall::new(),
            frame_system::CheckNonZeroSender::new(),
            frame_system::CheckSpecVersion::new(),
            frame_system::CheckTxVersion::new(),
            frame_system::CheckGenesis::new(),
            frame_system::CheckEra::from(generic::Era::Immortal),
            frame_system::CheckNonce::from(0),
            frame_system::CheckWeight::new(),
            pallet_transaction_payment::ChargeTransactionPayment::from(0),
            frame_metadata_hash_extension::CheckMetadataHash::new(false),
        );
        let (spec, transaction) = (VERSION.spec_version, VERSION.transaction_version);
        let implicit = ((), (), spec, transaction, genesis, genesis, (), (), (), None);
        let payload = generic::SignedPayload::from_raw(call.clone(), extensions.clone(), implicit);
        let signature = payload.using_encoded(|bytes| alice().sign(bytes));
        let signature = sp_runtime::MultiSignature::Sr25519(signature.0.into());
        let signer = MultiAddress::Id(alice().public_key().0.into());
        UncheckedExtrinsic::new_signed(call, signer, signature, extensions).encode()
    };
    let thread = std::thread::Builder::new().stack_size(64 * 1024 * 1024).spawn(build);
    thread.expect("starts").join().expect("builds")
}

#[tokio::test]
async fn bytes_that_are_no_transaction_are_refused() {
    let tester = Tester::start(Profile::Kusama).await;
    let bytes = format!("0x{}", "28020c".repeat(5_000));
    let refused = tester.ask("author_submitExtrinsic", json!([bytes])).await;
    assert!(text(refused.expect_err("is no extrinsic")).contains("1001"));
    tester.seal().await;
}

#[tokio::test]
async fn old_states_are_discarded_and_old_blocks_kept() {
    let tester = Tester::start(Profile::Kusama).await;
    let first = tester.seal().await;
    tester.ask("dev_newBlock", json!([{ "count": 1_026 }])).await.expect("seals");
    let version = tester.ask("state_getStorage", json!(["0x3a636f6465", first])).await;
    assert!(text(version.expect_err("is gone")).contains("State already discarded"));
    let block = tester.ask("chain_getBlock", json!([first])).await.expect("answers");
    assert_eq!(block["block"]["header"]["number"], "0x1");
    let code = tester.ask("state_getStorageSize", json!(["0x3a636f6465"])).await;
    assert_eq!(code.expect("answers"), 6);
    // What the kept states need is still there.
    tester.send(&transfer(&bob(), 1_000_000_000_000), &alice()).await.expect("goes through");
}

#[tokio::test]
async fn storage_subscribers_hear_of_changes() {
    let tester = Tester::start(Profile::Kusama).await;
    let mut params = subxt_rpcs::client::RpcParams::new();
    let clock = coretime_dev_runtime::dev_relay::relay_block_number_key();
    let clock = format!("0x{}", hex::encode(clock));
    params.push(vec![clock]).expect("encodes");
    let mut changes = tester
        .rpc
        .subscribe::<Json>("state_subscribeStorage", params, "state_unsubscribeStorage")
        .await
        .expect("subscribes");
    let genesis = changes.next().await.expect("goes on").expect("arrives");
    assert_eq!(genesis["block"], json!(format!("0x{}", hex::encode(tester.chain.genesis_hash()))));
    let first = tester.seal().await;
    let change = changes.next().await.expect("goes on").expect("arrives");
    assert_eq!(change["block"], json!(first));
    assert_ne!(change["changes"][0][1], genesis["changes"][0][1]);
}

#[tokio::test]
async fn blocks_come_on_a_timer_and_accounts_of_the_configuration_have_funds() {
    let newcomer = subxt_signer::sr25519::Keypair::from_secret_key([9; 32]).expect("a key");
    let config = Config {
        block_time: Some(std::time::Duration::from_millis(20)),
        endowed: vec![(newcomer.public_key().0, 5_000_000_000_000)],
        ..Config::new(Profile::Kusama)
    };
    let tester = Tester::with(config).await;
    let tx = tester.sign(&transfer(&bob(), 1_000_000_000_000), &newcomer, None, 0).await;
    let progress = tx.submit_and_watch().await.expect("is taken");
    progress.wait_for_finalized_success().await.expect("becomes final by itself");
}

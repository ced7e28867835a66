//! `reserves` against a running exchange: what it owes, and the trader who checks that he is counted.

use crate::exchange::{BINARY, Exchange, key};
use coretime_proto::v1::{
    self, audit_service_client::AuditServiceClient, auth_service_client::AuthServiceClient,
};
use coretime_reserves::{Branch, Hash, Side, Statement, Step};
use coretime_types::{AccountId, Planck};
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};
use subxt_signer::sr25519::Keypair;
use tonic::metadata::{Ascii, MetadataValue};

fn reserves(arguments: &[&str]) -> Output {
    Command::new(BINARY).arg("reserves").args(arguments).output().unwrap()
}

fn check(proof: &Path) -> (Option<i32>, String) {
    let output = reserves(&["--check", proof.to_str().unwrap()]);
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trader_checks_that_he_is_counted_and_a_forged_proof_is_found_out() {
    let data = tempfile::tempdir().unwrap();
    let exchange = Exchange::start(data.path());
    let wallet = exchange.wallet().await;
    let bob = AccountId(key("Bob").public_key().0);
    wallet.transfer_funds(&key("Bob"), exchange.custody, Planck(5_000_000_000)).await.unwrap();
    let (log, custody) = (data.path().to_str().unwrap(), exchange.custody.to_string());
    let bobs = bob.to_string();
    let arguments = ["--log", log, "--chain", &exchange.chain, "--custody", &custody, "--account", &bobs];
    // The deposit is credited when its block is final.
    let mut tries = 0;
    let proof = loop {
        let output = reserves(&arguments);
        if output.status.success() {
            break output.stdout;
        }
        tries += 1;
        assert!(tries < 200, "{}", String::from_utf8_lossy(&output.stderr));
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    };
    let read: Value = serde_json::from_slice(&proof).unwrap();
    assert_eq!(read["branch"]["funds_planck"], "5000000000");
    assert_eq!(read["statement"]["owed_funds_planck"], "5000000000");
    let path = data.path().join("proof.json");
    std::fs::write(&path, &proof).unwrap();
    let (code, told) = check(&path);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("5000000000 planck"), "{told}");
    let forged = String::from_utf8(proof).unwrap().replace("5000000000", "4000000000");
    std::fs::write(&path, forged).unwrap();
    let (code, told) = check(&path);
    assert_eq!(code, Some(1), "{told}");
}

fn hash(bytes: &[u8]) -> Hash {
    Hash(bytes.try_into().unwrap())
}

/// As `reserves --check` checks it.
fn read_back(proof: v1::GetReservesResponse) -> (Statement, Branch) {
    let (statement, branch) = (proof.statement.unwrap(), proof.branch.unwrap());
    let position = statement.position.unwrap();
    let read = Statement {
        genesis: hash(&statement.genesis_hash),
        custody: hash(&statement.custody_account),
        block: statement.block_number,
        block_hash: hash(&statement.block_hash),
        sequence: position.sequence,
        chain_hash: hash(&position.chain_hash),
        owed_funds_planck: statement.owed_planck,
        owed_core_time: statement.owed_part_timeslices,
        root: hash(&statement.root),
    };
    let steps = branch.steps.into_iter().map(|step| Step {
        side: if step.is_left { Side::Left } else { Side::Right },
        hash: hash(&step.hash),
        funds_planck: step.funds_planck,
        core_time: step.part_timeslices,
    });
    let branch = Branch {
        account: hash(&branch.account),
        salt: hash(&branch.salt),
        funds_planck: branch.funds_planck,
        core_time: branch.part_timeslices,
        steps: steps.collect(),
    };
    (read, branch)
}

async fn log_in(exchange: &Exchange, key: &Keypair) -> MetadataValue<Ascii> {
    let account = AccountId(key.public_key().0).to_string();
    let mut auth = AuthServiceClient::new(exchange.channel().await);
    let asked = v1::CreateChallengeRequest { account: account.clone() };
    let challenge = auth.create_challenge(asked).await.unwrap().into_inner().challenge;
    let signature = key.sign(challenge.as_bytes()).0.to_vec();
    let scheme = v1::SignatureScheme::Sr25519.into();
    let signed = v1::CreateSessionRequest { account, challenge, signature, scheme, signer: String::new() };
    let token = auth.create_session(signed).await.unwrap().into_inner().session_token;
    format!("Bearer {token}").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trader_reads_his_branch_from_the_running_exchange() {
    let data = tempfile::tempdir().unwrap();
    let exchange = Exchange::start(data.path());
    let wallet = exchange.wallet().await;
    for (name, planck) in [("Alice", 7_000_000_000), ("Bob", 5_000_000_000)] {
        wallet.transfer_funds(&key(name), exchange.custody, Planck(planck)).await.unwrap();
    }
    let bearer = log_in(&exchange, &key("Bob")).await;
    let mut calls = AuditServiceClient::new(exchange.channel().await);
    let mut tries = 0;
    let proof = loop {
        let mut request = tonic::Request::new(v1::GetReservesRequest {});
        request.metadata_mut().insert("authorization", bearer.clone());
        // Not before the first proof, and not before one that has both deposits.
        let answer = calls.get_reserves(request).await.ok().map(tonic::Response::into_inner);
        let owed = |proof: &v1::GetReservesResponse| proof.statement.as_ref().unwrap().owed_planck.clone();
        if let Some(proof) = answer.filter(|proof| owed(proof) == "12000000000") {
            break proof;
        }
        tries += 1;
        assert!(tries < 600, "there is no proof with both deposits");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    };
    assert!(proof.custody.as_ref().unwrap().differences.is_empty());
    let (statement, mut branch) = read_back(proof);
    assert_eq!(branch.funds_planck, "5000000000");
    assert_eq!(branch.verify(&statement), Ok(()));
    branch.funds_planck = "4000000000".into();
    assert!(branch.verify(&statement).is_err());
}

//! A log that is not the one that custody's batches came from settles nothing.

use crate::venue::{ChainUnderTest, Venue, account, copy_folder, key, remark_as, until};
use coretime_sequencer::EngineConfig;
use coretime_settlement::{
    Anchor, Authorisation, AuthorisationSink, Revocation, Settlement, SettlementConfig, SettlementError,
};
use coretime_types::{Planck, Sequence};
use std::sync::{Arc, Mutex};

pub(crate) async fn a_restored_backup_refuses_to_run(chain: ChainUnderTest) {
    let mut venue = Venue::open(chain).await;
    venue.deposit_funds("Bob", 100 * chain.unit_planck()).await;
    venue.withdraw_funds("Bob", 1_000_000_000).await;
    venue.until_settled().await;
    venue.stop_worker().await;
    // The instruction is in the backup, and what becomes of it is not.
    venue.withdraw_funds("Bob", 1_000_000_000).await;
    venue.stop_engine().await;
    let backup = tempfile::tempdir().unwrap();
    copy_folder(&venue.folder.path().join("log"), &backup.path().join("log"));
    venue.start_engine();
    venue.start_worker().await;
    venue.until_settled().await;
    venue.stop_worker().await;

    let (engine, running) = coretime_sequencer::start(EngineConfig::new(backup.path())).unwrap();
    let refused = Settlement::connect(venue.config.clone(), engine.clone()).await;
    let Err(SettlementError::BehindAnchor { anchor, log, .. }) = refused else {
        panic!("{:?}", refused.map(|_| "it runs"))
    };
    assert!(anchor.sequence >= log.sequence, "{anchor} is in the lost part, after {log}");
    tokio::task::spawn_blocking(move || drop(running)).await.unwrap();

    // The log that belongs to it goes on.
    venue.start_worker().await;
    venue.deposit_funds("Bob", 5_000_000_000).await;
    venue.assert_agrees().await;
}

pub(crate) async fn a_second_server_on_the_same_custody_refuses_to_run(chain: ChainUnderTest) {
    let mut venue = Venue::open(chain).await;
    venue.deposit_funds("Bob", 100 * chain.unit_planck()).await;
    venue.withdraw_funds("Bob", 1_000_000_000).await;
    venue.until_settled().await;
    let folder = tempfile::tempdir().unwrap();
    let (engine, running) = coretime_sequencer::start(EngineConfig::new(folder.path())).unwrap();
    for anchor_search_blocks in [256, 0] {
        // Without a search of the newest blocks the signer's nonce leads to the anchor.
        let config = SettlementConfig { anchor_search_blocks, ..venue.config.clone() };
        let refused = Settlement::connect(config, engine.clone()).await;
        assert!(matches!(refused, Err(SettlementError::BehindAnchor { .. })), "{anchor_search_blocks}");
    }
    tokio::task::spawn_blocking(move || drop(running)).await.unwrap();
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

pub(crate) async fn two_venues_on_one_custody_are_noticed_while_both_run(chain: ChainUnderTest) {
    let mut venue = Venue::open(chain).await;
    let folder = tempfile::tempdir().unwrap();
    let (engine, running) = coretime_sequencer::start(EngineConfig::new(folder.path())).unwrap();
    let other = Settlement::connect(venue.config.clone(), engine.clone()).await.unwrap();
    let mut status = other.status();
    let (_shutdown, stop) = tokio::sync::watch::channel(false);
    let other = tokio::spawn(other.run(stop));
    status.wait_for(|status| status.caught_up).await.unwrap();
    venue.deposit_funds("Bob", 100 * chain.unit_planck()).await;
    venue.withdraw_funds("Bob", 1_000_000_000).await;
    let ended = other.await.unwrap();
    assert!(matches!(ended, Err(SettlementError::BehindAnchor { .. })), "{ended:?}");
    tokio::task::spawn_blocking(move || drop(running)).await.unwrap();
    venue.until_settled().await;
    venue.stop_worker().await;
}

pub(crate) async fn anybody_may_remark_what_looks_like_an_anchor(chain: ChainUnderTest) {
    let venue = Venue::open(chain).await;
    let fake =
        Anchor { sequence: Sequence(1_000_000), chain_hash: venue.engine.durable_position().chain_hash };
    remark_as(&venue.config.chain_url, &key("Eve"), fake.to_string().as_bytes()).await;
    venue.deposit_funds("Bob", 5_000_000_000).await;
    venue.assert_agrees().await;
}

#[derive(Default)]
struct Kept(Mutex<Vec<Authorisation>>);

impl AuthorisationSink for Kept {
    fn authorised(
        &self,
        authorisation: Authorisation,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        self.0.lock().unwrap().push(authorisation);
        Ok(())
    }

    fn revoked(&self, revocation: Revocation) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        self.0
            .lock()
            .unwrap()
            .retain(|one| (one.account, one.public_key) != (revocation.account, revocation.public_key));
        Ok(())
    }
}

pub(crate) async fn an_account_that_cannot_sign_a_challenge_authorises_a_key_on_chain(chain: ChainUnderTest) {
    let mut venue = Venue::prepare(chain).await;
    let kept = Arc::new(Kept::default());
    venue.authorisations = Some(kept.clone());
    venue.start_worker().await;
    // Dave acts for Ferdie, as a multisig's or a pure proxy's members do.
    venue.wallet.add_proxy(&key("Ferdie"), account("Dave")).await.unwrap();
    let genesis = hex::encode(venue.chain().genesis_hash());
    let custody = hex::encode(venue.config.custody.0);
    let public_key = hex::encode([5; 32]);
    let text = format!(
        "coretime-exchange v1 authorise 0x{genesis} 0x{custody} 0x{public_key} trade,withdraw 1900000000"
    );
    venue.remark_through_proxy("Dave", "Ferdie", text.as_bytes()).await;
    until("it is read", || async { !kept.0.lock().unwrap().is_empty() }).await;
    let read = kept.0.lock().unwrap()[0].clone();
    assert_eq!((read.account, read.public_key), (account("Ferdie"), [5; 32]));
    assert_eq!(read.scopes, ["trade", "withdraw"]);
    assert_eq!(read.expires_at_s, 1_900_000_000);
    assert_eq!(venue.free("Ferdie").await, Planck::ZERO);
    let text = format!("coretime-exchange v1 revoke 0x{genesis} 0x{custody} 0x{public_key}");
    venue.remark_through_proxy("Dave", "Ferdie", text.as_bytes()).await;
    until("it is taken back", || async { kept.0.lock().unwrap().is_empty() }).await;
}

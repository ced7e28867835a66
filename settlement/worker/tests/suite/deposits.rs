//! What reaches custody is credited once, or held back.

use crate::venue::{ChainUnderTest, Venue, account, call, key, until};
use coretime_types::{Planck, Region, RegionId, Timeslice};
use std::collections::BTreeSet;
use subxt::dynamic::Value;

fn transfer(to: coretime_types::AccountId, amount: u128) -> Value {
    let dest = Value::unnamed_variant("Id", [Value::from_bytes(to.0)]);
    let call = Value::named_variant(
        "transfer_keep_alive",
        [("dest".to_owned(), dest), ("value".to_owned(), Value::u128(amount))],
    );
    Value::unnamed_variant("Balances", [call])
}

pub(crate) fn region_value(id: RegionId) -> Value {
    Value::named_composite([
        ("begin", Value::u128(id.begin.0.into())),
        ("core", Value::u128(id.core.0.into())),
        ("mask", Value::unnamed_composite([Value::from_bytes(id.mask.to_bytes())])),
    ])
}

fn transfer_region(to: coretime_types::AccountId, region: RegionId) -> Value {
    let fields =
        [("region_id".to_owned(), region_value(region)), ("new_owner".to_owned(), Value::from_bytes(to.0))];
    Value::unnamed_variant("Broker", [Value::named_variant("transfer", fields)])
}

async fn regions_of(venue: &Venue, who: &str) -> BTreeSet<Region> {
    let who = account(who);
    venue.query(move |market| market.free_regions_of(who).map(|free| free.region).collect()).await
}

pub(crate) async fn twice_in_one_block_and_in_a_batch_are_both_credited(chain: ChainUnderTest) {
    let venue = Venue::open(chain).await;
    let custody = venue.config.custody;
    let regions = [
        venue.wallet.purchase(&key("Charlie")).await.unwrap(),
        venue.wallet.purchase(&key("Charlie")).await.unwrap(),
    ];
    let batch = Value::unnamed_composite([
        transfer(custody, 1_000_000_000),
        transfer_region(custody, regions[0].id()),
        transfer(custody, 2_000_000_000),
        transfer_region(custody, regions[1].id()),
    ]);
    call(&venue, "Charlie", "Utility", "batch_all", vec![batch]).await;
    until("all are credited", || async {
        venue.free("Charlie").await == Planck(3_000_000_000)
            && regions_of(&venue, "Charlie").await == BTreeSet::from(regions)
    })
    .await;
    venue.assert_agrees().await;
}

/// Whoever it belonged to is credited, not who signed.
pub(crate) async fn what_is_sent_through_a_proxy_is_credited_to_its_owner(chain: ChainUnderTest) {
    let venue = Venue::open(chain).await;
    let custody = venue.config.custody;
    let region = venue.wallet.purchase(&key("Ferdie")).await.unwrap();
    venue.wallet.add_proxy(&key("Ferdie"), account("Dave")).await.unwrap();
    for sent in [transfer(custody, 1_000_000_000), transfer_region(custody, region.id())] {
        let ferdie = Value::unnamed_variant("Id", [Value::from_bytes(account("Ferdie").0)]);
        call(&venue, "Dave", "Proxy", "proxy", vec![ferdie, Value::unnamed_variant("None", []), sent]).await;
    }
    until("both are credited", || async {
        venue.free("Ferdie").await == Planck(1_000_000_000)
            && regions_of(&venue, "Ferdie").await == BTreeSet::from([region])
    })
    .await;
    assert_eq!((venue.free("Dave").await, regions_of(&venue, "Dave").await), (Planck::ZERO, BTreeSet::new()));
    venue.assert_agrees().await;
}

pub(crate) async fn what_arrives_while_settlement_is_down_is_credited_later(chain: ChainUnderTest) {
    let mut venue = Venue::prepare(chain).await;
    let custody = venue.config.custody;
    venue.wallet.transfer_funds(&key("Bob"), custody, Planck(5_000_000_000)).await.unwrap();
    let region = venue.wallet.purchase(&key("Alice")).await.unwrap();
    venue.wallet.transfer_region(&key("Alice"), region.id(), custody).await.unwrap();
    venue.start_worker().await;
    until("both are credited", || async {
        let region_there =
            venue.query(move |market| market.free_regions().any(|free| free.region == region)).await;
        region_there && venue.free("Bob").await == Planck(5_000_000_000)
    })
    .await;
    let renewable = venue.query(move |market| {
        market.free_regions().find(|free| free.region == region).map(|free| free.renewable)
    });
    assert_eq!(renewable.await, Some(true));
    venue.assert_agrees().await;
}

pub(crate) async fn the_signers_own_top_up_is_float_and_no_deposit(chain: ChainUnderTest) {
    let mut venue = Venue::open(chain).await;
    let top_up = Planck(7_000_000_000);
    venue.wallet.transfer_funds(&key("Settlement"), venue.config.custody, top_up).await.unwrap();
    venue.deposit_funds("Bob", 1_000_000_000).await;
    assert_eq!(venue.free("Settlement").await, Planck::ZERO);
    assert_eq!(venue.assert_covers().await.unattributed_funds, top_up, "undeclared, it is nobody's");
    venue.config.float = venue.config.float.checked_add(top_up).unwrap();
    venue.assert_agrees().await;
}

pub(crate) async fn provisional_assignments_survive_a_transfer_so_the_region_is_held_back(
    chain: ChainUnderTest,
) {
    let venue = Venue::open(chain).await;
    let custody = venue.config.custody;
    let region = venue.wallet.purchase(&key("Dave")).await.unwrap();
    let provisional = Value::unnamed_variant("Provisional", []);
    let fields = vec![region_value(region.id()), Value::u128(3_000), provisional];
    call(&venue, "Dave", "Broker", "assign", fields).await;
    venue.wallet.transfer_region(&key("Dave"), region.id(), custody).await.unwrap();
    until("it is held back", || async { venue.status().held_back.len() == 1 }).await;
    let reason = venue.status().held_back[0].reason.clone();
    assert!(reason.contains("workplan"), "{reason}");
    // Its block may not be read to its end yet.
    until("it is counted", || async { venue.compare().await.unattributed_regions == [region] }).await;
    venue.assert_covers().await;
}

pub(crate) async fn pool_contributions_survive_a_transfer_so_the_region_is_held_back(chain: ChainUnderTest) {
    let venue = Venue::open(chain).await;
    let region = venue.wallet.purchase(&key("Dave")).await.unwrap();
    let payee = Value::from_bytes(account("Dave").0);
    let provisional = Value::unnamed_variant("Provisional", []);
    call(&venue, "Dave", "Broker", "pool", vec![region_value(region.id()), payee, provisional]).await;
    venue.wallet.transfer_region(&key("Dave"), region.id(), venue.config.custody).await.unwrap();
    until("it is held back", || async { venue.status().held_back.len() == 1 }).await;
    let reason = venue.status().held_back[0].reason.clone();
    assert!(reason.contains("pool"), "{reason}");
}

/// The entry stays, and its owner cannot clear it: only a new assignment at the same begin replaces it.
pub(crate) async fn partition_undoes_a_pool_contribution_and_leaves_the_workplan_entry(
    chain: ChainUnderTest,
) {
    let venue = Venue::open(chain).await;
    let region = venue.wallet.purchase(&key("Dave")).await.unwrap();
    let payee = Value::from_bytes(account("Dave").0);
    let provisional = Value::unnamed_variant("Provisional", []);
    call(&venue, "Dave", "Broker", "pool", vec![region_value(region.id()), payee, provisional]).await;
    call(&venue, "Dave", "Broker", "partition", vec![region_value(region.id()), Value::u128(100)]).await;
    assert_eq!(venue.entries("Broker", "InstaPoolContribution").await, 0, "it is undone");
    let pivot = Timeslice(region.begin.0 + 100);
    let [first, second] = [Region { end: pivot, ..region }, Region { begin: pivot, ..region }];
    for part in [first, second] {
        venue.wallet.transfer_region(&key("Dave"), part.id(), venue.config.custody).await.unwrap();
    }
    until("what begins later is clean", || async {
        regions_of(&venue, "Dave").await == BTreeSet::from([second])
    })
    .await;
    let held_back = venue.status().held_back;
    assert_eq!(held_back.iter().map(|one| one.region).collect::<Vec<_>>(), [Some(first.id())]);
    assert!(held_back[0].reason.contains("workplan"), "{}", held_back[0].reason);
}

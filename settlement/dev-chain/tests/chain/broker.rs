//! What settlement does with regions, in both profiles.

use codec::Decode as _;
use coretime_dev_chain::{Config, Profile};
use coretime_dev_runtime::{Runtime, dev_relay};
use pallet_broker::{CoreAssignment, CoreMask, RegionId};
use subxt::dynamic::Value;
use subxt_signer::sr25519::dev::{alice, bob, charlie};

use crate::support::{Tester, account, address, assign_final, call, field_of, inner, mask, region, transfer};

#[tokio::test]
async fn a_bought_region_is_partitioned_and_transferred() {
    for profile in [Profile::Kusama, Profile::Polkadot] {
        let tester = Tester::start(profile).await;
        let before = tester.free(&alice()).await;
        let id = tester.buy(&alice()).await;
        // The first sale's price; the broker takes no fee from who buys.
        assert_eq!(before - tester.free(&alice()).await, profile.minimum_end_price_planck());
        assert_eq!(id.mask, CoreMask::complete());
        let (_, end) = tester.region(id).await.expect("is there");
        assert_eq!(end - id.begin, 5_040);
        let partition = call("Broker", "partition", vec![region(id), Value::u128(100)]);
        tester.send(&partition, &alice()).await.expect("partitions");
        let later = RegionId { begin: id.begin + 100, ..id };
        assert_eq!(tester.region(id).await, Some((alice().public_key().0, id.begin + 100)));
        assert_eq!(tester.region(later).await, Some((alice().public_key().0, end)));
        let give = call("Broker", "transfer", vec![region(later), account(&bob())]);
        tester.send(&give, &alice()).await.expect("transfers");
        assert_eq!(tester.region(later).await, Some((bob().public_key().0, end)));
        let refused = tester.send(&give, &alice()).await.expect_err("is not hers any more");
        assert!(refused.contains("NotOwner"), "{refused}");
    }
}

#[tokio::test]
async fn interlacing_is_allowed_on_kusama_and_filtered_on_polkadot() {
    let half = CoreMask::from_chunk(0, 40);
    for (profile, allowed) in [(Profile::Kusama, true), (Profile::Polkadot, false)] {
        let tester = Tester::start(profile).await;
        let id = tester.buy(&alice()).await;
        let interlace = call("Broker", "interlace", vec![region(id), mask(half)]);
        let outcome = tester.send(&interlace, &alice()).await;
        let upper = RegionId { mask: half, ..id };
        if allowed {
            outcome.expect("interlaces");
            assert!(tester.region(upper).await.is_some() && tester.region(id).await.is_none());
        } else {
            let refused = outcome.expect_err("is filtered");
            assert!(refused.contains("CallFiltered"), "{refused}");
            assert!(tester.region(id).await.is_some());
        }
    }
}

#[tokio::test]
async fn the_relay_chain_schedules_twenty_seven_tasks_of_a_core() {
    let config = Config { region_length_timeslices: 4, ..Config::new(Profile::Kusama) };
    let tester = Tester::with(config).await;
    let mut rest = tester.buy(&alice()).await;
    let begin = rest.begin;
    // Thirty shares of one eightieth each, and what remains.
    let mut calls = Vec::new();
    for task in 0..30_u32 {
        let share = RegionId { mask: CoreMask::from_chunk(task, task + 1), ..rest };
        calls.push(inner(call("Broker", "interlace", vec![region(rest), mask(share.mask)])));
        calls.push(inner(assign_final(share, 2_000 + task)));
        rest.mask ^= share.mask;
    }
    let batch = call("Utility", "batch_all", vec![Value::unnamed_composite(calls)]);
    tester.send(&batch, &alice()).await.expect("carves");
    tester.chain.advance_timeslices(5).await.expect("time passes");

    let scheduled = dev_relay::Scheduled::<Runtime>::hashed_key_for(rest.core, begin);
    let scheduled = tester.storage(&scheduled).await.expect("the core was scheduled");
    let scheduled = dev_relay::ScheduledCore::decode(&mut &scheduled[..]).expect("decodes");
    let tasks = |range: std::ops::Range<u32>| -> Vec<_> {
        range.map(|task| (CoreAssignment::Task(2_000 + task), 720)).collect()
    };
    assert_eq!(scheduled.kept[0], (CoreAssignment::Idle, 57_600 - 27 * 720));
    assert_eq!(scheduled.kept[1..], tasks(0..27));
    assert_eq!(scheduled.dropped, tasks(27..30));
}

#[tokio::test]
async fn a_final_assignment_takes_the_region_and_is_scheduled_when_its_time_comes() {
    let config = Config { region_length_timeslices: 10, ..Config::new(Profile::Polkadot) };
    let tester = Tester::with(config).await;
    let id = tester.buy(&alice()).await;
    tester.send(&assign_final(id, 2_000), &alice()).await.expect("assigns");
    assert_eq!(tester.region(id).await, None);
    let scheduled = dev_relay::Scheduled::<Runtime>::hashed_key_for(id.core, id.begin);
    assert_eq!(tester.storage(&scheduled).await, None);
    tester.chain.advance_timeslices(11).await.expect("time passes");
    let record = tester.storage(&scheduled).await.expect("the core was scheduled");
    let record = dev_relay::ScheduledCore::decode(&mut &record[..]).expect("decodes");
    assert_eq!(record.kept, [(CoreAssignment::Task(2_000), 57_600)]);
    assert_eq!(record.dropped, []);
}

#[tokio::test]
async fn time_passes_through_sales_without_leaving_the_broker_behind() {
    let config = Config { region_length_timeslices: 20, ..Config::new(Profile::Kusama) };
    let tester = Tester::with(config).await;
    let first = tester.buy(&alice()).await;
    tester.chain.advance_timeslices(50).await.expect("time passes");
    let status = pallet_broker::Status::<Runtime>::hashed_key();
    let status = tester.storage(&status).await.expect("has a status");
    let status = pallet_broker::StatusRecord::decode(&mut &status[..]).expect("decodes");
    // The sale began a region's length before its regions.
    assert_eq!(status.last_timeslice, first.begin - 20 + 50);
    // The clock stands at a timeslice's start, ten blocks of notice do not reach the next.
    assert_eq!(status.last_committed_timeslice, status.last_timeslice);
    let sale = pallet_broker::SaleInfo::<Runtime>::hashed_key();
    let sale = tester.storage(&sale).await.expect("has a sale");
    let sale = pallet_broker::SaleInfoRecord::<u128, u32>::decode(&mut &sale[..]).expect("decodes");
    assert_eq!(sale.region_begin, first.begin + 40);
    // An assignment after the region's end succeeds, and the region is gone.
    let events = tester.send(&assign_final(first, 2_000), &alice()).await.expect("succeeds");
    field_of(&events, "Broker.RegionDropped");
    assert!(!events.iter().any(|event| event.name == "Broker.Assigned"));
}

#[tokio::test]
async fn a_batch_that_fails_changes_nothing_but_the_fee() {
    let tester = Tester::start(Profile::Kusama).await;
    let id = tester.buy(&alice()).await;
    let give = |to| inner(call("Broker", "transfer", vec![region(id), account(&to)]));
    let partition = inner(call("Broker", "partition", vec![region(id), Value::u128(100)]));
    let calls = vec![partition, give(bob()), give(charlie())];
    let batch = call("Utility", "batch_all", vec![Value::unnamed_composite(calls)]);
    let (_, end) = tester.region(id).await.expect("is there");
    let before = tester.free(&alice()).await;
    let refused = tester.send(&batch, &alice()).await.expect_err("the last transfer fails");
    assert!(refused.contains("NotOwner"), "{refused}");
    assert_eq!(tester.region(id).await, Some((alice().public_key().0, end)));
    let fee = before - tester.free(&alice()).await;
    assert!((1..Profile::Kusama.unit_planck() / 10).contains(&fee), "{fee}");
}

#[tokio::test]
async fn a_proxy_acts_for_custody_and_its_event_tells_how_that_went() {
    let tester = Tester::start(Profile::Polkadot).await;
    let id = tester.buy(&alice()).await;
    let any = Value::unnamed_variant("Any", []);
    let add = call("Proxy", "add_proxy", vec![address(&bob()), any, Value::u128(0)]);
    tester.send(&add, &alice()).await.expect("adds");
    let as_alice = |call| {
        let kind = Value::unnamed_variant("None", []);
        self::call("Proxy", "proxy", vec![address(&alice()), kind, inner(call)])
    };
    let unit = Profile::Polkadot.unit_planck();
    let calls = vec![
        inner(call("Broker", "transfer", vec![region(id), account(&charlie())])),
        inner(transfer(&charlie(), unit)),
    ];
    let batch = call("Utility", "batch_all", vec![Value::unnamed_composite(calls)]);
    let (alice_before, charlie_before) = (tester.free(&alice()).await, tester.free(&charlie()).await);
    let events = tester.send(&as_alice(batch.clone()), &bob()).await.expect("goes through");
    let succeeded = 0;
    assert_eq!(field_of(&events, "Proxy.ProxyExecuted"), [succeeded]);
    assert_eq!(tester.region(id).await.map(|(owner, _)| owner), Some(charlie().public_key().0));
    assert_eq!(tester.free(&charlie()).await, charlie_before + unit);
    // Bob paid the fee.
    assert_eq!(tester.free(&alice()).await, alice_before - unit);

    // The same again fails, and only this event says so.
    let events = tester.send(&as_alice(batch), &bob()).await.expect("goes through");
    assert_ne!(field_of(&events, "Proxy.ProxyExecuted"), [succeeded]);
}

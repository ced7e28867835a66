//! What the chain does that one would not expect, each with a test named after it. Others are elsewhere: the encumbered
//! regions and arrivals without a sender in `deposits` and `reserves`, dropped regions and the existential deposit in
//! `failures`, the filtered interlace in `delivery`, runtime upgrades in `upgrade`.

use crate::{
    deposits::region_value,
    in_flight::submissions,
    venue::{ChainUnderTest, Venue, account, call, key, set_storage, until},
};
use codec::Encode;
use coretime_settlement::Unattributed;
use coretime_types::{Command, Delivery, Mode, Parts, Planck, Region, TaskId, Timeslice};
use subxt::dynamic::Value;

fn id(account: coretime_types::AccountId) -> Value {
    Value::unnamed_variant("Id", [Value::from_bytes(account.0)])
}

pub(crate) async fn a_region_id_does_not_pin_the_asset(chain: ChainUnderTest) {
    let mut venue = Venue::open(chain).await;
    let whole = venue.wallet.purchase(&key("Dave")).await.unwrap();
    // The same id, another end, and no renewal right any more.
    let pivot = Value::u128(100);
    call(&venue, "Dave", "Broker", "partition", vec![region_value(whole.id()), pivot]).await;
    let first = Region { end: Timeslice(whole.begin.0 + 100), ..whole };
    assert_eq!(first.id(), whole.id());
    venue.wallet.transfer_region(&key("Dave"), whole.id(), venue.config.custody).await.unwrap();
    until("it is credited", || async { venue.query(|market| market.free_regions().next().is_some()).await })
        .await;
    let credited = venue.query(|market| market.free_regions().next()).await.unwrap();
    assert_eq!((credited.region, credited.renewable), (first, false));
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

/// By the time that it is settled the same id may stand for less. Nothing is sent before the operator has looked at it.
pub(crate) async fn a_regions_end_owner_and_renewal_right_are_checked_again_before_it_is_settled(
    chain: ChainUnderTest,
) {
    let mut venue = Venue::prepare(chain).await;
    // Comparing now and then would find it out, too, but not in time.
    venue.config.reconcile_every_blocks = u64::MAX;
    venue.start_worker().await;
    venue.deposit_funds("Bob", 100 * chain.unit_planck()).await;
    let (custody, eve) = (venue.config.custody, account("Eve"));
    let record =
        |end: u32, owner: coretime_types::AccountId, paid: Option<u128>| (end, Some(owner.0), paid).encode();
    for case in ["end", "owner", "renewal right"] {
        let core = venue.deposit_core("Alice").await;
        let at = venue.region_key(core).await;
        venue.offer("Alice", core, true).await;
        let before = submissions(&venue).await.len();
        let changed = match case {
            "end" => record(core.end.0 - 1, custody, Some(1)),
            "owner" => record(core.end.0, eve, Some(1)),
            _ => record(core.end.0, custody, None),
        };
        set_storage(&venue, &at, &changed).await;
        let (bought, _) = venue.buy("Bob", core.begin.0, core.end.0, 80, Delivery::Transfer).await;
        assert_eq!(bought, core, "{case}");
        until("it freezes", || async { venue.query(|market| market.mode()).await == Mode::Frozen }).await;
        let differences = venue.status().reserves.unwrap().differences;
        assert_eq!(differences[0].subject, core.to_string(), "{case}: {differences:?}");
        assert_eq!(submissions(&venue).await.len(), before, "{case}: nothing is sent");
        set_storage(&venue, &at, &record(core.end.0, custody, Some(1))).await;
        venue.tell(Command::Resume { cause: "reserves".into() }).await;
        venue.until_settled().await;
        assert_eq!(venue.owner(core).await, Some(account("Bob")), "{case}");
    }
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

pub(crate) async fn drop_region_takes_any_origin_when_its_time_is_over(chain: ChainUnderTest) {
    let mut venue = Venue::prepare_with(chain, |config| config.region_length_timeslices = 30).await;
    venue.start_worker().await;
    let core = venue.deposit_core("Alice").await;
    let now = venue.query(|market| market.tradable_from()).await;
    venue.chain().advance_timeslices(core.end.0 - now.0 + 5).await.unwrap();
    until("the ledger has forgotten it", || async {
        venue.query(|market| market.ledger_regions().next().is_none()).await
    })
    .await;
    call(&venue, "Eve", "Broker", "drop_region", vec![region_value(core.id())]).await;
    assert_eq!(venue.owner(core).await, None);
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

pub(crate) async fn regions_that_come_by_xcm_have_no_event(chain: ChainUnderTest) {
    let mut venue = Venue::open(chain).await;
    let [kept, returned] = [
        venue.wallet.purchase(&key("Dave")).await.unwrap(),
        venue.wallet.purchase(&key("Dave")).await.unwrap(),
    ];
    for region in [kept, returned] {
        // As the broker's XCM adapter does it: the record changes hands, and nothing is told.
        let record = (region.end.0, Some(venue.config.custody.0), None::<u128>).encode();
        set_storage(&venue, &venue.region_key(region).await, &record).await;
    }
    until("they are found by state", || async {
        venue.status().reserves.is_some_and(|report| report.unattributed_regions == [kept, returned])
    })
    .await;
    venue.operator().credit(Unattributed::Region(kept.id()), account("Dave")).await.unwrap();
    let dave = account("Dave");
    assert!(venue.query(move |market| market.free_regions_of(dave).any(|free| free.region == kept)).await);
    venue.operator().give_back(Unattributed::Region(returned.id()), account("Eve")).await.unwrap();
    venue.until_settled().await;
    assert_eq!(venue.owner(returned).await, Some(account("Eve")));
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

pub(crate) async fn through_a_proxy_the_outer_call_succeeds_even_when_the_inner_one_fails(
    chain: ChainUnderTest,
) {
    let mut venue = Venue::open(chain).await;
    venue.wallet.add_proxy(&key("Ferdie"), account("Dave")).await.unwrap();
    for (amount, arrives) in [(u128::MAX / 2, false), (2_000_000_000, true)] {
        let transfer = Value::named_variant(
            "transfer_keep_alive",
            [("dest", id(venue.config.custody)), ("value", Value::u128(amount))],
        );
        let fields = vec![
            id(account("Ferdie")),
            Value::unnamed_variant("None", []),
            Value::unnamed_variant("Balances", [transfer]),
        ];
        call(&venue, "Dave", "Proxy", "proxy", fields).await;
        // A deposit behind it shows that its block was read.
        venue.deposit_funds("Bob", 1_000_000_000).await;
        let credited = venue.free("Ferdie").await;
        assert_eq!(credited, if arrives { Planck(amount) } else { Planck::ZERO });
    }
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

/// It covers neither payments nor the remark with which every batch says where in the log it came from.
pub(crate) async fn a_proxy_of_type_broker_is_not_enough(chain: ChainUnderTest) {
    let mut venue = Venue::prepare(chain).await;
    venue.config.signer = coretime_settlement::SignerKey::from(key("Eve"));
    // Custody pays the fees for its proxies: that much less is the operator's.
    venue.config.float.0 -= chain.unit_planck();
    let proxy_type = Value::unnamed_variant("Broker", []);
    let fields = vec![id(account("Eve")), proxy_type, Value::u128(0)];
    call(&venue, "Custody", "Proxy", "add_proxy", fields).await;
    venue.start_worker().await;
    let core = venue.core_on_offer().await;
    let begin = core.begin.0;
    let (slice, number) = venue.buy("Bob", begin + 5, begin + 9, 80, Delivery::Transfer).await;
    until("the delivery is refused", || async {
        venue.status().last_error.is_some_and(|error| error.contains("CallFiltered"))
    })
    .await;
    assert_eq!(venue.owner(slice).await, None, "nothing was cut");
    let number = number.unwrap();
    assert!(venue.query(move |market| market.instruction(number).is_some()).await, "it waits");
    venue.wallet.add_proxy(&key("Custody"), account("Eve")).await.unwrap();
    until("it is delivered", || async { venue.owner(slice).await == Some(account("Bob")) }).await;
    venue.until_settled().await;
    venue.assert_covers().await;
    venue.stop_worker().await;
}

pub(crate) async fn last_committed_timeslice_runs_ahead_by_the_advance_notice(chain: ChainUnderTest) {
    let mut venue = Venue::open(chain).await;
    until("a block is read", || async { venue.status().caught_up }).await;
    venue.chain().advance_timeslices(3).await.unwrap();
    venue.deposit_funds("Bob", 1_000_000_000).await;
    let tradable_from = venue.query(|market| market.tradable_from()).await;
    let committed = venue.last_committed().await;
    // One more is committed by now at most: blocks go on.
    let ahead = committed + 1 + venue.config.delivery_lead.0;
    assert!((ahead - 1..=ahead).contains(&tradable_from.0), "{tradable_from:?}, {committed} are committed");
    venue.stop_worker().await;
}

pub(crate) async fn renewal_rights_arise_only_from_a_final_assignment_of_the_full_region(
    chain: ChainUnderTest,
) {
    let mut venue = Venue::open(chain).await;
    let core = venue.deposit_core("Alice").await;
    let other = venue.deposit_core("Alice").await;
    venue.deposit_funds("Bob", 100 * chain.unit_planck()).await;
    venue.offer("Alice", core, true).await;
    let part = Delivery::Assign(TaskId(2_000));
    venue.buy("Bob", core.begin.0, core.begin.0 + 100, 80, part).await;
    venue.until_settled().await;
    assert_eq!(venue.entries("Broker", "PotentialRenewals").await, 0);
    venue.offer("Alice", other, true).await;
    venue.buy("Bob", other.begin.0, other.end.0, 80, Delivery::Assign(TaskId(2_001))).await;
    venue.until_settled().await;
    assert_eq!(venue.entries("Broker", "PotentialRenewals").await, 1, "the buyer's task may renew");
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

pub(crate) async fn the_first_27_tasks_of_a_core_leave_out_nobody_who_bought_three_parts(
    chain: ChainUnderTest,
) {
    let mut venue = Venue::open(chain).await;
    let settlement = coretime_settlement::Settlement::connect(venue.config.clone(), venue.engine.clone());
    let least = settlement.await.unwrap().info().min_lot_parts;
    // Westend's runtime sends all tasks; on Polkadot's profile a core has one at a time.
    assert_eq!(least, Parts(if chain == ChainUnderTest::Kusama { 3 } else { 1 }));
    let lot = chain.share(3);
    let core = venue.core_on_offer().await;
    let mut sold = 0;
    for task in 0..80 / lot {
        let delivery = Delivery::Assign(TaskId(2_000 + task));
        venue.buy("Bob", core.begin.0, core.begin.0 + 50, lot, delivery).await;
        sold += 1;
    }
    venue.until_settled().await;
    let planned = venue.wallet.workplan(core.begin, core.core).await.unwrap();
    assert_eq!(planned.len(), sold);
    assert!(sold <= 27, "a core has no more of them");
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

pub(crate) async fn mask_positions_do_not_matter_only_how_many_bits(chain: ChainUnderTest) {
    let mut venue = Venue::open(chain).await;
    let half = chain.share(40);
    let cores = [venue.deposit_core("Alice").await, venue.deposit_core("Alice").await];
    venue.deposit_funds("Bob", 100 * chain.unit_planck()).await;
    for core in cores {
        venue.offer("Alice", core, true).await;
    }
    let begin = cores[0].begin.0.max(cores[1].begin.0);
    // All that is for sale, in equal counts: who gets which bits is not asked, and everyone gets as many.
    let tasks: Vec<u32> = (2_000..2_000 + 2 * 80 / half).collect();
    for task in &tasks {
        venue.buy("Bob", begin, begin + 50, half, Delivery::Assign(TaskId(*task))).await;
    }
    venue.until_settled().await;
    let mut planned = Vec::new();
    for core in cores {
        planned.extend(venue.wallet.workplan(Timeslice(begin), core.core).await.unwrap());
    }
    assert!(planned.iter().all(|(mask, _)| mask.parts() == Parts(half)), "{planned:?}");
    let mut found: Vec<u32> = planned.iter().map(|(_, task)| task.0).collect();
    found.sort_unstable();
    assert_eq!(found, tasks);
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

pub(crate) async fn the_previous_task_keeps_running_until_another_assignment_lands(chain: ChainUnderTest) {
    let mut venue = Venue::prepare_with(chain, |config| config.region_length_timeslices = 60).await;
    venue.start_worker().await;
    let core = venue.core_on_offer().await;
    let (first, second) = (TaskId(2_000), TaskId(2_001));
    let begin = core.begin.0;
    venue.buy("Bob", begin, begin + 10, 80, Delivery::Assign(first)).await;
    venue.buy("Bob", begin + 30, begin + 40, 80, Delivery::Assign(second)).await;
    venue.until_settled().await;
    let mut now = venue.last_committed().await;
    for (at, running) in [(begin + 5, first), (begin + 20, first), (begin + 35, second)] {
        venue.chain().advance_timeslices(at.saturating_sub(now)).await.unwrap();
        now = at;
        until("the core runs what was bought", || async {
            venue.wallet.workload(core.core).await.unwrap() == [running]
        })
        .await;
    }
    // What runs on is nobody's: the time between is still for sale, and both sides agree.
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

/// RFC-17 will bring other pallets: what is specific to today's is in one file.
#[test]
fn todays_broker_is_known_in_one_place() {
    fn sources(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { sources(&path, found) } else { found.push(path) }
        }
    }
    let mut files = Vec::new();
    sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let named = |path: &&std::path::PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        code.contains("\"Broker\"") || code.contains("\"InstaPoolContribution\"")
    };
    let who: Vec<_> = files.iter().filter(named).map(|path| path.file_name().unwrap().to_owned()).collect();
    assert_eq!(who, ["broker.rs"]);
}

//! What is bought is delivered, at the least cost.

use crate::{
    in_flight::submissions,
    venue::{ChainUnderTest, Venue, account, until},
};
use coretime_types::{Command, Delivery, Event, InstructionEnd, Planck, TaskId};

pub(crate) async fn what_is_bought_is_carved_out_and_delivered(chain: ChainUnderTest) {
    let mut venue = Venue::open(chain).await;
    let unit = chain.unit_planck();
    let core = venue.deposit_core("Alice").await;
    venue.deposit_funds("Bob", unit).await;
    venue.offer("Alice", core, true).await;
    let begin = core.begin.0;

    let (kept, none) = venue.buy("Bob", begin + 3_000, begin + 3_500, 80, Delivery::Custody).await;
    assert_eq!(none, None, "a trade that stays in custody has no instruction");
    let (week, _) = venue.buy("Bob", begin + 1_000, begin + 2_260, 80, Delivery::Transfer).await;
    let task = TaskId(2_000);
    let (half_day, _) =
        venue.buy("Bob", begin + 500, begin + 680, chain.share(40), Delivery::Assign(task)).await;
    venue.until_settled().await;

    assert_eq!(venue.owner(week).await, Some(account("Bob")));
    let planned = venue.wallet.workplan(half_day.begin, half_day.core).await.unwrap();
    assert_eq!(planned, [(half_day.mask, task)]);
    assert_eq!(venue.owner(half_day).await, None, "an assigned region is no more");
    assert_eq!(venue.owner(kept).await, None, "what stays in custody is not cut out");
    let custody = Some(venue.config.custody);
    let custody = venue.owners().await.into_values().filter(|owner| *owner == custody).count();
    let by_share = usize::from(chain.allows_interlace());
    assert_eq!(custody, 3 + by_share, "two cuts in time for the week, two and one by share for half a day");
    venue.assert_agrees().await;

    let earned = venue.free("Alice").await;
    assert_eq!(earned, Planck(80 * 500 + 80 * 1_260 + u128::from(chain.share(40)) * 180));
    let before = venue.wallet.balance(account("Bob")).await.unwrap();
    let number = venue.withdraw_funds("Bob", unit / 2).await;
    venue.until_settled().await;
    let after = venue.wallet.balance(account("Bob")).await.unwrap();
    assert_eq!(after.0 - before.0, unit / 2);
    venue.assert_agrees().await;

    let confirmed = venue.commands().await.into_iter().find_map(|(command, events)| match command {
        Command::SettlementConfirmed(confirmed) if confirmed.instruction == number => {
            assert_eq!(events, [Event::InstructionEnded { number, end: InstructionEnd::Confirmed }]);
            Some(confirmed)
        }
        _ => None,
    });
    assert!(confirmed.unwrap().chain_fee > Planck::ZERO);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_polkadot_profile_filters_interlacing_and_all_else_works() {
    let mut venue = Venue::open(ChainUnderTest::Polkadot).await;
    let unit = ChainUnderTest::Polkadot.unit_planck();
    let settlement = coretime_settlement::Settlement::connect(venue.config.clone(), venue.engine.clone());
    let info = settlement.await.unwrap().info().clone();
    assert!(!info.can_interlace);
    assert_eq!((info.ss58_prefix, info.token_symbol.as_str(), info.token_decimals), (0, "DOT", 10));
    assert_eq!(info.existential_deposit, Planck(ChainUnderTest::Polkadot.existential_deposit_planck()));
    assert_eq!(info.genesis_hash, venue.chain().genesis_hash());
    assert_eq!(info.timeslice_relay_blocks, 80);

    let core = venue.deposit_core("Alice").await;
    venue.deposit_funds("Bob", unit).await;
    venue.offer("Alice", core, false).await;
    let begin = core.begin.0;
    let (slice, _) = venue.buy("Bob", begin + 10, begin + 20, 80, Delivery::Transfer).await;
    venue.until_settled().await;
    assert_eq!(venue.owner(slice).await, Some(account("Bob")));
    venue.assert_agrees().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kusama_profile_lets_interlacing_through() {
    let venue = Venue::prepare(ChainUnderTest::Kusama).await;
    let settlement = coretime_settlement::Settlement::connect(venue.config.clone(), venue.engine.clone());
    let info = settlement.await.unwrap().info().clone();
    assert!(info.can_interlace);
    assert_eq!((info.ss58_prefix, info.token_symbol.as_str(), info.token_decimals), (2, "KSM", 12));
}

pub(crate) async fn custody_may_sign_for_itself(chain: ChainUnderTest) {
    let mut venue = Venue::prepare(chain).await;
    venue.config.signer = coretime_settlement::SignerKey::from(crate::venue::key("Custody"));
    venue.start_worker().await;
    let core = venue.core_on_offer().await;
    let begin = core.begin.0;
    let (slice, _) = venue.buy("Bob", begin, begin + 20, 80, Delivery::Transfer).await;
    venue.until_settled().await;
    assert_eq!(venue.owner(slice).await, Some(account("Bob")));
}

pub(crate) async fn a_batch_is_no_heavier_than_the_runtime_lets_it_be(chain: ChainUnderTest) {
    let mut venue = Venue::prepare(chain).await;
    venue.start_worker().await;
    let core = venue.core_on_offer().await;
    venue.stop_worker().await;
    // A hundredth of what an extrinsic may weigh: some deliveries, not all of them.
    venue.config.max_weight_percent = 1;
    let bought = venue.buy_slices_of(core, 20).await;
    venue.start_worker().await;
    venue.until_settled().await;
    for region in bought {
        assert_eq!(venue.owner(region).await, Some(account("Bob")), "{region}");
    }
    let legs: Vec<usize> = submissions(&venue).await.iter().map(|one| one.instructions.len()).collect();
    assert!(legs.len() > 1 && legs.iter().all(|count| (1..20).contains(count)), "{legs:?}");
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

pub(crate) async fn many_at_once_share_few_batches(chain: ChainUnderTest) {
    let mut venue = Venue::prepare(chain).await;
    venue.start_worker().await;
    let core = venue.core_on_offer().await;
    venue.stop_worker().await;
    let mut bought = Vec::new();
    for slot in 0..60 {
        let begin = core.begin.0 + slot * 50;
        bought.push(venue.buy("Bob", begin, begin + 20, 80, Delivery::Transfer).await.0);
    }
    venue.start_worker().await;
    venue.until_settled().await;
    let owners = venue.owners().await;
    assert_eq!(owners.values().filter(|owner| **owner == Some(account("Bob"))).count(), 60);
    for region in bought {
        assert_eq!(owners.get(&region), Some(&Some(account("Bob"))), "{region}");
    }
    let batches = venue.commands().await;
    let batches = batches.iter().filter(|(command, _)| matches!(command, Command::SettlementSubmitted(_)));
    assert!(batches.count() <= 3);
    venue.assert_agrees().await;
    until("nothing is pending", || async { venue.status().pending_instructions == 0 }).await;
}

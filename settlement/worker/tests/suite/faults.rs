//! Faults between settlement and the chain. Whatever happens, each instruction is carried out once. `SETTLEMENT_SEED`
//! gives other runs. In bulk: see `bulk`.

use crate::{
    call_proxy::CallLine,
    crashes::ends,
    proxy::BadLine,
    venue::{ChainUnderTest, Venue, account, set_storage, sudo, until},
};
use coretime_types::{Delivery, InstructionEnd, Planck};
use std::time::Duration;
use subxt::dynamic::Value;

pub(crate) fn from_environment(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

pub(crate) async fn a_connection_that_is_cut_again_and_again_delivers_once(chain: ChainUnderTest) {
    let seed = from_environment("SETTLEMENT_SEED", 1);
    let mut venue = Venue::prepare(chain).await;
    venue.config.mortality_blocks = 16;
    venue.config.node_timeout = Duration::from_secs(10);
    venue.start_worker().await;
    venue.deposit_funds("Bob", 100 * chain.unit_planck()).await;
    venue.stop_worker().await;
    let direct = venue.config.chain_url.clone();
    let before = venue.wallet.balance(account("Bob")).await.unwrap();
    // Metadata is 200 kB to a megabyte in hex: some connections never get beyond it.
    let line = BadLine::to(&direct, seed, 4 << 20).await;
    venue.config.chain_url = line.url();
    venue.start_worker_patiently().await;
    for _ in 0..10 {
        venue.withdraw_funds("Bob", 1_000_000_000).await;
        tokio::time::sleep(Duration::from_millis(line.below(300))).await;
        line.cut();
    }
    venue.until_settled().await;
    venue.stop_worker().await;
    venue.config.chain_url = direct;
    let after = venue.wallet.balance(account("Bob")).await.unwrap();
    assert_eq!(after.0 - before.0, 10_000_000_000, "each payment once, seed {seed}");
    venue.assert_agrees().await;
}

pub(crate) async fn a_line_that_goes_dead_without_a_word_is_given_up_in_time(chain: ChainUnderTest) {
    let mut venue = Venue::prepare(chain).await;
    venue.config.node_timeout = Duration::from_secs(5);
    venue.start_worker().await;
    venue.deposit_funds("Bob", 100 * chain.unit_planck()).await;
    venue.stop_worker().await;
    let direct = venue.config.chain_url.clone();
    let before = venue.wallet.balance(account("Bob")).await.unwrap();
    let line = BadLine::to(&direct, 1, usize::MAX).await;
    venue.config.chain_url = line.url();
    venue.start_worker().await;
    venue.withdraw_funds("Bob", 1_000_000_000).await;
    line.set_dead(true);
    // By settlement's own time-out or, in the middle of a request, by the client's.
    until("it is noticed", || async { !venue.status().connected }).await;
    assert!(venue.status().last_error.is_some());
    line.set_dead(false);
    venue.until_settled().await;
    venue.stop_worker().await;
    venue.config.chain_url = direct;
    let after = venue.wallet.balance(account("Bob")).await.unwrap();
    assert_eq!(after.0 - before.0, 1_000_000_000, "paid once");
    venue.assert_agrees().await;
}

/// The connection lives, calls are answered, and the subscription to finalised blocks says nothing any more.
pub(crate) async fn a_subscription_that_falls_silent_is_made_up_for_by_asking(chain: ChainUnderTest) {
    let mut venue = Venue::prepare(chain).await;
    venue.config.node_timeout = Duration::from_secs(2);
    let direct = venue.config.chain_url.clone();
    let line = CallLine::to(&direct).await;
    venue.config.chain_url = line.url();
    venue.start_worker().await;
    venue.config.chain_url.clone_from(&direct);
    venue.deposit_funds("Bob", 100 * chain.unit_planck()).await;
    line.mute();
    let before = venue.wallet.balance(account("Bob")).await.unwrap();
    venue.withdraw_funds("Bob", 1_000_000_000).await;
    venue.until_settled().await;
    let after = venue.wallet.balance(account("Bob")).await.unwrap();
    assert_eq!(after.0 - before.0, 1_000_000_000, "paid once");
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

pub(crate) async fn a_chain_halted_for_an_hour_delivers_when_it_goes_on(chain: ChainUnderTest) {
    let mut venue = Venue::open(chain).await;
    let core = venue.core_on_offer().await;
    let begin = core.begin.0;
    venue.chain().set_finalization(false).await.unwrap();
    let (slice, _) = venue.buy("Bob", begin + 50, begin + 90, 80, Delivery::Transfer).await;
    venue.withdraw_funds("Bob", 1_000_000_000).await;
    // An hour is seven timeslices and a half, and more blocks than an era has.
    venue.chain().advance_timeslices(8).await.unwrap();
    venue.chain().set_finalization(true).await.unwrap();
    venue.until_settled().await;
    assert_eq!(venue.owner(slice).await, Some(account("Bob")));
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

pub(crate) async fn fees_that_spike_hold_up_what_the_signer_cannot_pay_and_lose_nothing(
    chain: ChainUnderTest,
) {
    let mut venue = Venue::open(chain).await;
    venue.deposit_funds("Bob", 100 * chain.unit_planck()).await;
    until("costs are known", || async { venue.status().delivery_cost.is_some() }).await;
    let usual = venue.status().delivery_cost.unwrap();
    let signer = venue.wallet.balance(account("Settlement")).await.unwrap();
    // `FixedU128`, by which the chain multiplies what weight costs, which is a tenth of a fee at least: more than the
    // signer has for a delivery.
    let multiplier = venue.storage_key("TransactionPayment", "NextFeeMultiplier").await;
    let one = 10_u128.pow(18);
    set_storage(&venue, &multiplier, &(one * (signer.0 / usual.0 * 40)).to_le_bytes()).await;
    until("the alarm comes first", || async { venue.status().signer_low }).await;
    assert!(venue.status().delivery_cost.unwrap() > usual);
    let number = venue.withdraw_funds("Bob", 1_000_000_000).await;
    until("a batch is recorded and not taken", || async {
        !venue.status().in_flight.is_empty() && venue.status().last_error.is_some()
    })
    .await;
    set_storage(&venue, &multiplier, &one.to_le_bytes()).await;
    venue.until_settled().await;
    assert_eq!(ends(&venue).await.get(&number).map(Vec::as_slice), Some(&[InstructionEnd::Confirmed][..]));
    until("all is well again", || async { !venue.status().signer_low }).await;
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

pub(crate) async fn an_empty_signer_holds_everything_up_and_loses_nothing(chain: ChainUnderTest) {
    let mut venue = Venue::open(chain).await;
    venue.deposit_funds("Bob", 100 * chain.unit_planck()).await;
    let signer = account("Settlement");
    let all = venue.wallet.balance(signer).await.unwrap().0;
    let set = |free: u128| {
        let id = Value::unnamed_variant("Id", [Value::from_bytes(signer.0)]);
        Value::named_variant("force_set_balance", [("who", id), ("new_free", Value::u128(free))])
    };
    sudo(&venue, "Balances", set(chain.existential_deposit_planck())).await;
    until("the alarm comes first", || async { venue.status().signer_low }).await;
    venue.withdraw_funds("Bob", 1_000_000_000).await;
    until("a batch is recorded and not taken", || async {
        !venue.status().in_flight.is_empty() && venue.status().last_error.is_some()
    })
    .await;
    sudo(&venue, "Balances", set(all)).await;
    venue.until_settled().await;
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_without_old_state_is_refused_and_no_block_is_skipped() {
    let mut venue = Venue::open(ChainUnderTest::Kusama).await;
    venue.deposit_funds("Bob", 5_000_000_000).await;
    venue.stop_worker().await;
    let read = venue.last_block().await;
    // A deposit in a block whose state the node has discarded by the time that settlement comes back.
    let amount = Planck(1_000_000_000);
    venue.wallet.transfer_funds(&crate::venue::key("Bob"), venue.config.custody, amount).await.unwrap();
    venue.chain().advance_timeslices(1_100).await.unwrap();
    let refused = coretime_settlement::Settlement::connect(venue.config.clone(), venue.engine.clone()).await;
    let error = refused.err().map(|error| format!("{error:?}")).unwrap_or_default();
    assert!(error.contains("discarded"), "{error}");
    assert_eq!(venue.last_block().await, read);
    assert_eq!(venue.free("Bob").await, Planck(5_000_000_000));
}

//! What cannot be delivered is told, and nothing else is held up by it.

use crate::in_flight::submissions;
use crate::venue::{ChainUnderTest, Venue, account, call, key, sudo, until};
use coretime_settlement::{ChainError, Settlement, SettlementError};
use coretime_types::{Command, Delivery, Event, FailureOutcome, InstructionNumber, Planck, TaskId};
use subxt::dynamic::Value;

async fn failure(venue: &Venue, number: InstructionNumber) -> Option<(FailureOutcome, String)> {
    venue.commands().await.into_iter().find_map(|(command, events)| match command {
        Command::SettlementFailed { instruction, outcome, reason } if instruction == number => {
            assert!(matches!(events[..], [Event::InstructionEnded { .. }]), "{events:?}");
            Some((outcome, reason))
        }
        _ => None,
    })
}

pub(crate) async fn nothing_is_paid_below_the_existential_deposit_to_an_account_that_is_not_there(
    chain: ChainUnderTest,
) {
    let venue = Venue::open(chain).await;
    let (unit, existential_deposit) = (chain.unit_planck(), chain.existential_deposit_planck());
    venue.wallet.transfer_funds(&key("Alice"), account("Newcomer"), Planck(unit)).await.unwrap();
    // He sends all he has, and his account is no more.
    let custody = Value::unnamed_variant("Id", [Value::from_bytes(venue.config.custody.0)]);
    call(&venue, "Newcomer", "Balances", "transfer_all", vec![custody, Value::bool(false)]).await;
    until("it is credited", || async { venue.free("Newcomer").await > Planck::ZERO }).await;

    let too_little = venue.withdraw_funds("Newcomer", existential_deposit - 1).await;
    venue.until_settled().await;
    let (outcome, reason) = failure(&venue, too_little).await.unwrap();
    assert_eq!(outcome, FailureOutcome::Returned);
    assert!(reason.contains("existential deposit"), "{reason}");
    venue.assert_agrees().await;

    let enough = venue.withdraw_funds("Newcomer", existential_deposit).await;
    venue.until_settled().await;
    let little = venue.withdraw_funds("Newcomer", 1).await;
    venue.until_settled().await;
    assert_eq!((failure(&venue, enough).await, failure(&venue, little).await), (None, None));
    assert_eq!(venue.wallet.balance(account("Newcomer")).await.unwrap(), Planck(existential_deposit + 1));
    venue.assert_agrees().await;
}

/// The chain alone knows that it cannot be paid: a batch fails whole, and is narrowed down.
pub(crate) async fn a_leg_at_fault_is_narrowed_down_while_the_others_go_on(chain: ChainUnderTest) {
    let mut venue = Venue::open(chain).await;
    let core = venue.deposit_core("Alice").await;
    venue.deposit_funds("Bob", 100 * chain.unit_planck()).await;
    venue.deposit_funds("Dave", 100 * chain.unit_planck()).await;
    venue.offer("Alice", core, true).await;
    // One planck more, and his balance does not fit into the chain's type.
    let dave = Value::unnamed_variant("Id", [Value::from_bytes(account("Dave").0)]);
    let full = [("who", dave.clone()), ("new_free", Value::u128(u128::MAX))];
    sudo(&venue, "Balances", Value::named_variant("force_set_balance", full)).await;
    venue.stop_worker().await;
    let before = venue.wallet.balance(account("Bob")).await.unwrap();
    let begin = core.begin.0;
    let (first, _) = venue.buy("Bob", begin, begin + 10, 80, Delivery::Transfer).await;
    venue.withdraw_funds("Bob", 1_000_000_000).await;
    let at_fault = venue.withdraw_funds("Dave", 1_000_000_000).await;
    venue.withdraw_funds("Bob", 2_000_000_000).await;
    let (last, _) = venue.buy("Bob", begin + 50, begin + 60, 80, Delivery::Transfer).await;
    venue.start_worker().await;
    until("all others have ended", || async {
        venue.query(move |market| market.instructions().all(|one| one.number == at_fault)).await
    })
    .await;
    for region in [first, last] {
        assert_eq!(venue.owner(region).await, Some(account("Bob")), "{region}");
    }
    let after = venue.wallet.balance(account("Bob")).await.unwrap();
    assert_eq!(after.0 - before.0, 3_000_000_000);
    assert!(venue.query(move |market| market.instruction(at_fault).is_some()).await, "it is tried on");
    let batches = submissions(&venue).await;
    assert_eq!(batches[0].instructions.len(), 5, "all went together at first");
    let room = [("who", dave), ("new_free", Value::u128(chain.unit_planck()))];
    sudo(&venue, "Balances", Value::named_variant("force_set_balance", room)).await;
    venue.until_settled().await;
    let paid = venue.wallet.balance(account("Dave")).await.unwrap();
    assert_eq!(paid.0, chain.unit_planck() + 1_000_000_000);
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

pub(crate) async fn an_assignment_that_comes_too_late_is_returned_before_it_is_sent(chain: ChainUnderTest) {
    let mut venue = Venue::prepare_with(chain, |config| config.region_length_timeslices = 30).await;
    venue.start_worker().await;
    let core = venue.core_on_offer().await;
    let begin = core.begin.0;
    venue.stop_worker().await;
    let (slice, number) = venue.buy("Bob", begin, begin + 3, 80, Delivery::Assign(TaskId(2_000))).await;
    let now = venue.query(|market| market.tradable_from()).await;
    venue.chain().advance_timeslices(slice.end.0 - now.0 + 5).await.unwrap();
    venue.start_worker().await;
    venue.until_settled().await;
    let (outcome, reason) = failure(&venue, number.unwrap()).await.unwrap();
    assert_eq!((outcome, reason.as_str()), (FailureOutcome::Returned, "its window is over"));
    venue.assert_agrees().await;
}

pub(crate) async fn a_region_that_the_chain_drops_is_lost_though_the_call_succeeded(chain: ChainUnderTest) {
    let mut venue = Venue::prepare_with(chain, |config| config.region_length_timeslices = 30).await;
    venue.start_worker().await;
    let core = venue.core_on_offer().await;
    let begin = core.begin.0;
    venue.stop_worker().await;
    // The chain goes on while finality stands still: the plan is made on a block that is long past.
    venue.chain().set_finalization(false).await.unwrap();
    let (slice, number) = venue.buy("Bob", begin, begin + 3, 80, Delivery::Assign(TaskId(2_000))).await;
    venue.config.mortality_blocks = 4_096;
    let now = venue.query(|market| market.tradable_from()).await;
    venue.chain().advance_timeslices(slice.end.0 - now.0 + 5).await.unwrap();
    venue.start_worker().await;
    // Some blocks before settlement looks again, so that its first plan is what counts.
    until("a batch is submitted", || async {
        venue.query(|market| market.instructions().any(|one| one.submission.is_some())).await
    })
    .await;
    venue.chain().new_block().await.unwrap();
    venue.chain().set_finalization(true).await.unwrap();
    venue.until_settled().await;
    let (outcome, _) = failure(&venue, number.unwrap()).await.unwrap();
    assert_eq!(outcome, FailureOutcome::Lost);
    assert_eq!(venue.query(|market| market.totals().regions_lost.0).await, slice.part_timeslices().0);
    venue.assert_agrees().await;
}

pub(crate) async fn a_revoked_signer_delivers_nothing_until_it_may_again(chain: ChainUnderTest) {
    let mut venue = Venue::prepare(chain).await;
    venue.config.signer = coretime_settlement::SignerKey::from(key("Eve"));
    // Custody pays the fee for its new proxy: that much less is the operator's.
    venue.config.float.0 -= chain.unit_planck();
    venue.start_worker().await;
    let core = venue.core_on_offer().await;
    let begin = core.begin.0;
    let (slice, _) = venue.buy("Bob", begin + 5, begin + 9, 80, Delivery::Transfer).await;
    until("the chain refuses", || async {
        venue.status().last_error.is_some_and(|error| error.contains("Proxy.NotProxy"))
    })
    .await;
    assert_eq!(venue.owner(slice).await, None);
    venue.wallet.add_proxy(&key("Custody"), account("Eve")).await.unwrap();
    venue.until_settled().await;
    assert_eq!(venue.owner(slice).await, Some(account("Bob")));
}

pub(crate) async fn another_chain_is_refused(chain: ChainUnderTest) {
    let mut venue = Venue::open(chain).await;
    venue.deposit_funds("Bob", 1_000_000_000).await;
    venue.stop_worker().await;
    let mut config = venue.config.clone();
    config.genesis_hash = Some([1; 32]);
    let refused = Settlement::connect(config, venue.engine.clone()).await;
    assert!(matches!(refused, Err(SettlementError::Chain(ChainError::OtherChain { .. }))));

    let other = Venue::open(ChainUnderTest::Polkadot).await;
    venue.config.chain_url = other.config.chain_url.clone();
    let settlement = Settlement::connect(venue.config.clone(), venue.engine.clone()).await.unwrap();
    let (_keep, shutdown) = tokio::sync::watch::channel(false);
    let ended = settlement.run(shutdown).await;
    assert!(matches!(ended, Err(SettlementError::Chain(ChainError::OtherHistory { .. }))), "{ended:?}");
}

pub(crate) async fn a_frozen_venue_submits_nothing(chain: ChainUnderTest) {
    let mut venue = Venue::open(chain).await;
    let core = venue.core_on_offer().await;
    let begin = core.begin.0;
    venue.stop_worker().await;
    let (slice, _) = venue.buy("Bob", begin + 5, begin + 9, 80, Delivery::Transfer).await;
    venue.tell(Command::Freeze { cause: "test".into() }).await;
    venue.start_worker().await;
    let seen = venue.query(|market| market.last_block().map(|(number, _)| number.0)).await.unwrap();
    until("some blocks pass", || async {
        venue.query(move |market| market.last_block().is_some_and(|(number, _)| number.0 > seen + 5)).await
    })
    .await;
    assert!(venue.query(|market| market.instructions().all(|one| one.submission.is_none())).await);
    venue.tell(Command::Resume { cause: "test".into() }).await;
    venue.until_settled().await;
    assert_eq!(venue.owner(slice).await, Some(account("Bob")));
}

//! Ledger and chain are compared all the time; what does not agree stops the venue.

use crate::venue::{ChainUnderTest, Venue, account, call, key, until};
use coretime_settlement::{CreditError, FIRST_LATER_CREDIT, Unattributed};
use coretime_types::{Command, Mode, Planck};
use std::time::Duration;
use subxt::dynamic::Value;

fn id(account: coretime_types::AccountId) -> Value {
    Value::unnamed_variant("Id", [Value::from_bytes(account.0)])
}

/// What sudo can do and nobody else: funds appear in custody, without a sender, as by an XCM teleport.
async fn appear(venue: &Venue, amount: u128) {
    let custody = venue.wallet.balance(venue.config.custody).await.unwrap().0;
    force_balance(venue, custody + amount).await;
}

async fn force_balance(venue: &Venue, free: u128) {
    let set = Value::named_variant(
        "force_set_balance",
        [("who", id(venue.config.custody)), ("new_free", Value::u128(free))],
    );
    call(venue, "Alice", "Sudo", "sudo", vec![Value::unnamed_variant("Balances", [set])]).await;
}

pub(crate) async fn funds_without_a_sender_are_counted_and_credited_by_the_operator(chain: ChainUnderTest) {
    let mut venue = Venue::open(chain).await;
    appear(&venue, 5_000_000_000).await;
    let unattributed =
        |venue: &Venue| venue.status().reserves.map_or(Planck::ZERO, |report| report.unattributed_funds);
    until("they are counted", || async { unattributed(&venue) == Planck(5_000_000_000) }).await;
    let operator = venue.operator();
    let too_much = operator.credit(Unattributed::Funds(Planck(5_000_000_001)), account("Eve")).await;
    assert!(matches!(too_much, Err(CreditError::NotEnough { .. })), "{too_much:?}");
    operator.credit(Unattributed::Funds(Planck(3_000_000_000)), account("Eve")).await.unwrap();
    assert_eq!(venue.free("Eve").await, Planck(3_000_000_000));
    let before = venue.wallet.balance(account("Ferdie")).await.unwrap();
    operator.give_back(Unattributed::Funds(Planck(2_000_000_000)), account("Ferdie")).await.unwrap();
    venue.until_settled().await;
    let after = venue.wallet.balance(account("Ferdie")).await.unwrap();
    assert_eq!(after.0 - before.0, 2_000_000_000);
    let none_left = operator.credit(Unattributed::Funds(Planck(1)), account("Eve")).await;
    assert!(matches!(none_left, Err(CreditError::NotEnough { .. })), "{none_left:?}");
    let references: Vec<u32> = venue
        .commands()
        .await
        .into_iter()
        .filter_map(|(command, _)| match command {
            Command::DepositFunds { reference, .. } => Some(reference.event),
            _ => None,
        })
        .collect();
    assert!(
        references.iter().all(|event| *event >= FIRST_LATER_CREDIT),
        "the auditor can tell: {references:?}"
    );
    // Deposits of later blocks are credited as ever.
    venue.deposit_funds("Bob", 1_000_000_000).await;
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

pub(crate) async fn every_trader_can_check_that_he_is_counted(chain: ChainUnderTest) {
    let mut venue = Venue::open(chain).await;
    venue.deposit_funds("Bob", 5_000_000_000).await;
    let core = venue.deposit_core("Alice").await;
    venue.offer("Alice", core, true).await;
    let begin = core.begin.0;
    venue.buy("Bob", begin, begin + 100, 80, coretime_types::Delivery::Custody).await;
    let proof = venue.reconciler().prove(&coretime_reserves::Salt([7; 32])).await.unwrap();
    assert_eq!(proof.report.differences, []);
    assert_eq!(proof.statement.owed_funds_planck, "5000000000");
    assert_eq!(proof.statement.block_hash.to_string(), proof.report.block_hash.trim_start_matches("0x"));
    for (name, funds) in [("Alice", 8_000_u128), ("Bob", 5_000_000_000 - 8_000)] {
        let branch = proof.tree.branch(account(name)).unwrap();
        assert_eq!(branch.funds_planck, funds.to_string());
        assert_eq!(branch.verify(&proof.statement), Ok(()), "{name}");
    }
    let bobs = proof.tree.branch(account("Bob")).unwrap();
    assert_eq!(bobs.core_time, "8000");
    assert_eq!(proof.tree.branch(account("Eve")), None);
    venue.stop_worker().await;
}

pub(crate) async fn a_region_that_was_encumbered_is_credited_when_it_is_clean_and_kept_in_mind_over_a_restart(
    chain: ChainUnderTest,
) {
    let mut venue = Venue::prepare(chain).await;
    venue.config.held_back_file = Some(venue.folder.path().join("held-back.jsonl"));
    venue.start_worker().await;
    let region = venue.wallet.purchase(&key("Dave")).await.unwrap();
    let payee = Value::from_bytes(account("Dave").0);
    let provisional = Value::unnamed_variant("Provisional", []);
    let pool = vec![crate::deposits::region_value(region.id()), payee, provisional];
    call(&venue, "Dave", "Broker", "pool", pool).await;
    venue.wallet.transfer_region(&key("Dave"), region.id(), venue.config.custody).await.unwrap();
    until("it is held back", || async { venue.status().held_back.len() == 1 }).await;
    let held_back = venue.status().held_back;
    until("it is counted", || async {
        venue.status().reserves.is_some_and(|report| report.unattributed_regions == [region])
    })
    .await;
    let refused = venue.operator().credit(Unattributed::Region(region.id()), account("Dave")).await;
    assert!(matches!(refused, Err(CreditError::Encumbered(_))), "{refused:?}");
    venue.stop_worker().await;
    venue.restart_engine().await;
    venue.start_worker().await;
    assert_eq!(venue.status().held_back, held_back, "who sent it is still known");
    // Only custody can clear it: a new assignment of another owner's would do the same.
    let kill = Value::named_variant(
        "kill_storage",
        [(
            "keys",
            Value::unnamed_composite(venue.encumbrance_keys(region).await.iter().map(Value::from_bytes)),
        )],
    );
    call(&venue, "Alice", "Sudo", "sudo", vec![Value::unnamed_variant("System", [kill])]).await;
    until("it is credited to who sent it", || async {
        venue
            .query(move |market| {
                market.free_regions_of(account("Dave")).any(|free| free.region == region && free.renewable)
            })
            .await
    })
    .await;
    until("the list is empty", || async { venue.status().held_back.is_empty() }).await;
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

pub(crate) async fn what_custody_lacks_freezes_the_venue_until_the_operator_resumes_it(
    chain: ChainUnderTest,
) {
    let mut venue = Venue::open(chain).await;
    venue.deposit_funds("Bob", 5_000_000_000).await;
    let custody = venue.wallet.balance(venue.config.custody).await.unwrap().0;
    force_balance(&venue, custody - 1).await;
    until("it freezes", || async { venue.query(|market| market.mode()).await == Mode::Frozen }).await;
    let causes = venue.query(|market| market.freeze_causes().map(str::to_owned).collect::<Vec<_>>()).await;
    assert_eq!(causes, ["reserves"]);
    let differences = venue.status().reserves.unwrap().differences;
    assert_eq!(differences.len(), 1);
    assert!(differences[0].ledger.contains("owed") && differences[0].chain.contains("custody has"));
    let refused = venue.operator().credit(Unattributed::Funds(Planck(1)), account("Bob")).await;
    assert!(matches!(refused, Err(CreditError::Differences(_))), "{refused:?}");
    force_balance(&venue, custody).await;
    until("it agrees again", || async {
        venue.status().reserves.is_some_and(|report| report.differences.is_empty())
    })
    .await;
    assert_eq!(venue.query(|market| market.mode()).await, Mode::Frozen, "nobody but the operator resumes");
    venue.tell(Command::Resume { cause: "reserves".into() }).await;
    venue.withdraw_funds("Bob", 5_000_000_000).await;
    venue.until_settled().await;
    venue.assert_agrees().await;
    venue.stop_worker().await;
}

pub(crate) async fn a_chain_that_stands_still_halts_the_venue_until_it_goes_on(chain: ChainUnderTest) {
    let mut venue = Venue::prepare(chain).await;
    venue.config.silent_after = Duration::from_secs(3);
    venue.start_worker().await;
    venue.deposit_funds("Bob", 5_000_000_000).await;
    assert_eq!(venue.query(|market| market.mode()).await, Mode::Open);
    venue.chain().set_finalization(false).await.unwrap();
    until("it halts", || async { venue.query(|market| market.mode()).await == Mode::Halted }).await;
    let causes = venue.query(|market| market.halt_causes().map(str::to_owned).collect::<Vec<_>>()).await;
    assert_eq!(causes, ["chain_silent"]);
    venue.chain().set_finalization(true).await.unwrap();
    until("it goes on", || async { venue.query(|market| market.mode()).await == Mode::Open }).await;
    venue.stop_chain().await;
    until("a node that is gone is silent too", || async {
        venue.query(|market| market.mode()).await == Mode::Halted
    })
    .await;
    venue.start_chain().await;
    until("it goes on", || async { venue.query(|market| market.mode()).await == Mode::Open }).await;
    venue.stop_worker().await;
}

pub(crate) async fn a_signer_that_runs_low_is_told_before_it_fails_and_so_are_fees_that_do_not_cover(
    chain: ChainUnderTest,
) {
    let mut venue = Venue::open(chain).await;
    until("costs are known", || async { venue.status().delivery_cost.is_some() }).await;
    let status = venue.status();
    assert!(!status.signer_low);
    assert_eq!(status.fees_cover_delivery, Some(false), "the venue takes no fee");
    let cost = status.delivery_cost.unwrap();
    let fee = Some(Planck(cost.0 * 2));
    let change = coretime_types::SettingsChange {
        delivery_fee: fee.map(|fee| u64::try_from(fee.0).unwrap()),
        withdrawal_fee: fee.map(|fee| u64::try_from(fee.0).unwrap()),
        ..Default::default()
    };
    venue.tell(Command::Configure(change)).await;
    until("they cover it", || async { venue.status().fees_cover_delivery == Some(true) }).await;
    // Away with nearly all of it.
    let signer = venue.wallet.balance(account("Settlement")).await.unwrap();
    let rest = Planck(signer.0 - chain.existential_deposit_planck() - cost.0 * 50);
    venue.wallet.transfer_funds(&key("Settlement"), account("Eve"), rest).await.unwrap();
    until("it is told", || async { venue.status().signer_low }).await;
    venue.stop_worker().await;
}

//! Whatever dies in between, each instruction is carried out once.

use crate::venue::{ChainUnderTest, Venue, account, until};
use coretime_settlement::SettlementConfig;
use coretime_types::{Command, Delivery, Event, InstructionEnd, InstructionNumber, Planck};
use std::{collections::BTreeMap, time::Duration};

/// How often each instruction ended, and how.
pub(crate) async fn ends(venue: &Venue) -> BTreeMap<InstructionNumber, Vec<InstructionEnd>> {
    let mut ends: BTreeMap<InstructionNumber, Vec<InstructionEnd>> = BTreeMap::new();
    for (_, events) in venue.commands().await {
        for event in events {
            if let Event::InstructionEnded { number, end } = event {
                ends.entry(number).or_default().push(end);
            }
        }
    }
    ends
}

pub(crate) async fn killed_at_any_time_it_delivers_once(chain: ChainUnderTest) {
    let mut venue = Venue::open(chain).await;
    let unit = 100 * chain.unit_planck();
    let core = venue.deposit_core("Alice").await;
    venue.deposit_funds("Bob", unit).await;
    venue.offer("Alice", core, true).await;
    let before = venue.wallet.balance(account("Bob")).await.unwrap();
    let mut bought = Vec::new();
    let mut instructions = 0;
    for turn in 0_u32..24 {
        let begin = core.begin.0 + turn * 40;
        let parts = if turn % 3 == 0 { chain.share(40) } else { 80 };
        bought.push(venue.buy("Bob", begin, begin + 13, parts, Delivery::Transfer).await.0);
        venue.withdraw_funds("Bob", 1_000_000_000).await;
        instructions += 2;
        // Other places every turn, the same ones in every run.
        tokio::time::sleep(Duration::from_millis(u64::from(turn * 37 % 290))).await;
        venue.kill_worker().await;
        if turn % 5 == 4 {
            venue.restart_engine().await;
        }
        venue.start_worker().await;
    }
    venue.until_settled().await;
    for region in bought {
        assert_eq!(venue.owner(region).await, Some(account("Bob")), "{region}");
    }
    let after = venue.wallet.balance(account("Bob")).await.unwrap();
    assert_eq!(after.0 - before.0, 24 * 1_000_000_000, "each payment once");
    let ends = ends(&venue).await;
    assert_eq!(ends.len(), instructions);
    assert!(ends.values().all(|ends| ends[..] == [InstructionEnd::Confirmed]));
    venue.assert_agrees().await;
}

pub(crate) async fn what_was_recorded_and_never_sent_is_sent_unchanged(chain: ChainUnderTest) {
    let mut venue = Venue::open(chain).await;
    venue.deposit_funds("Bob", 100 * chain.unit_planck()).await;
    // The chain takes transactions and makes no final blocks: the batch is recorded and hangs.
    venue.chain().set_finalization(false).await.unwrap();
    let number = venue.withdraw_funds("Bob", 1_000_000_000).await;
    venue.stop_worker().await;
    venue.start_worker().await;
    until("it is recorded", || async {
        venue.query(|market| market.instructions().any(|one| one.submission.is_some())).await
    })
    .await;
    let recorded =
        venue.query(move |market| market.instruction(number).and_then(|one| one.submission.clone()));
    let recorded = recorded.await.unwrap();
    venue.kill_worker().await;
    venue.restart_engine().await;
    venue.start_worker().await;
    venue.chain().set_finalization(true).await.unwrap();
    venue.until_settled().await;
    let submissions: Vec<_> = venue
        .commands()
        .await
        .into_iter()
        .filter_map(|(command, _)| match command {
            Command::SettlementSubmitted(submitted) => Some(submitted),
            _ => None,
        })
        .collect();
    assert_eq!(submissions, [recorded.as_ref().clone()], "no second extrinsic for the same instruction");
    venue.assert_agrees().await;
}

pub(crate) async fn what_was_never_included_is_planned_anew_after_its_last_block(chain: ChainUnderTest) {
    let mut venue = Venue::prepare(chain).await;
    venue.config.mortality_blocks = 8;
    // A signer without funds: the node takes no transaction of it.
    let signer = crate::venue::key("Pauper");
    let told = SettlementConfig {
        signer: coretime_settlement::SignerKey::from(signer),
        can_interlace: Some(true),
        ..venue.config.clone()
    };
    let able = std::mem::replace(&mut venue.config, told);
    venue.start_worker().await;
    venue.deposit_funds("Bob", 100 * chain.unit_planck()).await;
    let number = venue.withdraw_funds("Bob", 1_000_000_000).await;
    until("it was tried twice", || async {
        let commands = venue.commands().await;
        commands.iter().filter(|(c, _)| matches!(c, Command::SettlementSubmitted(_))).count() >= 2
    })
    .await;
    venue.stop_worker().await;
    venue.config = able;
    venue.start_worker().await;
    venue.until_settled().await;
    let ends = ends(&venue).await;
    assert_eq!(ends.get(&number).map(Vec::as_slice), Some(&[InstructionEnd::Confirmed][..]));
    assert!(venue.free("Bob").await > Planck::ZERO);
    venue.assert_agrees().await;
}

pub(crate) async fn a_node_that_goes_away_is_waited_for(chain: ChainUnderTest) {
    let mut venue = Venue::open(chain).await;
    venue.deposit_funds("Bob", 100 * chain.unit_planck()).await;
    let before = venue.wallet.balance(account("Bob")).await.unwrap();
    for _ in 0..3 {
        // Gone at once: whether the batch was sent, taken, or included is left to chance.
        venue.withdraw_funds("Bob", 1_000_000_000).await;
        venue.stop_chain().await;
        until("it is noticed", || async { !venue.status().connected }).await;
        venue.withdraw_funds("Bob", 1_000_000_000).await;
        venue.start_chain().await;
        venue.until_settled().await;
    }
    let after = venue.wallet.balance(account("Bob")).await.unwrap();
    assert_eq!(after.0 - before.0, 6_000_000_000, "each payment once");
    venue.assert_agrees().await;
}

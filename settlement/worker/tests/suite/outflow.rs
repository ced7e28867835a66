//! What is above an outflow limit is not sent before an operator approves it.

use crate::venue::{ChainUnderTest, Venue, account, until};
use coretime_types::{
    Command, Delivery, Event, InstructionNumber, OutflowLimit, OutflowScope, PartTimeslices, Planck,
    RejectReason, SettlementSubmitted,
};

async fn submitted_and_open(venue: &Venue, number: InstructionNumber) -> (bool, bool) {
    let named = |submitted: &SettlementSubmitted| submitted.instructions.contains(&number);
    let commands = venue.commands().await;
    let submitted = commands.iter().any(|(command, events)| match command {
        Command::SettlementSubmitted(submitted) => {
            named(submitted) && !matches!(events[..], [Event::Rejected(_)])
        }
        _ => false,
    });
    (submitted, venue.query(move |market| market.instruction(number).is_some()).await)
}

async fn held_by(venue: &Venue) -> Vec<InstructionNumber> {
    venue.query(|market| market.held_instructions().collect()).await
}

async fn until_blocks_pass(venue: &Venue) {
    let seen = venue.last_block().await;
    until("some blocks pass", || async { venue.last_block().await > seen + 5 }).await;
}

pub(crate) async fn what_is_held_is_sent_once_it_is_approved_and_not_before(chain: ChainUnderTest) {
    let unit = chain.unit_planck();
    let mut venue = Venue::open(chain).await;
    let core = venue.deposit_core("Alice").await;
    venue.deposit_funds("Bob", 100 * unit).await;
    venue.offer("Alice", core, true).await;
    let limit = OutflowLimit { funds: Some(Planck(10 * unit)), regions: Some(PartTimeslices(80 * 5)) };
    venue.tell(Command::LimitOutflow { scope: OutflowScope::EachAccount, limit: Some(limit) }).await;

    let begin = core.begin.0;
    let (small, _) = venue.buy("Bob", begin + 5, begin + 9, 80, Delivery::Transfer).await;
    let (large, delivery) = venue.buy("Bob", begin + 20, begin + 26, 80, Delivery::Transfer).await;
    let within = venue.withdraw_funds("Bob", 10 * unit).await;
    let above = venue.withdraw_funds("Bob", 1).await;
    let held = [delivery.unwrap(), above];
    assert_eq!(held_by(&venue).await, held);
    until("what is not held is carried out", || async {
        venue.query(move |market| market.instructions().count() == held.len()).await
    })
    .await;
    assert_eq!(submitted_and_open(&venue, within).await, (true, false));
    assert_eq!(venue.owner(small).await, Some(account("Bob")));
    until_blocks_pass(&venue).await;
    for number in held {
        assert_eq!(submitted_and_open(&venue, number).await, (false, true), "it is not sent");
    }
    // What is held is owed still.
    venue.assert_agrees().await;

    // Whoever has the signer's key and the engine's ear cannot record a batch with it either.
    let batch = SettlementSubmitted {
        instructions: held.to_vec(),
        extrinsic_hash: "0x01".into(),
        nonce: 0,
        valid_until_block: coretime_types::BlockNumber(u64::MAX),
        extrinsic: venue.unsendable_extrinsic(),
    };
    let receipt = venue.tell(Command::SettlementSubmitted(batch)).await;
    let rejected = Event::Rejected(RejectReason::InstructionHeld.into());
    assert_eq!(receipt.events[..], [rejected]);

    // It is held after a restart, too.
    venue.stop_worker().await;
    venue.restart_engine().await;
    venue.start_worker().await;
    until_blocks_pass(&venue).await;
    assert_eq!(held_by(&venue).await, held);
    for number in held {
        assert_eq!(submitted_and_open(&venue, number).await, (false, true), "it is not sent");
        venue.tell(Command::ApproveOutflow { instruction: number }).await;
    }
    venue.until_settled().await;
    for number in held {
        assert_eq!(submitted_and_open(&venue, number).await, (true, false));
    }
    assert_eq!(venue.owner(large).await, Some(account("Bob")));
    venue.assert_agrees().await;
}

//! Streams: own events, public trades, and how they end.

use crate::{
    orders::{kinds, market},
    venue::{Key, Trader, Venue, ask, bid, log_in, metadata, reason, soon},
};
use coretime_gateway::GatewayConfig;
use coretime_proto::v1::{
    self, stream_order_events_response::Message, stream_trades_response::Message as TradesMessage,
};
use coretime_types::{BlockNumber, Command, InstructionNumber, Planck, SettlementConfirmed};
use std::time::Duration;
use tonic::{Code, Streaming};

/// The stream's start, and the snapshot behind it.
async fn begin(
    stream: &mut Streaming<v1::StreamOrderEventsResponse>,
) -> (u64, Vec<v1::Order>, Vec<v1::Instruction>) {
    let sequence = resumed(stream).await;
    let (mut orders, mut instructions) = (Vec::new(), Vec::new());
    loop {
        match soon(stream.message()).await.unwrap().unwrap().message {
            Some(Message::Snapshot(part)) => {
                orders.extend(part.orders);
                instructions.extend(part.instructions);
                if part.complete {
                    return (sequence, orders, instructions);
                }
            }
            other => panic!("{other:?}"),
        }
    }
}

async fn start(stream: &mut Streaming<v1::StreamOrderEventsResponse>) -> u64 {
    begin(stream).await.0
}

async fn resumed(stream: &mut Streaming<v1::StreamOrderEventsResponse>) -> u64 {
    match soon(stream.message()).await.unwrap().unwrap().message {
        Some(Message::Start(start)) => start.position.unwrap().sequence,
        other => panic!("{other:?}"),
    }
}

async fn resume(
    trader: &Trader,
    after: u64,
) -> Result<Streaming<v1::StreamOrderEventsResponse>, tonic::Status> {
    let request = v1::StreamOrderEventsRequest { resume_after_sequence: Some(after) };
    trader.orders().stream_order_events(trader.with(request)).await.map(tonic::Response::into_inner)
}

async fn batch(stream: &mut Streaming<v1::StreamOrderEventsResponse>) -> (u64, Vec<&'static str>) {
    match soon(stream.message()).await.unwrap().unwrap().message {
        Some(Message::Batch(batch)) => (batch.receipt.unwrap().sequence, kinds(&batch.events)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_private_stream_has_all_that_is_ones_own_and_nothing_else() {
    let (venue, alice, bob, region) = market().await;
    // A bid that was there before the stream began, to be delivered.
    let mut resting = bid(11, 100, 120, 130);
    resting.terms.as_mut().unwrap().delivery = Some(v1::Delivery {
        destination: Some(v1::delivery::Destination::Transfer(v1::TransferDelivery {})),
    });
    alice.place_bid(resting).await.unwrap();
    let (mut own, mut others) = (alice.events().await, bob.events().await);
    assert_eq!(start(&mut own).await, venue.sequence());
    assert_eq!(start(&mut others).await, venue.sequence());

    let seen = alice.place_bid(bid(12, 1, 100, 110)).await.unwrap().receipt.unwrap().sequence;
    assert_eq!(batch(&mut own).await, (seen, vec!["accepted"]));
    let traded = bob.place_ask(ask(21, 90, region)).await.unwrap().receipt.unwrap().sequence;
    assert_eq!(batch(&mut own).await, (traded, vec!["fill", "instruction", "done"]));
    // The taker sees his own side: not the bid placed before, not its delivery.
    assert_eq!(batch(&mut others).await, (traded, vec!["accepted", "fill"]));

    let confirmed = SettlementConfirmed {
        instruction: InstructionNumber(1),
        block: BlockNumber(2),
        extrinsic_index: 0,
        chain_fee: Planck(0),
    };
    venue.command(Command::SettlementConfirmed(confirmed)).await;
    assert_eq!(batch(&mut own).await, (venue.sequence(), vec!["instruction_ended"]));
    venue.command(Command::Suspend { account: bob.account }).await;
    assert_eq!(batch(&mut others).await, (venue.sequence(), vec!["done"]));
    venue.command(Command::Suspend { account: alice.account }).await;
    assert_eq!(batch(&mut own).await, (venue.sequence(), vec!["done"]));
}

#[tokio::test]
async fn a_stream_opened_in_the_middle_of_trading_misses_nothing() {
    let (venue, alice, _, _) = market().await;
    let busy = alice.clone();
    let placing = tokio::spawn(async move {
        for name in 1..=200 {
            busy.place_bid(bid(name, 1, 100, 101)).await.unwrap();
        }
    });
    while venue.sequence() < 20 {
        tokio::task::yield_now().await;
    }
    let mut stream = alice.events().await;
    let mut expected = start(&mut stream).await + 1;
    placing.await.unwrap();
    while expected <= venue.sequence() {
        assert_eq!(batch(&mut stream).await, (expected, vec!["accepted"]));
        expected += 1;
    }
}

#[tokio::test]
async fn a_stream_begins_with_what_there_is_and_is_resumed_without_a_gap() {
    let (venue, alice, bob, region) = market().await;
    let resting = alice.place_bid(bid(11, 90, 120, 130)).await.unwrap().order_id;
    let withdraw = v1::WithdrawFundsRequest { amount_planck: "5".into(), request_id: 0 };
    alice.accounts().withdraw_funds(alice.with(withdraw)).await.unwrap();
    let mut stream = alice.events().await;
    let (begun, orders, instructions) = begin(&mut stream).await;
    assert_eq!(begun, venue.sequence());
    assert_eq!(orders.iter().map(|order| order.order_id).collect::<Vec<_>>(), [resting]);
    assert_eq!(instructions.iter().map(|one| one.number).collect::<Vec<_>>(), [1]);

    let seen = alice.place_bid(bid(12, 1, 100, 110)).await.unwrap().receipt.unwrap().sequence;
    assert_eq!(batch(&mut stream).await, (seen, vec!["accepted"]));
    drop(stream);
    // Nobody listens: something of another's in between, then the own order trades.
    venue.deposit(bob.account, 1).await;
    let traded = bob.place_ask(ask(22, 90, region)).await.unwrap().receipt.unwrap().sequence;
    let mut stream = resume(&alice, seen).await.unwrap();
    assert_eq!(resumed(&mut stream).await, seen);
    assert_eq!(batch(&mut stream).await, (traded, vec!["fill", "done"]));
    let later = alice.place_bid(bid(13, 1, 100, 110)).await.unwrap().receipt.unwrap().sequence;
    assert_eq!(batch(&mut stream).await, (later, vec!["accepted"]));

    let status = resume(&alice, venue.sequence() + 1).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::OutOfRange, "RESUME_TOO_OLD"));
}

#[tokio::test]
async fn what_is_no_longer_at_hand_cannot_be_resumed_after() {
    let config = GatewayConfig { feed_capacity_records: 8, ..GatewayConfig::default() };
    let venue = Venue::start_with(config, 1_024).await;
    let (alice, bob) = (venue.trader(1).await, venue.trader(2).await);
    venue.deposit(alice.account, 1_000_000).await;
    venue.deposit(bob.account, 1_000_000).await;
    let first = alice.place_bid(bid(1, 1, 100, 110)).await.unwrap().receipt.unwrap().sequence;
    let mut own = alice.events().await;
    start(&mut own).await;
    for name in 1..=20 {
        bob.place_bid(bid(name, 1, 100, 110)).await.unwrap();
    }
    // Twenty records of another's later alice's stream is not behind.
    let second = alice.place_bid(bid(2, 1, 100, 110)).await.unwrap().receipt.unwrap().sequence;
    assert_eq!(batch(&mut own).await, (second, vec!["accepted"]));
    let status = resume(&alice, first - 1).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::OutOfRange, "RESUME_TOO_OLD"));
    resumed(&mut resume(&alice, second - 1).await.unwrap()).await;
}

#[tokio::test]
async fn trades_are_public_and_nameless() {
    let (_venue, alice, bob, region) = market().await;
    let stream = alice.market_data().stream_trades(v1::StreamTradesRequest::default()).await.unwrap();
    let mut stream = stream.into_inner();
    let first = soon(stream.message()).await.unwrap().unwrap().message;
    assert!(matches!(first, Some(TradesMessage::Start(_))), "{first:?}");
    bob.place_ask(ask(21, 90, region)).await.unwrap();
    alice.place_bid(bid(11, 100, 120, 130)).await.unwrap();
    let Some(TradesMessage::Batch(batch)) = soon(stream.message()).await.unwrap().unwrap().message else {
        panic!()
    };
    let trade = &batch.trades[0];
    assert_eq!((trade.trade_id, trade.taker_side(), trade.unit_price_planck), (1, v1::Side::Bid, 90));
    let text = format!("{batch:?}");
    assert!(!text.contains(&alice.account.to_string()) && !text.contains(&bob.account.to_string()));
}

#[tokio::test]
async fn who_does_not_read_is_dropped_with_a_reason() {
    let config = GatewayConfig { feed_capacity_records: 64, ..GatewayConfig::default() };
    let venue = Venue::start_with(config, 65_536).await;
    let alice = venue.trader(1).await;
    venue.deposit(alice.account, 1_000_000_000).await;
    let mut stream = alice.events().await;
    start(&mut stream).await;
    // More than the history holds and the connection takes, in large steps so that the stream cannot keep up.
    let mut name = 0;
    let status = loop {
        let mut answers = Vec::new();
        for _ in 0..1_000 {
            name += 1;
            let bid = coretime_types::Bid {
                account: alice.account,
                terms: coretime_types::BidTerms {
                    client_order_id: coretime_types::ClientOrderId(name),
                    unit_price: coretime_types::UnitPrice(1),
                    parts: coretime_types::Parts(80),
                    lot_parts: coretime_types::Parts(80),
                    within: coretime_types::Window {
                        begin: coretime_types::Timeslice(1),
                        end: coretime_types::Timeslice(2),
                    },
                    duration: coretime_types::Timeslices(1),
                    require_renewable: false,
                    delivery: coretime_types::Delivery::Custody,
                    self_trade: coretime_types::SelfTrade::CancelTaker,
                },
                time_in_force: coretime_types::TimeInForce::ImmediateOrCancel,
                post_only: false,
                expire_at: None,
            };
            answers.push(venue.engine.submit(Command::PlaceBid(bid)).unwrap());
        }
        futures::future::join_all(answers).await;
        let mut end = None;
        while let Ok(read) = tokio::time::timeout(Duration::from_millis(50), stream.message()).await {
            match read {
                Ok(Some(_)) => {}
                Ok(None) => panic!("the stream ended without a status"),
                Err(status) => {
                    end = Some(status);
                    break;
                }
            }
        }
        if let Some(status) = end {
            break status;
        }
        assert!(name < 100_000, "the stream never fell behind");
    };
    assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "SUBSCRIBER_TOO_SLOW"));
    // It says where it was; that is no longer at hand.
    let last: u64 = metadata(&status, "resume_after_sequence").unwrap().parse().unwrap();
    let status = resume(&alice, last).await.unwrap_err();
    assert_eq!(reason(&status), "RESUME_TOO_OLD");
}

#[tokio::test]
async fn streams_are_bounded_for_each_account_and_give_their_place_back() {
    let config = GatewayConfig { max_streams_per_account: 1, ..GatewayConfig::default() };
    let venue = Venue::start_with(config, 1_024).await;
    let (alice, bob) = (venue.trader(1).await, venue.trader(2).await);
    let mut first = alice.events().await;
    start(&mut first).await;
    let request = alice.with(v1::StreamOrderEventsRequest::default());
    let status = alice.orders().stream_order_events(request).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "TOO_MANY_STREAMS"));
    start(&mut bob.events().await).await;
    drop(first);
    soon(async {
        loop {
            let request = alice.with(v1::StreamOrderEventsRequest::default());
            if alice.orders().stream_order_events(request).await.is_ok() {
                break;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_stream_ends_with_its_session() {
    let config = GatewayConfig { session_lifetime: Duration::from_millis(500), ..GatewayConfig::default() };
    let venue = Venue::start_with(config, 1_024).await;
    let key = Key::sr25519(1);
    let token = log_in(venue.channel.clone(), &key).await.unwrap().session_token;
    let alice = Trader { account: key.account, token, channel: venue.channel.clone() };
    let mut stream = alice.events().await;
    start(&mut stream).await;
    let status = soon(stream.message()).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Unauthenticated, "CREDENTIALS_INVALID"));
}

//! Order sessions: answers and own events in the order of the log, timers, and what becomes of orders at the end.

use crate::{
    orders::{kinds, market},
    venue::{Trader, Venue, ask, bid, metadata, reason, soon},
};
use coretime_gateway::{GatewayConfig, Rate};
use coretime_proto::v1::{
    self, order_session_answer::Result as Outcome, order_session_request::Message as Request,
    order_session_response::Message,
};
use coretime_types::Command;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};

pub(crate) struct Session {
    requests: Option<mpsc::Sender<v1::OrderSessionRequest>>,
    responses: Streaming<v1::OrderSessionResponse>,
}

impl Session {
    async fn open(trader: &Trader, start: v1::OrderSessionStart) -> Session {
        let mut session = Session::open_with(trader, Request::Start(start)).await;
        match session.next().await {
            Message::Start(_) => {}
            other => panic!("{other:?}"),
        }
        if start.resume_after_sequence.is_none() {
            while !matches!(session.next().await, Message::Snapshot(part) if part.complete) {}
        }
        session
    }

    async fn open_with(trader: &Trader, first: Request) -> Session {
        let (sender, receiver) = mpsc::channel(1_024);
        let stream = ReceiverStream::new(receiver);
        let mut session = Session {
            responses: trader.orders().order_session(trader.with(stream)).await.unwrap().into_inner(),
            requests: Some(sender),
        };
        session.send(0, first).await;
        session
    }

    async fn send(&mut self, correlation_id: u64, message: Request) {
        let request = v1::OrderSessionRequest { correlation_id, message: Some(message) };
        self.requests.as_ref().unwrap().send(request).await.unwrap();
    }

    async fn bid(&mut self, correlation_id: u64, bid: v1::Bid) {
        self.send(correlation_id, Request::PlaceBid(v1::PlaceBidRequest { bid: Some(bid) })).await;
    }

    async fn read(&mut self) -> Result<Option<Message>, Status> {
        let read = soon(self.responses.message()).await?;
        Ok(read.map(|response| response.message.unwrap()))
    }

    async fn next(&mut self) -> Message {
        self.read().await.unwrap().unwrap()
    }

    async fn answer(&mut self) -> (u64, Outcome) {
        match self.next().await {
            Message::Answer(answer) => (answer.correlation_id, answer.result.unwrap()),
            other => panic!("{other:?}"),
        }
    }

    async fn batch(&mut self) -> Vec<&'static str> {
        match self.next().await {
            Message::Batch(batch) => kinds(&batch.events),
            other => panic!("{other:?}"),
        }
    }
}

fn sequence(outcome: &Outcome) -> u64 {
    let receipt = match outcome {
        Outcome::PlaceBid(answer) => answer.receipt.as_ref(),
        Outcome::CancelOrder(answer) => answer.receipt.as_ref(),
        Outcome::Error(error) => error.receipt.as_ref(),
        other => panic!("{other:?}"),
    };
    receipt.unwrap().sequence
}

async fn live_orders(venue: &Venue, trader: &Trader) -> usize {
    let account = trader.account;
    venue.engine.query(move |market| market.orders_of(account).count()).unwrap().await.unwrap()
}

async fn no_order_is_left(venue: &Venue, trader: &Trader) {
    soon(async {
        while live_orders(venue, trader).await > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn answers_come_in_order_and_what_cannot_be_a_command_in_its_place() {
    let (venue, alice, _, _) = market().await;
    let mut session = Session::open(&alice, v1::OrderSessionStart::default()).await;
    session.bid(1, bid(11, 5, 100, 110)).await;
    session.bid(2, bid(11, 5, 100, 110)).await;
    session.bid(3, v1::Bid::default()).await;
    session.send(4, Request::Renew(v1::DeadManRenewal {})).await;
    let target = Some(v1::cancel_order_request::Target::ClientOrderId(11));
    session.send(5, Request::CancelOrder(v1::CancelOrderRequest { target, request_id: 0 })).await;

    let (first, placed) = session.answer().await;
    let Outcome::PlaceBid(accepted) = &placed else { panic!("{placed:?}") };
    assert_eq!((first, kinds(&accepted.events)), (1, vec!["accepted"]));
    let (second, repeated) = session.answer().await;
    let Outcome::Error(error) = &repeated else { panic!("{repeated:?}") };
    assert_eq!((second, error.reason.as_str()), (2, "DUPLICATE_CLIENT_ORDER_ID"));
    assert_eq!(error.code, i32::from(Code::AlreadyExists));
    assert_eq!(error.metadata["order_id"], accepted.order_id.to_string());
    assert_eq!(sequence(&repeated), sequence(&placed) + 1);
    let (third, wrong) = session.answer().await;
    let Outcome::Error(error) = &wrong else { panic!("{wrong:?}") };
    assert_eq!((third, error.field_violations[0].field.as_str()), (3, "place_bid.bid.terms"));
    assert_eq!((&error.receipt, error.reason.as_str()), (&None, "INVALID_FIELD"));
    assert!(matches!(session.answer().await, (4, Outcome::Renewed(_))));
    let (fifth, cancelled) = session.answer().await;
    assert_eq!((fifth, sequence(&cancelled)), (5, venue.sequence()));

    // The client ends its side: the session ends well.
    session.requests = None;
    assert!(session.read().await.unwrap().is_none());
}

#[tokio::test]
async fn everything_of_the_account_comes_once_and_in_the_order_of_the_log() {
    let (venue, alice, _, _) = market().await;
    let mut session = Session::open(&alice, v1::OrderSessionStart::default()).await;
    const COUNT: u64 = 300;
    // The same account places orders by calls at the same time.
    let other = alice.clone();
    let calls = tokio::spawn(async move {
        for name in 0..COUNT {
            other.place_bid(bid(10_000 + name, 1, 100, 101)).await.unwrap();
        }
    });
    let before = venue.sequence();
    let (mut sent, mut answered, mut batches, mut last) = (0, 0, 0, 0);
    while answered < COUNT || batches < COUNT {
        if sent < COUNT {
            sent += 1;
            session.bid(sent, bid(sent, 1, 100, 101)).await;
        }
        let place = match session.next().await {
            Message::Answer(answer) => {
                answered += 1;
                assert_eq!(answer.correlation_id, answered);
                sequence(&answer.result.unwrap())
            }
            Message::Batch(batch) => {
                batches += 1;
                batch.receipt.unwrap().sequence
            }
            other => panic!("{other:?}"),
        };
        assert!(place > last, "{place} after {last}");
        last = place;
    }
    calls.await.unwrap();
    assert!(last > before && last == venue.sequence());
}

#[tokio::test]
async fn others_commands_come_as_batches_and_a_session_is_resumed() {
    let (_venue, alice, bob, region) = market().await;
    let mut session = Session::open(&alice, v1::OrderSessionStart::default()).await;
    session.bid(1, bid(11, 100, 120, 130)).await;
    let (_, placed) = session.answer().await;
    // Lost before the bid is filled; orders stay.
    drop(session);
    bob.place_ask(ask(21, 90, region)).await.unwrap();
    let resume_after_sequence = Some(sequence(&placed));
    let start = v1::OrderSessionStart { resume_after_sequence, ..Default::default() };
    let mut session = Session::open(&alice, start).await;
    assert_eq!(session.batch().await, ["fill", "done"]);
}

#[tokio::test]
async fn a_lost_session_cancels_its_own_orders_if_asked_to() {
    let (venue, alice, _, _) = market().await;
    alice.place_bid(bid(1, 1, 100, 101)).await.unwrap();
    let start = v1::OrderSessionStart { cancel_on_disconnect: true, ..Default::default() };
    let mut session = Session::open(&alice, start).await;
    for name in 100..500 {
        session.bid(name, bid(name, 1, 100, 101)).await;
    }
    // In the middle of its answers.
    session.answer().await;
    drop(session);
    soon(async {
        while live_orders(&venue, &alice).await != 1 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    let list = alice.orders().list_orders(alice.with(v1::ListOrdersRequest::default())).await.unwrap();
    assert_eq!(list.into_inner().orders[0].client_order_id, 1);

    let mut session = Session::open(&alice, v1::OrderSessionStart::default()).await;
    session.bid(1, bid(600, 1, 100, 101)).await;
    session.answer().await;
    drop(session);
    // Nothing is to happen: something that comes later is awaited instead.
    alice.place_bid(bid(601, 1, 100, 101)).await.unwrap();
    assert_eq!(live_orders(&venue, &alice).await, 3);
}

#[tokio::test]
async fn the_dead_man_timer_cancels_everything_once_unless_renewed() {
    let (venue, alice, _, _) = market().await;
    alice.place_bid(bid(1, 1, 100, 101)).await.unwrap();
    let start = v1::OrderSessionStart { dead_man_timeout_ms: 2_000, ..Default::default() };
    let mut session = Session::open(&alice, start).await;
    session.bid(1, bid(2, 1, 100, 101)).await;
    session.answer().await;
    // Renewed for longer than the timer runs.
    for number in 2..14 {
        tokio::time::sleep(Duration::from_millis(250)).await;
        session.send(number, Request::Renew(v1::DeadManRenewal {})).await;
        assert!(matches!(session.answer().await, (_, Outcome::Renewed(_))));
    }
    assert_eq!(live_orders(&venue, &alice).await, 2);
    assert!(matches!(session.next().await, Message::DeadManFired(fired) if fired.silent_ms == 2_000));
    assert_eq!(session.batch().await, ["done", "done"]);
    no_order_is_left(&venue, &alice).await;
    // The session goes on.
    session.bid(20, bid(3, 1, 100, 101)).await;
    session.answer().await;
}

#[tokio::test]
async fn a_session_begins_with_a_start_and_has_one_only() {
    let (_venue, alice, _, _) = market().await;
    let renew = Request::Renew(v1::DeadManRenewal {});
    let mut session = Session::open_with(&alice, renew).await;
    let status = session.read().await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "INVALID_FIELD"));

    let mut session = Session::open(&alice, v1::OrderSessionStart::default()).await;
    session.send(1, Request::Start(v1::OrderSessionStart::default())).await;
    let status = session.read().await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "INVALID_FIELD"));

    let wrong = v1::OrderSessionStart { dead_man_timeout_ms: 99, ..Default::default() };
    let mut session = Session::open_with(&alice, Request::Start(wrong)).await;
    let status = session.read().await.unwrap_err();
    assert_eq!(crate::venue::fields(&status), ["start.dead_man_timeout_ms"]);
}

#[tokio::test]
async fn a_shutdown_ends_sessions_and_cancels_before_the_engine_ends() {
    let (mut venue, alice, _, _) = market().await;
    let start = v1::OrderSessionStart { cancel_on_disconnect: true, ..Default::default() };
    let mut session = Session::open(&alice, start).await;
    session.bid(1, bid(1, 1, 100, 101)).await;
    let (_, placed) = session.answer().await;
    let serving = venue.shut_down();
    let status = session.read().await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Unavailable, "SHUTTING_DOWN"));
    assert_eq!(metadata(&status, "resume_after_sequence"), Some(sequence(&placed).to_string()));
    drop(session);
    soon(serving).await.unwrap().unwrap();
    assert_eq!(live_orders(&venue, &alice).await, 0);
}

#[tokio::test]
async fn who_does_not_read_answers_is_dropped_and_his_orders_cancelled() {
    let config = GatewayConfig {
        slow_reader_timeout: Duration::from_millis(200),
        order_session_buffer_messages: 4,
        ..GatewayConfig::default()
    };
    let venue = Venue::start_with(config, 1_024).await;
    let alice = venue.trader(1).await;
    venue.deposit(alice.account, 1_000_000_000).await;
    let start = v1::OrderSessionStart { cancel_on_disconnect: true, ..Default::default() };
    let mut session = Session::open(&alice, start).await;
    let requests = session.requests.clone().unwrap();
    let mut name = 0;
    // Until the venue takes no more.
    loop {
        name += 1;
        let bid = Some(bid(name, 1, 100, 101));
        let message = Some(Request::PlaceBid(v1::PlaceBidRequest { bid }));
        let request = v1::OrderSessionRequest { correlation_id: name, message };
        if tokio::time::timeout(Duration::from_secs(1), requests.send(request)).await.is_err()
            || requests.is_closed()
        {
            break;
        }
        assert!(name < 1_000_000, "the session never became slow");
    }
    let status = loop {
        match session.read().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("no status"),
            Err(status) => break status,
        }
    };
    assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "SUBSCRIBER_TOO_SLOW"));
    no_order_is_left(&venue, &alice).await;
    venue.command(Command::Suspend { account: alice.account }).await;
}

#[tokio::test]
async fn who_sends_more_than_he_may_is_told_so_in_place_and_read_on_later() {
    let config = GatewayConfig { account_rate: Rate::new(10, 10), ..GatewayConfig::default() };
    let venue = Venue::start_with(config, 1_024).await;
    let alice = venue.trader(1).await;
    let mut session = Session::open(&alice, v1::OrderSessionStart::default()).await;
    for number in 1..=14 {
        session.send(number, Request::Renew(v1::DeadManRenewal {})).await;
    }
    let mut refused = 0;
    for number in 1..=14 {
        match session.answer().await {
            (answered, Outcome::Renewed(_)) => assert_eq!(answered, number),
            (answered, Outcome::Error(error)) => {
                assert_eq!((answered, error.reason.as_str()), (number, "RATE_LIMITED"));
                assert!(error.retry_delay_ms > 0);
                refused += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    // The next one comes when there is room again.
    assert!((1..=4).contains(&refused), "{refused} of 14 were refused");
}

//! `coretime-client` against a real server: cut off, kept waiting, and with the server killed, it knows at the end what
//! became of each order, and its own account and the whole book are what the venue has.

use crate::exchange::{Exchange, ask_for, key, wait_until};
use crate::placed_orders::PlacedOrders;
use crate::wire::Wire;
use coretime_client::{BookFeed, Cancelled, Client, ClientConfig, ClientError, Credentials, fresh_id};
use coretime_proto::v1 as pb;
use coretime_types::{AccountId, Planck};
use fastrand::Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::sync::watch;

const PRICE: u64 = 1_000;
const ORDERS: u32 = 60;

fn client(url: &str, name: &str) -> Client {
    // Short, so that an answer that is held back is taken for lost soon.
    let config = ClientConfig { call_timeout: Duration::from_millis(700), ..ClientConfig::default() };
    Client::new(url, Credentials::Key(Box::new(key(name))), config).unwrap()
}

fn bid(begin_timeslice: u32, unit_price_planck: u64) -> pb::Bid {
    let terms = pb::BidTerms {
        client_order_id: fresh_id().unwrap(),
        unit_price_planck,
        quantity_parts: 80,
        lot_parts: 80,
        within: Some(pb::Window { begin_timeslice, end_timeslice: begin_timeslice + 2 }),
        duration_timeslices: 2,
        ..pb::BidTerms::default()
    };
    pb::Bid { terms: Some(terms), ..pb::Bid::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_knows_what_became_of_its_orders_through_cuts_time_outs_and_a_killed_server() {
    let mut rng = Rng::with_seed(7);
    let folder = tempfile::tempdir().unwrap();
    let mut exchange = Exchange::start(folder.path());
    let region = exchange.deposit_core("Alice").await;
    exchange.deposit_funds("Bob", Planck(1_000_000_000_000)).await;
    let wire = Wire::to(&exchange.grpc).await;
    let (alice, bob) = (client(&wire.url, "Alice"), client(&wire.url, "Bob"));
    let ask = ask_for(&region, fresh_id().unwrap(), PRICE);
    alice.place_ask(ask).await.unwrap();
    let (mut account, mut book) = (bob.account_feed(), bob.book_feed());
    account.next().await.unwrap();
    book.next().await.unwrap();

    // Both are followed all the time, as a bot does.
    let (stop, stopped) = watch::channel(false);
    let mut told = stopped.clone();
    let following_account = tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = told.wait_for(|stopped| *stopped) => return account,
                update = account.next() => drop(update.unwrap()),
            }
        }
    });
    let mut told = stopped;
    let following_book = tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = told.wait_for(|stopped| *stopped) => return book,
                changed = book.next() => drop(changed.unwrap()),
            }
        }
    });

    let (mut accepted, mut found_out) = (BTreeSet::new(), 0);
    for number in 0..ORDERS {
        match number % 10 {
            3 => wire.cut(),
            // The venue takes the order, and the client does not hear of it.
            6 => wire.hold_answers(true),
            _ => {}
        }
        if number == ORDERS / 2 {
            exchange.kill();
            exchange = Exchange::start(folder.path());
            wire.lead_to(&exchange.grpc);
            wire.cut();
        }
        let begin = region.begin_timeslice + 100 + 3 * number;
        let price = if rng.bool() { PRICE } else { PRICE - 1 };
        let bid = bid(begin, price);
        let placing = bob.place_bid(bid);
        let placed = if number % 10 == 6 {
            let (placed, ()) = tokio::join!(placing, async {
                tokio::time::sleep(Duration::from_millis(1_500)).await;
                wire.hold_answers(false);
            });
            placed.unwrap()
        } else {
            placing.await.unwrap()
        };
        found_out += u32::from(placed.answer.is_none());
        assert!(accepted.insert(placed.order_id), "an order id twice");
        let named = bob.order_named(bid.terms.unwrap().client_order_id).await.unwrap().unwrap();
        assert_eq!(named.order_id, placed.order_id);
        let fills = bob.fills(Some(placed.order_id)).await.unwrap();
        assert_eq!(fills.len(), usize::from(price == PRICE), "order {}", placed.order_id);
        if price < PRICE && rng.bool() {
            assert_eq!(bob.cancel(placed.order_id).await.unwrap(), Cancelled::Now);
            assert_eq!(bob.cancel(placed.order_id).await.unwrap(), Cancelled::Gone);
        }
    }
    assert!(found_out >= ORDERS / 10, "{found_out} answers were lost");

    stop.send_replace(true);
    let (mut account, mut book) = (following_account.await.unwrap(), following_book.await.unwrap());
    let there: BTreeMap<u64, pb::Order> =
        bob.orders().await.unwrap().into_iter().map(|order| (order.order_id, order)).collect();
    while account.state().orders != there {
        let next = tokio::time::timeout(Duration::from_secs(60), account.next()).await;
        next.expect("the account's own state is not what the venue has").unwrap();
    }
    assert!(account.opened() > 3, "the stream was opened {} times", account.opened());

    let last = account.sequence().unwrap();
    let mut fresh: BookFeed = client(&exchange.grpc, "Bob").book_feed();
    fresh.next().await.unwrap();
    while book.book().resume_after() < Some(last) {
        let next = tokio::time::timeout(Duration::from_secs(60), book.next()).await;
        next.expect("the book does not come as far as the account").unwrap();
    }
    assert!(fresh.book().orders().eq(book.book().orders()), "the book is not the venue's");
    assert!(book.opened() > 3, "the stream was opened {} times", book.opened());

    drop((alice, bob, account, book, fresh));
    exchange.kill();
    let logged = PlacedOrders::read(folder.path(), AccountId(key("Bob").public_key().0));
    assert_eq!(logged.accepted, accepted, "what the client knows is what is in the log");
    println!("{} orders, {found_out} found out about by their names", accepted.len());
}

#[tokio::test]
async fn a_refusal_is_told_at_once_and_a_token_that_is_gone_cannot_be_renewed() {
    let folder = tempfile::tempdir().unwrap();
    let exchange = Exchange::start(folder.path());
    let poor = client(&exchange.grpc, "Ferdie");
    let error = poor.place_bid(bid(1_000_000, PRICE)).await.unwrap_err();
    assert_eq!(error.reason().as_deref(), Some("INSUFFICIENT_FUNDS"), "{error}");

    let session = poor.services().await.unwrap();
    session.auth().end_session(pb::EndSessionRequest {}).await.unwrap();
    // With a key it logs in again.
    assert_eq!(poor.funds().await.unwrap().0, Planck::ZERO);
    let config = ClientConfig::default();
    let stranger = Client::new(&exchange.grpc, Credentials::Token("gone".into()), config).unwrap();
    assert!(matches!(stranger.funds().await, Err(ClientError::LoggedOut)));
    wait_until("the key's own client still works", async || poor.orders().await.unwrap().is_empty()).await;
}

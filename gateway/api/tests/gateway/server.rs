//! The server around the services: health, reflection, limits, shutdown.

use crate::venue::{Venue, ask, bid, metadata, reason, soon};
use coretime_proto::v1;
use prometheus_client::{encoding::text::encode, registry::Registry};
use std::collections::BTreeSet;
use tonic::{Code, metadata::MetadataMap};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

const SERVICES: [&str; 8] = [
    "coretime.exchange.v1.AccountService",
    "coretime.exchange.v1.AuditService",
    "coretime.exchange.v1.AuthService",
    "coretime.exchange.v1.MarketDataService",
    "coretime.exchange.v1.OperatorService",
    "coretime.exchange.v1.OrderService",
    "coretime.exchange.v1.SettlementService",
    "coretime.exchange.v1.VenueService",
];

macro_rules! reflected_services {
    ($version:ident, $channel:expr) => {{
        use tonic_reflection::pb::$version::{
            ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
            server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
        };
        let message_request = Some(MessageRequest::ListServices(String::new()));
        let request = ServerReflectionRequest { host: String::new(), message_request };
        let requests = futures::stream::once(async { request });
        let answer = ServerReflectionClient::new($channel).server_reflection_info(requests).await.unwrap();
        match answer.into_inner().message().await.unwrap().unwrap().message_response {
            Some(MessageResponse::ListServicesResponse(list)) => {
                list.service.into_iter().map(|service| service.name).collect::<BTreeSet<_>>()
            }
            other => panic!("{other:?}"),
        }
    }};
}

#[tokio::test]
async fn reflection_lists_the_services_in_both_versions() {
    let venue = Venue::start().await;
    let listed =
        [reflected_services!(v1, venue.channel.clone()), reflected_services!(v1alpha, venue.channel.clone())];
    for names in listed {
        assert!(SERVICES.iter().all(|service| names.contains(*service)), "{names:?}");
        assert!(names.contains("grpc.health.v1.Health"), "{names:?}");
    }
}

#[tokio::test]
async fn a_request_beyond_the_limit_is_refused_and_a_full_quote_is_not() {
    let venue = Venue::start().await;
    let alice = venue.trader(1).await;
    let order =
        || v1::QuoteOrder { order: Some(v1::quote_order::Order::Bid(bid(u64::MAX, u64::MAX, 1, u32::MAX))) };
    let full = v1::PlaceQuotesRequest { orders: (0..256).map(|_| order()).collect(), ..Default::default() };
    let answer = alice.orders().place_quotes(alice.with(full)).await.unwrap().into_inner();
    assert_eq!(answer.order_results.len(), 256);
    let account = "1".repeat(200_000);
    let mut auth = v1::auth_service_client::AuthServiceClient::new(venue.channel.clone());
    let status = auth.create_challenge(v1::CreateChallengeRequest { account }).await.unwrap_err();
    assert_eq!(status.code(), Code::OutOfRange, "{status:?}");
}

#[tokio::test]
async fn a_shutdown_turns_health_ends_streams_and_comes_to_its_end() {
    let mut venue = Venue::start().await;
    let alice = venue.trader(1).await;
    let request = HealthCheckRequest { service: "coretime.exchange.v1.OperatorService".into() };
    let mut health = HealthClient::new(venue.channel.clone());
    let now = health.check(request.clone()).await.unwrap().into_inner();
    assert_eq!(now.status(), ServingStatus::Serving);
    let mut watch = health.watch(request).await.unwrap().into_inner();
    assert_eq!(watch.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    let mut events = alice.events().await;
    // The start, and the snapshot behind it.
    events.message().await.unwrap();
    events.message().await.unwrap();

    let serving = venue.shut_down();
    assert_eq!(soon(watch.message()).await.unwrap().unwrap().status(), ServingStatus::NotServing);
    let status = soon(events.message()).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Unavailable, "SHUTTING_DOWN"));
    drop((watch, events));
    soon(serving).await.unwrap().unwrap();
    assert!(tokio::net::TcpStream::connect(venue.address).await.is_err());
}

#[tokio::test]
async fn a_stopped_engine_is_unavailable_and_ends_streams() {
    let mut venue = Venue::start().await;
    let alice = venue.trader(1).await;
    let mut events = alice.events().await;
    // The start, and the snapshot behind it.
    events.message().await.unwrap();
    events.message().await.unwrap();
    venue.stop_engine();
    let status = soon(events.message()).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Unavailable, "ENGINE_STOPPED"));
    let status = alice.place_bid(bid(1, 1, 1, 2)).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Unavailable, "ENGINE_STOPPED"));
    assert_eq!(metadata(&status, "sequence"), None);
}

/// What Prometheus would read.
fn scrape(venue: &Venue) -> String {
    let mut registry = Registry::with_prefix("coretime");
    venue.metrics.register(&mut registry);
    let mut text = String::new();
    encode(&mut text, &registry).unwrap();
    text
}

#[tokio::test]
async fn calls_orders_and_trades_are_counted() {
    let venue = Venue::start().await;
    let (alice, bob) = (venue.trader(1).await, venue.trader(2).await);
    venue.deposit(alice.account, 1_000_000).await;
    let region = venue.deposit_core(bob.account, 5, 100, 200).await;
    bob.place_ask(ask(1, 7, region)).await.unwrap();
    alice.place_bid(bid(1, 7, 100, 200)).await.unwrap();
    assert!(alice.place_bid(bid(1, 7, 100, 200)).await.is_err());
    // A stream begins when the feed has all of it.
    drop(alice.events().await);
    let text = scrape(&venue);
    for line in [
        "coretime_orders_total 2",
        "coretime_trades_total 1",
        "coretime_ended_orders_total{reason=\"filled\"} 2",
        "coretime_rejects_total{reason=\"duplicate_client_order_id\"} 1",
        "coretime_commit_duration_seconds_count 3",
        "coretime_call_duration_seconds_count{rpc=\"coretime.exchange.v1.OrderService/PlaceBid\"} 2",
        "coretime_calls_total{rpc=\"coretime.exchange.v1.OrderService/PlaceAsk\",code=\"OK\"} 1",
        "coretime_calls_total{rpc=\"coretime.exchange.v1.OrderService/PlaceBid\",code=\"ALREADY_EXISTS\"} 1",
    ] {
        assert!(text.lines().any(|there| there == line), "{line} is not in\n{text}");
    }
    let feed = format!("coretime_feed_sequence {}", venue.sequence());
    assert!(text.contains(&feed), "{feed} is not in\n{text}");
}

#[tokio::test]
async fn every_answer_has_the_id_of_its_call() {
    let venue = Venue::start().await;
    let alice = venue.trader(1).await;
    let id = |metadata: &MetadataMap| metadata.get("x-request-id").unwrap().to_str().unwrap().to_owned();
    let mut request = alice.with(v1::ListOrdersRequest::default());
    request.metadata_mut().insert("x-request-id", "bot-7".parse().unwrap());
    let answer = alice.orders().list_orders(request).await.unwrap();
    assert_eq!(id(answer.metadata()), "bot-7");
    let first = alice.orders().list_orders(alice.with(v1::ListOrdersRequest::default())).await.unwrap();
    let second = alice.orders().list_orders(alice.with(v1::ListOrdersRequest::default())).await.unwrap();
    assert_ne!(id(first.metadata()), id(second.metadata()));
    // Who is not let in, too.
    let status = alice.orders().list_orders(v1::ListOrdersRequest::default()).await.unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated);
    assert!(!id(status.metadata()).is_empty());
}

#[tokio::test]
async fn a_stopped_engine_serves_nothing_any_more() {
    let mut venue = Venue::start().await;
    let mut health = HealthClient::new(venue.channel.clone());
    venue.stop_engine();
    for service in SERVICES {
        let request = HealthCheckRequest { service: service.into() };
        let mut watch = health.watch(request).await.unwrap().into_inner();
        while soon(watch.message()).await.unwrap().unwrap().status() != ServingStatus::NotServing {}
    }
}

//! Limits: rates that are told before they hit, and connections.

use crate::venue::{Venue, bid, reason, soon};
use coretime_gateway::{GatewayConfig, Rate};
use coretime_proto::v1;
use tonic::{Code, transport::Endpoint};
use tonic_types::StatusExt;

fn left(metadata: &tonic::metadata::MetadataMap) -> (u32, u32) {
    let number = |name: &str| metadata.get(name).unwrap().to_str().unwrap().parse().unwrap();
    (number("ratelimit-limit"), number("ratelimit-remaining"))
}

#[tokio::test]
async fn an_accounts_rate_is_told_before_it_hits_and_is_its_own() {
    let config = GatewayConfig { account_rate: Rate::new(1, 4), ..GatewayConfig::default() };
    let venue = Venue::start_with(config, 1_024).await;
    let (alice, bob) = (venue.trader(1).await, venue.trader(2).await);
    for remaining in [3, 2, 1, 0] {
        let answer = alice.accounts().get_account(alice.with(v1::GetAccountRequest {})).await.unwrap();
        assert_eq!(left(answer.metadata()), (4, remaining));
    }
    let before = venue.sequence();
    let status = alice.place_bid(bid(1, 1, 1, 2)).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "RATE_LIMITED"));
    assert!(status.get_details_retry_info().unwrap().retry_delay.is_some());
    assert_eq!(venue.sequence(), before);
    assert_eq!(bob.balance().await, (0, 0));
    let limits = alice.venue().get_venue(v1::GetVenueRequest {}).await.unwrap().into_inner().limits.unwrap();
    assert_eq!((limits.account_rate_per_second, limits.account_rate_burst), (1, 4));
}

#[tokio::test]
async fn a_connections_rate_holds_for_public_calls_too() {
    let config = GatewayConfig { connection_rate: Rate::new(1, 2), ..GatewayConfig::default() };
    let venue = Venue::start_with(config, 1_024).await;
    let mut calls = v1::venue_service_client::VenueServiceClient::new(venue.channel.clone());
    for remaining in [1, 0] {
        let answer = calls.get_venue(v1::GetVenueRequest {}).await.unwrap();
        assert_eq!(left(answer.metadata()), (2, remaining));
    }
    let status = calls.get_venue(v1::GetVenueRequest {}).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::ResourceExhausted, "RATE_LIMITED"));
    // Another connection has a bucket of its own.
    let another =
        Endpoint::from_shared(format!("http://{}", venue.address)).unwrap().connect().await.unwrap();
    v1::venue_service_client::VenueServiceClient::new(another)
        .get_venue(v1::GetVenueRequest {})
        .await
        .unwrap();
}

#[tokio::test]
async fn a_connections_rate_counts_calls_with_wrong_tokens() {
    let config = GatewayConfig { connection_rate: Rate::new(1, 3), ..GatewayConfig::default() };
    let venue = Venue::start_with(config, 1_024).await;
    let mut calls = v1::account_service_client::AccountServiceClient::new(venue.channel.clone());
    let mut tried = Vec::new();
    for authorization in [Some("Bearer of-nobody"), None, Some("no token"), Some("Bearer of-nobody")] {
        let mut request = tonic::Request::new(v1::GetAccountRequest {});
        if let Some(text) = authorization {
            request.metadata_mut().insert("authorization", text.parse().unwrap());
        }
        tried.push(calls.get_account(request).await.unwrap_err().code());
    }
    let denied = Code::Unauthenticated;
    assert_eq!(tried, [denied, denied, denied, Code::ResourceExhausted]);
}

#[tokio::test]
async fn one_connection_more_is_closed_and_one_less_makes_room() {
    let config = GatewayConfig { max_connections: 1, ..GatewayConfig::default() };
    let mut venue = Venue::start_with(config, 1_024).await;
    let endpoint = Endpoint::from_shared(format!("http://{}", venue.address)).unwrap();
    let get = async |channel| {
        v1::venue_service_client::VenueServiceClient::new(channel).get_venue(v1::GetVenueRequest {}).await
    };
    get(venue.channel.clone()).await.unwrap();
    let refused = match endpoint.connect().await {
        Ok(channel) => get(channel).await.is_err(),
        Err(_) => true,
    };
    assert!(refused);
    // The only one goes.
    venue.channel = endpoint.connect_lazy();
    soon(async {
        loop {
            if let Ok(channel) = endpoint.connect().await
                && get(channel).await.is_ok()
            {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    })
    .await;
}

//! Logging in by signature.

use crate::venue::{Key, Venue, challenge, log_in, reason};
use coretime_gateway::GatewayConfig;
use coretime_proto::v1::{self, auth_service_client::AuthServiceClient};
use std::time::Duration;
use tonic::{Code, Status};

async fn create_session(
    venue: &Venue,
    request: v1::CreateSessionRequest,
) -> Result<v1::CreateSessionResponse, Status> {
    let answer = AuthServiceClient::new(venue.channel.clone()).create_session(request).await;
    answer.map(tonic::Response::into_inner)
}

async fn refused(venue: &Venue, request: v1::CreateSessionRequest, expected: &str) {
    let status = create_session(venue, request).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Unauthenticated, expected));
}

#[tokio::test]
async fn both_schemes_log_in_raw_and_as_wallets_wrap() {
    let venue = Venue::start().await;
    for key in [Key::sr25519(1), Key::ed25519(2)] {
        let session = log_in(venue.channel.clone(), &key).await.unwrap();
        assert_eq!(session.account, key.account.to_string());
        let text = challenge(venue.channel.clone(), key.account).await.unwrap();
        let signature = key.sign(&format!("<Bytes>{text}</Bytes>"));
        let wrapped = v1::CreateSessionRequest { signature, ..key.session_request(&text) };
        let other = create_session(&venue, wrapped).await.unwrap();
        assert_ne!(session.session_token, other.session_token);
    }
}

#[tokio::test]
async fn an_address_of_any_network_names_the_account() {
    let venue = Venue::start().await;
    let account = "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5".into();
    let mut client = AuthServiceClient::new(venue.channel.clone());
    let answer = client.create_challenge(v1::CreateChallengeRequest { account }).await.unwrap().into_inner();
    let key = "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";
    assert!(answer.challenge.contains(key), "{}", answer.challenge);
}

#[tokio::test]
async fn a_challenge_serves_once() {
    let venue = Venue::start().await;
    let key = Key::sr25519(1);
    let text = challenge(venue.channel.clone(), key.account).await.unwrap();
    create_session(&venue, key.session_request(&text)).await.unwrap();
    refused(&venue, key.session_request(&text), "CHALLENGE_USED").await;
}

#[tokio::test]
async fn two_at_once_get_one_session() {
    let venue = Venue::start().await;
    let key = Key::sr25519(1);
    let text = challenge(venue.channel.clone(), key.account).await.unwrap();
    let attempts = (0..8).map(|_| create_session(&venue, key.session_request(&text)));
    let opened = futures::future::join_all(attempts).await.into_iter().filter(Result::is_ok).count();
    assert_eq!(opened, 1);
}

#[tokio::test]
async fn a_challenge_expires() {
    let config = GatewayConfig { challenge_lifetime: Duration::from_millis(1), ..GatewayConfig::default() };
    let venue = Venue::start_with(config, 1_024).await;
    let key = Key::sr25519(1);
    let text = challenge(venue.channel.clone(), key.account).await.unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    refused(&venue, key.session_request(&text), "CHALLENGE_EXPIRED").await;
}

#[tokio::test]
async fn a_challenge_serves_its_venue_its_chain_and_its_account_only() {
    let (venue, other_venue) = (Venue::start().await, Venue::start().await);
    let (alice, mallory) = (Key::sr25519(1), Key::sr25519(2));
    let foreign = challenge(other_venue.channel.clone(), alice.account).await.unwrap();
    refused(&venue, alice.session_request(&foreign), "CHALLENGE_INVALID").await;

    let text = challenge(venue.channel.clone(), alice.account).await.unwrap();
    refused(&venue, mallory.session_request(&text), "CHALLENGE_INVALID").await;
    for (from, to) in [("77".repeat(32), "78".repeat(32)), ("cc".repeat(32), "cd".repeat(32))] {
        let changed = text.replace(&from, &to);
        assert_ne!(changed, text);
        refused(&venue, alice.session_request(&changed), "CHALLENGE_INVALID").await;
    }

    // Another's signature does not open it, and does not use it up.
    let signature = mallory.sign(&text);
    let forged = v1::CreateSessionRequest { signature, ..alice.session_request(&text) };
    refused(&venue, forged, "SIGNATURE_INVALID").await;
    let other_scheme = v1::CreateSessionRequest {
        scheme: v1::SignatureScheme::Ed25519.into(),
        ..alice.session_request(&text)
    };
    refused(&venue, other_scheme, "SIGNATURE_INVALID").await;
    create_session(&venue, alice.session_request(&text)).await.unwrap();
}

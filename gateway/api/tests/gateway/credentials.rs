//! Every call with every kind of credentials.

use crate::{
    raw,
    venue::{Key, Venue, log_in, reason},
};
use coretime_gateway::{Access, GatewayConfig, RPCS};
use std::time::Duration;
use tonic::Code;

/// No message of the interface: a field of 127 bytes, of which one is there.
const GARBAGE: [u8; 3] = [0x0a, 0x7f, 0x00];

#[tokio::test]
async fn every_call_checks_credentials_before_it_looks_at_the_request() {
    let config = GatewayConfig { session_lifetime: Duration::from_millis(1), ..GatewayConfig::default() };
    let venue = Venue::start_with(config, 1_024).await;
    let expired = log_in(venue.channel.clone(), &Key::sr25519(1)).await.unwrap().session_token;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let wrong = [
        None,
        Some(String::new()),
        Some("Bearer".into()),
        Some("Bearer ".into()),
        Some(format!("Bearer {}", "0".repeat(64))),
        Some(format!("Basic {expired}")),
        Some(expired.clone()),
        Some(format!("Bearer {expired}")),
    ];
    let before = venue.sequence();
    let mut checked = 0;
    for (path, access) in RPCS {
        for credentials in &wrong {
            let answer =
                raw::call(venue.channel.clone(), path, credentials.as_deref(), GARBAGE.to_vec()).await;
            let code = answer.as_ref().err().map(tonic::Status::code);
            match access {
                Access::Session => {
                    assert_eq!(code, Some(Code::Unauthenticated), "{path} with {credentials:?}");
                    let reason = reason(&answer.unwrap_err());
                    let missing = credentials.is_none();
                    assert_eq!(reason, if missing { "CREDENTIALS_MISSING" } else { "CREDENTIALS_INVALID" });
                }
                Access::Public => assert_ne!(code, Some(Code::Unauthenticated), "{path}"),
            }
            checked += 1;
        }
    }
    assert_eq!(checked, RPCS.len() * wrong.len());
    assert_eq!(venue.sequence(), before);
}

#[tokio::test]
async fn with_a_session_garbage_is_the_callers_fault() {
    let venue = Venue::start().await;
    let trader = venue.trader(1).await;
    let bearer = format!("Bearer {}", trader.token);
    let before = venue.sequence();
    for (path, _) in RPCS.iter().filter(|(path, _)| path.starts_with("/coretime.")) {
        let answer = raw::call(venue.channel.clone(), path, Some(&bearer), GARBAGE.to_vec()).await;
        let status = answer.expect_err(path);
        assert_eq!(status.code(), Code::InvalidArgument, "{path}: {status:?}");
    }
    assert_eq!(venue.sequence(), before);
}

#[tokio::test]
async fn what_there_is_not_is_unimplemented_whoever_asks() {
    let venue = Venue::start().await;
    let bearer = format!("Bearer {}", venue.trader(1).await.token);
    for path in ["/coretime.exchange.v1.OrderService/Halt", "/x.Y/Z", "/", "/grpc.health.v1.Health/Nothing"] {
        for credentials in [None, Some(bearer.as_str())] {
            let status = raw::call(venue.channel.clone(), path, credentials, Vec::new()).await.unwrap_err();
            assert_eq!(status.code(), Code::Unimplemented, "{path}");
        }
    }
}

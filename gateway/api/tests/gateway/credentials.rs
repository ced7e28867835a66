//! Every call with every kind of credentials.

use crate::{
    orders::market,
    raw,
    venue::{Key, Trader, Venue, bid, fields, log_in, reason, soon},
};
use coretime_gateway::{Access, GatewayConfig, RPCS};
use coretime_proto::v1::{self, stream_order_events_response::Message};
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
    // Of another venue, where it is good.
    let other = Venue::start().await;
    let foreign = other.trader(1).await.token;
    let wrong = [
        None,
        Some(String::new()),
        Some("Bearer".into()),
        Some("Bearer ".into()),
        Some(format!("Bearer {}", "0".repeat(64))),
        Some(format!("Basic {expired}")),
        Some(expired.clone()),
        Some(format!("Bearer {expired}")),
        Some(format!("Bearer {foreign}")),
        Some(format!("Bearer ck_{}", "0".repeat(64))),
    ];
    let before = venue.sequence();
    let mut checked = 0;
    for (path, access) in RPCS {
        for credentials in &wrong {
            let answer =
                raw::call(venue.channel.clone(), path, credentials.as_deref(), GARBAGE.to_vec()).await;
            let code = answer.as_ref().err().map(tonic::Status::code);
            match access {
                Access::Public => assert_ne!(code, Some(Code::Unauthenticated), "{path}"),
                _ => {
                    assert_eq!(code, Some(Code::Unauthenticated), "{path} with {credentials:?}");
                    let reason = reason(&answer.unwrap_err());
                    let missing = credentials.is_none();
                    assert_eq!(reason, if missing { "CREDENTIALS_MISSING" } else { "CREDENTIALS_INVALID" });
                }
            }
            checked += 1;
        }
    }
    assert_eq!(checked, RPCS.len() * wrong.len());
    assert_eq!(venue.sequence(), before);
}

type IsEnough = Box<dyn Fn(Access) -> bool>;

/// Whether these scopes, or a session, are enough.
fn is_enough(access: Access, scopes: &[v1::Scope]) -> bool {
    match access {
        Access::Public => true,
        Access::Read => scopes.contains(&v1::Scope::Read),
        Access::Trade => scopes.contains(&v1::Scope::Trade),
        Access::Withdraw => scopes.contains(&v1::Scope::Withdraw),
        Access::Owner | Access::Operator => false,
    }
}

#[tokio::test]
async fn every_call_with_lesser_credentials_is_denied_and_with_enough_is_let_in() {
    let operator = Key::sr25519(9).account;
    let venue =
        Venue::start_with(GatewayConfig { operators: vec![operator], ..GatewayConfig::default() }, 1_024)
            .await;
    let owner = venue.trader(1).await;
    let all = [v1::Scope::Read, v1::Scope::Trade, v1::Scope::Withdraw];
    let mut tried: Vec<(String, IsEnough)> = vec![
        (owner.token.clone(), Box::new(|access| access != Access::Operator)),
        (venue.trader(9).await.token, Box::new(|_| true)),
    ];
    // Every set of scopes; an operator's API keys make no operator.
    for set in 1..8_usize {
        for maker in [&owner, &venue.trader(9).await] {
            let scopes: Vec<_> =
                all.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1).map(|(_, s)| *s).collect();
            let key = maker.api_key(&scopes).await.unwrap().api_key;
            tried.push((key, Box::new(move |access| is_enough(access, &scopes))));
        }
    }
    let before = venue.sequence();
    for (path, access) in RPCS.iter().filter(|(path, _)| path.starts_with("/coretime.")) {
        for (token, is_enough) in &tried {
            // Calls that take anything would end the sessions that are tried.
            if path.ends_with("/EndSession") && is_enough(*access) {
                continue;
            }
            let bearer = format!("Bearer {token}");
            let answer = raw::call(venue.channel.clone(), path, Some(&bearer), GARBAGE.to_vec()).await;
            let status = answer.expect_err(path);
            if is_enough(*access) {
                assert_eq!(status.code(), Code::InvalidArgument, "{path}: {status:?}");
            } else {
                let found = (status.code(), reason(&status));
                assert_eq!(found, (Code::PermissionDenied, "SCOPE_MISSING".to_owned()), "{path}");
            }
        }
    }
    assert_eq!(venue.sequence(), before);
}

#[tokio::test]
async fn what_has_ended_lets_nobody_in_and_ends_its_streams() {
    let venue = Venue::start().await;
    let owner = venue.trader(1).await;
    let made = owner.api_key(&[v1::Scope::Read]).await.unwrap();
    let bot = Trader { token: made.api_key, ..owner.clone() };
    assert_eq!(bot.balance().await, (0, 0));
    let mut streams = [bot.events().await, owner.events().await];
    for stream in &mut streams {
        while !matches!(soon(stream.message()).await.unwrap().unwrap().message, Some(Message::Snapshot(_))) {}
    }
    let list = owner.auth().list_api_keys(owner.with(v1::ListApiKeysRequest {})).await.unwrap().into_inner();
    assert_eq!(list.api_keys, [made.info.clone().unwrap()]);
    let api_key_id = made.info.unwrap().api_key_id;
    // Nobody ends another's.
    let other = venue.trader(2).await;
    let revoke = v1::RevokeApiKeyRequest { api_key_id };
    let status = other.auth().revoke_api_key(other.with(revoke)).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::NotFound, "UNKNOWN_API_KEY"));

    owner.auth().revoke_api_key(owner.with(revoke)).await.unwrap();
    owner.auth().end_session(owner.with(v1::EndSessionRequest {})).await.unwrap();
    for (stream, trader) in streams.iter_mut().zip([&bot, &owner]) {
        let status = soon(stream.message()).await.unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Unauthenticated, "CREDENTIALS_INVALID"));
        let status = trader.accounts().get_account(trader.with(v1::GetAccountRequest {})).await.unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()), (Code::Unauthenticated, "CREDENTIALS_INVALID"));
    }
}

#[tokio::test]
async fn without_the_scope_withdraw_only_allowed_tasks_are_delivered_to() {
    let (_venue, owner, _, _) = market().await;
    let bot = Trader { token: owner.api_key(&[v1::Scope::Trade]).await.unwrap().api_key, ..owner.clone() };
    let to = |name, task_id| {
        let assign = v1::AssignDelivery { task_id };
        let mut bid = bid(name, 1, 100, 101);
        let destination = Some(v1::delivery::Destination::Assign(assign));
        bid.terms.as_mut().unwrap().delivery = Some(v1::Delivery { destination });
        bid
    };
    let denied = |status: tonic::Status| {
        assert_eq!((status.code(), reason(&status).as_str()), (Code::PermissionDenied, "TASK_NOT_ALLOWED"));
    };
    denied(bot.place_bid(to(1, 2_000)).await.unwrap_err());
    owner.place_bid(to(1, 2_000)).await.unwrap();
    owner.auth().allow_task(owner.with(v1::AllowTaskRequest { task_id: 2_000 })).await.unwrap();
    bot.place_bid(to(2, 2_000)).await.unwrap();
    denied(bot.place_bid(to(3, 2_001)).await.unwrap_err());
    // In a basket and in a quote too, where one of several is enough.
    let legs = vec![to(4, 2_000).terms.unwrap(), to(5, 2_001).terms.unwrap()];
    let basket = v1::PlaceBasketRequest { legs, request_id: 0 };
    denied(bot.orders().place_basket(bot.with(basket)).await.unwrap_err());
    let orders = [to(6, 2_000), to(7, 2_001)]
        .map(|bid| v1::QuoteOrder { order: Some(v1::quote_order::Order::Bid(bid)) });
    let quote = v1::PlaceQuotesRequest { orders: orders.into(), ..Default::default() };
    denied(bot.orders().place_quotes(bot.with(quote)).await.unwrap_err());
    let list = owner.auth().list_allowed_tasks(owner.with(v1::ListAllowedTasksRequest {})).await.unwrap();
    assert_eq!(list.into_inner().task_ids, [2_000]);
    owner.auth().disallow_task(owner.with(v1::DisallowTaskRequest { task_id: 2_000 })).await.unwrap();
    denied(bot.place_bid(to(8, 2_000)).await.unwrap_err());
}

#[tokio::test]
async fn an_api_key_says_what_is_wrong_with_its_request() {
    let venue = Venue::start().await;
    let owner = venue.trader(1).await;
    let good = v1::CreateApiKeyRequest { scopes: vec![1], ..Default::default() };
    for (request, field) in [
        (v1::CreateApiKeyRequest { scopes: vec![], ..good.clone() }, "scopes"),
        (v1::CreateApiKeyRequest { scopes: vec![1, 9], ..good.clone() }, "scopes[1]"),
        (v1::CreateApiKeyRequest { label: "x".repeat(101), ..good.clone() }, "label"),
        (v1::CreateApiKeyRequest { expire_time_unix_ms: 1, ..good.clone() }, "expire_time_unix_ms"),
        (v1::CreateApiKeyRequest { expire_time_unix_ms: -1, ..good }, "expire_time_unix_ms"),
    ] {
        let status = owner.auth().create_api_key(owner.with(request)).await.unwrap_err();
        assert_eq!((status.code(), fields(&status)), (Code::InvalidArgument, vec![field.to_owned()]));
    }
}

#[tokio::test]
async fn with_a_session_garbage_is_the_callers_fault() {
    let operator = Key::sr25519(1).account;
    let venue =
        Venue::start_with(GatewayConfig { operators: vec![operator], ..GatewayConfig::default() }, 1_024)
            .await;
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

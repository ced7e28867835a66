//! Bad input names the field and changes nothing: for every call that takes any.

use crate::{
    orders::market,
    raw,
    venue::{ask, bid, fields, reason, terms},
};
use coretime_proto::v1::{self, auth_service_client::AuthServiceClient};
use prost::Message;
use tonic::{Code, Response, Status};

fn names<T: std::fmt::Debug>(answer: Result<Response<T>, Status>, field: &str) {
    let status = answer.expect_err(field);
    assert_eq!(
        (status.code(), fields(&status)),
        (Code::InvalidArgument, vec![field.to_owned()]),
        "{status:?}"
    );
    assert_eq!(reason(&status), "INVALID_FIELD");
}

#[tokio::test]
async fn what_cannot_be_a_command_never_reaches_the_engine() {
    let (venue, alice, _, region) = market().await;
    let before = venue.sequence();
    let place_bid = async |bid, field: &str| {
        names(alice.orders().place_bid(alice.with(v1::PlaceBidRequest { bid })).await, field);
    };
    place_bid(None, "bid").await;
    place_bid(Some(v1::Bid::default()), "bid.terms").await;
    place_bid(Some(bid(0, 1, 1, 2)), "bid.terms.client_order_id").await;
    place_bid(Some(v1::Bid { time_in_force: 9, ..bid(1, 1, 1, 2) }), "bid.time_in_force").await;
    let of = |terms| Some(v1::Bid { terms: Some(terms), ..v1::Bid::default() });
    place_bid(of(v1::BidTerms { within: None, ..terms(1, 1, 1, 2) }), "bid.terms.within").await;
    place_bid(of(v1::BidTerms { self_trade: -1, ..terms(1, 1, 1, 2) }), "bid.terms.self_trade").await;

    let place_ask = async |ask, field: &str| {
        names(alice.orders().place_ask(alice.with(v1::PlaceAskRequest { ask })).await, field);
    };
    place_ask(None, "ask").await;
    place_ask(Some(ask(0, 1, region.clone())), "ask.client_order_id").await;
    place_ask(Some(v1::Ask { region_id: None, ..ask(1, 1, region.clone()) }), "ask.region_id").await;
    let core = v1::RegionId { core_index: 70_000, ..region.clone() };
    place_ask(Some(ask(1, 1, core)), "ask.region_id.core_index").await;
    let mask = v1::RegionId { core_mask: vec![1; 11], ..region.clone() };
    place_ask(Some(ask(1, 1, mask.clone())), "ask.region_id.core_mask").await;

    let mut orders = alice.orders();
    let legs = vec![terms(1, 1, 1, 2), v1::BidTerms::default()];
    let request = v1::PlaceBasketRequest { legs, request_id: 0 };
    names(orders.place_basket(alice.with(request)).await, "legs[1].client_order_id");
    let legs = vec![v1::BidTerms::default(); 1_025];
    let request = v1::PlaceBasketRequest { legs, request_id: 0 };
    names(orders.place_basket(alice.with(request)).await, "legs");
    let quotes = |orders| v1::PlaceQuotesRequest { orders, ..Default::default() };
    let request = quotes(vec![v1::QuoteOrder::default()]);
    names(orders.place_quotes(alice.with(request)).await, "orders[0]");
    let order = v1::quote_order::Order::Ask(ask(1, 1, mask));
    let request = quotes(vec![v1::QuoteOrder { order: Some(order) }]);
    names(orders.place_quotes(alice.with(request)).await, "orders[0].ask.region_id.core_mask");
    let request = v1::PlaceQuotesRequest { cancel_order_ids: vec![1; 1_025], ..Default::default() };
    names(orders.place_quotes(alice.with(request)).await, "cancel_order_ids");
    names(orders.replace_order(alice.with(v1::ReplaceOrderRequest::default())).await, "order_id");
    names(orders.cancel_order(alice.with(v1::CancelOrderRequest::default())).await, "target");
    let target = Some(v1::cancel_order_request::Target::OrderId(0));
    let request = v1::CancelOrderRequest { target, request_id: 0 };
    names(orders.cancel_order(alice.with(request)).await, "order_id");
    let request = v1::CancelAllOrdersRequest { side: 3, request_id: 0 };
    names(orders.cancel_all_orders(alice.with(request)).await, "side");
    names(orders.get_order(alice.with(v1::GetOrderRequest::default())).await, "target");
    let request = v1::ListOrdersRequest { page_size: -1, ..Default::default() };
    names(orders.list_orders(alice.with(request)).await, "page_size");
    let request = v1::ListOrdersRequest { page_token: "x".into(), ..Default::default() };
    names(orders.list_orders(alice.with(request)).await, "page_token");

    let mut accounts = alice.accounts();
    let request = v1::ListRegionsRequest { page_token: "x".into(), ..Default::default() };
    names(accounts.list_regions(alice.with(request)).await, "page_token");
    let request = v1::ListLedgerEntriesRequest { page_token: "1".into(), ..Default::default() };
    names(accounts.list_ledger_entries(alice.with(request)).await, "page_token");
    let request = v1::ListLedgerEntriesRequest { page_size: -1, ..Default::default() };
    names(accounts.list_ledger_entries(alice.with(request)).await, "page_size");
    let request = v1::PartitionRegionRequest::default();
    names(accounts.partition_region(alice.with(request)).await, "region_id");
    let request = v1::InterlaceRegionRequest { region_id: Some(region), ..Default::default() };
    names(accounts.interlace_region(alice.with(request)).await, "core_mask");
    let request = v1::WithdrawFundsRequest { amount_planck: "1.5".into(), request_id: 0 };
    names(accounts.withdraw_funds(alice.with(request)).await, "amount_planck");
    names(accounts.withdraw_region(alice.with(v1::WithdrawRegionRequest::default())).await, "region_id");

    let mut settlement = alice.settlement();
    let request = v1::ListFillsRequest { page_size: -5, ..Default::default() };
    names(settlement.list_fills(alice.with(request)).await, "page_size");
    names(settlement.get_instruction(alice.with(v1::GetInstructionRequest::default())).await, "number");
    let request = v1::ListInstructionsRequest { page_token: "-".into(), ..Default::default() };
    names(settlement.list_instructions(alice.with(request)).await, "page_token");

    let mut market_data = alice.market_data();
    names(market_data.get_book(v1::GetBookRequest::default()).await, "window");
    let window = Some(v1::Window { begin_timeslice: 5, end_timeslice: 5 });
    let request = v1::GetBookRequest { window, ..Default::default() };
    names(market_data.get_book(request).await, "window.end_timeslice");
    let window = Some(v1::Window { begin_timeslice: 5, end_timeslice: 6 });
    names(
        market_data.get_book(v1::GetBookRequest { window, lot_parts: 81, max_levels: 0 }).await,
        "lot_parts",
    );
    names(
        market_data.get_book(v1::GetBookRequest { window, lot_parts: 0, max_levels: -1 }).await,
        "max_levels",
    );

    let mut auth = AuthServiceClient::new(venue.channel.clone());
    let request = v1::CreateChallengeRequest { account: "alice".into() };
    names(auth.create_challenge(request).await, "account");
    let request = v1::CreateSessionRequest { account: alice.account.to_string(), ..Default::default() };
    names(auth.create_session(request.clone()).await, "scheme");
    let request = v1::CreateSessionRequest { scheme: 1, signature: vec![0; 65], ..request };
    names(auth.create_session(request).await, "signature");
    assert_eq!(venue.sequence(), before, "the engine saw something");
}

#[tokio::test]
async fn what_the_rules_reject_names_the_field_too() {
    let (_venue, alice, bob, region) = market().await;
    let bid_of = |terms| v1::Bid { terms: Some(terms), ..v1::Bid::default() };
    let good = terms(1, 10, 100, 110);
    let cases = [
        (
            bid_of(v1::BidTerms { unit_price_planck: 0, ..good }),
            "INVALID_PRICE",
            "bid.terms.unit_price_planck",
        ),
        (bid_of(v1::BidTerms { lot_parts: 0, ..good }), "INVALID_LOT", "bid.terms.lot_parts"),
        (bid_of(v1::BidTerms { duration_timeslices: 0, ..good }), "INVALID_WINDOW", "bid.terms.within"),
        (
            v1::Bid { post_only: true, time_in_force: 2, ..bid_of(good) },
            "INVALID_TIME_IN_FORCE",
            "bid.post_only",
        ),
        (
            v1::Bid { expire_at_timeslice: Some(0), ..bid_of(good) },
            "INVALID_EXPIRY",
            "bid.expire_at_timeslice",
        ),
    ];
    for (bid, expected, field) in cases {
        let status = alice.place_bid(bid).await.unwrap_err();
        assert_eq!((reason(&status).as_str(), fields(&status)), (expected, vec![field.to_owned()]));
        assert_eq!(status.code(), Code::InvalidArgument);
    }
    let cases = [
        (v1::Ask { lot_parts: 3, ..ask(1, 5, region.clone()) }, "INVALID_LOT", "ask.lot_parts"),
        (ask(1, 5, v1::RegionId { begin_timeslice: 1, ..region }), "REGION_UNAVAILABLE", "ask.region_id"),
    ];
    for (ask, expected, field) in cases {
        let status = bob.place_ask(ask).await.unwrap_err();
        assert_eq!((reason(&status).as_str(), fields(&status)), (expected, vec![field.to_owned()]));
    }
    let status = bob.place_bid(bid(1, 10, 100, 110)).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "INSUFFICIENT_FUNDS"));
}

#[tokio::test]
async fn a_message_cut_short_anywhere_is_refused_cleanly() {
    let (venue, alice, _, _) = market().await;
    let bytes = v1::PlaceBidRequest { bid: Some(bid(11, 100, 100, 200)) }.encode_to_vec();
    let bearer = format!("Bearer {}", alice.token);
    let before = venue.sequence();
    let path = "/coretime.exchange.v1.OrderService/PlaceBid";
    for length in 0..bytes.len() {
        let cut = bytes[..length].to_vec();
        let status = raw::call(venue.channel.clone(), path, Some(&bearer), cut).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument, "cut at {length}: {status:?}");
        assert!(status.message().contains("bid") || status.message().contains("Bid"), "{status:?}");
    }
    assert_eq!(venue.sequence(), before);
    raw::call(venue.channel.clone(), path, Some(&bearer), bytes).await.unwrap();
    assert_eq!(venue.sequence(), before + 1);
}

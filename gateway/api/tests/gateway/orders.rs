//! Placing, changing, reading and cancelling orders.

use crate::venue::{Trader, Venue, ask, bid, fields, metadata, reason, terms};
use coretime_proto::v1::{
    self, OrderEvent, OrderStatus, Side, cancel_order_request::Target, get_order_request, order::Detail,
    order_event::Event, quote_order_result::Outcome,
};
use tonic::{Code, Status};

/// Alice with money, Bob with a core during [100, 200).
pub(crate) async fn market() -> (Venue, Trader, Trader, v1::RegionId) {
    let venue = Venue::start().await;
    let (alice, bob) = (venue.trader(1).await, venue.trader(2).await);
    venue.deposit(alice.account, 1_000_000_000).await;
    let region = venue.deposit_core(bob.account, 5, 100, 200).await;
    (venue, alice, bob, region)
}

/// The kinds of events, in order.
pub(crate) fn kinds(events: &[OrderEvent]) -> Vec<&'static str> {
    let kind = |event: &OrderEvent| match event.event.as_ref().unwrap() {
        Event::Accepted(_) => "accepted",
        Event::Replaced(_) => "replaced",
        Event::Fill(_) => "fill",
        Event::Done(_) => "done",
        Event::Instruction(_) => "instruction",
        Event::InstructionEnded(_) => "instruction_ended",
        Event::InstructionReleased(_) => "instruction_released",
    };
    events.iter().map(kind).collect()
}

async fn get(trader: &Trader, target: get_order_request::Target) -> Result<v1::Order, Status> {
    let request = trader.with(v1::GetOrderRequest { target: Some(target) });
    Ok(trader.orders().get_order(request).await?.into_inner().order.unwrap())
}

#[tokio::test]
async fn an_order_rests_is_read_and_is_cancelled() {
    let (venue, alice, _, _) = market().await;
    let placed = alice.place_bid(bid(11, 100, 100, 200)).await.unwrap();
    assert_eq!(kinds(&placed.events), ["accepted"]);
    let receipt = placed.receipt.unwrap();
    assert_eq!((receipt.sequence, receipt.chain_hash.len()), (venue.sequence(), 32));
    assert!(receipt.time_unix_ms > 1_600_000_000_000);
    assert_eq!(alice.balance().await, (1_000_000_000 - 800_000, 800_000));

    let order = get(&alice, get_order_request::Target::ClientOrderId(11)).await.unwrap();
    assert_eq!(order, get(&alice, get_order_request::Target::OrderId(placed.order_id)).await.unwrap());
    assert_eq!((order.status(), order.client_order_id), (OrderStatus::Live, 11));
    let Some(Detail::Bid(detail)) = order.detail else { panic!("{order:?}") };
    assert_eq!((detail.remaining_parts, detail.held_planck.as_str()), (80, "800000"));

    let request =
        alice.with(v1::CancelOrderRequest { target: Some(Target::ClientOrderId(11)), request_id: 0 });
    let cancelled = alice.orders().cancel_order(request).await.unwrap().into_inner();
    assert_eq!(cancelled.order_id, placed.order_id);
    assert_eq!(alice.balance().await, (1_000_000_000, 0));

    // Ended: known by its name; by its id the ledger knows no more whose it was.
    let order = get(&alice, get_order_request::Target::ClientOrderId(11)).await.unwrap();
    assert_eq!((order.status(), order.order_id), (OrderStatus::Ended, placed.order_id));
    let status = get(&alice, get_order_request::Target::OrderId(placed.order_id)).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::NotFound, "UNKNOWN_ORDER"));
    let status = get(&alice, get_order_request::Target::ClientOrderId(12)).await.unwrap_err();
    assert_eq!(status.code(), Code::NotFound);
}

#[tokio::test]
async fn a_match_is_told_to_both_each_its_own() {
    let (_venue, alice, bob, region) = market().await;
    let resting = bob.place_ask(ask(21, 90, region)).await.unwrap();
    let placed = alice.place_bid(bid(11, 100, 120, 130)).await.unwrap();
    assert_eq!(kinds(&placed.events), ["accepted", "fill", "done"]);
    let Some(Event::Fill(fill)) = &placed.events[1].event else { panic!() };
    assert_eq!(
        (fill.order_id, fill.side(), fill.role()),
        (placed.order_id, Side::Bid, v1::LiquidityRole::Taker)
    );
    assert_eq!((fill.unit_price_planck, fill.notional_planck.as_str()), (90, "72000"));
    assert_eq!(fill.window, Some(v1::Window { begin_timeslice: 120, end_timeslice: 130 }));
    assert_eq!(alice.balance().await, (1_000_000_000 - 72_000, 0));
    assert_eq!(bob.balance().await, (72_000, 0));

    let order = get(&bob, get_order_request::Target::OrderId(resting.order_id)).await.unwrap();
    let Some(Detail::Ask(detail)) = order.detail else { panic!("{order:?}") };
    let windows: Vec<_> = detail.pieces.iter().map(|piece| piece.region.clone().unwrap()).collect();
    let windows: Vec<_> =
        windows.iter().map(|region| (region.begin_timeslice, region.end_timeslice)).collect();
    assert_eq!(windows, [(100, 120), (130, 200)]);
}

#[tokio::test]
async fn a_retry_is_safe_and_says_so() {
    let (venue, alice, _, _) = market().await;
    let first = alice.place_bid(bid(11, 100, 100, 200)).await.unwrap();
    let status = alice.place_bid(bid(11, 100, 100, 200)).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::AlreadyExists, "DUPLICATE_CLIENT_ORDER_ID"));
    assert_eq!(metadata(&status, "order_id"), Some(first.order_id.to_string()));
    assert_eq!(metadata(&status, "sequence"), Some(venue.sequence().to_string()));
    assert_eq!(metadata(&status, "chain_hash").map(|hash| hash.len()), Some(66));
    assert_eq!(fields(&status), ["bid.terms.client_order_id"]);

    let cancel = || v1::CancelAllOrdersRequest { side: Side::Bid.into(), request_id: 7 };
    let done = alice.orders().cancel_all_orders(alice.with(cancel())).await.unwrap().into_inner();
    assert_eq!(done.order_ids, [first.order_id]);
    let status = alice.orders().cancel_all_orders(alice.with(cancel())).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::AlreadyExists, "DUPLICATE_REQUEST"));
}

#[tokio::test]
async fn a_replace_changes_price_and_quantity() {
    let (_venue, alice, _, _) = market().await;
    let order_id = alice.place_bid(bid(11, 100, 100, 200)).await.unwrap().order_id;
    let request = v1::ReplaceOrderRequest { order_id, unit_price_planck: Some(50), ..Default::default() };
    let replaced = alice.orders().replace_order(alice.with(request)).await.unwrap().into_inner();
    assert_eq!(kinds(&replaced.events), ["replaced"]);
    assert_eq!(alice.balance().await.1, 400_000);
    let request = v1::ReplaceOrderRequest { unit_price_planck: Some(u64::MAX), ..request };
    let status = alice.orders().replace_order(alice.with(request)).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "INSUFFICIENT_FUNDS"));
    assert_eq!(alice.balance().await.1, 400_000);
}

#[tokio::test]
async fn a_basket_fills_whole_or_names_the_leg() {
    let (venue, alice, bob, region) = market().await;
    bob.place_ask(ask(21, 90, region)).await.unwrap();
    let basket = |legs| v1::PlaceBasketRequest { legs, request_id: 0 };
    let legs = vec![terms(1, 90, 100, 110), terms(2, 89, 110, 120)];
    let status = alice.orders().place_basket(alice.with(basket(legs))).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "LEG_REJECTED"));
    assert_eq!(metadata(&status, "leg"), Some("1".into()));
    assert_eq!(metadata(&status, "leg_reason"), Some("NOT_FILLED".into()));
    assert_eq!(fields(&status), ["legs[1]"]);
    assert_eq!(alice.balance().await, (1_000_000_000, 0));

    let legs = vec![terms(1, 90, 100, 110), terms(2, 90, 110, 120)];
    let filled = alice.orders().place_basket(alice.with(basket(legs))).await.unwrap().into_inner();
    assert_eq!(filled.order_ids.len(), 2);
    assert_eq!(kinds(&filled.events), ["accepted", "fill", "done", "accepted", "fill", "done"]);
    let names = filled.events.iter().filter_map(|event| match &event.event {
        Some(Event::Accepted(accepted)) => Some(accepted.client_order_id),
        _ => None,
    });
    assert_eq!(names.collect::<Vec<_>>(), [1, 2]);
    assert_eq!(venue.sequence(), filled.receipt.unwrap().sequence);
}

#[tokio::test]
async fn a_quote_has_a_result_for_each_element() {
    let (_venue, alice, bob, region) = market().await;
    bob.place_ask(ask(21, 90, region.clone())).await.unwrap();
    let old = alice.place_bid(bid(1, 50, 100, 110)).await.unwrap().order_id;
    let order = |bid| v1::QuoteOrder { order: Some(v1::quote_order::Order::Bid(bid)) };
    let region_under_order = v1::quote_order::Order::Ask(ask(5, 1, region));
    let request = v1::PlaceQuotesRequest {
        cancel_order_ids: vec![old, 999],
        orders: vec![
            order(bid(2, 95, 110, 120)),
            order(bid(2, 60, 110, 120)),
            v1::QuoteOrder { order: Some(region_under_order) },
            order(bid(3, 60, 120, 130)),
        ],
        request_id: 0,
    };
    let answer = alice.orders().place_quotes(alice.with(request)).await.unwrap().into_inner();
    let cancels: Vec<_> = answer.cancel_results.iter().map(|r| (r.order_id, r.rejection.is_some())).collect();
    assert_eq!(cancels, [(old, false), (999, true)]);
    let results = &answer.order_results;
    assert_eq!(results.iter().map(|r| r.client_order_id).collect::<Vec<_>>(), [2, 2, 5, 3]);
    assert_eq!(kinds(&results[0].events), ["accepted", "fill", "done"]);
    assert!(results[1].events.is_empty() && results[2].events.is_empty());
    assert_eq!(kinds(&results[3].events), ["accepted"]);
    let Some(Outcome::Rejection(rejection)) = &results[1].outcome else { panic!("{results:?}") };
    let Some(Outcome::OrderId(first)) = results[0].outcome else { panic!("{results:?}") };
    assert_eq!((rejection.reason(), rejection.order_id), (v1::RejectReason::DuplicateClientOrderId, first));
}

#[tokio::test]
async fn a_quote_of_one_rejected_element_is_still_accepted_and_a_rejected_quote_is_not() {
    let (_venue, alice, _, _) = market().await;
    let request =
        |cancel_order_ids| v1::PlaceQuotesRequest { cancel_order_ids, orders: vec![], request_id: 3 };
    let answer = alice.orders().place_quotes(alice.with(request(vec![5]))).await.unwrap().into_inner();
    let rejection = answer.cancel_results[0].rejection.unwrap();
    assert_eq!(rejection.reason(), v1::RejectReason::UnknownOrder);
    let status = alice.orders().place_quotes(alice.with(request(vec![5]))).await.unwrap_err();
    assert_eq!(reason(&status), "DUPLICATE_REQUEST");
    let empty = v1::PlaceQuotesRequest::default();
    let status = alice.orders().place_quotes(alice.with(empty)).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "INVALID_SIZE"));
}

#[tokio::test]
async fn live_orders_come_in_pages() {
    let (_venue, alice, _, _) = market().await;
    for name in 1..=5 {
        alice.place_bid(bid(name, 1, 100, 110)).await.unwrap();
    }
    let mut names = Vec::new();
    let mut request = v1::ListOrdersRequest { page_size: 2, page_token: String::new() };
    let mut pages = 0;
    loop {
        let page = alice.orders().list_orders(alice.with(request.clone())).await.unwrap().into_inner();
        names.extend(page.orders.iter().map(|order| order.client_order_id));
        pages += 1;
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!((names, pages), (vec![1, 2, 3, 4, 5], 3));
}

#[tokio::test]
async fn the_book_shows_both_sides_without_names() {
    let (_venue, alice, bob, region) = market().await;
    bob.place_ask(ask(21, 90, region)).await.unwrap();
    alice.place_bid(bid(1, 50, 100, 110)).await.unwrap();
    alice.place_bid(bid(2, 60, 100, 110)).await.unwrap();
    let window = Some(v1::Window { begin_timeslice: 100, end_timeslice: 110 });
    let request = v1::GetBookRequest { window, lot_parts: 0, max_levels: 1 };
    let book = alice.market_data().get_book(request).await.unwrap().into_inner();
    assert_eq!(book.bids, [v1::BookLevel { unit_price_planck: 60, quantity_parts: 80, order_count: 1 }]);
    assert_eq!(book.asks, [v1::BookLevel { unit_price_planck: 90, quantity_parts: 80, order_count: 1 }]);
}

//! Nobody sees or touches what is another's.

use crate::{
    orders::{kinds, market},
    venue::{ask, bid, reason},
};
use coretime_proto::v1::{self, cancel_order_request::Target, get_order_request};
use tonic::Code;

#[tokio::test]
async fn anothers_order_does_not_exist() {
    let (venue, alice, bob, _) = market().await;
    let order_id = alice.place_bid(bid(11, 100, 100, 200)).await.unwrap().order_id;
    let get = v1::GetOrderRequest { target: Some(get_order_request::Target::OrderId(order_id)) };
    let cancel = v1::CancelOrderRequest { target: Some(Target::OrderId(order_id)), request_id: 0 };
    let replace = v1::ReplaceOrderRequest { order_id, unit_price_planck: Some(1), ..Default::default() };
    let statuses = [
        bob.orders().get_order(bob.with(get)).await.unwrap_err(),
        bob.orders().cancel_order(bob.with(cancel)).await.unwrap_err(),
        bob.orders().replace_order(bob.with(replace)).await.unwrap_err(),
    ];
    for status in statuses {
        assert_eq!((status.code(), reason(&status).as_str()), (Code::NotFound, "UNKNOWN_ORDER"));
    }
    let list = bob.orders().list_orders(bob.with(v1::ListOrdersRequest::default())).await.unwrap();
    assert!(list.into_inner().orders.is_empty());
    assert_eq!(
        venue.engine.query(move |market| market.orders_of(alice.account).count()).unwrap().await.unwrap(),
        1
    );
}

#[tokio::test]
async fn anothers_region_cannot_be_sold_cut_or_withdrawn() {
    let (_venue, alice, _, region) = market().await;
    let region_id = Some(region.clone());
    let partition =
        v1::PartitionRegionRequest { region_id: region_id.clone(), pivot_timeslice: 150, request_id: 0 };
    let withdraw = v1::WithdrawRegionRequest { region_id, request_id: 0 };
    let statuses = [
        alice.place_ask(ask(1, 5, region)).await.unwrap_err(),
        alice.accounts().partition_region(alice.with(partition)).await.unwrap_err(),
        alice.accounts().withdraw_region(alice.with(withdraw)).await.unwrap_err(),
    ];
    for status in statuses {
        assert_eq!(
            (status.code(), reason(&status).as_str()),
            (Code::FailedPrecondition, "REGION_UNAVAILABLE")
        );
    }
}

#[tokio::test]
async fn the_takers_answer_says_nothing_of_the_makers_delivery() {
    let (_venue, alice, bob, region) = market().await;
    let delivered = v1::Delivery {
        destination: Some(v1::delivery::Destination::Assign(v1::AssignDelivery { task_id: 2_000 })),
    };
    let mut resting = bid(11, 100, 100, 200);
    resting.terms.as_mut().unwrap().delivery = Some(delivered);
    let maker = alice.place_bid(resting).await.unwrap().order_id;
    // The maker's bid is filled, assigned and done in this command; the taker sees his own side only.
    let taken = bob.place_ask(ask(21, 90, region)).await.unwrap();
    assert_eq!(kinds(&taken.events), ["accepted", "fill", "done"]);
    let text = format!("{:?}", taken.events);
    assert!(!text.contains(&format!("order_id: {maker},")) && !text.contains("2000"), "{text}");

    let number = v1::GetInstructionRequest { number: 1 };
    let own = alice.settlement().get_instruction(alice.with(number)).await.unwrap().into_inner();
    assert_eq!(own.instruction.unwrap().state(), v1::InstructionState::Outstanding);
    let status = bob.settlement().get_instruction(bob.with(number)).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::NotFound, "UNKNOWN_INSTRUCTION"));
}

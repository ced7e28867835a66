//! Bad input gets a clear error that names the field, and changes nothing.

use crate::exchange::Exchange;
use coretime_proto::v1 as pb;
use coretime_proto::v1::auth_service_client::AuthServiceClient;
use coretime_proto::v1::order_service_client::OrderServiceClient;
use coretime_proto::v1::venue_service_client::VenueServiceClient;
use tonic::Code;

#[tokio::test]
async fn bad_input_is_refused_by_name_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let exchange = Exchange::start(folder.path());
    let mut dave = exchange.log_in("Dave").await;
    let orders_before =
        dave.orders.list_orders(pb::ListOrdersRequest::default()).await.unwrap().into_inner().orders;
    assert!(orders_before.is_empty());

    // A region that nobody has.
    let region_id = Some(pb::RegionId { begin_timeslice: 1, core_index: 9, core_mask: vec![0xff; 10] });
    let ask = pb::Ask {
        client_order_id: 1,
        unit_price_planck: 1,
        region_id,
        lot_parts: 80,
        min_duration_timeslices: 1,
        ..pb::Ask::default()
    };
    let refused = dave.ask(ask.clone()).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    assert!(refused.message().contains("region"), "{refused:?}");

    // A mask of the wrong length.
    let short = Some(pb::RegionId { begin_timeslice: 1, core_index: 9, core_mask: vec![0xff; 9] });
    let refused = dave.ask(pb::Ask { region_id: short, ..ask }).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert!(refused.message().contains("core_mask"), "{refused:?}");

    // A bid without cover.
    let mut venue = VenueServiceClient::new(exchange.channel().await);
    let clock = venue.get_venue(pb::GetVenueRequest {}).await.unwrap().into_inner().clock.unwrap();
    assert_ne!(clock.tradable_from_timeslice, 0, "it serves before the chain has told the time");
    let begin = clock.tradable_from_timeslice + 100;
    let terms = pb::BidTerms {
        client_order_id: 2,
        unit_price_planck: 1_000_000,
        quantity_parts: 80,
        lot_parts: 80,
        within: Some(pb::Window { begin_timeslice: begin, end_timeslice: begin + 10 }),
        duration_timeslices: 10,
        ..pb::BidTerms::default()
    };
    let refused = dave.bid(pb::Bid { terms: Some(terms), ..pb::Bid::default() }).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition, "{refused:?}");

    // No credentials, and a signature of somebody else's.
    let mut stranger = OrderServiceClient::new(exchange.channel().await);
    let refused = stranger.list_orders(pb::ListOrdersRequest::default()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unauthenticated);
    let mut auth = AuthServiceClient::new(exchange.channel().await);
    let asked = pb::CreateChallengeRequest { account: dave.account.to_string() };
    let challenge = auth.create_challenge(asked).await.unwrap().into_inner().challenge;
    let signature = crate::exchange::key("Eve").sign(challenge.as_bytes()).0.to_vec();
    let forged = pb::CreateSessionRequest {
        account: dave.account.to_string(),
        challenge,
        signature,
        scheme: pb::SignatureScheme::Sr25519.into(),
        signer: String::new(),
    };
    assert_eq!(auth.create_session(forged).await.unwrap_err().code(), Code::Unauthenticated);

    let orders = dave.orders.list_orders(pb::ListOrdersRequest::default()).await.unwrap().into_inner().orders;
    assert!(orders.is_empty());
    assert_eq!(dave.funds().await.unwrap(), Default::default());
}

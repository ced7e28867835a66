//! What lets others check the venue.

use crate::venue::{Key, Venue, bid, reason, soon};
use codec::Decode;
use coretime_gateway::GatewayConfig;
use coretime_proto::v1::{
    self, audit_service_client::AuditServiceClient, stream_receipts_response::Message as ReceiptMessage,
};
use coretime_types::Command;
use tonic::Code;

fn position(message: v1::StreamReceiptsResponse) -> u64 {
    match message.message.unwrap() {
        ReceiptMessage::Start(start) => start.position.unwrap().sequence,
        ReceiptMessage::Receipt(receipt) => receipt.sequence,
    }
}

#[tokio::test]
async fn receipts_come_without_gaps_and_go_on_after_a_place() {
    let venue = Venue::start().await;
    let alice = venue.trader(1).await;
    venue.deposit(alice.account, 1_000_000_000).await;
    let mut calls = AuditServiceClient::new(venue.channel.clone());
    let request = v1::StreamReceiptsRequest { resume_after_sequence: None };
    let mut stream = calls.stream_receipts(request).await.unwrap().into_inner();
    let began = position(soon(stream.message()).await.unwrap().unwrap());
    assert_eq!(began, venue.sequence());
    let mut answered = Vec::new();
    for name in 1..=3 {
        answered.push(alice.place_bid(bid(name, 1, 1, 2)).await.unwrap().receipt.unwrap());
    }
    for receipt in &answered {
        let message = soon(stream.message()).await.unwrap().unwrap().message.unwrap();
        assert_eq!(message, ReceiptMessage::Receipt(receipt.clone()));
    }
    let request = v1::StreamReceiptsRequest { resume_after_sequence: Some(began + 1) };
    let mut stream = calls.stream_receipts(request).await.unwrap().into_inner();
    for expected in began + 1..=began + 3 {
        assert_eq!(position(soon(stream.message()).await.unwrap().unwrap()), expected);
    }
    let request = v1::StreamReceiptsRequest { resume_after_sequence: Some(u64::MAX) };
    assert_eq!(reason(&calls.stream_receipts(request).await.unwrap_err()), "RESUME_TOO_OLD");
}

#[tokio::test]
async fn an_operator_reads_the_log_from_its_beginning_though_memory_has_only_its_end() {
    let config = GatewayConfig { operators: vec![Key::sr25519(9).account], ..GatewayConfig::default() };
    let venue = Venue::start_with(config, 4).await;
    let (operator, alice) = (venue.trader(9).await, venue.trader(1).await);
    venue.deposit(alice.account, 1_000_000_000).await;
    for name in 1..=20 {
        alice.place_bid(bid(name, 1, 1, 2)).await.unwrap();
    }
    let mut calls = AuditServiceClient::new(venue.channel.clone());
    let read = |after_sequence| operator.with(v1::StreamLogRequest { after_sequence });
    let mut log = calls.stream_log(read(0)).await.unwrap().into_inner();
    let mut bids = 0;
    for sequence in 1..=venue.sequence() {
        let record = soon(log.message()).await.unwrap().unwrap();
        assert_eq!(record.receipt.unwrap().sequence, sequence);
        if let Command::PlaceBid(bid) = Command::decode(&mut &record.command[..]).unwrap() {
            bids += 1;
            assert_eq!((bid.account, record.event_count), (alice.account, 1));
        }
    }
    assert_eq!(bids, 20);
    // Then it follows.
    let receipt = alice.place_bid(bid(21, 1, 1, 2)).await.unwrap().receipt;
    assert_eq!(soon(log.message()).await.unwrap().unwrap().receipt, receipt);
    let status = calls.stream_log(read(u64::MAX)).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::OutOfRange, "NOT_YET_RECORDED"));
    let status = calls.stream_log(alice.with(v1::StreamLogRequest::default())).await.unwrap_err();
    assert_eq!(reason(&status), "SCOPE_MISSING");
}

#[tokio::test]
async fn without_a_proof_of_reserves_it_is_said_so() {
    let venue = Venue::start().await;
    let alice = venue.trader(1).await;
    let mut calls = AuditServiceClient::new(venue.channel.clone());
    let status = calls.get_reserves(alice.with(v1::GetReservesRequest {})).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Unavailable, "NO_PROOF"));
}

//! Operators: what they may do, and that it is kept who did it.

use crate::venue::{Key, Venue, bid, fields, reason};
use coretime_gateway::GatewayConfig;
use coretime_proto::v1::{self, operator_service_client::OperatorServiceClient};
use tonic::Code;

#[tokio::test]
async fn an_operator_halts_freezes_resumes_suspends_and_configures() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("access.journal");
    let config = GatewayConfig {
        operators: vec![Key::sr25519(9).account],
        access_journal: Some(journal.clone()),
        ..GatewayConfig::default()
    };
    let venue = Venue::start_with(config, 1_024).await;
    let (operator, alice) = (venue.trader(9).await, venue.trader(1).await);
    venue.deposit(alice.account, 1_000_000_000).await;
    let mut calls = OperatorServiceClient::new(venue.channel.clone());
    let cause = || "drill".to_owned();

    calls.halt(operator.with(v1::HaltRequest { cause: cause() })).await.unwrap();
    assert_eq!(reason(&alice.place_bid(bid(1, 1, 1, 2)).await.unwrap_err()), "HALTED");
    calls.freeze(operator.with(v1::FreezeRequest { cause: cause() })).await.unwrap();
    let withdraw = v1::WithdrawFundsRequest { amount_planck: "5".into(), request_id: 0 };
    let status = alice.accounts().withdraw_funds(alice.with(withdraw)).await.unwrap_err();
    assert_eq!(reason(&status), "FROZEN");
    calls.resume(operator.with(v1::ResumeRequest { cause: cause() })).await.unwrap();
    alice.place_bid(bid(1, 1, 1, 2)).await.unwrap();

    let account = alice.account.to_string();
    calls.suspend(operator.with(v1::SuspendRequest { account: account.clone() })).await.unwrap();
    assert_eq!(reason(&alice.place_bid(bid(2, 1, 1, 2)).await.unwrap_err()), "SUSPENDED");
    calls.unsuspend(operator.with(v1::UnsuspendRequest { account: account.clone() })).await.unwrap();
    let configure = v1::ConfigureRequest { taker_fee_ppm: Some(700), ..Default::default() };
    let receipt = calls.configure(operator.with(configure)).await.unwrap().into_inner().receipt.unwrap();
    assert_eq!(receipt.sequence, venue.sequence());
    let shown = alice.venue().get_venue(v1::GetVenueRequest {}).await.unwrap().into_inner();
    assert_eq!(shown.settings.unwrap().taker_fee_ppm, 700);

    let wrong = v1::ConfigureRequest { taker_fee_ppm: Some(-1), ..Default::default() };
    let status = calls.configure(operator.with(wrong)).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "INVALID_SETTING"));
    let status = calls.halt(operator.with(v1::HaltRequest::default())).await.unwrap_err();
    assert_eq!(fields(&status), ["cause"]);
    let compensate = v1::CompensateRequest { account, amount_planck: "5".into(), reason: cause() };
    let status = calls.compensate(operator.with(compensate)).await.unwrap_err();
    assert_eq!(reason(&status), "INSUFFICIENT_FUNDS");

    // What was carried out is kept with who gave it, what was rejected is not.
    let kept = std::fs::read_to_string(journal).unwrap();
    let rpcs: Vec<&str> = kept
        .lines()
        .filter(|line| line.contains(&operator.account.to_string()))
        .map(|line| line.split("\"rpc\":\"").nth(1).unwrap().split('"').next().unwrap())
        .collect();
    assert_eq!(rpcs, ["Halt", "Freeze", "Resume", "Suspend", "Unsuspend", "Configure"]);
}

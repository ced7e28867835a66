//! Operators: what they may do, and that it is kept who did it.

use crate::venue::{Key, Trader, Venue, bid, fields, reason, soon};
use coretime_gateway::GatewayConfig;
use coretime_proto::v1::{
    self, operator_service_client::OperatorServiceClient, order_event::Event,
    set_outflow_limit_request::Scope, stream_order_events_response::Message,
};
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
    for cause in [String::new(), "a\nmode open".into(), "a".repeat(201)] {
        let status = calls.halt(operator.with(v1::HaltRequest { cause })).await.unwrap_err();
        assert_eq!(fields(&status), ["cause"]);
    }
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

#[tokio::test]
async fn what_is_above_an_outflow_limit_is_held_and_shown_until_an_operator_approves_it() {
    let config = GatewayConfig { operators: vec![Key::sr25519(9).account], ..GatewayConfig::default() };
    let venue = Venue::start_with(config, 1_024).await;
    let (operator, alice, bob) = (venue.trader(9).await, venue.trader(1).await, venue.trader(2).await);
    for trader in [&alice, &bob] {
        venue.deposit(trader.account, 1_000).await;
    }
    let mut calls = OperatorServiceClient::new(venue.channel.clone());
    let limit =
        |funds: u128| Some(v1::OutflowLimit { funds_planck: Some(funds.to_string()), part_timeslices: None });
    let each = Scope::EachAccount(v1::EachAccountOutflowScope {});
    let own = |trader: &Trader| Scope::Account(trader.account.to_string());
    for (scope, funds) in [(each, 100), (own(&bob), 500), (own(&operator), 7)] {
        let set = v1::SetOutflowLimitRequest { scope: Some(scope), limit: limit(funds) };
        calls.set_outflow_limit(operator.with(set)).await.unwrap();
    }
    let request = v1::StreamOrderEventsRequest { resume_after_sequence: Some(venue.sequence()) };
    let mut stream = alice.orders().stream_order_events(alice.with(request)).await.unwrap().into_inner();

    let withdraw =
        |amount: u128| v1::WithdrawFundsRequest { amount_planck: amount.to_string(), request_id: 0 };
    let mut held = Vec::new();
    for (trader, amount) in [(&alice, 100), (&alice, 1), (&bob, 500), (&bob, 1)] {
        let answer = trader.accounts().withdraw_funds(trader.with(withdraw(amount))).await.unwrap();
        let instruction = answer.into_inner().instruction.unwrap();
        held.extend(instruction.awaits_approval.then_some(instruction.number));
    }
    assert_eq!(held, [2, 4]);

    let account =
        alice.accounts().get_account(alice.with(v1::GetAccountRequest {})).await.unwrap().into_inner();
    assert_eq!(account.free_planck, "899", "what is held has left the ledger");
    assert_eq!(account.outflow_limit, limit(100));
    assert_eq!(account.outflow_today.unwrap().funds_planck, "100");
    assert_eq!(account.outflow_day_ends_timeslice, 180);
    let own = v1::GetInstructionRequest { number: 2 };
    let shown = alice.settlement().get_instruction(alice.with(own)).await.unwrap().into_inner();
    assert!(shown.instruction.unwrap().awaits_approval);

    let (mut page_token, mut listed) = (String::new(), Vec::new());
    loop {
        let request = v1::ListOutflowLimitsRequest { page_size: 1, page_token };
        let limits = calls.list_outflow_limits(operator.with(request)).await.unwrap().into_inner();
        assert_eq!((limits.venue, limits.each_account), (None, limit(100)));
        assert_eq!(limits.today.unwrap().funds_planck, "600");
        assert_eq!(limits.accounts.len(), 1);
        listed.extend(limits.accounts.into_iter().map(|own| (own.account, own.limit)));
        page_token = limits.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    let mut expected = vec![(bob.account.to_string(), limit(500)), (operator.account.to_string(), limit(7))];
    expected.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert_eq!(listed, expected);
    let request = v1::ListOutflowLimitsRequest { page_token: "bob".into(), ..Default::default() };
    let status = calls.list_outflow_limits(operator.with(request)).await.unwrap_err();
    assert_eq!(fields(&status), ["page_token"]);

    let (mut page_token, mut listed) = (String::new(), Vec::new());
    loop {
        let request = v1::ListHeldInstructionsRequest { page_size: 1, page_token };
        let page = calls.list_held_instructions(operator.with(request)).await.unwrap().into_inner();
        listed.extend(page.instructions.iter().map(|held| {
            let instruction = held.instruction.as_ref().unwrap();
            assert!(instruction.awaits_approval);
            (held.account.clone(), instruction.number)
        }));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(listed, [(alice.account.to_string(), 2), (bob.account.to_string(), 4)]);

    let approve = |instruction_number| v1::ApproveOutflowRequest { instruction_number };
    let status = calls.approve_outflow(alice.with(approve(2))).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied, "not by the owner");
    calls.approve_outflow(operator.with(approve(2))).await.unwrap();
    for (number, expected) in [(2, "NOT_HELD"), (77, "UNKNOWN_INSTRUCTION")] {
        let status = calls.approve_outflow(operator.with(approve(number))).await.unwrap_err();
        assert_eq!(reason(&status), expected);
    }
    let status = calls.approve_outflow(operator.with(approve(0))).await.unwrap_err();
    assert_eq!(fields(&status), ["instruction_number"]);

    let mut seen = Vec::new();
    while seen.len() < 3 {
        let Some(Message::Batch(batch)) = soon(stream.message()).await.unwrap().unwrap().message else {
            continue;
        };
        seen.extend(batch.events.into_iter().filter_map(|event| match event.event? {
            Event::Instruction(instruction) => Some((instruction.number, Some(instruction.awaits_approval))),
            Event::InstructionReleased(released) => Some((released.number, None)),
            _ => None,
        }));
    }
    assert_eq!(seen, [(1, Some(false)), (2, Some(true)), (2, None)]);
}

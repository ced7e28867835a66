//! Every call of the interface with requests whose bytes were changed, through a real connection and a real engine.
//!
//! Challenges and signatures are new at each start: the inputs of `CreateSession` are the same only in how they were
//! changed.

use crate::{
    raw,
    venue::{Key, Venue, ask, bid, challenge, fields, reason, terms},
};
use coretime_fuzzing::{Campaign, Corpus, Tally};
use coretime_gateway::{Access, GatewayConfig, RPCS};
use coretime_proto::v1::{self, cancel_order_request, get_order_request, quote_order, unattributed::What};
use coretime_types::{AccountId, Command, Planck};
use prost::Message;
use std::collections::BTreeSet;
use tokio::runtime::Runtime;
use tonic::{Code, Status};
use tonic_types::StatusExt;

const INPUTS: u32 = 300;

/// A call: its path, valid requests, and what changed ones must come to.
struct Call {
    path: &'static str,
    requests: Vec<Vec<u8>>,
    must_reach: &'static [&'static str],
    /// What, behind a request, gives its order this name: two messages, one behind the other, are one. So an order is
    /// not a repetition only because its name was not changed.
    rename: Option<fn(u64) -> Vec<u8>>,
}

fn call<M: Message>(name: &str, requests: &[M], must_reach: &'static [&'static str]) -> Call {
    let path = RPCS.iter().map(|(path, _)| *path).find(|path| path.rsplit('/').next() == Some(name)).unwrap();
    Call { path, requests: requests.iter().map(M::encode_to_vec).collect(), must_reach, rename: None }
}

/// A call whose request has no fields: one that nobody knows must do no harm.
fn empty(name: &str) -> Call {
    let unknown = v1::GetInstructionRequest { number: 7 };
    call(name, &[unknown], &["answered"])
}

fn region(core_index: u32) -> v1::RegionId {
    v1::RegionId { begin_timeslice: 1_000, core_index, core_mask: vec![0xff; 10] }
}

fn placing_calls() -> Vec<Call> {
    // What does not fill at once leaves: so the same can be asked for again.
    let time_in_force = v1::TimeInForce::ImmediateOrCancel.into();
    let place_bid = |bid| v1::PlaceBidRequest { bid: Some(v1::Bid { time_in_force, ..bid }) };
    let place_ask = |core| {
        let ask = v1::Ask { time_in_force, ..ask(1_007, 50, region(core)) };
        v1::PlaceAskRequest { ask: Some(ask) }
    };
    let rename_bid = |client_order_id| {
        let terms = Some(v1::BidTerms { client_order_id, ..Default::default() });
        v1::PlaceBidRequest { bid: Some(v1::Bid { terms, ..Default::default() }) }.encode_to_vec()
    };
    let rename_ask = |client_order_id| {
        let ask = Some(v1::Ask { client_order_id, ..Default::default() });
        v1::PlaceAskRequest { ask }.encode_to_vec()
    };
    let legs = vec![terms(1_005, 100, 1_000, 1_100), terms(1_006, 100, 1_100, 1_200)];
    let order = |order| v1::QuoteOrder { order: Some(order) };
    let quotes = |request_id| v1::PlaceQuotesRequest {
        cancel_order_ids: vec![3, 4],
        orders: vec![
            order(quote_order::Order::Bid(bid(1_003, 1, 1_000, 2_000))),
            order(quote_order::Order::Ask(ask(1_004, 50, region(8)))),
        ],
        request_id,
    };
    vec![
        Call {
            rename: Some(rename_bid),
            ..call(
                "PlaceBid",
                &[place_bid(bid(1_001, 1, 1_000, 2_000)), place_bid(bid(1_002, 9, 1_000, 1_500))],
                &["answered", "invalid field", "DUPLICATE_CLIENT_ORDER_ID", "INVALID_LOT"],
            )
        },
        Call {
            rename: Some(rename_ask),
            ..call(
                "PlaceAsk",
                &[place_ask(8), place_ask(9)],
                &["answered", "invalid field", "DUPLICATE_CLIENT_ORDER_ID", "REGION_UNAVAILABLE"],
            )
        },
        call(
            "PlaceBasket",
            &[v1::PlaceBasketRequest { legs, request_id: 0 }],
            &["invalid field", "LEG_REJECTED", "INVALID_SIZE"],
        ),
        call("PlaceQuotes", &[quotes(0), quotes(1)], &["answered", "invalid field", "DUPLICATE_REQUEST"]),
    ]
}

fn order_calls() -> Vec<Call> {
    let replace = |order_id, price| v1::ReplaceOrderRequest {
        order_id,
        unit_price_planck: price,
        remaining_parts: Some(80),
        ..Default::default()
    };
    let cancel = |target| v1::CancelOrderRequest { target: Some(target), request_id: 0 };
    let get = |target| v1::GetOrderRequest { target: Some(target) };
    let list = |page_size, token: &str| v1::ListOrdersRequest { page_size, page_token: token.to_owned() };
    let events = |resume_after_sequence| v1::StreamOrderEventsRequest { resume_after_sequence };
    let start = v1::OrderSessionStart {
        cancel_on_disconnect: true,
        dead_man_timeout_ms: 60_000,
        resume_after_sequence: Some(1),
    };
    let session = v1::OrderSessionRequest {
        correlation_id: 9,
        message: Some(v1::order_session_request::Message::Start(start)),
    };
    let unknown = &["answered", "invalid field", "UNKNOWN_ORDER"];
    vec![
        call("ReplaceOrder", &[replace(5, Some(2)), replace(6, None)], unknown),
        call(
            "CancelOrder",
            &[
                cancel(cancel_order_request::Target::OrderId(7)),
                cancel(cancel_order_request::Target::ClientOrderId(8)),
            ],
            unknown,
        ),
        call(
            "GetOrder",
            &[get(get_order_request::Target::OrderId(1)), get(get_order_request::Target::ClientOrderId(2))],
            unknown,
        ),
        call("ListOrders", &[list(2, "3"), list(0, "")], &["answered", "invalid field"]),
        call(
            "StreamOrderEvents",
            &[events(Some(1)), events(Some(u64::MAX))],
            &["answered", "RESUME_TOO_OLD"],
        ),
        call("OrderSession", &[session], &["answered", "invalid field", "RESUME_TOO_OLD"]),
        // Last, when nothing more needs a live order.
        call(
            "CancelAllOrders",
            &[v1::CancelAllOrdersRequest { side: 1, request_id: 0 }],
            &["answered", "invalid field"],
        ),
    ]
}

fn account_calls() -> Vec<Call> {
    let page_token = "1000-9-ffffffffffffffffffff".to_owned();
    let region_id = |core| Some(region(core));
    let partition = |core| v1::PartitionRegionRequest {
        region_id: region_id(core),
        pivot_timeslice: 1_500,
        request_id: 0,
    };
    // The whole core is no part to take out: the region stays until the mask is another one.
    let half = vec![0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff];
    let interlace =
        |core, core_mask| v1::InterlaceRegionRequest { region_id: region_id(core), core_mask, request_id: 0 };
    let mut cuts = vec![interlace(22, half)];
    cuts.extend((30..50).map(|core| interlace(core, vec![0xff; 10])));
    let withdraw = |request_id| v1::WithdrawFundsRequest { amount_planck: "1000".to_owned(), request_id };
    let cut = &["answered", "invalid field", "REGION_UNAVAILABLE", "INVALID_PIVOT"];
    vec![
        empty("GetAccount"),
        empty("GetDepositInstructions"),
        call(
            "ListLedgerEntries",
            &[v1::ListLedgerEntriesRequest { page_size: 3, page_token: "1-0".to_owned(), after_sequence: 1 }],
            &["answered", "invalid field"],
        ),
        call(
            "ListRegions",
            &[v1::ListRegionsRequest { page_size: 3, page_token }],
            &["answered", "invalid field"],
        ),
        call("PartitionRegion", &[partition(20), partition(21)], cut),
        call("InterlaceRegion", &cuts, cut),
        call(
            "WithdrawFunds",
            &[withdraw(0), withdraw(7)],
            &["answered", "invalid field", "DUPLICATE_REQUEST"],
        ),
        call(
            "WithdrawRegion",
            &[v1::WithdrawRegionRequest { region_id: region_id(25), request_id: 0 }],
            &["answered", "invalid field", "REGION_UNAVAILABLE"],
        ),
    ]
}

fn other_calls(session: v1::CreateSessionRequest) -> Vec<Call> {
    let fills =
        |token: &str| v1::ListFillsRequest { page_size: 5, page_token: token.to_owned(), order_id: 0 };
    let instructions = v1::ListInstructionsRequest { page_size: 5, page_token: "1".to_owned() };
    let window = Some(v1::Window { begin_timeslice: 1_000, end_timeslice: 2_000 });
    let book = v1::GetBookRequest { window, lot_parts: 80, max_levels: 10 };
    let account = v1::CreateChallengeRequest { account: session.account.clone() };
    let page = &["answered", "invalid field"];
    let suspended = AccountId([0x55; 32]).to_string();
    let api_key =
        v1::CreateApiKeyRequest { label: "x".into(), scopes: vec![1, 2, 3], expire_time_unix_ms: 0 };
    let configure =
        v1::ConfigureRequest { taker_fee_ppm: Some(100), min_lot_parts: Some(1), ..Default::default() };
    let compensate =
        v1::CompensateRequest { account: suspended.clone(), amount_planck: "5".into(), reason: "why".into() };
    let limit = |scope, text: &str| v1::SetOutflowLimitRequest {
        scope: Some(scope),
        limit: Some(v1::OutflowLimit { funds_planck: Some(text.into()), part_timeslices: None }),
    };
    // Of an account that nobody is: a limit must not hold up the others' requests.
    let limits = [
        limit(v1::set_outflow_limit_request::Scope::Account(suspended.clone()), "70"),
        limit(v1::set_outflow_limit_request::Scope::Account("nobody".into()), "-1"),
    ];
    let held = v1::ListHeldInstructionsRequest { page_size: 5, page_token: "1".to_owned() };
    let whats = [What::FundsPlanck("5".into()), What::Region(region(7))];
    let unattributed = whats.map(|what| Some(v1::Unattributed { what: Some(what) }));
    let to = || suspended.clone();
    let credit = unattributed
        .clone()
        .map(|unattributed| v1::CreditUnattributedRequest { unattributed, account: to() });
    let give_back =
        unattributed.map(|unattributed| v1::ReturnUnattributedRequest { unattributed, account: to() });
    let trades = v1::StreamTradesRequest { resume_after_sequence: Some(1) };
    let receipts = v1::StreamReceiptsRequest { resume_after_sequence: Some(1) };
    let stream_book = v1::StreamBookRequest { resume_after_sequence: Some(1) };
    vec![
        call("ListFills", &[fills("1-0"), fills("")], page),
        call(
            "GetInstruction",
            &[v1::GetInstructionRequest { number: 1 }],
            &["answered", "UNKNOWN_INSTRUCTION"],
        ),
        call("ListInstructions", &[instructions], page),
        call("GetBook", &[book], page),
        call("GetCurve", &[v1::GetCurveRequest { length_timeslices: 180, max_points: 3 }], page),
        call("StreamTrades", &[trades], &["answered", "RESUME_TOO_OLD"]),
        call("StreamBook", &[stream_book], &["answered", "RESUME_TOO_OLD"]),
        call("StreamReceipts", &[receipts], &["answered", "RESUME_TOO_OLD"]),
        call("StreamLog", &[v1::StreamLogRequest { after_sequence: 1 }], &["answered", "NOT_YET_RECORDED"]),
        call("GetReserves", &[v1::GetInstructionRequest { number: 7 }], &["NO_PROOF"]),
        empty("GetVenue"),
        empty("ListApiKeys"),
        empty("ListAllowedTasks"),
        call("AllowTask", &[v1::AllowTaskRequest { task_id: 2_000 }], &["answered"]),
        call("DisallowTask", &[v1::DisallowTaskRequest { task_id: 2_000 }], &["answered"]),
        call("CreateApiKey", &[api_key], &["answered", "invalid field", "TOO_MANY_API_KEYS"]),
        call("RevokeApiKey", &[v1::RevokeApiKeyRequest { api_key_id: 1 }], &["answered", "UNKNOWN_API_KEY"]),
        call("Halt", &[v1::HaltRequest { cause: "a".into() }], page),
        call("Freeze", &[v1::FreezeRequest { cause: "b".into() }], page),
        call("Resume", &[v1::ResumeRequest { cause: "c".into() }], page),
        call("Configure", &[configure], &["answered", "INVALID_SETTING"]),
        call("Suspend", &[v1::SuspendRequest { account: suspended.clone() }], page),
        call("Unsuspend", &[v1::UnsuspendRequest { account: suspended.clone() }], page),
        call("Compensate", &[compensate], &["invalid field", "INSUFFICIENT_FUNDS"]),
        call("SetOutflowLimit", &limits, page),
        call(
            "ApproveOutflow",
            &[v1::ApproveOutflowRequest { instruction_number: 1 }],
            &["invalid field", "UNKNOWN_INSTRUCTION"],
        ),
        call(
            "ListOutflowLimits",
            &[v1::ListOutflowLimitsRequest { page_size: 3, page_token: session.account.clone() }],
            page,
        ),
        call("ListHeldInstructions", &[held], page),
        empty("ListUnattributed"),
        call("CreditUnattributed", &credit, &["invalid field", "UNATTRIBUTED_UNKNOWN"]),
        call("ReturnUnattributed", &give_back, &["invalid field", "UNATTRIBUTED_UNKNOWN"]),
        call("CreateChallenge", &[account], page),
        // The first request uses its challenge up.
        call(
            "CreateSession",
            &[session],
            &["invalid field", "CHALLENGE_INVALID", "CHALLENGE_USED", "SIGNATURE_INVALID"],
        ),
    ]
}

/// Counts the outcome; fails if it is none that a client can cause.
fn note(outcome: Result<Option<Vec<u8>>, Status>, size: usize, access: Access, tally: &mut Tally) {
    let status = match outcome {
        Ok(answer) => {
            assert!(answer.is_some(), "an answer without a message");
            return tally.count("answered");
        }
        Err(status) => status,
    };
    match status.code() {
        // What does not decode has no field yet.
        Code::InvalidArgument if status.get_details_error_info().is_none() => tally.count("no message"),
        Code::InvalidArgument if reason(&status) == "INVALID_FIELD" => {
            let fields = fields(&status);
            assert!(!fields.is_empty() && fields.iter().all(|field| !field.is_empty()), "{status:?}");
            tally.count("invalid field");
        }
        Code::InvalidArgument
        | Code::NotFound
        | Code::AlreadyExists
        | Code::FailedPrecondition
        | Code::ResourceExhausted => tally.count(reason(&status)),
        Code::OutOfRange if status.get_details_error_info().is_some() => tally.count(reason(&status)),
        Code::OutOfRange if size > GatewayConfig::default().max_request_bytes => tally.count("too large"),
        // There is nobody here who makes one.
        Code::Unavailable if reason(&status) == "NO_PROOF" => tally.count("NO_PROOF"),
        Code::Unauthenticated if access == Access::Public => tally.count(reason(&status)),
        _ => panic!("{status:?}"),
    }
}

#[test]
fn changed_requests_are_answered_or_say_what_is_wrong() {
    let runtime = Runtime::new().unwrap();
    let (venue, trader, calls) = runtime.block_on(async {
        let operators = vec![Key::sr25519(1).account];
        let venue = Venue::start_with(GatewayConfig { operators, ..Default::default() }, 65_536).await;
        let trader = venue.trader(1).await;
        venue.deposit(trader.account, 1_000_000_000_000).await;
        for core in 0..120 {
            venue.deposit_core(trader.account, core, 1_000, 2_000).await;
        }
        for name in 1..=60 {
            trader.place_bid(bid(name, 1, 3_000, 3_100)).await.unwrap();
        }
        // Somebody to trade with, and another one who logs in.
        let seller = venue.trader(2).await;
        for core in 200..230 {
            let region_id = venue.deposit_core(seller.account, core, 1_000, 2_000).await;
            seller.place_ask(ask(core.into(), 8, region_id)).await.unwrap();
        }
        let key = Key::sr25519(3);
        let text = challenge(venue.channel.clone(), key.account).await.unwrap();
        let session = key.session_request(&text);
        let calls = [placing_calls(), account_calls(), order_calls(), other_calls(session)];
        (venue, trader, calls)
    });
    let calls: Vec<Call> = calls.into_iter().flatten().collect();
    let interface = RPCS.iter().map(|(path, _)| *path).filter(|path| path.starts_with("/coretime."));
    let covered: BTreeSet<_> = calls.iter().map(|call| call.path).collect();
    // It takes no field, and would end the session that all is tried with.
    let interface = interface.filter(|path| !path.ends_with("/EndSession"));
    assert_eq!(covered, interface.collect(), "every call is here");

    let bearer = format!("Bearer {}", trader.token);
    let mut tallies = Vec::new();
    for Call { path, requests, must_reach, rename } in calls {
        let access = RPCS.iter().find(|(rpc, _)| *rpc == path).unwrap().1;
        let tally = Campaign::new(path, INPUTS).run(&Corpus::messages(requests), |bytes, tally| {
            let before = venue.sequence();
            let mut bytes = bytes.to_vec();
            if let Some(rename) = rename.filter(|_| !tally.inputs().is_multiple_of(4)) {
                bytes.extend(rename(before + 10_000));
            }
            let size = bytes.len();
            let outcome = runtime.block_on(raw::call(venue.channel.clone(), path, Some(&bearer), bytes));
            let refused = tally.of("no message") + tally.of("invalid field");
            note(outcome, size, access, tally);
            if tally.of("no message") + tally.of("invalid field") > refused {
                assert_eq!(venue.sequence(), before, "bad input changed something");
            }
        });
        tallies.push((tally, must_reach));
    }
    for (tally, must_reach) in tallies {
        tally.assert_reached(["no message"]);
        tally.assert_reached(must_reach);
    }

    // The venue has lost nothing and still trades.
    let (held, totals) = runtime.block_on(async {
        let sum = |market: &coretime_market::Market| {
            let accounts = market.accounts().map(|(_, funds)| funds.free.0 + funds.held.0).sum::<u128>();
            (Planck(accounts), market.totals())
        };
        venue.engine.query(sum).unwrap().await.unwrap()
    });
    // Its operator undoes what was asked for.
    let causes = |market: &coretime_market::Market| {
        market.halt_causes().chain(market.freeze_causes()).map(str::to_owned).collect::<Vec<_>>()
    };
    runtime.block_on(async {
        for cause in venue.engine.query(causes).unwrap().await.unwrap() {
            venue.command(Command::Resume { cause }).await;
        }
        let open = coretime_types::SettingsChange {
            min_fill_notional: Some(0),
            max_orders: Some(u32::MAX),
            max_orders_per_account: Some(u32::MAX),
            min_lot_parts: Some(coretime_types::Parts(1)),
            ..Default::default()
        };
        venue.command(Command::Configure(open)).await;
        venue.command(Command::Unsuspend { account: trader.account }).await;
    });
    assert_eq!(Some(held), totals.funds_deposited.checked_sub(totals.funds_withdrawn));
    runtime.block_on(trader.place_bid(bid(9_999, 8, 1_000, 2_000))).unwrap();
}

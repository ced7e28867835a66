//! Money, regions, withdrawals, fills and instructions.

use crate::{
    orders::market,
    venue::{CUSTODY, Trader, Venue, ask, bid, fields, reason, soon},
};
use coretime_proto::v1::{self, InstructionState, instruction::Call};
use coretime_types::{BlockNumber, Command, InstructionNumber, Planck, SettlementConfirmed};
use tonic::Code;

async fn regions(trader: &Trader) -> Vec<(u32, u32, Vec<u8>)> {
    let request = trader.with(v1::ListRegionsRequest::default());
    let regions = trader.accounts().list_regions(request).await.unwrap().into_inner().regions;
    let region = |owned: v1::OwnedRegion| {
        let region = owned.region.unwrap();
        (region.begin_timeslice, region.end_timeslice, region.core_mask)
    };
    regions.into_iter().map(region).collect()
}

#[tokio::test]
async fn regions_are_cut_by_their_owner() {
    let (_venue, _, bob, region) = market().await;
    let full = vec![0xff; 10];
    assert_eq!(regions(&bob).await, [(100, 200, full.clone())]);
    let request =
        v1::PartitionRegionRequest { region_id: Some(region.clone()), pivot_timeslice: 150, request_id: 1 };
    let cut = bob.accounts().partition_region(bob.with(request)).await.unwrap().into_inner();
    assert_eq!(cut.first, Some(region.clone()));
    assert_eq!(cut.second, Some(v1::RegionId { begin_timeslice: 150, ..region.clone() }));

    let low = [vec![0; 5], vec![0xff; 5]].concat();
    let request =
        v1::InterlaceRegionRequest { region_id: Some(region.clone()), core_mask: low.clone(), request_id: 2 };
    let cut = bob.accounts().interlace_region(bob.with(request)).await.unwrap().into_inner();
    let high = [vec![0xff; 5], vec![0; 5]].concat();
    assert_eq!(cut.second, Some(v1::RegionId { core_mask: high.clone(), ..region }));
    assert_eq!(regions(&bob).await, [(100, 150, low), (100, 150, high), (150, 200, full)]);

    let mut request = v1::ListRegionsRequest { page_size: 1, page_token: String::new() };
    let mut count = 0;
    loop {
        let page = bob.accounts().list_regions(bob.with(request.clone())).await.unwrap().into_inner();
        count += page.regions.len();
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    assert_eq!(count, 3);
}

#[tokio::test]
async fn cuts_that_are_none_name_the_field() {
    let (_venue, _, bob, region) = market().await;
    for pivot_timeslice in [0, 100, 200, u32::MAX] {
        let region_id = Some(region.clone());
        let request = v1::PartitionRegionRequest { region_id, pivot_timeslice, request_id: 0 };
        let status = bob.accounts().partition_region(bob.with(request)).await.unwrap_err();
        assert_eq!(
            (status.code(), fields(&status)),
            (Code::InvalidArgument, vec!["pivot_timeslice".to_owned()])
        );
    }
    for core_mask in [vec![0; 10], vec![0xff; 10]] {
        let request =
            v1::InterlaceRegionRequest { region_id: Some(region.clone()), core_mask, request_id: 0 };
        let status = bob.accounts().interlace_region(bob.with(request)).await.unwrap_err();
        assert_eq!((status.code(), fields(&status)), (Code::InvalidArgument, vec!["core_mask".to_owned()]));
    }
}

#[tokio::test]
async fn the_ledger_is_read_in_pages_by_its_account_only() {
    let (_venue, alice, bob, _) = market().await;
    let mut last = None;
    for (request_id, amount) in [(1, "400"), (2, "30"), (3, "2")] {
        let request = v1::WithdrawFundsRequest { amount_planck: amount.into(), request_id };
        let answer = alice.accounts().withdraw_funds(alice.with(request)).await.unwrap().into_inner();
        last = answer.receipt;
    }
    let last = last.unwrap().sequence;
    let list = async |request: v1::ListLedgerEntriesRequest| {
        let mut accounts = alice.accounts();
        accounts.list_ledger_entries(alice.with(request)).await.unwrap().into_inner()
    };
    // The store follows the log.
    soon(async {
        while list(v1::ListLedgerEntriesRequest::default()).await.position.unwrap().sequence < last {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let mut request = v1::ListLedgerEntriesRequest { page_size: 2, ..Default::default() };
    let (mut told, mut pages, mut sequences) = (Vec::new(), 0, Vec::new());
    loop {
        let page = list(request.clone()).await;
        pages += 1;
        for entry in page.entries {
            sequences.push(entry.sequence);
            told.push((entry.cause(), entry.amount_planck, entry.total_planck, entry.instruction_number));
        }
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    let entry =
        |cause, amount: &str, total: u64, number| (cause, amount.to_owned(), total.to_string(), number);
    let expected = [
        entry(v1::LedgerCause::Deposit, "1000000000", 1_000_000_000, 0),
        entry(v1::LedgerCause::Withdrawal, "-400", 999_999_600, 1),
        entry(v1::LedgerCause::Withdrawal, "-30", 999_999_570, 2),
        entry(v1::LedgerCause::Withdrawal, "-2", 999_999_568, 3),
    ];
    assert_eq!((&told[..], pages), (&expected[..], 2));

    let after = |after_sequence, page_token: &str| v1::ListLedgerEntriesRequest {
        after_sequence,
        page_token: page_token.to_owned(),
        ..Default::default()
    };
    assert_eq!(list(after(sequences[1], "")).await.entries.len(), 2);
    // Whichever of the two is later.
    assert_eq!(list(after(sequences[1], &format!("{}-0", sequences[2]))).await.entries.len(), 1);
    assert_eq!(list(after(sequences[3], "1-0")).await.entries, []);
    let request = bob.with(v1::ListLedgerEntriesRequest::default());
    let bobs = bob.accounts().list_ledger_entries(request).await.unwrap().into_inner().entries;
    assert!(bobs.iter().all(|entry| entry.cause() == v1::LedgerCause::Deposit), "{bobs:?}");
}

#[tokio::test]
async fn a_withdrawal_is_followed_to_the_chain_and_paid_once() {
    let (venue, alice, _, _) = market().await;
    let request = v1::WithdrawFundsRequest { amount_planck: "400".into(), request_id: 9 };
    let answer = alice.accounts().withdraw_funds(alice.with(request.clone())).await.unwrap().into_inner();
    let instruction = answer.instruction.unwrap();
    assert_eq!((instruction.number, instruction.state()), (1, InstructionState::Outstanding));
    let Some(Call::Pay(pay)) = instruction.call else { panic!() };
    assert_eq!((pay.to_account, pay.amount_planck.as_str()), (alice.account.to_string(), "400"));
    assert_eq!(alice.balance().await.0, 1_000_000_000 - 400);
    let status = alice.accounts().withdraw_funds(alice.with(request)).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::AlreadyExists, "DUPLICATE_REQUEST"));

    let confirmed = SettlementConfirmed {
        instruction: InstructionNumber(1),
        block: BlockNumber(7),
        extrinsic_index: 2,
        chain_fee: Planck(3),
    };
    venue.command(Command::SettlementConfirmed(confirmed)).await;
    let request = v1::GetInstructionRequest { number: 1 };
    let confirmed = soon(async {
        loop {
            let answer = alice.settlement().get_instruction(alice.with(request)).await.unwrap();
            let instruction = answer.into_inner().instruction.unwrap();
            if instruction.state() == InstructionState::Confirmed {
                break instruction.confirmation.unwrap();
            }
        }
    })
    .await;
    assert_eq!((confirmed.block, confirmed.chain_fee_planck.as_str()), (7, "3"));
}

#[tokio::test]
async fn a_region_is_withdrawn_to_its_owner() {
    let (_venue, _, bob, region) = market().await;
    let request = v1::WithdrawRegionRequest { region_id: Some(region), request_id: 1 };
    let answer = bob.accounts().withdraw_region(bob.with(request)).await.unwrap().into_inner();
    let Some(Call::Transfer(transfer)) = answer.instruction.unwrap().call else { panic!() };
    assert_eq!(transfer.to_account, bob.account.to_string());
    assert!(regions(&bob).await.is_empty());
}

#[tokio::test]
async fn fills_are_listed_each_side_its_own_in_pages_and_by_order() {
    let (venue, alice, bob, region) = market().await;
    bob.place_ask(ask(21, 90, region)).await.unwrap();
    let mut orders = Vec::new();
    for (name, begin) in [(1, 100), (2, 110), (3, 120)] {
        orders.push(alice.place_bid(bid(name, 90, begin, begin + 10)).await.unwrap().order_id);
    }
    let list = |trader: Trader, request: v1::ListFillsRequest| async move {
        trader.settlement().list_fills(trader.with(request)).await.unwrap().into_inner()
    };
    let until = venue.sequence();
    soon(async {
        while list(alice.clone(), v1::ListFillsRequest::default()).await.position.unwrap().sequence < until {}
    })
    .await;

    let own = list(alice.clone(), v1::ListFillsRequest::default()).await;
    let fills: Vec<_> = own.fills.iter().map(|recorded| recorded.fill.clone().unwrap()).collect();
    assert_eq!(fills.iter().map(|fill| fill.order_id).collect::<Vec<_>>(), orders);
    assert!(fills.iter().all(|fill| fill.side() == v1::Side::Bid));
    let sold = list(bob, v1::ListFillsRequest::default()).await;
    assert!(sold.fills.iter().all(|recorded| recorded.fill.as_ref().unwrap().side() == v1::Side::Ask));
    assert_eq!(sold.fills.len(), 3);

    let first = list(alice.clone(), v1::ListFillsRequest { page_size: 2, ..Default::default() }).await;
    assert_eq!(first.fills.len(), 2);
    let next = v1::ListFillsRequest { page_size: 2, page_token: first.next_page_token.clone(), order_id: 0 };
    let second = list(alice.clone(), next).await;
    assert_eq!((second.fills.len(), second.next_page_token.as_str()), (1, ""));

    let of_order =
        list(alice.clone(), v1::ListFillsRequest { order_id: orders[1], ..Default::default() }).await;
    assert_eq!(of_order.fills.len(), 1);
    let mixed = v1::ListFillsRequest { page_token: first.next_page_token, order_id: 1, page_size: 0 };
    let status = alice.settlement().list_fills(alice.with(mixed)).await.unwrap_err();
    assert_eq!(fields(&status), ["page_token"]);
}

#[tokio::test]
async fn deposits_and_the_venue_are_described() {
    let venue = Venue::start().await;
    let alice = venue.trader(1).await;
    let request = alice.with(v1::GetDepositInstructionsRequest {});
    let deposit = alice.accounts().get_deposit_instructions(request).await.unwrap().into_inner();
    assert_eq!(deposit.genesis_hash, format!("0x{}", "77".repeat(32)));
    assert_eq!(deposit.custody_account, CUSTODY.to_string());

    venue.command(Command::Halt { cause: "a test".into() }).await;
    let answer = alice.venue().get_venue(v1::GetVenueRequest {}).await.unwrap().into_inner();
    assert_eq!(
        (answer.mode(), answer.halt_causes.as_slice()),
        (v1::VenueMode::Halted, ["a test".to_owned()].as_slice())
    );
    let chain = answer.chain.unwrap();
    assert_eq!((chain.token_symbol.as_str(), chain.token_decimals), ("DOT", 10));
    assert_eq!(chain.custody_address, deposit.custody_address);
    assert_eq!(answer.settings.unwrap().min_withdrawal_planck, "1");
    let known = v1::TimesliceTime { timeslice: 90, begin_time_unix_ms: 1_795_000_000_000 };
    assert_eq!(answer.clock.unwrap().timeslice_time, Some(known));
    assert_eq!(answer.position.unwrap().sequence, venue.sequence());
    let status = alice.place_bid(bid(1, 1, 1, 2)).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "HALTED"));
}

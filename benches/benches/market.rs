//! What a command costs in the market alone: ledger, fees, cuts and events included; no log, no thread.
//!
//! The book has one window and one part-lot size, as an ordinary market's, at several depths.

// Criterion's macros make functions without documentation; a bench may give up with a panic.
#![allow(missing_docs, clippy::expect_used)]

use coretime_market::Market;
use coretime_types::{
    AccountId, Ask, Bid, BidTerms, BlockNumber, CancelTarget, ChainReference, ClientOrderId, Command,
    CoreIndex, CoreMask, Delivery, Event, OrderId, Parts, Planck, Region, SelfTrade, TimeInForce, Timeslice,
    Timeslices, UnitPrice, Window,
};
use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use std::hint::black_box;

const SELLER: AccountId = AccountId([1; 32]);
const BUYER: AccountId = AccountId([2; 32]);
const WINDOW: Window = Window { begin: Timeslice(100), end: Timeslice(200) };

fn region(core: u16) -> Region {
    Region { core: CoreIndex(core), begin: WINDOW.begin, end: WINDOW.end, mask: CoreMask::FULL }
}

fn bid(name: u64, price: u64, time_in_force: TimeInForce) -> Command {
    Command::PlaceBid(Bid {
        account: BUYER,
        terms: BidTerms {
            client_order_id: ClientOrderId(name),
            unit_price: UnitPrice(price),
            parts: Parts(80),
            lot_parts: Parts(80),
            within: WINDOW,
            duration: Timeslices(100),
            require_renewable: false,
            delivery: Delivery::Custody,
            self_trade: SelfTrade::CancelTaker,
        },
        time_in_force,
        post_only: false,
        expire_at: None,
    })
}

/// A market in which `depth` cores are on offer, at about a hundred prices.
fn market(depth: u16) -> Market {
    let mut market = Market::new();
    let mut events = Vec::new();
    let mut event = 0;
    let mut reference = || {
        event += 1;
        ChainReference { block: BlockNumber(1), event }
    };
    let amount = Planck(u128::from(u64::MAX));
    market.apply(&Command::DepositFunds { account: BUYER, amount, reference: reference() }, &mut events);
    for core in 0..depth {
        let region = region(core);
        let deposit =
            Command::DepositRegion { account: SELLER, region, renewable: true, reference: reference() };
        market.apply(&deposit, &mut events);
        let ask = Command::PlaceAsk(Ask {
            account: SELLER,
            client_order_id: ClientOrderId(u64::from(core)),
            unit_price: UnitPrice(1_000 + u64::from(core % 100)),
            region: region.id(),
            lot_parts: Parts(80),
            min_timeslices: Timeslices(1),
            time_in_force: TimeInForce::GoodTillCancelled,
            post_only: false,
            expire_at: None,
            self_trade: SelfTrade::CancelTaker,
        });
        market.apply(&ask, &mut events);
    }
    assert!(!events.iter().any(|event| matches!(event, Event::Rejected(_))), "the book was not built");
    market
}

fn commands(criterion: &mut Criterion) {
    for depth in [100, 1_000, 10_000] {
        let mut group = criterion.benchmark_group(format!("depth {depth}"));
        let mut resting = market(depth);
        let mut name = 0;
        let mut events = Vec::new();
        group.bench_function(BenchmarkId::from_parameter("place and cancel a bid"), |bencher| {
            bencher.iter(|| {
                name += 1;
                events.clear();
                resting.apply(&bid(name, 999, TimeInForce::GoodTillCancelled), &mut events);
                let order_id = accepted(&events);
                let target = CancelTarget::Order(order_id);
                let cancel = Command::Cancel { account: BUYER, target, request_id: None };
                resting.apply(black_box(&cancel), &mut events);
            });
        });
        let full = market(depth);
        group.bench_function(BenchmarkId::from_parameter("buy a core at the best price"), |bencher| {
            let take = bid(1, 2_000, TimeInForce::FillOrKill);
            bencher.iter_batched_ref(
                || (full.clone(), Vec::with_capacity(8)),
                |(market, events)| market.apply(black_box(&take), events),
                BatchSize::LargeInput,
            );
        });
        group.finish();
    }
}

fn accepted(events: &[Event]) -> OrderId {
    let order_id = events.iter().find_map(|event| match event {
        Event::Accepted { order_id } => Some(*order_id),
        _ => None,
    });
    order_id.expect("the bid was accepted")
}

criterion_group!(benches, commands);
criterion_main!(benches);

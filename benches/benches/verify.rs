//! How fast a log is verified while 100,000 orders rest: reading, hashing, replaying with the engine's rules, and the
//! independent checks together. Half of the orders are asks, half bids, in a hundred windows that follow each other on
//! two thousand cores; then orders come, are replaced, are cancelled and trade.

// Criterion's macros make functions without documentation; a bench may give up with a panic.
#![allow(missing_docs, clippy::expect_used)]

use coretime_audit::{Receipts, verify};
use coretime_log::{Options, log_folder, recover};
use coretime_market::Market;
use coretime_types::{
    AccountId, Ask, Bid, BidTerms, BlockNumber, CancelTarget, ChainReference, ClientOrderId, Command,
    CoreIndex, CoreMask, Delivery, Event, OrderId, Parts, Planck, Region, Replace, SelfTrade, TimeInForce,
    Timeslice, Timeslices, UnitPrice, Window,
};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fastrand::Rng;
use std::path::Path;

const ORDERS_OF_A_SIDE: u32 = 50_000;
const COMMANDS_THEN: u32 = 30_000;
const WINDOWS: u32 = 100;
const WINDOW_TIMESLICES: u32 = 100;

fn window(index: u32) -> Window {
    let begin = 1_000 + index * WINDOW_TIMESLICES;
    Window { begin: Timeslice(begin), end: Timeslice(begin + WINDOW_TIMESLICES) }
}

fn account(rng: &mut Rng) -> AccountId {
    AccountId([rng.u8(1..=50); 32])
}

fn bid(rng: &mut Rng, name: u32, price: u64, time_in_force: TimeInForce) -> Command {
    Command::PlaceBid(Bid {
        account: account(rng),
        terms: BidTerms {
            client_order_id: ClientOrderId(name.into()),
            unit_price: UnitPrice(price),
            parts: Parts(80),
            lot_parts: Parts(80),
            within: window(rng.u32(0..WINDOWS)),
            duration: Timeslices(WINDOW_TIMESLICES),
            require_renewable: false,
            delivery: Delivery::Custody,
            self_trade: SelfTrade::CancelMaker,
        },
        time_in_force,
        post_only: false,
        expire_at: None,
    })
}

fn ask(account: AccountId, name: u32, price: u64, region: Region) -> Command {
    Command::PlaceAsk(Ask {
        account,
        client_order_id: ClientOrderId(name.into()),
        unit_price: UnitPrice(price),
        region: region.id(),
        lot_parts: Parts(80),
        min_timeslices: Timeslices(1),
        time_in_force: TimeInForce::GoodTillCancelled,
        post_only: false,
        expire_at: None,
        self_trade: SelfTrade::CancelMaker,
    })
}

/// The commands that build the book.
fn build(rng: &mut Rng) -> Vec<Command> {
    let mut commands = Vec::new();
    let reference = |event| ChainReference { block: BlockNumber(1), event };
    for id in 1..=50 {
        let account = AccountId([id; 32]);
        commands.push(Command::DepositFunds {
            account,
            amount: Planck(1 << 60),
            reference: reference(id.into()),
        });
    }
    for name in 0..ORDERS_OF_A_SIDE {
        let Window { begin, end } = window(name % WINDOWS);
        let core = u16::try_from(name / WINDOWS).expect("there are fewer cores");
        let region = Region { core: CoreIndex(core), begin, end, mask: CoreMask::FULL };
        let account = account(rng);
        let reference = reference(name + 100);
        commands.push(Command::DepositRegion { account, region, renewable: false, reference });
        commands.push(ask(account, name, rng.u64(1_000..1_100), region));
        commands.push(bid(
            rng,
            1_000_000 + name,
            rng.clone().u64(900..1_000),
            TimeInForce::GoodTillCancelled,
        ));
    }
    commands
}

fn live_order(rng: &mut Rng, orders: &[(OrderId, AccountId)]) -> (OrderId, AccountId) {
    orders[rng.usize(0..orders.len())]
}

/// Writes the log; how many commands it has.
fn write_log(folder: &Path) -> u64 {
    let mut rng = Rng::with_seed(5);
    let (mut writer, _) = recover(folder, Options::default(), |_, _| {}).expect("a log");
    let (mut market, mut events) = (Market::new(), Vec::new());
    let mut apply = |market: &mut Market, command: &Command| {
        events.clear();
        market.apply(command, &mut events);
        writer.append(0, command, &events).expect("it is appended");
        events.iter().any(|event| matches!(event, Event::Trade(_)))
    };
    let mut trades = 0;
    for command in build(&mut rng) {
        apply(&mut market, &command);
    }
    let orders: Vec<_> = market.orders().map(|order| (order.order_id, order.account)).collect();
    assert_eq!(orders.len(), 2 * ORDERS_OF_A_SIDE as usize, "the book was not built");
    for index in 0..COMMANDS_THEN {
        let name = 10_000_000 + index;
        let (order_id, account) = live_order(&mut rng, &orders);
        let command = match rng.u32(0..10) {
            0..4 => bid(&mut rng, name, 950, TimeInForce::GoodTillCancelled),
            4..6 => bid(&mut rng, name, 1_002, TimeInForce::ImmediateOrCancel),
            6..8 => Command::Cancel { account, target: CancelTarget::Order(order_id), request_id: None },
            _ => Command::Replace(Replace {
                account,
                order_id,
                unit_price: Some(UnitPrice(if rng.bool() { 998 } else { 1_001 })),
                parts: None,
                min_timeslices: None,
                request_id: None,
            }),
        };
        trades += u32::from(apply(&mut market, &command));
    }
    assert!(trades > 1_000, "only {trades} commands traded");
    writer.sync().expect("it is durable").sequence.0
}

fn verifying(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let commands = write_log(folder.path());
    let mut group = criterion.benchmark_group("verify a log with 100,000 resting orders");
    group.throughput(Throughput::Elements(commands)).sample_size(10);
    group.bench_function("all of it", |bencher| {
        bencher.iter(|| {
            verify(&log_folder(folder.path()), &[], &Receipts::default(), &mut (), |_| {})
                .expect("it is true")
        });
    });
    group.finish();
}

criterion_group!(benches, verifying);
criterion_main!(benches);

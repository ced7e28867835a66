//! What durability costs: a group of commands appended and synced, beside the same bytes appended and synced by plain
//! file calls in the same run; and what the log computes for each command apart from the disk.

// Criterion's macros make functions without documentation; a bench may give up with a panic.
#![allow(missing_docs, clippy::expect_used)]

use coretime_log::{Options, Outputs, Writer, log_folder, recover};
use coretime_types::{
    AccountId, Bid, BidTerms, ClientOrderId, Command, CoreIndex, CoreMask, Delivery, Event, OrderId, Parts,
    Planck, Region, SelfTrade, TimeInForce, Timeslice, Timeslices, Trade, TradeId, UnitPrice, Window,
};
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::{
    fs::{self, File},
    hint::black_box,
    io::Write,
};

const WINDOW: Window = Window { begin: Timeslice(100), end: Timeslice(200) };

fn bid(name: u64) -> Command {
    Command::PlaceBid(Bid {
        account: AccountId([2; 32]),
        terms: BidTerms {
            client_order_id: ClientOrderId(name),
            unit_price: UnitPrice(1_000),
            parts: Parts(80),
            lot_parts: Parts(80),
            within: WINDOW,
            duration: Timeslices(100),
            require_renewable: false,
            delivery: Delivery::Custody,
            self_trade: SelfTrade::CancelTaker,
        },
        time_in_force: TimeInForce::GoodTillCancelled,
        post_only: false,
        expire_at: None,
    })
}

/// What comes of a bid that meets an ask.
fn events(name: u64) -> [Event; 2] {
    let trade = Trade {
        trade_id: TradeId(name),
        maker: OrderId(name),
        taker: OrderId(name + 1),
        unit_price: UnitPrice(1_000),
        parts: Parts(80),
        window: WINDOW,
        region: Region { core: CoreIndex(1), begin: WINDOW.begin, end: WINDOW.end, mask: CoreMask::FULL },
        notional: Planck(8_000_000),
        maker_fee: 0,
        taker_fee: Planck(800),
        buyer: AccountId([2; 32]),
        seller: AccountId([1; 32]),
        maker_is_bid: false,
    };
    [Event::Accepted { order_id: OrderId(name + 1) }, Event::Trade(trade)]
}

fn append_group(writer: &mut Writer, commands: u64) {
    for name in 0..commands {
        writer.append(0, &bid(name), &events(name)).expect("it is appended");
    }
}

fn durable(criterion: &mut Criterion) {
    for commands in [64, 1_024, 4_096] {
        let mut group = criterion.benchmark_group(format!("group of {commands}"));
        group.throughput(Throughput::Elements(commands)).sample_size(20);

        let folder = tempfile::tempdir().expect("a folder");
        let (mut writer, _) = recover(folder.path(), Options::default(), |_, _| {}).expect("a log");
        group.bench_function(BenchmarkId::from_parameter("append and sync through the log"), |bencher| {
            bencher.iter(|| {
                append_group(&mut writer, commands);
                writer.sync().expect("it is durable")
            });
        });

        let bytes = group_bytes(commands);
        let mut raw = File::create(folder.path().join("raw")).expect("a file");
        group.bench_function(BenchmarkId::from_parameter("write and fdatasync the same bytes"), |bencher| {
            bencher.iter(|| {
                raw.write_all(black_box(&bytes)).expect("it is written");
                raw.sync_data().expect("it is durable");
            });
        });
        group.finish();
    }
}

/// What the log writes for a group.
fn group_bytes(commands: u64) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options { preallocate_bytes: 0, ..Options::default() };
    let (mut writer, _) = recover(folder.path(), options, |_, _| {}).expect("a log");
    append_group(&mut writer, commands);
    writer.sync().expect("it is durable");
    let log = log_folder(folder.path());
    let segment = fs::read_dir(&log).expect("a folder").next().expect("a segment").expect("a segment");
    let mut bytes = fs::read(segment.path()).expect("a segment");
    drop(bytes.drain(..64));
    bytes
}

fn hashes(criterion: &mut Criterion) {
    let mut outputs = Outputs::default();
    let trade = events(1);
    for commands in [1, 64, 1_024] {
        let mut group =
            criterion.benchmark_group(format!("hash of the events of {commands} bids with a trade"));
        group.throughput(Throughput::Elements(commands));
        group.bench_function("add and commit", |bencher| {
            bencher.iter(|| {
                (0..commands).for_each(|_| outputs.add(black_box(&trade)));
                outputs.commit()
            });
        });
        group.finish();
    }

    let folder = tempfile::tempdir().expect("a folder");
    let options = Options { segment_bytes: u64::MAX, ..Options::default() };
    let (mut writer, _) = recover(folder.path(), options, |_, _| {}).expect("a log");
    let mut name = 0;
    criterion.bench_function("append a bid with a trade, written but not synced", |bencher| {
        bencher.iter(|| {
            name += 1;
            writer.append(0, &bid(name), &events(name)).expect("it is appended")
        });
    });
}

criterion_group!(benches, durable, hashes);
criterion_main!(benches);

//! What durability costs: groups of commands made durable by the log's two threads, beside the same bytes appended and
//! synced by plain file calls in the same run, in turns; and what the log computes for each command apart from the disk.

// Criterion's macros make functions without documentation; a bench may give up with a panic.
#![allow(missing_docs, clippy::expect_used, clippy::float_arithmetic)]

use comfy_table::{Table, presets::ASCII_MARKDOWN};
use coretime_log::{Batch, Encoder, Options, Outputs, Pipeline, log_folder, recover};
use coretime_types::{
    AccountId, Bid, BidTerms, ClientOrderId, Command, CoreIndex, CoreMask, Delivery, Event, OrderId, Parts,
    Planck, Region, SelfTrade, TimeInForce, Timeslice, Timeslices, Trade, TradeId, UnitPrice, Window,
};
use criterion::{Criterion, Throughput, criterion_group};
use std::{
    fs::{self, File},
    hint::black_box,
    io::Write,
    path::Path,
    thread,
    time::{Duration, Instant},
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

/// A group as the engine hands it on.
fn group(commands: u64) -> Vec<(Command, [Event; 2])> {
    (0..commands).map(|name| (bid(name), events(name))).collect()
}

/// Groups made durable one after the other, in a round.
const GROUPS: u32 = 50;
/// Rounds of each, in turns.
const ROUNDS: usize = 11;

/// Through the log's two halves, as the sequencer uses them: a thread encodes and hashes while another writes and syncs.
/// Here a whole group is added at once, so that each sync has just one.
fn through_the_log(folder: &Path, group: &[(Command, [Event; 2])]) -> Duration {
    let (writer, _) = recover(folder, Options::default(), |_, _| {}).expect("a log");
    let (encoder, mut disk) = writer.into_halves();
    let pipeline = Pipeline::new(encoder, 1);
    let began = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..GROUPS {
                let append = |encoder: &mut Encoder, group: &&[(Command, [Event; 2])]| {
                    group
                        .iter()
                        .try_for_each(|(command, events)| encoder.append(0, command, events).map(drop))
                };
                pipeline.add(group, append).expect("it is appended");
            }
            pipeline.close();
        });
        let (mut batch, mut waiting) = (Batch::default(), Vec::new());
        while pipeline.take(&mut batch, &mut waiting) {
            disk.write_and_sync(&batch).expect("it is durable");
            waiting.clear();
        }
    });
    began.elapsed()
}

/// The same bytes, by plain file calls.
fn by_plain_calls(folder: &Path, bytes: &[u8]) -> Duration {
    let mut raw = File::create(folder.join("raw")).expect("a file");
    let began = Instant::now();
    for _ in 0..GROUPS {
        raw.write_all(bytes).expect("it is written");
        raw.sync_data().expect("it is durable");
    }
    began.elapsed()
}

fn durable() {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    table.set_header(["group", "bytes", "log, commands/s", "write + fdatasync, commands/s", "log / it"]);
    for commands in [64, 1_024, 4_096] {
        let group = group(commands);
        let bytes = group_bytes(&group);
        let (mut log, mut raw) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let folder = tempfile::tempdir().expect("a folder");
            log.push(through_the_log(folder.path(), &group));
            raw.push(by_plain_calls(folder.path(), &bytes));
        }
        let median = |times: &mut Vec<Duration>| {
            times.sort_unstable();
            times[times.len() / 2].as_secs_f64()
        };
        let (log, raw) = (median(&mut log), median(&mut raw));
        let rate = |seconds: f64| format!("{:.0}", f64::from(GROUPS) * commands as f64 / seconds);
        table.add_row([
            commands.to_string(),
            bytes.len().to_string(),
            rate(log),
            rate(raw),
            format!("{:.2}", raw / log),
        ]);
    }
    println!("Durable commands, medians of {ROUNDS} rounds of {GROUPS} groups, in turns:\n\n{table}\n");
}

/// What the log writes for a group.
fn group_bytes(group: &[(Command, [Event; 2])]) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let options = Options { preallocate_bytes: 0, ..Options::default() };
    let (mut writer, _) = recover(folder.path(), options, |_, _| {}).expect("a log");
    for (command, events) in group {
        writer.append(0, command, events).expect("it is appended");
    }
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

criterion_group!(benches, hashes);

fn main() {
    durable();
    benches();
    Criterion::default().configure_from_args().final_summary();
}

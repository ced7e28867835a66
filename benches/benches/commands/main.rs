//! What each command costs in the market alone: ledger, fees, cuts and events included; no log, no thread.
//!
//! The book is that of the flow *windows*: thousands of windows, shares of all widths. Only the command itself is timed;
//! what has to come before it, and what makes the book as it was, is not.

// Criterion's macros make functions without documentation; a bench may give up with a panic.
#![allow(missing_docs, clippy::expect_used, clippy::panic)]

mod book;

use benches::flow::{cancel, reprice};
use book::{Book, HIGH, LATER, LATER_WEEK, LOW, MONTH, accepted};
use coretime_types::{
    CancelTarget, ClientOrderId, Command, Event, OrderId, Parts, Planck, QuoteOrder, Region, Replace,
    TimeInForce, Timeslice,
};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use quanta::Clock;
use std::cell::RefCell;
use std::time::Duration;

const DEPTHS: [usize; 2] = [10_000, 100_000];

/// The benches of one depth.
struct Benches<'a> {
    group: BenchmarkGroup<'a, WallTime>,
    book: RefCell<Book>,
}

impl Benches<'_> {
    /// Times the command that `before` gives; `after` gets its events and sees to the book.
    fn bench(
        &mut self,
        name: &str,
        before: impl Fn(&mut Book) -> Command,
        after: impl Fn(&mut Book, &Command, &[Event]),
    ) {
        let clock = Clock::new();
        self.group.bench_function(name, |bencher| {
            bencher.iter_custom(|times| {
                let book = &mut *self.book.borrow_mut();
                let mut total = Duration::ZERO;
                for _ in 0..times {
                    let command = before(book);
                    let begun = clock.raw();
                    let events = book.subject.apply(&command);
                    total += clock.delta(begun, clock.raw());
                    let events = events.to_vec();
                    after(book, &command, &events);
                }
                total
            });
        });
    }
}

fn commands(criterion: &mut Criterion) {
    for depth in DEPTHS {
        let book = match Book::new(depth) {
            Ok(book) => RefCell::new(book),
            Err(error) => {
                eprintln!("depth {depth} is left out: {error}");
                continue;
            }
        };
        let mut group = criterion.benchmark_group(format!("depth {depth}"));
        group.sample_size(20).warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(2));
        let mut benches = Benches { group, book };
        resting(&mut benches);
        replacing(&mut benches);
        taking(&mut benches);
        several(&mut benches);
        custody(&mut benches);
        clock(&mut benches);
        benches.group.finish();
    }
}

/// No event says that it was rejected.
fn check(events: &[Event]) {
    let rejected = events.iter().find(|event| matches!(event, Event::Rejected(_)));
    assert_eq!(rejected, None);
}

fn trades(events: &[Event]) -> usize {
    events.iter().filter(|event| matches!(event, Event::Trade(_))).count()
}

/// Cancels the order that was placed.
fn cancel_placed(book: &mut Book, trader: usize, events: &[Event]) {
    check(events);
    let cancel = cancel(book.traders[trader], accepted(events)[0]);
    book.apply(&cancel);
}

fn low_bid(book: &mut Book) -> Command {
    Command::PlaceBid(book.bid(0, LOW, (10, 1), MONTH))
}

fn resting(benches: &mut Benches<'_>) {
    benches.bench("place a bid that rests", low_bid, |book, _, events| cancel_placed(book, 0, events));
    let book = benches.book.get_mut();
    let region = Region { begin: MONTH.begin, end: MONTH.end, ..book.core(0) };
    let deposit = book.deposit(0, region);
    book.apply(&deposit);
    benches.bench(
        "place an ask that rests",
        move |book| Command::PlaceAsk(book.ask(0, HIGH, region)),
        |book, _, events| cancel_placed(book, 0, events),
    );
    benches.bench(
        "cancel by order id",
        |book| {
            let bid = low_bid(book);
            let order = book.place(&bid);
            cancel(book.traders[0], order)
        },
        |_, _, events| check(events),
    );
    benches.bench(
        "cancel by client order id",
        |book| {
            let bid = book.bid(0, LOW, (10, 1), MONTH);
            let ClientOrderId(name) = bid.terms.client_order_id;
            book.place(&Command::PlaceBid(bid));
            let target = CancelTarget::ClientOrder(ClientOrderId(name));
            Command::Cancel { account: book.traders[0], target, request_id: None }
        },
        |_, _, events| check(events),
    );
    benches.bench(
        "cancel all of 100 orders",
        |book| {
            for _ in 0..100 {
                let bid = low_bid(book);
                book.place(&bid);
            }
            Command::CancelAll { account: book.traders[0], side: None, request_id: None }
        },
        |_, _, events| assert_eq!(events.len(), 100),
    );
    benches.book.get_mut().clear();
}

fn cancel_replaced(book: &mut Book, command: &Command, events: &[Event]) {
    check(events);
    if let Command::Replace(replace) = command {
        let cancel = cancel(replace.account, replace.order_id.0);
        book.apply(&cancel);
    }
}

fn replacing(benches: &mut Benches<'_>) {
    benches.bench(
        "replace a bid in place",
        |book| {
            let bid = low_bid(book);
            let order = book.place(&bid);
            Command::Replace(Replace {
                account: book.traders[0],
                order_id: OrderId(order),
                unit_price: None,
                parts: Some(Parts(5)),
                min_timeslices: None,
                request_id: None,
            })
        },
        cancel_replaced,
    );
    benches.bench(
        "replace a bid, which enters again",
        |book| {
            let bid = low_bid(book);
            let order = book.place(&bid);
            reprice(book.traders[0], order, LOW + 1)
        },
        cancel_replaced,
    );
    let book = benches.book.get_mut();
    let region = Region { begin: MONTH.begin, end: MONTH.end, ..book.core(0) };
    let deposit = book.deposit(0, region);
    book.apply(&deposit);
    benches.bench(
        "replace an ask, which enters again",
        move |book| {
            let ask = Command::PlaceAsk(book.ask(0, HIGH, region));
            let order = book.place(&ask);
            reprice(book.traders[0], order, HIGH + 1)
        },
        cancel_replaced,
    );
    benches.book.get_mut().clear();
}

/// The first trader deposits and offers a whole core of the later month. Returns the ask's id.
fn offer(book: &mut Book, number: u16) -> u64 {
    let region = book.core(number);
    let deposit = book.deposit(0, region);
    book.apply(&deposit);
    let ask = Command::PlaceAsk(book.ask(0, HIGH, region));
    book.place(&ask)
}

fn taking(benches: &mut Benches<'_>) {
    benches.bench(
        "take a whole region (IOC)",
        |book| {
            offer(book, 0);
            let bid = book.bid(1, HIGH, (80, 80), LATER);
            Book::at_once(bid, TimeInForce::ImmediateOrCancel)
        },
        |book, _, events| {
            assert_eq!(trades(events), 1);
            book.clear();
        },
    );
    benches.bench(
        "take half a core for a week out of a month: three rests (IOC)",
        |book| {
            offer(book, 0);
            let bid = book.bid(1, HIGH, (40, 40), LATER_WEEK);
            Book::at_once(bid, TimeInForce::ImmediateOrCancel)
        },
        |book, _, events| {
            assert_eq!(trades(events), 1);
            book.clear();
        },
    );
    offer(benches.book.get_mut(), 0);
    benches.bench(
        "find nothing (IOC)",
        |book| {
            let bid = book.bid(1, HIGH - 1, (80, 80), LATER);
            Book::at_once(bid, TimeInForce::ImmediateOrCancel)
        },
        |_, _, events| assert_eq!((events.len(), trades(events)), (2, 0)),
    );
    benches.bench(
        "fill one of two cores, then undo (FOK)",
        |book| {
            let bid = book.bid(1, HIGH, (160, 80), LATER);
            Book::at_once(bid, TimeInForce::FillOrKill)
        },
        |_, _, events| assert!(matches!(events, [Event::Rejected(_)])),
    );
    benches.book.get_mut().clear();
}

fn several(benches: &mut Benches<'_>) {
    benches.bench(
        "basket of 8 whole cores that fills",
        |book| {
            for number in 0..8 {
                offer(book, number);
            }
            let legs = (0..8).map(|_| book.bid(1, HIGH, (80, 80), LATER).terms).collect();
            Command::Basket { account: book.traders[1], legs, request_id: None }
        },
        |book, _, events| {
            assert_eq!(trades(events), 8);
            book.clear();
        },
    );
    for number in 0..7 {
        offer(benches.book.get_mut(), number);
    }
    benches.bench(
        "basket of 8 of which the last does not fill",
        |book| {
            let legs = (0..8).map(|_| book.bid(1, HIGH, (80, 80), LATER).terms).collect();
            Command::Basket { account: book.traders[1], legs, request_id: None }
        },
        |_, _, events| assert!(matches!(events, [Event::Rejected(_)])),
    );
    benches.book.get_mut().clear();
    benches.bench(
        "quote: cancel 10 and place 10",
        |book| {
            let mut orders = Vec::new();
            for _ in 0..10 {
                let bid = low_bid(book);
                orders.push(OrderId(book.place(&bid)));
            }
            let place = (0..10).map(|_| QuoteOrder::Bid(book.bid(0, LOW, (10, 1), MONTH))).collect();
            Command::Quote { account: book.traders[0], cancel: orders, place, request_id: None }
        },
        |book, _, events| {
            check(events);
            assert_eq!(events.len(), 20);
            book.clear();
        },
    );
}

fn custody(benches: &mut Benches<'_>) {
    benches.bench("deposit funds", |book| book.deposit_funds(0), |_, _, events| assert_eq!(events.len(), 1));
    benches.bench(
        "deposit a region",
        |book| {
            let region = book.core(0);
            book.deposit(0, region)
        },
        |book, _, events| {
            assert_eq!(events.len(), 1);
            book.clear();
        },
    );
    benches.bench(
        "withdraw funds",
        |book| {
            let account = book.traders[0];
            Command::WithdrawFunds { account, amount: Planck(1), request_id: None }
        },
        |book, _, events| {
            assert_eq!(events.len(), 1);
            book.confirm(events);
        },
    );
    benches.bench(
        "withdraw a region",
        |book| {
            let region = book.core(0);
            let deposit = book.deposit(0, region);
            book.apply(&deposit);
            Command::WithdrawRegion { account: book.traders[0], region: region.id(), request_id: None }
        },
        |book, _, events| {
            assert_eq!(events.len(), 1);
            book.confirm(events);
            book.clear();
        },
    );
}

fn clock(benches: &mut Benches<'_>) {
    let ticks = |from: u32, to: u32| {
        move |book: &mut Book| {
            let Timeslice(now) = book.subject.market.tradable_from();
            let next = if (from..to).contains(&now) { now + 1 } else { from + 1 };
            if next == from + 1 {
                book.reset();
                book.apply(&Command::AdvanceClock { tradable_from: Timeslice(from) });
            }
            Command::AdvanceClock { tradable_from: Timeslice(next) }
        }
    };
    let begin = MONTH.begin.0;
    benches.bench("a tick at which nothing ends", ticks(1, begin), |_, _, events| assert_eq!(events, []));
    benches.bench("a tick at which orders end", ticks(begin, begin + 100), |_, _, events| check(events));
    benches.book.get_mut().reset();
}

criterion_group!(benches, commands);
criterion_main!(benches);

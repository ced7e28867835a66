//! No panic and no wrap at the extremes of every field: each number of each kind of order in turn, alone and in pairs.
//!
//! The streams of the differential run mix extremes in as well; here every combination is certain to be tried.

use crate::fixtures::*;
use crate::generator::Generator;
use crate::model::Model;
use coretime_market::Market;
use coretime_types::{
    Ask, Bid, BidTerms, BlockNumber, ChainReference, Command, CoreIndex, CoreMask, Delivery, Event, Parts,
    Planck, Ppm, Region, RejectReason, Replace, SettingsChange, Timeslice, Timeslices, UnitPrice, Window,
};

const NUMBERS: [u32; 7] = [0, 1, 80, 81, u32::MAX / 2, u32::MAX - 1, u32::MAX];
const PRICES: [u64; 5] = [0, 1, u64::MAX / 1_000_000, u64::MAX - 1, u64::MAX];

/// A market in which one account owns nearly all the money that can be counted, at the highest fees.
fn rich() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.configure(SettingsChange {
        taker_ppm: Some(Ppm(100_000)),
        maker_ppm: Some(Ppm(-100_000)),
        delivery_fee: Some(u64::MAX),
        ..SettingsChange::default()
    });
    fixture.deposit(4, u128::MAX - 4_000_000_000);
    fixture
}

#[test]
fn no_panic_and_no_wrap_at_the_extremes_of_a_bid() {
    let mut fixture = rich();
    for price in PRICES {
        for parts in NUMBERS {
            for (begin, end) in NUMBERS.into_iter().flat_map(|b| NUMBERS.map(|e| (b, e))) {
                for lot in [0, 1, 80, 81, u32::MAX] {
                    let bid = fixture.bid(4, price, parts);
                    let within = Window { begin: Timeslice(begin), end: Timeslice(end) };
                    let terms = BidTerms {
                        within,
                        duration: Timeslices(end.wrapping_sub(begin)),
                        lot_parts: Parts(lot),
                        delivery: Delivery::Transfer,
                        ..bid.terms
                    };
                    let events = fixture.apply(Command::PlaceBid(Bid { terms, ..bid }));
                    if let Some(Event::Accepted { order_id }) = events.first() {
                        fixture.cancel(4, *order_id);
                    }
                }
            }
        }
    }
}

#[test]
fn the_dearest_trade_is_exact() {
    let mut fixture = rich();
    let window = Window { begin: Timeslice(0), end: Timeslice(u32::MAX) };
    fixture.deposit_region(SELLER, core_region(u16::MAX, window));
    let ask = Ask {
        region: core_region(u16::MAX, window).id(),
        min_timeslices: Timeslices(u32::MAX),
        ..fixture.ask(SELLER, 0, u64::MAX)
    };
    accepted(fixture.apply(Command::PlaceAsk(ask)));
    let bid = fixture.bid(4, u64::MAX, 80);
    let terms = BidTerms { within: window, duration: window.duration(), ..bid.terms };
    let (_, events) = accepted(fixture.apply(Command::PlaceBid(Bid { terms, ..bid })));
    let trade = trades(&events)[0];
    let notional = u128::from(u64::MAX) * 80 * u128::from(u32::MAX);
    assert_eq!(trade.notional, Planck(notional));
    assert_eq!(trade.taker_fee, Planck(notional / 10));
    assert_eq!(trade.maker_fee, -((notional / 10) as i128));
    assert_eq!(fixture.free(SELLER), notional + notional / 10);
}

#[test]
fn no_panic_and_no_wrap_at_the_extremes_of_an_ask() {
    let mut fixture = rich();
    let ask = fixture.ask(SELLER, 0, 5);
    for price in PRICES {
        for (lot, least) in NUMBERS.into_iter().flat_map(|lot| NUMBERS.map(|least| (lot, least))) {
            let name = fixture.bid(SELLER, 1, 1).terms.client_order_id;
            let ask = Ask {
                client_order_id: name,
                unit_price: UnitPrice(price),
                lot_parts: Parts(lot),
                min_timeslices: Timeslices(least),
                ..ask
            };
            let events = fixture.apply(Command::PlaceAsk(ask));
            if let Some(Event::Accepted { order_id }) = events.first() {
                fixture.cancel(SELLER, *order_id);
            }
        }
    }
}

#[test]
fn no_panic_and_no_wrap_at_the_extremes_of_a_replace() {
    let mut fixture = rich();
    let (bid, _) = fixture.buy(4, 5, 80);
    let (ask, _) = fixture.sell(SELLER, 0, 500);
    for (order_id, owner) in [(bid, 4), (ask, SELLER)] {
        for price in PRICES {
            for number in NUMBERS {
                let is_bid = order_id == bid;
                fixture.apply(Command::Replace(Replace {
                    account: account(owner),
                    order_id,
                    unit_price: Some(UnitPrice(price)),
                    parts: is_bid.then_some(Parts(number)),
                    min_timeslices: (!is_bid).then_some(Timeslices(number)),
                    request_id: None,
                }));
            }
        }
    }
}

#[test]
fn deposits_beyond_128_bits_are_rejected() {
    let mut fixture = rich();
    let reference = |block| ChainReference { block: BlockNumber(block), event: u32::MAX };
    let deposit = |amount, block| Command::DepositFunds {
        account: account(BUYER),
        amount: Planck(amount),
        reference: reference(block),
    };
    let events = fixture.apply(deposit(1_000_000_001, u64::MAX - 2));
    assert_eq!(events, rejected(RejectReason::InvalidAmount));
    assert_eq!(fixture.apply(deposit(1_000_000_000, u64::MAX - 1)).len(), 1);
    assert_eq!(fixture.apply(deposit(1, u64::MAX)), rejected(RejectReason::InvalidAmount));
    // The last reference that there can be was seen.
    assert_eq!(fixture.apply(deposit(1, u64::MAX)), []);
}

#[test]
fn no_panic_and_no_wrap_at_the_extremes_of_a_region() {
    let mut fixture = Fixture::new();
    let mut block = 1_000;
    for (begin, end) in NUMBERS.into_iter().flat_map(|begin| NUMBERS.map(|end| (begin, end))) {
        for core in [0, u16::MAX] {
            for mask in [CoreMask::EMPTY, CoreMask::FULL] {
                block += 1;
                let (begin, end) = (Timeslice(begin), Timeslice(end));
                fixture.apply(Command::DepositRegion {
                    account: account(SELLER),
                    region: Region { core: CoreIndex(core), begin, end, mask },
                    renewable: true,
                    reference: ChainReference { block: BlockNumber(block), event: 0 },
                });
            }
        }
    }
    fixture.apply(Command::AdvanceClock { tradable_from: Timeslice(u32::MAX) });
    assert_eq!(fixture.market().free_regions().count(), 0);
}

#[test]
fn withdrawals_at_the_extremes_are_rejected() {
    let mut fixture = rich();
    let change = SettingsChange { withdrawal_fee: Some(u64::MAX), ..SettingsChange::default() };
    fixture.configure(change);
    for amount in [u128::MAX, u128::MAX - u128::from(u64::MAX), u128::MAX - 1] {
        let (account, amount) = (account(4), Planck(amount));
        let events = fixture.apply(Command::WithdrawFunds { account, amount, request_id: None });
        assert_eq!(events, rejected(RejectReason::InsufficientFunds));
    }
}

/// A damaged snapshot is refused, or is another state; it never ends the process.
#[test]
fn no_panic_on_a_changed_snapshot() {
    let mut generator = Generator::new(77);
    let (mut market, mut model, mut events) = (Market::new(), Model::new(), Vec::new());
    for _ in 0..1_500 {
        let command = generator.command(&model);
        model.apply(&command);
        market.apply(&command, &mut events);
    }
    let (snapshot, hash) = (market.snapshot(), market.state_hash());
    let mut rng = fastrand::Rng::with_seed(78);
    let mut refused = 0;
    for _ in 0..20_000 {
        let mut changed = snapshot.clone();
        for _ in 0..rng.u32(1..4) {
            let at = rng.usize(0..changed.len());
            changed[at] = if rng.bool() { rng.u8(..) } else { changed[at] ^ 1 << rng.u32(0..8) };
        }
        if rng.u8(0..8) == 0 {
            changed.truncate(rng.usize(0..changed.len()));
        }
        match Market::restore(&changed) {
            Ok(restored) => assert!(changed == snapshot || restored.state_hash() != hash),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 1_000, "only {refused} were refused");
}

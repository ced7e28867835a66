//! A preview is what the purchase then gives, trade by trade.

// Helpers of a test fail by panicking; clippy's allowance covers only the bodies of `#[test]` functions.
#![allow(clippy::panic)]

use coretime_market::Market;
use coretime_types::{
    AccountId, Ask, Bid, BidTerms, BlockNumber, ChainReference, ClientOrderId, Command, CoreIndex, CoreMask,
    Delivery, Event, Parts, Planck, Region, SelfTrade, SettingsChange, TimeInForce, Timeslice, Timeslices,
    UnitPrice, Window,
};

const SELLER: AccountId = AccountId([1; 32]);
const BUYER: AccountId = AccountId([2; 32]);

fn apply(market: &mut Market, command: Command) -> Vec<Event> {
    let mut events = Vec::new();
    market.apply(&command, &mut events);
    events
}

fn bid(name: u64, window: Window, parts: Parts, lot_parts: Parts) -> Command {
    let terms = BidTerms {
        client_order_id: ClientOrderId(name),
        unit_price: UnitPrice(1_000_000),
        parts,
        lot_parts,
        within: window,
        duration: window.duration(),
        require_renewable: false,
        delivery: Delivery::Custody,
        self_trade: SelfTrade::CancelTaker,
    };
    Command::PlaceBid(Bid {
        account: BUYER,
        terms,
        time_in_force: TimeInForce::ImmediateOrCancel,
        post_only: false,
        expire_at: None,
    })
}

/// Cores with asks of random prices, lots, least durations and windows, and a clock inside them.
fn market(rng: &mut fastrand::Rng) -> Market {
    let mut market = Market::new();
    let min_fill_notional = Some(rng.u64(0..1_000));
    apply(&mut market, Command::Configure(SettingsChange { min_fill_notional, ..SettingsChange::default() }));
    let reference = ChainReference { block: BlockNumber(1), event: 0 };
    let amount = Planck(1 << 100);
    apply(&mut market, Command::DepositFunds { account: BUYER, amount, reference });
    for core in 0..rng.u16(1..20) {
        let begin = Timeslice(rng.u32(0..20));
        let end = Timeslice(rng.u32(25..60));
        let region = Region { core: CoreIndex(core), begin, end, mask: CoreMask::FULL };
        let reference = ChainReference { block: BlockNumber(2), event: core.into() };
        apply(&mut market, Command::DepositRegion { account: SELLER, region, renewable: true, reference });
        let lots = [1, 2, 8, 10, 16, 40, 80];
        let ask = Ask {
            account: SELLER,
            client_order_id: ClientOrderId(u64::from(core) + 1),
            unit_price: UnitPrice(rng.u64(1..6)),
            region: region.id(),
            lot_parts: Parts(lots[rng.usize(..lots.len())]),
            min_timeslices: Timeslices(rng.u32(1..6)),
            time_in_force: TimeInForce::GoodTillCancelled,
            post_only: false,
            expire_at: None,
            self_trade: SelfTrade::CancelTaker,
        };
        apply(&mut market, Command::PlaceAsk(ask));
    }
    apply(&mut market, Command::AdvanceClock { tradable_from: Timeslice(rng.u32(0..15)) });
    market
}

#[test]
fn a_preview_is_what_the_purchase_then_gives() {
    let (mut several, mut missing) = (0, 0);
    for seed in 0..2_000 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut market = market(&mut rng);
        for name in 1..6 {
            let begin = rng.u32(0..40);
            let window = Window { begin: Timeslice(begin), end: Timeslice(begin + rng.u32(1..20)) };
            let lot_parts = Parts([1, 4, 10, 40, 80][rng.usize(..5)]);
            let parts = Parts(lot_parts.0 * rng.u32(1..8));
            let preview = market.preview(window, parts, lot_parts);
            let best = market.best_ask(window, lot_parts);
            let events = apply(&mut market, bid(name, window, parts, lot_parts));
            let traded: Vec<_> = events
                .iter()
                .filter_map(|event| match event {
                    Event::Trade(trade) => Some((trade.maker, trade.unit_price, trade.parts, trade.region)),
                    _ => None,
                })
                .collect();
            let previewed: Vec<_> = preview
                .fills
                .iter()
                .map(|fill| (fill.maker, fill.unit_price, fill.parts, fill.bought))
                .collect();
            assert_eq!(previewed, traded, "seed {seed}, name {name}, {window:?}");
            let bought: u32 = traded.iter().map(|(_, _, parts, _)| parts.0).sum();
            assert_eq!(preview.missing, Parts(parts.0 - bought));
            if parts == lot_parts {
                assert_eq!(best, traded.first().map(|(_, price, ..)| *price), "seed {seed}, name {name}");
            }
            several += usize::from(traded.len() > 1);
            missing += usize::from(preview.missing.0 > 0 && !traded.is_empty());
        }
    }
    assert!(several > 300 && missing > 100, "{several} purchases of several regions, {missing} in part");
}

#[test]
fn what_a_preview_leaves_is_all_of_the_piece() {
    for seed in 0..500 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let market = market(&mut rng);
        let window = Window { begin: Timeslice(16), end: Timeslice(16 + rng.u32(1..12)) };
        for fill in market.preview(window, Parts(400), Parts(8)).fills {
            let rests = fill.rests.iter().flatten().map(|rest| rest.part_timeslices().0);
            let all: u128 = rests.sum::<u128>() + fill.bought.part_timeslices().0;
            assert_eq!(all, fill.piece.part_timeslices().0, "seed {seed}");
        }
    }
}

#[test]
fn the_best_prices_are_the_first_of_the_book() {
    let (mut bids, mut none) = (0, 0);
    for seed in 0..1_000 {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut market = market(&mut rng);
        for name in 1..20 {
            let begin = rng.u32(0..30);
            let within = Window { begin: Timeslice(begin), end: Timeslice(begin + rng.u32(1..20)) };
            let lot = Parts(rng.u32(1..80));
            let Command::PlaceBid(mut bid) = bid(name, within, lot, lot) else { unreachable!() };
            bid.terms.unit_price = UnitPrice(rng.u64(1..4));
            bid.terms.duration = Timeslices(rng.u32(1..=within.duration().0));
            bid.time_in_force = TimeInForce::GoodTillCancelled;
            apply(&mut market, Command::PlaceBid(bid));
        }
        for _ in 0..10 {
            let begin = rng.u32(0..30);
            let window = Window { begin: Timeslice(begin), end: Timeslice(begin + rng.u32(1..20)) };
            let book = market.book(window, Parts(80));
            let first = |side: &[coretime_market::Level]| side.first().map(|level| level.unit_price);
            assert_eq!(market.best_ask(window, Parts(80)), first(&book.asks), "seed {seed}, {window:?}");
            assert_eq!(market.best_bid(window), first(&book.bids), "seed {seed}, {window:?}");
            bids += usize::from(!book.bids.is_empty());
            none += usize::from(book.bids.is_empty());
        }
    }
    assert!(bids > 500 && none > 500, "{bids} windows with bids, {none} without");
}

#[test]
fn what_makes_no_sense_gives_nothing() {
    let market = market(&mut fastrand::Rng::with_seed(1));
    let window = |begin, end| Window { begin: Timeslice(begin), end: Timeslice(end) };
    for (window, parts, lot) in [(window(20, 20), 80, 80), (window(20, 24), 80, 0), (window(20, 24), 81, 80)]
    {
        let preview = market.preview(window, Parts(parts), Parts(lot));
        assert!(preview.fills.is_empty() && preview.missing == Parts(parts));
    }
    assert_eq!(market.best_ask(window(24, 20), Parts(80)), None);
    assert_eq!(market.best_ask(window(20, 24), Parts(81)), None);
}

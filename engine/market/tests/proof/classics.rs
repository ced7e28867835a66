//! The classic mistakes of matching engines and of markets for coretime, each as a test.

use crate::fixtures::*;
use coretime_types::{
    Ask, Bid, BidTerms, CancelTarget, Command, CoreMask, Delivery, DoneReason, Event, FailureOutcome,
    OrderId, Parts, Planck, RejectReason, Replace, RequestId, SelfTrade, SettingsChange, Timeslice,
    Timeslices, UnitPrice, Window,
};

fn replace(owner: usize, order_id: OrderId, price: Option<u64>, parts: Option<u32>) -> Command {
    Command::Replace(Replace {
        account: account(owner),
        order_id,
        unit_price: price.map(UnitPrice),
        parts: parts.map(Parts),
        min_timeslices: None,
        request_id: None,
    })
}

#[test]
fn a_partial_fill_does_not_demote_the_maker() {
    let mut fixture = Fixture::new();
    let (first, _) = fixture.sell(SELLER, 0, 5);
    let (_second, _) = fixture.sell(SELLER, 1, 5);
    let (_, events) = fixture.buy(BUYER, 5, 30);
    assert_eq!(makers(&events), [first]);
    let (_, events) = fixture.buy(BUYER, 5, 30);
    assert_eq!(makers(&events), [first]);
}

#[test]
fn a_partial_fill_takes_from_the_maker() {
    let mut fixture = Fixture::new();
    let (bid, _) = fixture.buy(BUYER, 5, 200);
    let (first, events) = fixture.sell(SELLER, 0, 5);
    assert!(is_done(&events, first, DoneReason::Filled));
    assert_eq!(fixture.remaining(bid), Some(120));
    fixture.sell(SELLER, 1, 5);
    let (third, events) = fixture.sell(SELLER, 2, 5);
    assert_eq!(trades(&events)[0].parts, Parts(40));
    assert!(is_done(&events, bid, DoneReason::Filled));
    assert!(fixture.order(bid).is_none() && fixture.order(third).is_some());
}

#[test]
fn fills_are_at_the_makers_price() {
    let mut fixture = Fixture::new();
    fixture.sell(SELLER, 0, 3);
    let (_, events) = fixture.buy(BUYER, 9, 80);
    assert_eq!(trades(&events)[0].unit_price, UnitPrice(3));
    fixture.buy(OTHER, 8, 80);
    let (_, events) = fixture.sell(SELLER, 1, 2);
    assert_eq!(trades(&events)[0].unit_price, UnitPrice(8));
}

#[test]
fn a_cancelled_best_price_is_not_met_again() {
    let mut fixture = Fixture::new();
    let (best, _) = fixture.sell(SELLER, 0, 2);
    let (next, _) = fixture.sell(SELLER, 1, 4);
    fixture.cancel(SELLER, best);
    let (_, events) = fixture.buy(BUYER, 9, 80);
    assert_eq!(makers(&events), [next]);
    assert_eq!(trades(&events)[0].unit_price, UnitPrice(4));
}

#[test]
fn removal_keeps_the_others_in_order() {
    let mut fixture = Fixture::new();
    let ids: Vec<_> = (0..6).map(|core| fixture.sell(SELLER, core, 5).0).collect();
    fixture.cancel(SELLER, ids[0]);
    fixture.cancel(SELLER, ids[2]);
    let (_, events) = fixture.buy(BUYER, 5, 320);
    assert_eq!(makers(&events), [ids[1], ids[3], ids[4], ids[5]]);
}

#[test]
fn a_new_order_does_not_inherit_anothers_place() {
    let mut fixture = Fixture::new();
    let (first, _) = fixture.sell(SELLER, 0, 5);
    let (second, _) = fixture.sell(SELLER, 1, 5);
    fixture.cancel(SELLER, first);
    let (third, _) = fixture.sell(SELLER, 2, 5);
    assert!(third > second && fixture.order(first).is_none());
    let (_, events) = fixture.buy(BUYER, 5, 160);
    assert_eq!(makers(&events), [second, third]);
    let (account, target) = (account(SELLER), CancelTarget::Order(first));
    let events = fixture.apply(Command::Cancel { account, target, request_id: None });
    assert_eq!(events, rejected(RejectReason::UnknownOrder));
}

#[test]
fn a_replace_that_crosses_trades() {
    let mut fixture = Fixture::new();
    let (ask, _) = fixture.sell(SELLER, 0, 6);
    let (bid, _) = fixture.buy(BUYER, 5, 80);
    let events = fixture.apply(replace(BUYER, bid, Some(6), None));
    assert_eq!(makers(&events), [ask]);
    assert!(is_done(&events, bid, DoneReason::Filled) && fixture.order(bid).is_none());

    let (ask, _) = fixture.sell(SELLER, 1, 6);
    let (bid, _) = fixture.buy(BUYER, 5, 80);
    let events = fixture.apply(replace(SELLER, ask, Some(5), None));
    assert_eq!(makers(&events), [bid]);
    assert!(fixture.order(ask).is_none());
}

#[test]
fn a_smaller_bid_keeps_its_place_and_any_other_change_loses_it() {
    let mut fixture = Fixture::new();
    let (first, _) = fixture.buy(BUYER, 5, 160);
    let (second, _) = fixture.buy(OTHER, 5, 160);
    fixture.apply(replace(BUYER, first, None, Some(80)));
    let (_, events) = fixture.sell(SELLER, 0, 5);
    assert_eq!(makers(&events), [first]);
    let (third, _) = fixture.buy(BUYER, 5, 80);
    fixture.apply(replace(OTHER, second, None, Some(161)));
    let (_, events) = fixture.sell(SELLER, 1, 5);
    assert_eq!(makers(&events), [third]);
}

#[test]
fn no_fill_is_of_nothing() {
    let mut fixture = Fixture::new();
    let ask = Ask { lot_parts: Parts(16), ..fixture.ask(SELLER, 0, 5) };
    fixture.apply(Command::PlaceAsk(ask));
    // No multiple of 16 is in 15.
    let (bid, events) = fixture.buy(BUYER, 5, 15);
    assert_eq!(trades(&events), []);
    assert_eq!(fixture.remaining(bid), Some(15));
    let nothing = fixture.bid(BUYER, 5, 0);
    assert_eq!(fixture.apply(Command::PlaceBid(nothing)), rejected(RejectReason::InvalidLot));
}

#[test]
fn finished_orders_are_gone() {
    let mut fixture = Fixture::new();
    let before = fixture.free(BUYER);
    for core in 0..4 {
        let (ask, _) = fixture.sell(SELLER, core, 5);
        let (bid, _) = fixture.buy(BUYER, 5, 80);
        assert!(fixture.order(ask).is_none() && fixture.order(bid).is_none());
    }
    assert_eq!(fixture.market().orders().count(), 0);
    assert_eq!(fixture.market().orders_of(account(BUYER)).count(), 0);
    assert_eq!(fixture.free(BUYER), before - 4 * 5 * 800);
    assert_eq!(fixture.market().funds(account(BUYER)).held, Planck(0));
}

#[test]
fn what_is_left_of_an_ioc_order_does_not_rest() {
    let mut fixture = Fixture::new();
    fixture.sell(SELLER, 0, 5);
    let (bid, events) = fixture.buy_as(BUYER, 5, 160, ImmediateOrCancel);
    assert_eq!(trades(&events).len(), 1);
    assert!(is_done(&events, bid, DoneReason::Cancelled) && fixture.order(bid).is_none());
    assert_eq!(fixture.market().funds(account(BUYER)).held, Planck(0));
    let ask = Ask { time_in_force: ImmediateOrCancel, ..fixture.ask(SELLER, 1, 5) };
    let (ask, events) = accepted(fixture.apply(Command::PlaceAsk(ask)));
    assert!(is_done(&events, ask, DoneReason::Cancelled));
    assert_eq!(fixture.market().free_regions_of(account(SELLER)).count(), 1);
}

#[test]
fn fok_does_not_count_what_self_trade_prevention_forbids() {
    let mut fixture = Fixture::new();
    let (_, _) = fixture.sell(SELLER, 0, 5);
    let (own, _) = fixture.sell(BUYER, 1, 5);
    for self_trade in [SelfTrade::CancelTaker, SelfTrade::CancelMaker] {
        let bid = fixture.bid(BUYER, 5, 160);
        let terms = BidTerms { self_trade, ..bid.terms };
        let bid = Bid { terms, time_in_force: FillOrKill, ..bid };
        assert_eq!(fixture.apply(Command::PlaceBid(bid)), rejected(RejectReason::NotFilled));
        // What it cancelled on its way stands again.
        assert!(fixture.order(own).is_some());
    }
}

#[test]
fn fok_fills_whole_or_changes_nothing() {
    let mut fixture = Fixture::new();
    let (first, _) = fixture.sell(SELLER, 0, 5);
    let before = fixture.market().state_hash();
    let bid = Bid { time_in_force: FillOrKill, ..fixture.bid(BUYER, 5, 81) };
    assert_eq!(fixture.apply(Command::PlaceBid(bid)), rejected(RejectReason::NotFilled));
    assert_eq!(fixture.market().state_hash(), before);
    let (second, _) = fixture.sell(SELLER, 1, 6);
    let (_, events) = fixture.buy_as(BUYER, 6, 81, FillOrKill);
    assert_eq!(makers(&events), [first, second]);
}

#[test]
fn no_fill_beyond_the_limit() {
    let mut fixture = Fixture::new();
    let (cheap, _) = fixture.sell(SELLER, 0, 5);
    fixture.sell(SELLER, 1, 6);
    let (bid, events) = fixture.buy(BUYER, 5, 160);
    assert_eq!(makers(&events), [cheap]);
    assert_eq!(fixture.remaining(bid), Some(80));
}

#[test]
fn post_only_never_takes() {
    let mut fixture = Fixture::new();
    fixture.sell(SELLER, 0, 5);
    for buyer in [BUYER, SELLER] {
        fixture.deposit(SELLER, 100_000);
        let bid = Bid { post_only: true, ..fixture.bid(buyer, 5, 80) };
        assert_eq!(fixture.apply(Command::PlaceBid(bid)), rejected(RejectReason::WouldMatch));
    }
    let bid = Bid { post_only: true, ..fixture.bid(BUYER, 4, 80) };
    let (bid, _) = accepted(fixture.apply(Command::PlaceBid(bid)));
    let events = fixture.apply(replace(BUYER, bid, Some(5), None));
    assert_eq!(events, rejected(RejectReason::WouldMatch));
    assert_eq!(fixture.order(bid).unwrap().unit_price, UnitPrice(4));
}

// --- what existing markets for coretime get wrong ---

#[test]
fn a_part_of_a_core_costs_a_part_of_its_price() {
    let mut fixture = Fixture::new();
    fixture.sell(SELLER, 0, 80);
    let (_, one) = fixture.buy(BUYER, 80, 1);
    let (_, rest) = fixture.buy(BUYER, 80, 79);
    assert_eq!(trades(&one)[0].notional, Planck(80 * 10));
    assert_eq!(trades(&rest)[0].notional, Planck(80 * 79 * 10));
}

#[test]
fn an_order_can_be_cancelled_before_it_expires() {
    let mut fixture = Fixture::new();
    let ask = Ask { expire_at: Some(Timeslice(9)), ..fixture.ask(SELLER, 0, 5) };
    let (ask, _) = accepted(fixture.apply(Command::PlaceAsk(ask)));
    fixture.cancel(SELLER, ask);
    assert_eq!(fixture.market().free_regions_of(account(SELLER)).count(), 1);
}

#[test]
fn an_expired_head_costs_nothing() {
    let mut fixture = Fixture::new();
    fixture.sell(SELLER, 0, 5);
    fixture.apply(Command::AdvanceClock { tradable_from: Timeslice(14) });
    let bid = fixture.bid(BUYER, 5, 80);
    let within = Window { begin: Timeslice(14), end: Timeslice(20) };
    let terms = BidTerms { within, duration: Timeslices(6), ..bid.terms };
    let (_, events) = accepted(fixture.apply(Command::PlaceBid(Bid { terms, ..bid })));
    let trade = trades(&events)[0];
    assert_eq!((trade.notional, trade.window), (Planck(5 * 80 * 6), within));
    assert_eq!(trade.region, core_region(0, WINDOW));
}

#[test]
fn the_region_and_its_payment_move_in_one_command() {
    let mut fixture = Fixture::new();
    fixture.sell(SELLER, 0, 5);
    let bid = fixture.bid(BUYER, 5, 80);
    let terms = BidTerms { delivery: Delivery::Transfer, ..bid.terms };
    let (_, events) = accepted(fixture.apply(Command::PlaceBid(Bid { terms, ..bid })));
    assert_eq!(fixture.free(SELLER), 5 * 800);
    let Some(Event::Instruction { number, .. }) = events.get(2) else { panic!("{events:?}") };
    // Its delivery may fail; the trade stands, and the region is the buyer's.
    let (outcome, reason) = (FailureOutcome::Returned, String::new());
    fixture.apply(Command::SettlementFailed { instruction: *number, outcome, reason });
    let owned: Vec<_> = fixture.market().free_regions_of(account(BUYER)).collect();
    assert_eq!(owned[0].region, core_region(0, WINDOW));
    assert_eq!(fixture.free(SELLER), 5 * 800);
}

#[test]
fn a_bid_that_one_piece_took_is_no_longer_the_best_of_another() {
    let mut fixture = Fixture::new();
    let ask = fixture.ask(SELLER, 0, 10);
    let (begin, end) = (WINDOW.begin.0, WINDOW.end.0);
    let (id, _) = accepted(fixture.apply(Command::PlaceAsk(ask)));
    // The middle is sold: two pieces are left, each long enough for one of the bids.
    let third = (end - begin) / 3;
    let flexible = |fixture: &mut Fixture, price, within: Window| {
        let mut bid = fixture.bid(BUYER, price, 80);
        (bid.terms.lot_parts, bid.terms.within) = (Parts(80), within);
        bid.terms.duration = Timeslices(third - 1);
        accepted(fixture.apply(Command::PlaceBid(bid)))
    };
    let middle = Window { begin: Timeslice(begin + third), end: Timeslice(begin + 2 * third - 1) };
    let (_, events) = flexible(&mut fixture, 10, middle);
    assert_eq!(makers(&events), [id]);
    let (first, _) = flexible(&mut fixture, 6, WINDOW);
    let (second, _) = flexible(&mut fixture, 5, WINDOW);
    // Both pieces want the first bid; the earlier one gets it, the other the second.
    let events = fixture.apply(replace(SELLER, id, Some(1), None));
    assert_eq!(makers(&events), [first, second]);
    let begins: Vec<u32> = trades(&events).iter().map(|trade| trade.window.begin.0).collect();
    assert_eq!(begins, [begin, begin + 2 * third - 1]);
}

#[test]
fn the_renewal_right_goes_with_all_eighty_parts_or_not_at_all() {
    let mut fixture = Fixture::new();
    fixture.sell(SELLER, 0, 5);
    // 77 of the 80 parts are the most that lots of 7 could take.
    let mut bid = fixture.bid(BUYER, 5, 84);
    (bid.terms.lot_parts, bid.terms.require_renewable) = (Parts(7), true);
    let (_, events) = accepted(fixture.apply(Command::PlaceBid(bid)));
    assert_eq!(makers(&events), []);
    let mut bid = fixture.bid(OTHER, 5, 80);
    (bid.terms.lot_parts, bid.terms.require_renewable) = (Parts(16), true);
    let (_, events) = accepted(fixture.apply(Command::PlaceBid(bid)));
    assert_eq!(trades(&events).len(), 1);
}

#[test]
fn of_two_reasons_the_first_in_the_list_counts() {
    let mut fixture = Fixture::new();
    let (ask, _) = fixture.sell(SELLER, 0, 5);
    // The lot is too small by now, and the price is none.
    fixture.configure(SettingsChange { min_lot_parts: Some(Parts(80)), ..SettingsChange::default() });
    let events = fixture.apply(replace(SELLER, ask, Some(0), None));
    assert_eq!(events, rejected(RejectReason::InvalidPrice));

    let request_id = Some(RequestId(1));
    let account = account(BUYER);
    let cancel_all = Command::CancelAll { account, side: None, request_id };
    assert_eq!(fixture.apply(cancel_all), []);
    fixture.apply(Command::Suspend { account });
    let region = core_region(0, WINDOW).id();
    let mask = CoreMask::FULL.lowest(Parts(8));
    // Suspended, and a repetition too.
    for command in [
        Command::Quote { account, cancel: vec![ask], place: vec![], request_id },
        Command::Basket { account, legs: vec![], request_id },
        Command::Partition { account, region, pivot: WINDOW.begin, request_id },
        Command::Interlace { account, region, mask, request_id },
        Command::WithdrawFunds { account, amount: Planck(1), request_id },
        Command::WithdrawRegion { account, region, request_id },
    ] {
        assert_eq!(fixture.apply(command), rejected(RejectReason::Suspended));
    }
    // Halted, and suspended too.
    fixture.apply(Command::Halt { cause: "test".to_owned() });
    let events = fixture.apply(replace(BUYER, ask, Some(7), None));
    assert_eq!(events, rejected(RejectReason::Halted));
}

//! The last 4,096 names of ended orders and ids of accepted requests are remembered, and no more.

use crate::fixtures::*;
use crate::model::Model;
use coretime_market::Market;
use coretime_types::{
    BlockNumber, CancelTarget, ChainReference, ClientOrderId, Command, Event, OrderId, Planck, RejectReason,
    Rejection, RequestId, SelfTrade,
};

/// Both agree on the events; the views are compared elsewhere.
fn both(market: &mut Market, model: &mut Model, command: &Command) -> Vec<Event> {
    let mut events = Vec::new();
    market.apply(command, &mut events);
    assert_eq!(events, model.apply(command), "{command:?}");
    events
}

fn duplicate(order_id: u64) -> Vec<Event> {
    let reason = RejectReason::DuplicateClientOrderId;
    vec![Event::Rejected(Rejection { reason, order_id: Some(OrderId(order_id)), leg: None })]
}

#[test]
fn the_names_of_4096_ended_orders_are_remembered() {
    let (mut market, mut model) = (Market::new(), Model::new());
    let buyer = account(BUYER);
    let reference = ChainReference { block: BlockNumber(1), event: 0 };
    both(
        &mut market,
        &mut model,
        &Command::DepositFunds { account: buyer, amount: Planck(1 << 40), reference },
    );
    let bid = Fixture::new().bid(BUYER, 5, 80);
    let mut place = |name: u64| {
        let mut bid = bid;
        bid.terms.client_order_id = ClientOrderId(name);
        let events = both(&mut market, &mut model, &Command::PlaceBid(bid));
        if matches!(events[..], [Event::Accepted { .. }]) {
            let target = CancelTarget::ClientOrder(ClientOrderId(name));
            let cancel = Command::Cancel { account: buyer, target, request_id: None };
            assert_eq!(both(&mut market, &mut model, &cancel).len(), 1);
        }
        events
    };
    (1..=4_096).for_each(|name| assert_eq!(place(name), [Event::Accepted { order_id: OrderId(name) }]));
    assert_eq!(place(1), duplicate(1));
    assert_eq!(place(4_096), duplicate(4_096));
    // One more ends: the oldest is forgotten, and only that one.
    place(5_000);
    assert_eq!(place(2), duplicate(2));
    assert_eq!(place(1), [Event::Accepted { order_id: OrderId(4_098) }]);
    assert_eq!(place(1), duplicate(4_098));
    assert_eq!(place(3), duplicate(3));
    assert_eq!(place(2), [Event::Accepted { order_id: OrderId(4_099) }]);
    assert_eq!(market.find_order(buyer, ClientOrderId(3)), None);
    assert_eq!(market.find_order(buyer, ClientOrderId(4)), Some(OrderId(4)));
}

#[test]
fn a_live_order_keeps_its_name_however_many_end() {
    let mut market = Market::new();
    let mut model = Model::new();
    let buyer = account(BUYER);
    let reference = ChainReference { block: BlockNumber(1), event: 0 };
    both(
        &mut market,
        &mut model,
        &Command::DepositFunds { account: buyer, amount: Planck(1 << 40), reference },
    );
    let mut bid = Fixture::new().bid(BUYER, 5, 80);
    bid.terms.client_order_id = ClientOrderId(0);
    both(&mut market, &mut model, &Command::PlaceBid(bid));
    for name in 1..5_000 {
        let mut bid = bid;
        bid.terms.client_order_id = ClientOrderId(name);
        both(&mut market, &mut model, &Command::PlaceBid(bid));
        let target = CancelTarget::ClientOrder(ClientOrderId(name));
        both(&mut market, &mut model, &Command::Cancel { account: buyer, target, request_id: None });
    }
    assert_eq!(both(&mut market, &mut model, &Command::PlaceBid(bid)), duplicate(1));
}

#[test]
fn an_undone_order_forgets_no_name() {
    let (mut market, mut model) = (Market::new(), Model::new());
    let owner = account(BUYER);
    let reference = |block| ChainReference { block: BlockNumber(block), event: 0 };
    let amount = Planck(1 << 40);
    both(&mut market, &mut model, &Command::DepositFunds { account: owner, amount, reference: reference(1) });
    let mut fixture = Fixture::new();
    let mut bid = fixture.bid(BUYER, 5, 80);
    for name in 1..=4_096 {
        bid.terms.client_order_id = ClientOrderId(name);
        bid.time_in_force = ImmediateOrCancel;
        both(&mut market, &mut model, &Command::PlaceBid(bid));
    }
    let region = core_region(0, WINDOW);
    let deposit = Command::DepositRegion { account: owner, region, renewable: true, reference: reference(2) };
    both(&mut market, &mut model, &deposit);
    let mut ask = fixture.ask(BUYER, 0, 5);
    ask.client_order_id = ClientOrderId(9_999);
    both(&mut market, &mut model, &Command::PlaceAsk(ask));

    // It cancels the ask, whose name pushes out the oldest, and then does not fill.
    let before = market.state_hash();
    bid.terms.client_order_id = ClientOrderId(10_000);
    bid.terms.self_trade = SelfTrade::CancelMaker;
    bid.time_in_force = FillOrKill;
    let events = both(&mut market, &mut model, &Command::PlaceBid(bid));
    assert_eq!(events, rejected(RejectReason::NotFilled));
    assert_eq!(market.state_hash(), before);
    for name in [1, 4_096] {
        bid.terms.client_order_id = ClientOrderId(name);
        assert_eq!(both(&mut market, &mut model, &Command::PlaceBid(bid)), duplicate(name));
    }
}

#[test]
fn the_ids_of_4096_accepted_requests_are_remembered() {
    let (mut market, mut model) = (Market::new(), Model::new());
    let mut send = |id: u64| {
        let request_id = Some(RequestId(id));
        let command = Command::CancelAll { account: account(BUYER), side: None, request_id };
        both(&mut market, &mut model, &command)
    };
    (1..=4_096).for_each(|id| assert_eq!(send(id), []));
    assert_eq!(send(1), rejected(RejectReason::DuplicateRequest));
    assert_eq!(send(4_097), []);
    assert_eq!(send(2), rejected(RejectReason::DuplicateRequest));
    assert_eq!(send(1), []);
    assert_eq!(send(2), []);
    assert_eq!(send(4), rejected(RejectReason::DuplicateRequest));
}

#[test]
fn a_rejected_request_is_not_remembered() {
    let mut fixture = Fixture::new();
    let request_id = Some(RequestId(7));
    let withdraw =
        |amount| Command::WithdrawFunds { account: account(4), amount: Planck(amount), request_id };
    assert_eq!(fixture.apply(withdraw(u128::MAX)), rejected(RejectReason::InsufficientFunds));
    assert_eq!(fixture.apply(withdraw(5)).len(), 1);
    assert_eq!(fixture.apply(withdraw(5)), rejected(RejectReason::DuplicateRequest));
}

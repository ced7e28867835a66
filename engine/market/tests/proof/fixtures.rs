//! A small market for tests of single promises: whole cores, short commands. Every command also goes through the
//! model, so a named test is a differential test too.

use crate::coverage::Reached;
use crate::differential::Pair;
use crate::generator::accounts;
use crate::properties;
use coretime_market::{Market, OrderDetail, OrderView};
use coretime_types::{
    AccountId, Ask, Bid, BidTerms, BlockNumber, CancelTarget, ChainReference, ClientOrderId, Command,
    CoreIndex, CoreMask, Delivery, DoneReason, Event, OrderId, Parts, Planck, Region, RejectReason,
    Rejection, SelfTrade, SettingsChange, TimeInForce, Timeslice, Timeslices, Trade, UnitPrice, Window,
};

pub(crate) use coretime_types::TimeInForce::{FillOrKill, GoodTillCancelled, ImmediateOrCancel};

/// The window of all whole-core orders here.
pub(crate) const WINDOW: Window = Window { begin: Timeslice(10), end: Timeslice(20) };

pub(crate) struct Fixture {
    pair: Pair,
    next: u64,
}

pub(crate) fn account(index: usize) -> AccountId {
    accounts()[index]
}

/// Account 0 takes the fees; 1 sells; 2, 3 and 4 buy, with much money.
pub(crate) const SELLER: usize = 1;
pub(crate) const BUYER: usize = 2;
pub(crate) const OTHER: usize = 3;

impl Fixture {
    pub(crate) fn new() -> Fixture {
        let mut fixture = Fixture { pair: Pair::new(), next: 0 };
        for buyer in [BUYER, OTHER, 4] {
            fixture.deposit(buyer, 1_000_000_000);
        }
        fixture
    }

    /// Applies a command, checks every promise, gives the events.
    pub(crate) fn apply(&mut self, command: Command) -> Vec<Event> {
        let mut again = self.market().clone();
        self.pair.step(&command, properties::ALL, &mut Reached::default()).unwrap();
        let mut events = Vec::new();
        again.apply(&command, &mut events);
        events
    }

    pub(crate) fn market(&self) -> &Market {
        &self.pair.market
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn reference(&mut self) -> ChainReference {
        ChainReference { block: BlockNumber(self.number()), event: 0 }
    }

    pub(crate) fn deposit(&mut self, to: usize, amount: u128) {
        let (amount, reference) = (Planck(amount), self.reference());
        let events = self.apply(Command::DepositFunds { account: account(to), amount, reference });
        assert_eq!(events.len(), 1);
    }

    pub(crate) fn deposit_region(&mut self, to: usize, region: Region) {
        let (account, reference) = (account(to), self.reference());
        let events = self.apply(Command::DepositRegion { account, region, renewable: true, reference });
        assert_eq!(events, [Event::RegionDeposited { account, region }]);
    }

    /// A whole core during the window, as an ask ready to be sent.
    pub(crate) fn ask(&mut self, seller: usize, core: u16, price: u64) -> Ask {
        let region = core_region(core, WINDOW);
        self.deposit_region(seller, region);
        Ask {
            account: account(seller),
            client_order_id: ClientOrderId(self.number()),
            unit_price: UnitPrice(price),
            region: region.id(),
            lot_parts: Parts(1),
            min_timeslices: Timeslices(1),
            time_in_force: GoodTillCancelled,
            post_only: false,
            expire_at: None,
            self_trade: SelfTrade::CancelTaker,
        }
    }

    /// A bid for that window, ready to be sent.
    pub(crate) fn bid(&mut self, buyer: usize, price: u64, parts: u32) -> Bid {
        let terms = BidTerms {
            client_order_id: ClientOrderId(self.number()),
            unit_price: UnitPrice(price),
            parts: Parts(parts),
            lot_parts: Parts(1),
            within: WINDOW,
            duration: WINDOW.duration(),
            require_renewable: false,
            delivery: Delivery::Custody,
            self_trade: SelfTrade::CancelTaker,
        };
        let time_in_force = GoodTillCancelled;
        Bid { account: account(buyer), terms, time_in_force, post_only: false, expire_at: None }
    }

    /// Rests or trades an ask; its id and the events.
    pub(crate) fn sell(&mut self, seller: usize, core: u16, price: u64) -> (OrderId, Vec<Event>) {
        let ask = self.ask(seller, core, price);
        accepted(self.apply(Command::PlaceAsk(ask)))
    }

    pub(crate) fn buy(&mut self, buyer: usize, price: u64, parts: u32) -> (OrderId, Vec<Event>) {
        self.buy_as(buyer, price, parts, GoodTillCancelled)
    }

    pub(crate) fn buy_as(
        &mut self,
        buyer: usize,
        price: u64,
        parts: u32,
        time_in_force: TimeInForce,
    ) -> (OrderId, Vec<Event>) {
        let bid = Bid { time_in_force, ..self.bid(buyer, price, parts) };
        accepted(self.apply(Command::PlaceBid(bid)))
    }

    pub(crate) fn cancel(&mut self, owner: usize, id: OrderId) {
        let (account, target) = (account(owner), CancelTarget::Order(id));
        let events = self.apply(Command::Cancel { account, target, request_id: None });
        assert_eq!(events, [Event::Done { order_id: id, reason: DoneReason::Cancelled }]);
    }

    pub(crate) fn configure(&mut self, change: SettingsChange) {
        assert_eq!(self.apply(Command::Configure(change)), []);
    }

    pub(crate) fn order(&self, id: OrderId) -> Option<OrderView> {
        self.market().order(id)
    }

    /// What a live bid still wants.
    pub(crate) fn remaining(&self, id: OrderId) -> Option<u32> {
        match self.order(id)?.detail {
            OrderDetail::Bid { remaining, .. } => Some(remaining.0),
            OrderDetail::Ask { .. } => None,
        }
    }

    pub(crate) fn free(&self, of: usize) -> u128 {
        self.market().funds(account(of)).free.0
    }
}

pub(crate) fn core_region(core: u16, window: Window) -> Region {
    Region { core: CoreIndex(core), begin: window.begin, end: window.end, mask: CoreMask::FULL }
}

pub(crate) fn accepted(events: Vec<Event>) -> (OrderId, Vec<Event>) {
    match events.first() {
        Some(Event::Accepted { order_id }) => (*order_id, events),
        _ => panic!("not accepted: {events:?}"),
    }
}

pub(crate) fn rejected(reason: RejectReason) -> Vec<Event> {
    vec![Event::Rejected(Rejection::from(reason))]
}

pub(crate) fn trades(events: &[Event]) -> Vec<Trade> {
    let trade = |event: &Event| match event {
        Event::Trade(trade) => Some(*trade),
        _ => None,
    };
    events.iter().filter_map(trade).collect()
}

/// Who was traded with, in order.
pub(crate) fn makers(events: &[Event]) -> Vec<OrderId> {
    trades(events).iter().map(|trade| trade.maker).collect()
}

pub(crate) fn is_done(events: &[Event], id: OrderId, why: DoneReason) -> bool {
    events.contains(&Event::Done { order_id: id, reason: why })
}

//! The steady state of placing, matching and cancelling allocates nothing: memory grows with what rests, and is used
//! again when it goes.

// Helpers of a test fail by panicking; clippy's allowance covers only the bodies of `#[test]` functions.
#![allow(clippy::expect_used, clippy::panic)]

use coretime_market::Market;
use coretime_types::{
    AccountId, Ask, Bid, BidTerms, BlockNumber, CancelTarget, ChainReference, ClientOrderId, Command,
    CoreIndex, CoreMask, Delivery, Event, OrderId, Parts, Planck, Region, RegionId, SelfTrade, TimeInForce,
    Timeslice, Timeslices, UnitPrice, Window,
};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const WINDOW: Window = Window { begin: Timeslice(100), end: Timeslice(200) };
const SELLER: AccountId = AccountId([1; 32]);
const BUYER: AccountId = AccountId([2; 32]);
/// The one that buys at once, and sells again.
const TAKER: AccountId = AccountId([3; 32]);
const CORES: u16 = 400;

struct Desk {
    market: Market,
    events: Vec<Event>,
    rng: fastrand::Rng,
    name: u64,
    /// Regions in hand, and whose.
    hands: Vec<(AccountId, RegionId)>,
    live: Vec<(AccountId, OrderId)>,
    trades: u64,
}

impl Desk {
    fn new() -> Desk {
        let mut desk = Desk {
            market: Market::new(),
            events: Vec::with_capacity(64),
            rng: fastrand::Rng::with_seed(1),
            name: 0,
            hands: Vec::with_capacity(2 * usize::from(CORES)),
            live: Vec::with_capacity(4_096),
            trades: 0,
        };
        let amount = Planck(1 << 100);
        for (event, account) in (0..).zip([SELLER, BUYER, TAKER]) {
            let reference = ChainReference { block: BlockNumber(1), event };
            desk.apply(&Command::DepositFunds { account, amount, reference });
        }
        for core in 0..CORES {
            let region =
                Region { core: CoreIndex(core), begin: WINDOW.begin, end: WINDOW.end, mask: CoreMask::FULL };
            let reference = ChainReference { block: BlockNumber(2), event: core.into() };
            desk.apply(&Command::DepositRegion { account: SELLER, region, renewable: true, reference });
            desk.hands.push((SELLER, region.id()));
        }
        desk
    }

    fn apply(&mut self, command: &Command) {
        self.events.clear();
        self.market.apply(command, &mut self.events);
        let rejected = self.events.iter().find(|event| matches!(event, Event::Rejected(_)));
        assert!(rejected.is_none(), "{command:?}: {rejected:?}");
    }

    fn bid(&mut self, account: AccountId, price: u64, time_in_force: TimeInForce) {
        self.name += 1;
        let terms = BidTerms {
            client_order_id: ClientOrderId(self.name),
            unit_price: UnitPrice(price),
            parts: Parts::CORE,
            lot_parts: Parts::CORE,
            within: WINDOW,
            duration: WINDOW.duration(),
            require_renewable: false,
            delivery: Delivery::Custody,
            self_trade: SelfTrade::CancelTaker,
        };
        self.apply(&Command::PlaceBid(Bid {
            account,
            terms,
            time_in_force,
            post_only: false,
            expire_at: None,
        }));
    }

    fn ask(&mut self, price: u64) {
        let chosen = self.rng.usize(0..self.hands.len());
        let (account, region) = self.hands.swap_remove(chosen);
        self.name += 1;
        self.apply(&Command::PlaceAsk(Ask {
            account,
            client_order_id: ClientOrderId(self.name),
            unit_price: UnitPrice(price),
            region,
            lot_parts: Parts(1),
            min_timeslices: Timeslices(1),
            time_in_force: TimeInForce::GoodTillCancelled,
            post_only: false,
            expire_at: None,
            self_trade: SelfTrade::CancelTaker,
        }));
        self.note_live(account);
    }

    fn note_live(&mut self, account: AccountId) {
        if let Some(Event::Accepted { order_id }) = self.events.first() {
            self.live.push((account, *order_id));
        }
    }

    /// About as many orders rest after it as before.
    fn step(&mut self) {
        match self.rng.u8(0..10) {
            0..3 if self.hands.len() > 50 => {
                let price = self.rng.u64(1_000..1_100);
                self.ask(price);
            }
            0..5 if self.live.len() < 1_000 => {
                let price = self.rng.u64(800..900);
                self.bid(BUYER, price, TimeInForce::GoodTillCancelled);
                self.note_live(BUYER);
            }
            5 => self.take(),
            _ if !self.live.is_empty() => {
                let chosen = self.rng.usize(0..self.live.len());
                let (account, order_id) = self.live.swap_remove(chosen);
                let region = self.market.order(order_id).and_then(|order| match order.detail {
                    coretime_market::OrderDetail::Ask { pieces, .. } => Some(pieces[0].region.id()),
                    coretime_market::OrderDetail::Bid { .. } => None,
                });
                let target = CancelTarget::Order(order_id);
                self.apply(&Command::Cancel { account, target, request_id: None });
                self.hands.extend(region.map(|region| (account, region)));
            }
            _ => {}
        }
    }

    fn take(&mut self) {
        self.bid(TAKER, 2_000, TimeInForce::ImmediateOrCancel);
        for event in &self.events {
            if let Event::Trade(trade) = event {
                self.trades += 1;
                self.live.retain(|(_, order_id)| *order_id != trade.maker);
                self.hands.push((SELLER, trade.region.id()));
            }
        }
        // Sold on at once, to the same seller again.
        if let Some((account, _)) = self.hands.last_mut()
            && self.trades > 0
            && matches!(self.events.get(1), Some(Event::Trade(_)))
        {
            *account = TAKER;
        }
    }
}

#[test]
fn the_steady_state_allocates_nothing() {
    let mut desk = Desk::new();
    // Until every ring of names is full and every table has its size.
    while desk.name < 60_000 {
        desk.step();
    }
    let _profiler = dhat::Profiler::builder().testing().build();
    let (name, trades) = (desk.name, desk.trades);
    let mut blocks = 0;
    while desk.name < name + 20_000 {
        // What the test itself looks up in the market is not counted.
        let before = dhat::HeapStats::get().total_blocks;
        desk.step();
        blocks += dhat::HeapStats::get().total_blocks - before;
    }
    assert!(desk.trades > trades + 2_000, "only {} trades", desk.trades - trades);
    assert_eq!(blocks, 0);
}

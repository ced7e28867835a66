//! The steady state of placing, matching and cancelling allocates nothing: memory grows with what rests, and is used
//! again when it goes.

// Helpers of a test fail by panicking; clippy's allowance covers only the bodies of `#[test]` functions.
#![allow(clippy::expect_used, clippy::panic)]

use coretime_market::Market;
use coretime_types::{
    AccountId, Ask, Bid, BidTerms, BlockNumber, CancelTarget, ChainReference, ClientOrderId, Command,
    CoreIndex, CoreMask, Delivery, DoneReason, Event, OrderId, Parts, Planck, Region, RegionId, SelfTrade,
    TimeInForce, Timeslice, Timeslices, UnitPrice, Window,
};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const WINDOW: Window = Window { begin: Timeslice(100), end: Timeslice(200) };
const SELLER: AccountId = AccountId([1; 32]);
const BUYER: AccountId = AccountId([2; 32]);
const TAKER: AccountId = AccountId([3; 32]);
const CORES: u16 = 400;

#[derive(Clone, Copy)]
struct Live {
    account: AccountId,
    order_id: OrderId,
    /// What an ask sells.
    region: Option<RegionId>,
}

struct Desk {
    market: Market,
    events: Vec<Event>,
    rng: fastrand::Rng,
    name: u64,
    /// Regions in hand, and whose.
    hands: Vec<(AccountId, RegionId)>,
    live: Vec<Live>,
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
        for event in &self.events {
            match event {
                Event::Rejected(rejection) => panic!("{command:?}: {rejection:?}"),
                Event::Trade(trade) => {
                    self.trades += 1;
                    self.hands.push((trade.buyer, trade.region.id()));
                }
                _ => {}
            }
        }
    }

    /// Forgets resting orders that ended without their owner's doing.
    fn note_ends(&mut self) {
        for event in &self.events {
            if let Event::Done { order_id, reason } = event
                && let Some(at) = self.live.iter().position(|live| live.order_id == *order_id)
            {
                let live = self.live.swap_remove(at);
                if *reason == DoneReason::SelfTrade {
                    self.hands.extend(live.region.map(|region| (live.account, region)));
                }
            }
        }
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
            self_trade: SelfTrade::CancelMaker,
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
        self.note_live(account, Some(region));
    }

    fn note_live(&mut self, account: AccountId, region: Option<RegionId>) {
        if let Some(Event::Accepted { order_id }) = self.events.first() {
            self.live.push(Live { account, order_id: *order_id, region });
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
                self.note_live(BUYER, None);
            }
            5..7 => {
                let taker = [BUYER, TAKER][self.rng.usize(0..2)];
                self.bid(taker, 2_000, TimeInForce::ImmediateOrCancel);
                self.note_ends();
            }
            _ if self.live.len() > 600 => {
                let chosen = self.rng.usize(0..self.live.len());
                let Live { account, order_id, region } = self.live.swap_remove(chosen);
                let target = CancelTarget::Order(order_id);
                self.apply(&Command::Cancel { account, target, request_id: None });
                self.hands.extend(region.map(|region| (account, region)));
            }
            _ => {}
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
    while desk.name < name + 50_000 {
        desk.step();
    }
    assert!(desk.trades > trades + 5_000, "only {} trades", desk.trades - trades);
    assert_eq!(dhat::HeapStats::get().total_blocks, 0);
}

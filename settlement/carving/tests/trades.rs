//! What trades that stay in custody cost on chain: nothing, however many they are.

// A test stops at the first surprise, in its helpers too.
#![allow(clippy::unwrap_used)]

use coretime_carving::{ChainRegion, Custody, Cut, isolate};
use coretime_market::Market;
use coretime_types::{
    AccountId, Ask, Bid, BidTerms, BlockNumber, ChainReference, ClientOrderId, Command, CoreIndex, CoreMask,
    Delivery, Event, Parts, Planck, Region, SelfTrade, TimeInForce, Timeslice, Timeslices, UnitPrice, Window,
};

const TRADES: u64 = 1_000_000;
const SLICES: u32 = 100;
const TRADERS: [AccountId; 2] = [AccountId([1; 32]), AccountId([2; 32])];

struct Trading {
    market: Market,
    events: Vec<Event>,
    next_order: u64,
    instructions: u64,
}

impl Trading {
    fn apply(&mut self, command: &Command) {
        self.events.clear();
        self.market.apply(command, &mut self.events);
        assert!(!self.events.iter().any(|event| matches!(event, Event::Rejected(_))), "{:?}", self.events);
        let is_instruction = |event: &&Event| matches!(event, Event::Instruction { .. });
        self.instructions += self.events.iter().filter(is_instruction).count() as u64;
    }

    fn next_order(&mut self) -> ClientOrderId {
        self.next_order += 1;
        ClientOrderId(self.next_order)
    }

    fn ask(&mut self, seller: AccountId, region: Region) {
        let client_order_id = self.next_order();
        self.apply(&Command::PlaceAsk(Ask {
            account: seller,
            client_order_id,
            unit_price: UnitPrice(1),
            region: region.id(),
            lot_parts: Parts(80),
            min_timeslices: Timeslices(1),
            time_in_force: TimeInForce::GoodTillCancelled,
            post_only: false,
            expire_at: None,
            self_trade: SelfTrade::default(),
        }));
    }

    fn bid(&mut self, buyer: AccountId, within: Window) {
        let client_order_id = self.next_order();
        let terms = BidTerms {
            client_order_id,
            unit_price: UnitPrice(1),
            parts: Parts(80),
            lot_parts: Parts(80),
            within,
            duration: within.duration(),
            require_renewable: false,
            delivery: Delivery::Custody,
            self_trade: SelfTrade::default(),
        };
        let time_in_force = TimeInForce::FillOrKill;
        self.apply(&Command::PlaceBid(Bid {
            account: buyer,
            terms,
            time_in_force,
            post_only: false,
            expire_at: None,
        }));
        assert!(self.events.iter().any(|event| matches!(event, Event::Trade(_))), "{:?}", self.events);
    }
}

#[test]
fn a_million_custody_trades_on_one_region_cost_no_call() {
    let root =
        Region { core: CoreIndex(7), begin: Timeslice(1_000), end: Timeslice(6_000), mask: CoreMask::FULL };
    let mut trading = Trading { market: Market::new(), events: Vec::new(), next_order: 0, instructions: 0 };
    let reference = |event| ChainReference { block: BlockNumber(1), event };
    for (event, account) in [(0, TRADERS[0]), (1, TRADERS[1])] {
        let amount = Planck(1_000_000_000_000);
        trading.apply(&Command::DepositFunds { account, amount, reference: reference(event) });
    }
    let account = TRADERS[0];
    trading.apply(&Command::DepositRegion {
        account,
        region: root,
        renewable: true,
        reference: reference(2),
    });

    // First it goes slice by slice, then each slice to and fro.
    let length = (root.end.0 - root.begin.0) / SLICES;
    let slice = |number: u32| {
        let begin = Timeslice(root.begin.0 + number * length);
        Region { begin, end: Timeslice(begin.0 + length), ..root }
    };
    let window = |region: Region| Window { begin: region.begin, end: region.end };
    trading.ask(TRADERS[0], root);
    (0..SLICES).for_each(|number| trading.bid(TRADERS[1], window(slice(number))));
    let mut owners = vec![1_usize; SLICES as usize];
    for trade in u64::from(SLICES)..TRADES {
        let number = usize::try_from(trade % u64::from(SLICES)).unwrap();
        let region = slice(u32::try_from(number).unwrap());
        let seller = owners[number];
        trading.ask(TRADERS[seller], region);
        trading.bid(TRADERS[1 - seller], window(region));
        owners[number] = 1 - seller;
    }
    assert_eq!(trading.instructions, 0, "nothing for the chain");

    // What then leaves custody costs what it would have cost at first: two cuts.
    let wanted = slice(50);
    let account = TRADERS[owners[50]];
    trading.apply(&Command::WithdrawRegion { account, region: wanted.id(), request_id: None });
    assert_eq!(trading.instructions, 1);
    let kept: Vec<Region> = trading.market.ledger_regions().chain([wanted]).collect();
    assert_eq!(kept.len(), SLICES as usize);
    let custody = Custody::new([ChainRegion { region: root, renewable: true }]);
    let rest = Region { begin: wanted.begin, ..root };
    assert_eq!(
        isolate(&custody, &kept, &wanted).unwrap(),
        [
            Cut::Partition { region: root.id(), pivot: wanted.begin },
            Cut::Partition { region: rest.id(), pivot: wanted.end },
        ]
    );
}

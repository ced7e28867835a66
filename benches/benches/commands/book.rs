//! A deep book, and two traders whose orders come and go in it and leave it as it was.

use benches::flow::{self, FlowError, References, account, windows::Windows};
use benches::subject::MarketAlone;
use coretime_market::Market;
use coretime_types::{
    AccountId, Ask, Bid, BlockNumber, Command, CoreIndex, CoreMask, Event, InstructionNumber, OrderId,
    Planck, Region, SettlementConfirmed, TimeInForce, Timeslice, Timeslices, Window,
};
use std::time::Duration;

/// The month that the book is about.
pub(crate) const MONTH: Window = Window { begin: Timeslice(1_000), end: Timeslice(6_040) };
/// A later month, for what shall fill: nobody else is there.
pub(crate) const LATER: Window = Window { begin: Timeslice(10_000), end: Timeslice(15_040) };
/// A week in the middle of it.
pub(crate) const LATER_WEEK: Window = Window { begin: Timeslice(12_000), end: Timeslice(13_260) };

/// Below every resting ask, so a bid at it rests.
pub(crate) const LOW: u64 = 500;
/// Above every resting bid, so an ask at it rests.
pub(crate) const HIGH: u64 = 3_000;

/// The traders' cores: the flow needs fewer.
const FIRST_CORE: u16 = 30_000;
const LAST_CORE: u16 = 65_000;
/// So many at a time.
const CORES: u16 = 8;

/// How long the book may take to be made.
const LIMIT: Duration = Duration::from_secs(60);

/// The deep book of the flow *windows*, and the traders.
pub(crate) struct Book {
    pub(crate) subject: MarketAlone,
    pub(crate) traders: [AccountId; 2],
    at_first: Market,
    references: References,
    names: u64,
    /// The first of the cores that the traders deposit next.
    base: u16,
}

impl Book {
    pub(crate) fn new(depth: usize) -> Result<Book, FlowError> {
        let market = Windows::new(1, depth, 0, LIMIT)?.market;
        let traders = [account(1_000), account(1_001)];
        let subject = MarketAlone::new(market.clone());
        // Deposits of the flow came from earlier blocks.
        let references = References::from_block(1_000_000);
        let mut book = Book { subject, traders, at_first: market, references, names: 0, base: FIRST_CORE };
        for trader in traders {
            let funds = flow::deposit_funds(trader, &mut book.references);
            book.apply(&funds);
        }
        book.at_first = book.subject.market.clone();
        Ok(book)
    }

    /// As it was when it was made.
    pub(crate) fn reset(&mut self) {
        self.subject = MarketAlone::new(self.at_first.clone());
    }

    /// Applies a command that must be accepted.
    pub(crate) fn apply(&mut self, command: &Command) -> Vec<Event> {
        let events = self.subject.apply(command).to_vec();
        let rejected = events.iter().find(|event| matches!(event, Event::Rejected(_)));
        assert_eq!(rejected, None, "{command:?}");
        events
    }

    /// A name that no order had.
    pub(crate) fn name(&mut self) -> u64 {
        self.names += 1;
        (1 << 40) + self.names
    }

    pub(crate) fn bid(&mut self, trader: usize, price: u64, parts: (u32, u32), within: Window) -> Bid {
        let name = self.name();
        flow::bid(self.traders[trader], name, price, parts, within, within.duration())
    }

    pub(crate) fn ask(&mut self, trader: usize, price: u64, region: Region) -> Ask {
        let name = self.name();
        flow::ask(self.traders[trader], name, price, region.id(), 1, Timeslices(1))
    }

    pub(crate) fn at_once(mut bid: Bid, time_in_force: TimeInForce) -> Command {
        bid.time_in_force = time_in_force;
        Command::PlaceBid(bid)
    }

    /// Places an order and gives its id.
    pub(crate) fn place(&mut self, command: &Command) -> u64 {
        accepted(&self.apply(command))[0]
    }

    pub(crate) fn deposit(&mut self, trader: usize, region: Region) -> Command {
        flow::deposit_region(self.traders[trader], region, &mut self.references)
    }

    pub(crate) fn deposit_funds(&mut self, trader: usize) -> Command {
        let account = self.traders[trader];
        Command::DepositFunds { account, amount: Planck(1), reference: self.references.next_reference() }
    }

    /// A whole core in the later month, one of eight. After [`Book::clear`] they are others: a region that was there
    /// before would be another case for a deposit.
    pub(crate) fn core(&self, number: u16) -> Region {
        let core = CoreIndex(self.base + number % CORES);
        Region { core, begin: LATER.begin, end: LATER.end, mask: CoreMask::FULL }
    }

    /// All that the traders have in the book or in hand leaves.
    pub(crate) fn clear(&mut self) {
        for trader in 0..2 {
            let account = self.traders[trader];
            self.apply(&Command::CancelAll { account, side: None, request_id: None });
            self.withdraw_all(trader);
        }
        self.base += CORES;
        if self.base > LAST_CORE {
            self.base = FIRST_CORE;
            self.reset();
        }
    }

    /// Every free region of the trader leaves, on chain too.
    fn withdraw_all(&mut self, trader: usize) {
        let account = self.traders[trader];
        let regions: Vec<_> = self.subject.market.free_regions_of(account).map(|free| free.region).collect();
        for region in regions {
            let events =
                self.apply(&Command::WithdrawRegion { account, region: region.id(), request_id: None });
            self.confirm(&events);
        }
    }

    /// Confirms the instructions among the events.
    pub(crate) fn confirm(&mut self, events: &[Event]) {
        for event in events {
            if let Event::Instruction { number, .. } = event {
                self.apply(&confirmation(*number));
            }
        }
    }
}

fn confirmation(instruction: InstructionNumber) -> Command {
    let chain_fee = Planck::ZERO;
    Command::SettlementConfirmed(SettlementConfirmed {
        instruction,
        block: BlockNumber(0),
        extrinsic_index: 0,
        chain_fee,
    })
}

/// The orders that were accepted, in order.
pub(crate) fn accepted(events: &[Event]) -> Vec<u64> {
    let ids = events.iter().filter_map(|event| match event {
        Event::Accepted { order_id: OrderId(order) } => Some(*order),
        _ => None,
    });
    ids.collect()
}

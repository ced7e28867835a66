//! Books made by hand, through commands like anybody's.

use crate::flow::{Cores, FlowError, References, account, ask, bid, deposit_funds, deposit_region};
use coretime_market::Market;
use coretime_types::{Bid, Command, Event, Region, TimeInForce, Timeslice, Timeslices, UnitPrice, Window};
use fastrand::Rng;
use std::time::{Duration, Instant};

/// Accounts that the resting orders belong to.
pub(super) const OWNERS: u16 = 16;
/// The account that probes.
pub(super) const PROBER: u16 = OWNERS;

/// The 28 days that all windows lie in.
pub(super) const MONTH: Window = Window { begin: Timeslice(1_000), end: Timeslice(6_040) };

/// Makes a book.
pub(super) struct Builder {
    pub(super) rng: Rng,
    pub(super) market: Market,
    pub(super) cores: Cores,
    /// The id of the last order.
    pub(super) orders: u64,
    references: References,
    begun: Instant,
    limit: Duration,
    done: usize,
    funded: bool,
}

impl Builder {
    pub(super) fn new(seed: u64, limit: Duration) -> Builder {
        Builder {
            rng: Rng::with_seed(seed),
            market: Market::new(),
            cores: Cores::default(),
            orders: 0,
            references: References::default(),
            begun: Instant::now(),
            limit,
            done: 0,
            funded: false,
        }
    }

    /// The book, once it is made.
    pub(super) fn finish(&mut self) -> Market {
        std::mem::take(&mut self.market)
    }

    pub(super) fn apply(&mut self, command: Command) -> Result<(), FlowError> {
        if self.done.is_multiple_of(64) && self.begun.elapsed() > self.limit {
            let seconds = self.limit.as_secs();
            return Err(FlowError::OverLimit { done: self.done, seconds });
        }
        self.done += 1;
        let mut events = Vec::new();
        self.market.apply(&command, &mut events);
        for event in events {
            match event {
                Event::Rejected(rejection) => {
                    return Err(FlowError::Rejected { command: Box::new(command), reason: rejection.reason });
                }
                Event::Accepted { order_id } => self.orders = order_id.0,
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn fund(&mut self) -> Result<(), FlowError> {
        if !self.funded {
            self.funded = true;
            for number in 0..=PROBER {
                let deposit = deposit_funds(account(number), &mut self.references);
                self.apply(deposit)?;
            }
        }
        Ok(())
    }

    /// A share of a core, not cut at the core's end.
    pub(super) fn region(&mut self, window: Window, parts: u32) -> Result<Region, FlowError> {
        self.cores.make_room(parts);
        let Some((core, mask)) = self.cores.share(parts) else {
            return Err(FlowError::TooManyRegions { regions: self.done });
        };
        Ok(Region { core, begin: window.begin, end: window.end, mask })
    }

    pub(super) fn deposit(&mut self, owner: u16, region: Region) -> Result<(), FlowError> {
        self.fund()?;
        let deposit = deposit_region(account(owner), region, &mut self.references);
        self.apply(deposit)
    }

    /// Deposits a region and offers it. Returns the ask's id.
    pub(super) fn offer(
        &mut self,
        owner: u16,
        region: Region,
        price: u64,
        lot_parts: u32,
        min_timeslices: Timeslices,
    ) -> Result<u64, FlowError> {
        self.deposit(owner, region)?;
        let name = self.orders + 1;
        let ask = ask(account(owner), name, price, region.id(), lot_parts, min_timeslices);
        self.apply(Command::PlaceAsk(ask))?;
        Ok(self.orders)
    }

    /// Places a bid that rests. Returns its id.
    pub(super) fn want(&mut self, owner: u16, bid: Bid) -> Result<u64, FlowError> {
        self.fund()?;
        self.apply(Command::PlaceBid(Bid { account: account(owner), ..bid }))?;
        Ok(self.orders)
    }

    pub(super) fn owner(&mut self) -> u16 {
        self.rng.u16(0..OWNERS)
    }

    /// So many asks that no probe wants, for they are too dear: the book is not empty elsewhere.
    pub(super) fn crowd(&mut self, count: usize) -> Result<(), FlowError> {
        for _ in 0..count {
            let (begin, length) = (self.rng.u32(1_000..5_000), self.rng.u32(1..=1_000));
            let window = Window { begin: Timeslice(begin), end: Timeslice(begin + length) };
            let region = self.region(window, 1)?;
            let (owner, price) = (self.owner(), self.rng.u64(3_000..4_000));
            self.offer(owner, region, price, 1, Timeslices(1))?;
        }
        Ok(())
    }
}

/// A probing bid: what does not fill at once is cancelled. `name` must differ from probe to probe.
pub(super) fn probe(name: u64, price: u64, parts: (u32, u32), within: Window, duration: Timeslices) -> Bid {
    let mut bid = bid(account(PROBER), name, price, parts, within, duration);
    bid.time_in_force = TimeInForce::ImmediateOrCancel;
    bid
}

/// The same bid, but what does not fill rests.
pub(super) fn resting(mut bid: Bid, price: u64) -> Bid {
    bid.time_in_force = TimeInForce::GoodTillCancelled;
    bid.terms.unit_price = UnitPrice(price);
    bid
}

//! Commands without end over a book that keeps its depth: in each hundred about 43 new bids, 43 cancels, 4 bids at
//! another price, 5 bids that trade at once and 5 asks that offer again what was bought.

use anyhow::{Result, bail};
use benches::flow::{References, account, ask, bid, cancel, deposit_funds, deposit_region, reprice};
use coretime_market::Market;
use coretime_types::{
    AccountId, Command, CoreIndex, CoreMask, Event, OrderId, Region, TimeInForce, Timeslice, Timeslices,
    Window,
};
use fastrand::Rng;
use std::collections::{HashMap, VecDeque};

const ACCOUNTS: u16 = 64;
const WINDOWS: u32 = 100;
const WINDOW_TIMESLICES: u32 = 100;
/// Full cores, each in one of the windows.
const REGIONS: u32 = 10_000;
const PARTS: u32 = 80;
/// Above all asks.
const BEST_ASK: u64 = 2_000;

/// Makes commands, and knows what came of them by doing them itself.
pub(crate) struct Traffic {
    rng: Rng,
    market: Market,
    events: Vec<Event>,
    /// What comes before anything by chance.
    due: VecDeque<Command>,
    depth: usize,
    /// Resting bids, and where each is among them.
    bids: Vec<(OrderId, AccountId)>,
    places: HashMap<OrderId, usize>,
    names: u64,
}

impl Traffic {
    pub(crate) fn new(seed: u64, depth: usize) -> Traffic {
        let mut traffic = Traffic {
            rng: Rng::with_seed(seed),
            market: Market::new(),
            events: Vec::new(),
            due: VecDeque::new(),
            depth,
            bids: Vec::new(),
            places: HashMap::new(),
            names: 0,
        };
        let mut references = References::default();
        traffic.due.extend((0..ACCOUNTS).map(|number| deposit_funds(account(number), &mut references)));
        for number in 0..REGIONS {
            let Window { begin, end } = window(number % WINDOWS);
            // At most as many as there are regions.
            let core = CoreIndex(u16::try_from(number / WINDOWS).unwrap_or(u16::MAX));
            let region = Region { core, begin, end, mask: CoreMask::FULL };
            let owner = traffic.account();
            traffic.due.push_back(deposit_region(owner, region, &mut references));
            let offer = traffic.offer(owner, region);
            traffic.due.push_back(offer);
        }
        traffic
    }

    pub(crate) fn next_command(&mut self) -> Result<Command> {
        let command = match self.due.pop_front() {
            Some(command) => command,
            None => self.choose(),
        };
        self.follow(&command)?;
        Ok(command)
    }

    fn account(&mut self) -> AccountId {
        account(self.rng.u16(0..ACCOUNTS))
    }

    fn name(&mut self) -> u64 {
        self.names += 1;
        self.names
    }

    fn offer(&mut self, owner: AccountId, region: Region) -> Command {
        let price = self.rng.u64(1_001..BEST_ASK);
        Command::PlaceAsk(ask(owner, self.name(), price, region.id(), PARTS, Timeslices(1)))
    }

    fn choose(&mut self) -> Command {
        let choice = self.rng.u32(0..95);
        match choice {
            0..5 => self.bid_at(BEST_ASK, TimeInForce::ImmediateOrCancel),
            5..9 => match self.some_bid() {
                Some((order, owner)) => reprice(owner, order.0, self.rng.u64(501..1_000)),
                None => self.bid_at(900, TimeInForce::GoodTillCancelled),
            },
            // About as many are cancelled as come, once the book is deep enough.
            _ if self.bids.len() >= self.depth && self.rng.bool() || self.bids.len() > self.depth + 1_000 => {
                match self.some_bid() {
                    Some((order, owner)) => cancel(owner, order.0),
                    None => self.bid_at(900, TimeInForce::GoodTillCancelled),
                }
            }
            _ => {
                let price = self.rng.u64(501..1_000);
                self.bid_at(price, TimeInForce::GoodTillCancelled)
            }
        }
    }

    fn some_bid(&mut self) -> Option<(OrderId, AccountId)> {
        if self.bids.is_empty() { None } else { self.bids.get(self.rng.usize(0..self.bids.len())).copied() }
    }

    fn bid_at(&mut self, price: u64, time_in_force: TimeInForce) -> Command {
        let within = window(self.rng.u32(0..WINDOWS));
        let owner = self.account();
        let mut bid = bid(owner, self.name(), price, (PARTS, PARTS), within, Timeslices(WINDOW_TIMESLICES));
        bid.time_in_force = time_in_force;
        Command::PlaceBid(bid)
    }

    fn follow(&mut self, command: &Command) -> Result<()> {
        self.events.clear();
        self.market.apply(command, &mut self.events);
        let events = std::mem::take(&mut self.events);
        for event in &events {
            match event {
                Event::Rejected(rejection) => bail!("{command:?} was rejected: {rejection:?}"),
                Event::Accepted { order_id } => {
                    if let Command::PlaceBid(bid) = command
                        && bid.time_in_force == TimeInForce::GoodTillCancelled
                    {
                        self.places.insert(*order_id, self.bids.len());
                        self.bids.push((*order_id, bid.account));
                    }
                }
                Event::Trade(trade) => {
                    let offer = self.offer(trade.buyer, trade.region);
                    self.due.push_back(offer);
                }
                _ => {}
            }
        }
        if let Command::Cancel { target: coretime_types::CancelTarget::Order(order_id), .. } = command
            && let Some(place) = self.places.remove(order_id)
        {
            self.bids.swap_remove(place);
            if let Some((moved, _)) = self.bids.get(place) {
                self.places.insert(*moved, place);
            }
        }
        self.events = events;
        Ok(())
    }
}

fn window(index: u32) -> Window {
    let begin = 1_000 + index * WINDOW_TIMESLICES;
    Window { begin: Timeslice(begin), end: Timeslice(begin + WINDOW_TIMESLICES) }
}

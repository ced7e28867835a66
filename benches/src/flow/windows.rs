//! *windows*: what an ordinary book does not have.
//!
//! - Windows: 5,000 distinct ones over 28 days (5,040 timeslices). They come from random tilings of the month: into
//!   hours (8 to 22 timeslices), days (90 to 270), weeks (840 to 1,680), or the month itself. Of 20 regions or bids 6 are
//!   for hours, 8 for days, 5 for weeks and 1 for the month.
//! - Regions: a share of a core (80, 40, 20, 10, 5, 4, 2 or 1 parts, equally likely) is cut by one tiling, the next share
//!   lies beside it, and so on over as many cores as the depth needs. An ask sells in lots of one part and from one
//!   timeslice on; one in four only in all its parts, one in four (independently) only as long as it is.
//! - Bids: one of the 5,000 windows, parts like a share's; a third is flexible by up to half its length on either side.
//!   Half of the fixed ones take lots of one part, the others want all from one region.
//! - Prices: each day has its mid price, 1,000 to 1,540. An ask stands above the highest mid of the days that it touches,
//!   a bid at or below the lowest, by up to 300, densest near the mid. So nothing crosses that does not mean to.
//! - Messages: the shares of *plain*; up to one in eight of the new orders and cancels changes into the other, which holds
//!   the depth. A marketable bid aims at a piece of some resting ask: half of the time at all of its window, else at a
//!   window inside, which cuts it (where it may be cut); it has a high limit, so the best ask that contains the window
//!   is taken. A marketable ask sells at most 5 parts for at most 22 timeslices at a low limit, and what nobody wants
//!   comes back (immediate or cancel).
//! - Accounts and hands: as in *plain*.
//!
//! The flow is played through our market once to be made, since which piece a bid takes is our market's business.

use super::hands::{Hands, Held};
use super::terrain::{MONTH, Terrain, WIDTHS};
use super::{
    Cores, FlowError, Kind, References, Shares, account, ask, bid, cancel, deposit_funds, deposit_region,
    plain::{MAKERS, TAKERS},
    reprice,
};
use coretime_market::{Market, OrderDetail};
use coretime_types::{
    Command, DoneReason, Event, OrderId, Parts, Region, Side, TimeInForce, Timeslice, Timeslices, Window,
};
use fastrand::Rng;
use std::time::{Duration, Instant};

/// How far from the mid price an order rests at most.
const SPREAD: u32 = 300;
/// Above every ask, and below every bid.
const HIGH: u64 = 5_000;
const LOW: u64 = 100;

/// The flow.
#[derive(Debug)]
pub struct Windows {
    /// Our market when the flow begins: money, regions, and the resting orders.
    pub market: Market,
    /// What is measured.
    pub messages: Vec<Command>,
    /// What came of it while it was made.
    pub counts: Counts,
}

/// What a flow was made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Orders that rest.
    pub new: usize,
    /// Cancels.
    pub cancels: usize,
    /// Orders that trade at once.
    pub marketable: usize,
    /// Replaces.
    pub replaces: usize,
    /// Flexible ones among the new bids.
    pub flexible: usize,
    /// New bids.
    pub bids: usize,
    /// Trades.
    pub trades: usize,
    /// The fewest orders that rested after a message.
    pub shallowest: usize,
    /// The most.
    pub deepest: usize,
}

impl Windows {
    /// Makes the flow: `depth` resting orders, then `messages` messages. Our market has `limit` for it.
    pub fn new(seed: u64, depth: usize, messages: usize, limit: Duration) -> Result<Windows, FlowError> {
        let mut maker = Maker::new(seed, depth, messages, limit)?;
        for n in 0..depth {
            let side = if n % 2 == 0 { Side::Bid } else { Side::Ask };
            let command = maker.new_order(side)?;
            maker.play(command)?;
        }
        let market = maker.market.clone();
        maker.counts = Counts { shallowest: usize::MAX, ..Counts::default() };
        let mut commands = Vec::with_capacity(messages);
        for _ in 0..messages {
            let command = maker.message()?;
            commands.push(command.clone());
            maker.play(command)?;
            let live = maker.bids.len() + maker.asks.len();
            maker.counts.shallowest = maker.counts.shallowest.min(live);
            maker.counts.deepest = maker.counts.deepest.max(live);
        }
        Ok(Windows { market, messages: commands, counts: maker.counts })
    }
}

/// What the flow knows of an order; `place` is where it is among the live ones of its side.
#[derive(Clone, Copy, Debug)]
struct Known {
    account: u16,
    side: Side,
    price: u32,
    within: Window,
    place: usize,
}

struct Maker {
    rng: Rng,
    shares: Shares,
    terrain: Terrain,
    market: Market,
    events: Vec<Event>,
    depth: usize,
    /// By order id, which counts from 1.
    orders: Vec<Known>,
    bids: Vec<u64>,
    asks: Vec<u64>,
    makers: Hands<Region>,
    takers: Hands<Region>,
    /// What is left of the ask that is being played, if it trades at once.
    selling: Vec<Region>,
    counts: Counts,
    begun: Instant,
    limit: Duration,
    played: usize,
}

impl Maker {
    fn new(seed: u64, depth: usize, messages: usize, limit: Duration) -> Result<Maker, FlowError> {
        let mut rng = Rng::with_seed(seed);
        let terrain = Terrain::new(&mut rng);
        let mut maker = Maker {
            rng,
            shares: Shares::default(),
            terrain,
            market: Market::new(),
            events: Vec::new(),
            depth,
            orders: Vec::new(),
            bids: Vec::new(),
            asks: Vec::new(),
            makers: Hands::default(),
            takers: Hands::default(),
            selling: Vec::new(),
            counts: Counts::default(),
            begun: Instant::now(),
            limit,
            played: 0,
        };
        let for_makers = depth / 2 + messages / 16 + 1_000;
        let for_takers = messages / 24 + 1_000;
        maker.deposit(for_makers, for_takers)?;
        Ok(maker)
    }

    fn deposit(&mut self, for_makers: usize, for_takers: usize) -> Result<(), FlowError> {
        let mut references = References::default();
        for number in 0..MAKERS + TAKERS {
            self.play(deposit_funds(account(number), &mut references))?;
        }
        let mut cores = Cores::default();
        let mut counts = [0; 4];
        let (mut makers, mut takers) = (0, 0);
        while makers < for_makers || takers < for_takers {
            // The takers' are short and narrow.
            let to_makers = makers < for_makers;
            let class = if to_makers { self.terrain.lacking(counts) } else { 0 };
            let width = WIDTHS[self.rng.usize(if to_makers { 0..8 } else { 4..8 })];
            cores.make_room(width);
            let Some((core, mask)) = cores.share(width) else {
                return Err(FlowError::TooManyRegions { regions: for_makers + for_takers });
            };
            let tilings = &self.terrain.classes[class];
            let tiling = tilings[self.rng.usize(0..tilings.len())].clone();
            for Window { begin, end } in tiling {
                let owners = if to_makers { 0..MAKERS } else { MAKERS..MAKERS + TAKERS };
                let owner = self.rng.u16(owners);
                let region = Region { core, begin, end, mask };
                self.play(deposit_region(account(owner), region, &mut references))?;
                let held = Held { account: owner, what: region, traded: false };
                if to_makers {
                    counts[class] += 1;
                    makers += 1;
                    self.makers.put(held);
                } else {
                    takers += 1;
                    self.takers.put(held);
                }
            }
        }
        Ok(())
    }

    fn message(&mut self) -> Result<Command, FlowError> {
        let mut kind = self.shares.deal(&mut self.rng);
        let live = self.bids.len() + self.asks.len();
        let one_in_eight = self.rng.u8(0..8) == 0;
        match kind {
            Kind::New if one_in_eight && live > self.depth + self.depth / 200 => kind = Kind::Cancel,
            Kind::Cancel if one_in_eight && live < self.depth - self.depth / 200 => kind = Kind::New,
            _ => {}
        }
        let bids_lack = self.bids.len() < self.asks.len();
        let three_in_four = self.rng.u8(0..4) > 0;
        match kind {
            Kind::New => {
                self.counts.new += 1;
                self.new_order(if bids_lack == three_in_four { Side::Bid } else { Side::Ask })
            }
            Kind::Cancel => {
                self.counts.cancels += 1;
                self.cancel(if bids_lack == three_in_four { Side::Ask } else { Side::Bid })
            }
            Kind::Marketable => {
                self.counts.marketable += 1;
                if self.rng.bool() { self.marketable_bid() } else { self.marketable_ask() }
            }
            Kind::Replace => {
                self.counts.replaces += 1;
                self.replace()
            }
        }
    }

    fn price(&mut self, side: Side, within: Window) -> u32 {
        let part = self.rng.u64(0..1 << 16);
        let distance = u32::try_from((u64::from(SPREAD) * part * part) >> 32).unwrap_or(0);
        let (low, high) = self.terrain.mids(within);
        match side {
            Side::Bid => low - distance,
            Side::Ask => high + 1 + distance,
        }
    }

    /// Notes the order that the next command places, and gives its id.
    fn note(&mut self, account: u16, side: Side, price: u32, within: Window) -> u64 {
        self.orders.push(Known { account, side, price, within, place: usize::MAX });
        self.orders.len() as u64
    }

    fn rest(&mut self, order: u64) {
        let Some(known) = known(&mut self.orders, order) else { return };
        let live = if known.side == Side::Bid { &mut self.bids } else { &mut self.asks };
        known.place = live.len();
        live.push(order);
    }

    fn new_order(&mut self, side: Side) -> Result<Command, FlowError> {
        let command = match side {
            Side::Bid => self.new_bid(),
            Side::Ask => self.new_ask()?,
        };
        self.rest(self.orders.len() as u64);
        Ok(command)
    }

    fn new_bid(&mut self) -> Command {
        let class = self.terrain.class(&mut self.rng);
        let window = self.terrain.window(&mut self.rng, class);
        let parts = WIDTHS[self.rng.usize(0..8)];
        let from = self.rng.u16(0..MAKERS);
        let flexible = self.rng.u8(0..3) == 0;
        let (within, lot) = if flexible {
            (self.widened(window), parts)
        } else {
            (window, if self.rng.bool() { 1 } else { parts })
        };
        self.counts.bids += 1;
        // The month itself cannot be widened.
        self.counts.flexible += usize::from(flexible && within != window);
        let price = self.price(Side::Bid, within);
        let order = self.note(from, Side::Bid, price, within);
        let lot = if within == window { lot } else { parts };
        let price = u64::from(price);
        Command::PlaceBid(bid(account(from), order, price, (parts, lot), within, window.duration()))
    }

    fn widened(&mut self, window: Window) -> Window {
        let most = (window.duration().0 / 2).max(1);
        let begin = window.begin.0 - self.rng.u32(1..=most).min(window.begin.0 - MONTH.begin.0);
        let end = window.end.0 + self.rng.u32(1..=most).min(MONTH.end.0 - window.end.0);
        Window { begin: Timeslice(begin), end: Timeslice(end) }
    }

    fn new_ask(&mut self) -> Result<Command, FlowError> {
        let Held { account: from, what: region, .. } = self.makers.draw(&mut self.rng)?;
        let price = self.price(Side::Ask, region.window());
        let order = self.note(from, Side::Ask, price, region.window());
        let lot = if self.rng.u8(0..4) == 0 { region.mask.parts().0 } else { 1 };
        let least = if self.rng.u8(0..4) == 0 { region.window().duration() } else { Timeslices(1) };
        Ok(Command::PlaceAsk(ask(account(from), order, u64::from(price), region.id(), lot, least)))
    }

    fn some_live(&mut self, side: Side) -> Result<(u64, Known), FlowError> {
        let live = if side == Side::Bid { &self.bids } else { &self.asks };
        if live.is_empty() {
            return Err(FlowError::Nothing("live order"));
        }
        let order = live[self.rng.usize(0..live.len())];
        let known = known(&mut self.orders, order).copied();
        Ok((order, known.ok_or(FlowError::Nothing("live order"))?))
    }

    fn cancel(&mut self, side: Side) -> Result<Command, FlowError> {
        let (order, known) = self.some_live(side)?;
        if side == Side::Ask {
            for piece in self.pieces(order) {
                let traded = piece.window() != known.within;
                self.makers.put(Held { account: known.account, what: piece, traded });
            }
        }
        Ok(cancel(account(known.account), order))
    }

    fn pieces(&self, order: u64) -> Vec<Region> {
        match self.market.order(OrderId(order)).map(|order| order.detail) {
            Some(OrderDetail::Ask { pieces, .. }) => pieces.iter().map(|piece| piece.region).collect(),
            _ => Vec::new(),
        }
    }

    fn replace(&mut self) -> Result<Command, FlowError> {
        let side = if self.rng.bool() { Side::Bid } else { Side::Ask };
        let (order, found) = self.some_live(side)?;
        let mut price = self.price(side, found.within);
        while price == found.price {
            price = self.price(side, found.within);
        }
        if let Some(known) = known(&mut self.orders, order) {
            known.price = price;
        }
        Ok(reprice(account(found.account), order, u64::from(price)))
    }

    fn marketable_bid(&mut self) -> Result<Command, FlowError> {
        let (order, _) = self.some_live(Side::Ask)?;
        let target = self.market.order(OrderId(order)).ok_or(FlowError::Nothing("live order"))?;
        let OrderDetail::Ask { pieces, min_timeslices } = target.detail else {
            return Err(FlowError::Nothing("ask"));
        };
        let piece = pieces[self.rng.usize(0..pieces.len())].region;
        let (has, length) = (piece.mask.parts().0, piece.window().duration().0);
        let inside = self.rng.bool() && min_timeslices == Timeslices(1) && length > 1;
        let window = if inside {
            let length_wanted = self.rng.u32(1..length);
            let begin = piece.begin.0 + self.rng.u32(0..=length - length_wanted);
            Window { begin: Timeslice(begin), end: Timeslice(begin + length_wanted) }
        } else {
            piece.window()
        };
        let all = target.lot_parts > Parts(1) || self.rng.bool();
        let parts = if all { has } else { self.rng.u32(1..=has) };
        let within = if self.rng.u8(0..3) == 0 { self.widened(window) } else { window };
        let from = self.rng.u16(MAKERS..MAKERS + TAKERS);
        let order = self.note(from, Side::Bid, 0, within);
        Ok(Command::PlaceBid(bid(account(from), order, HIGH, (parts, parts), within, window.duration())))
    }

    fn marketable_ask(&mut self) -> Result<Command, FlowError> {
        let Held { account: from, what: region, .. } = self.takers.draw(&mut self.rng)?;
        let order = self.note(from, Side::Ask, 0, region.window());
        self.selling = vec![region];
        let mut ask = ask(account(from), order, LOW, region.id(), 1, Timeslices(1));
        ask.time_in_force = TimeInForce::ImmediateOrCancel;
        Ok(Command::PlaceAsk(ask))
    }

    /// Has our market do it, and follows what comes of it.
    fn play(&mut self, command: Command) -> Result<(), FlowError> {
        if self.played.is_multiple_of(256) && self.begun.elapsed() > self.limit {
            let seconds = self.limit.as_secs();
            return Err(FlowError::OverLimit { done: self.played, seconds });
        }
        self.played += 1;
        let mut events = std::mem::take(&mut self.events);
        self.market.apply(&command, &mut events);
        for event in events.drain(..) {
            match event {
                Event::Rejected(rejection) => {
                    return Err(FlowError::Rejected { command: Box::new(command), reason: rejection.reason });
                }
                Event::Trade(trade) => {
                    self.counts.trades += 1;
                    let (buyer, ask) = if trade.maker_is_bid {
                        (trade.maker, trade.taker)
                    } else {
                        (trade.taker, trade.maker)
                    };
                    if known(&mut self.orders, ask.0).is_some_and(|ask| ask.place == usize::MAX) {
                        carve(&mut self.selling, trade.region);
                    }
                    if let Some(buyer) = known(&mut self.orders, buyer.0) {
                        let held = Held { account: buyer.account, what: trade.region, traded: true };
                        self.hand_over(held);
                    }
                }
                Event::Done { order_id, reason } => self.ended(order_id.0, reason),
                _ => {}
            }
        }
        self.events = events;
        Ok(())
    }

    /// A taker keeps what is too large to be sold at once: it would sweep the book.
    fn hand_over(&mut self, held: Held<Region>) {
        if held.account < MAKERS {
            self.makers.put(held);
        } else if held.what.mask.parts() <= Parts(5) && held.what.window().duration() <= Timeslices(22) {
            self.takers.put(held);
        }
    }

    fn ended(&mut self, order: u64, reason: DoneReason) {
        let Some(Known { account, side, place, .. }) = known(&mut self.orders, order).copied() else {
            return;
        };
        if place == usize::MAX {
            if reason == DoneReason::Cancelled {
                for region in std::mem::take(&mut self.selling) {
                    self.hand_over(Held { account, what: region, traded: true });
                }
            }
            return;
        }
        let live = if side == Side::Bid { &mut self.bids } else { &mut self.asks };
        live.swap_remove(place);
        if let Some(moved) = live.get(place).copied()
            && let Some(known) = known(&mut self.orders, moved)
        {
            known.place = place;
        }
    }
}

fn known(orders: &mut [Known], order: u64) -> Option<&mut Known> {
    usize::try_from(order).ok().and_then(|order| orders.get_mut(order.checked_sub(1)?))
}

/// Takes what was sold out of the piece that it lay in (rule 4.4).
fn carve(pieces: &mut Vec<Region>, sold: Region) {
    let Some(place) = pieces.iter().position(|piece| piece.contains(&sold)) else { return };
    let piece = pieces.swap_remove(place);
    let rests = [
        Region { end: sold.begin, ..piece },
        Region { begin: sold.end, ..piece },
        Region { mask: piece.mask.without(sold.mask), ..sold },
    ];
    pieces.extend(rests.into_iter().filter(|rest| rest.begin < rest.end && !rest.mask.is_empty()));
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(600);

    #[test]
    fn one_seed_gives_one_flow() {
        let [one, again, other] = [1, 1, 2].map(|seed| Windows::new(seed, 200, 300, LONG).unwrap());
        assert_eq!(one.messages, again.messages);
        assert_eq!(one.market.state_hash(), again.market.state_hash());
        assert_ne!(one.messages, other.messages);
    }

    #[test]
    fn shares_and_depth_are_as_claimed_and_nothing_is_rejected() {
        // Making the flow fails if anything is rejected.
        let (depth, messages) = (2_000, 10_000);
        let counts = Windows::new(4, depth, messages, LONG).unwrap().counts;
        assert_eq!((counts.marketable, counts.replaces), (messages * 7 / 100, messages * 3 / 100));
        let new = counts.new * 100 / messages;
        assert!((43..=55).contains(&new), "{counts:?}");
        assert_eq!(counts.new + counts.cancels, messages * 90 / 100);
        assert!(counts.shallowest >= depth * 97 / 100 && counts.deepest <= depth * 103 / 100, "{counts:?}");
        assert!((28..=38).contains(&(counts.flexible * 100 / counts.bids)), "{counts:?}");
        assert!(counts.trades >= counts.marketable / 2, "{counts:?}");
    }

    #[test]
    fn a_market_that_takes_too_long_is_given_up() {
        let given_up = Windows::new(1, 1_000, 1_000, Duration::ZERO);
        assert!(matches!(given_up, Err(FlowError::OverLimit { .. })));
    }

    #[test]
    fn only_marketable_orders_trade() {
        let flow = Windows::new(5, 1_000, 3_000, LONG).unwrap();
        let mut market = flow.market;
        let mut events = Vec::new();
        let makers: Vec<_> = (0..MAKERS).map(account).collect();
        for command in &flow.messages {
            events.clear();
            market.apply(command, &mut events);
            let trades = events.iter().filter(|event| matches!(event, Event::Trade(_))).count();
            match command {
                Command::PlaceBid(bid) if !makers.contains(&bid.account) => assert_eq!(trades, 1, "{bid:?}"),
                Command::PlaceAsk(ask) if !makers.contains(&ask.account) => {}
                _ => assert_eq!(trades, 0, "{command:?}"),
            }
        }
    }
}

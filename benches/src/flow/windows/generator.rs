//! How *windows* is made: our market plays it, and what it says is followed.

use super::Counts;
use crate::flow::Names;
use crate::flow::hands::{Hands, Held};
use crate::flow::plain::{MAKERS, TAKERS};
use crate::flow::terrain::{Terrain, WIDTHS};
use crate::flow::{Cores, FlowError, Kind, References, Shares, account, deposit_funds, deposit_region};
use coretime_market::Market;
use coretime_types::{Command, DoneReason, Event, Parts, Region, Side, Timeslices, Window};
use fastrand::Rng;
use std::time::{Duration, Instant};

/// What the flow knows of an order; `place` is where it is among the live ones of its side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    pub(super) account: u16,
    pub(super) side: Side,
    pub(super) price: u32,
    pub(super) within: Window,
    pub(super) place: usize,
}

pub(super) struct Generator {
    pub(super) rng: Rng,
    pub(super) shares: Shares,
    pub(super) terrain: Terrain,
    pub(super) market: Market,
    pub(super) events: Vec<Event>,
    pub(super) depth: usize,
    /// By order id, which counts from 1.
    pub(super) orders: Vec<Known>,
    pub(super) names: Names,
    pub(super) bids: Vec<u64>,
    pub(super) asks: Vec<u64>,
    pub(super) makers: Hands<Region>,
    pub(super) takers: Hands<Region>,
    /// What is left of the ask that is being played, if it trades at once.
    pub(super) selling: Vec<Region>,
    pub(super) counts: Counts,
    pub(super) begun: Instant,
    pub(super) limit: Duration,
    pub(super) played: usize,
}

impl Generator {
    pub(super) fn new(
        seed: u64,
        depth: usize,
        messages: usize,
        limit: Duration,
    ) -> Result<Generator, FlowError> {
        let mut rng = Rng::with_seed(seed);
        let terrain = Terrain::new(&mut rng);
        let mut generator = Generator {
            rng,
            shares: Shares::default(),
            terrain,
            market: Market::new(),
            events: Vec::new(),
            depth,
            orders: Vec::new(),
            names: Names::default(),
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
        generator.deposit(for_makers, for_takers)?;
        Ok(generator)
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

    pub(super) fn message(&mut self) -> Result<Command, FlowError> {
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

    /// Notes the order that the next command places, and gives its id.
    pub(super) fn note(&mut self, account: u16, side: Side, price: u32, within: Window) {
        self.orders.push(Known { account, side, price, within, place: usize::MAX });
    }

    pub(super) fn rest(&mut self, order: u64) {
        let Some(known) = known(&mut self.orders, order) else { return };
        let live = if known.side == Side::Bid { &mut self.bids } else { &mut self.asks };
        known.place = live.len();
        live.push(order);
    }

    pub(super) fn some_live(&mut self, side: Side) -> Result<(u64, Known), FlowError> {
        let live = if side == Side::Bid { &self.bids } else { &self.asks };
        if live.is_empty() {
            return Err(FlowError::Nothing("live order"));
        }
        let order = live[self.rng.usize(0..live.len())];
        let known = known(&mut self.orders, order).copied();
        Ok((order, known.ok_or(FlowError::Nothing("live order"))?))
    }

    /// Has our market do it, and follows what comes of it.
    pub(super) fn play(&mut self, command: Command) -> Result<(), FlowError> {
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

pub(super) fn known(orders: &mut [Known], order: u64) -> Option<&mut Known> {
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

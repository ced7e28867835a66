//! The orders of *windows*: who wants what, where and at which price.

use super::generator::{Generator, known};
use crate::flow::hands::Held;
use crate::flow::plain::{MAKERS, TAKERS};
use crate::flow::terrain::{MONTH, WIDTHS};
use crate::flow::{FlowError, account, ask, bid, cancel, reprice};
use coretime_market::OrderDetail;
use coretime_types::{Command, OrderId, Parts, Region, Side, TimeInForce, Timeslice, Timeslices, Window};

/// How far from the mid price an order rests at most.
const SPREAD: u32 = 300;
/// Above every ask, and below every bid.
const HIGH: u64 = 5_000;
const LOW: u64 = 100;

impl Generator {
    fn price(&mut self, side: Side, within: Window) -> u32 {
        let part = self.rng.u64(0..1 << 16);
        let distance = u32::try_from((u64::from(SPREAD) * part * part) >> 32).unwrap_or(0);
        let (low, high) = self.terrain.mids(within);
        match side {
            Side::Bid => low - distance,
            Side::Ask => high + 1 + distance,
        }
    }

    pub(super) fn new_order(&mut self, side: Side) -> Result<Command, FlowError> {
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
        self.note(from, Side::Bid, price, within);
        let name = self.names.next(from);
        let lot = if within == window { lot } else { parts };
        let price = u64::from(price);
        Command::PlaceBid(bid(account(from), name, price, (parts, lot), within, window.duration()))
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
        self.note(from, Side::Ask, price, region.window());
        let name = self.names.next(from);
        let lot = if self.rng.u8(0..4) == 0 { region.mask.parts().0 } else { 1 };
        let least = if self.rng.u8(0..4) == 0 { region.window().duration() } else { Timeslices(1) };
        Ok(Command::PlaceAsk(ask(account(from), name, u64::from(price), region.id(), lot, least)))
    }

    pub(super) fn cancel(&mut self, side: Side) -> Result<Command, FlowError> {
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

    pub(super) fn replace(&mut self) -> Result<Command, FlowError> {
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

    pub(super) fn marketable_bid(&mut self) -> Result<Command, FlowError> {
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
        self.note(from, Side::Bid, 0, within);
        let name = self.names.next(from);
        Ok(Command::PlaceBid(bid(account(from), name, HIGH, (parts, parts), within, window.duration())))
    }

    pub(super) fn marketable_ask(&mut self) -> Result<Command, FlowError> {
        let Held { account: from, what: region, .. } = self.takers.draw(&mut self.rng)?;
        self.note(from, Side::Ask, 0, region.window());
        let name = self.names.next(from);
        self.selling = vec![region];
        let mut ask = ask(account(from), name, LOW, region.id(), 1, Timeslices(1));
        ask.time_in_force = TimeInForce::ImmediateOrCancel;
        Ok(Command::PlaceAsk(ask))
    }
}

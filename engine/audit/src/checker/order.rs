//! Orders as the checker knows them: from commands, not from the engine.

use coretime_types::{
    AccountId, ClientOrderId, Delivery, OrderId, Parts, Planck, Region, SelfTrade, Settings, Side, Timeslice,
    Timeslices, UnitPrice, Window,
};

/// A region under an ask, or free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) region: Region,
    pub(super) renewable: bool,
}

/// A live order.
#[derive(Clone, Debug)]
pub(super) struct Order {
    pub(super) id: OrderId,
    pub(super) account: AccountId,
    pub(super) name: ClientOrderId,
    pub(super) price: UnitPrice,
    /// Counted by the checker itself: one for each order that enters the book, new or again.
    pub(super) priority: u64,
    pub(super) lot: Parts,
    pub(super) expire_at: Option<Timeslice>,
    pub(super) post_only: bool,
    pub(super) self_trade: SelfTrade,
    pub(super) taker_ppm: i32,
    pub(super) maker_ppm: i32,
    pub(super) delivery_fee: Planck,
    pub(super) terms: Terms,
}

#[derive(Clone, Debug)]
pub(super) enum Terms {
    Bid(Bid),
    Ask(Ask),
}

#[derive(Clone, Debug)]
pub(super) struct Bid {
    pub(super) remaining: Parts,
    pub(super) within: Window,
    pub(super) duration: Timeslices,
    pub(super) require_renewable: bool,
    pub(super) delivery: Delivery,
    pub(super) held: Planck,
}

#[derive(Clone, Debug)]
pub(super) struct Ask {
    /// By begin.
    pub(super) pieces: Vec<Piece>,
    pub(super) min_timeslices: Timeslices,
    pub(super) min_fill_notional: Planck,
}

impl Order {
    pub(super) fn side(&self) -> Side {
        match self.terms {
            Terms::Bid(_) => Side::Bid,
            Terms::Ask(_) => Side::Ask,
        }
    }

    /// Takes today's fee rates, and for an ask today's least fill.
    pub(super) fn take_rates(&mut self, settings: &Settings) {
        self.taker_ppm = settings.taker_ppm.0;
        self.maker_ppm = settings.maker_ppm.0;
        self.delivery_fee = settings.delivery_fee;
        if let Terms::Ask(ask) = &mut self.terms {
            ask.min_fill_notional = settings.min_fill_notional;
        }
    }

    /// Whether nothing is left to trade.
    pub(super) fn is_filled(&self, now: Timeslice) -> bool {
        match &self.terms {
            Terms::Bid(bid) => bid.remaining.0 == 0,
            Terms::Ask(ask) => !ask.pieces.iter().any(|piece| ask.is_live(&piece.region, now)),
        }
    }

    /// The first time at which it is over: rules, section 2.
    pub(super) fn over_at(&self) -> u64 {
        let by_window = match &self.terms {
            Terms::Bid(bid) => last_chance(bid.within.end, bid.duration),
            Terms::Ask(ask) => {
                // A piece that is too short from the start (after a replace) is never live.
                let long = ask.pieces.iter().map(|piece| piece.region);
                let long = long.filter(|region| region.window().duration() >= ask.min_timeslices);
                long.map(|region| last_chance(region.end, ask.min_timeslices)).max().unwrap_or(0)
            }
        };
        self.expire_at.map_or(by_window, |expiry| by_window.min(u64::from(expiry.0)))
    }
}

/// The first time from which a window of this length no longer ends by `end`.
fn last_chance(end: Timeslice, length: Timeslices) -> u64 {
    (u64::from(end.0) + 1).saturating_sub(u64::from(length.0))
}

impl Ask {
    pub(super) fn is_live(&self, region: &Region, now: Timeslice) -> bool {
        region.effective_duration(now) >= self.min_timeslices
    }

    /// Adds a piece, keeping them by begin.
    pub(super) fn add(&mut self, piece: Piece) {
        let at = self.pieces.partition_point(|other| other.region.begin < piece.region.begin);
        self.pieces.insert(at, piece);
    }
}

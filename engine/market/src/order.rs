//! Orders that are live, and the regions they sell.

use codec::Encode;
use coretime_types::{
    AccountId, ClientOrderId, Delivery, OrderId, Parts, Planck, Ppm, Priority, Region, SelfTrade, Side,
    Timeslice, Timeslices, UnitPrice, Window,
};

/// A region held by an account, under no order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode)]
pub struct FreeRegion {
    /// The owner.
    pub account: AccountId,
    /// The region.
    pub region: Region,
    /// Whether the chain records a price paid for it (rule 4.6).
    pub renewable: bool,
}

/// A region under an ask, or what fills left over of it (rule 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode)]
pub struct Piece {
    /// The region.
    pub region: Region,
    /// Whether the chain records a price paid for it (rule 4.6).
    pub renewable: bool,
}

/// The fees an order pays, as they were when it was accepted or last entered again (section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode)]
pub(crate) struct FeeRates {
    pub(crate) taker_ppm: Ppm,
    pub(crate) maker_ppm: Ppm,
    /// For each fill of a bid that leaves custody.
    pub(crate) delivery_fee: Planck,
}

/// An accepted order: resting, or coming in as a taker.
#[derive(Clone, Debug, PartialEq, Eq, Encode)]
pub(crate) struct Order {
    pub(crate) order_id: OrderId,
    pub(crate) account: AccountId,
    pub(crate) client_order_id: ClientOrderId,
    pub(crate) priority: Priority,
    pub(crate) unit_price: UnitPrice,
    pub(crate) lot_parts: Parts,
    pub(crate) expire_at: Option<Timeslice>,
    pub(crate) post_only: bool,
    pub(crate) self_trade: SelfTrade,
    pub(crate) fees: FeeRates,
    pub(crate) detail: Detail,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode)]
pub(crate) enum Detail {
    Bid(BidDetail),
    Ask(AskDetail),
}

#[derive(Clone, Debug, PartialEq, Eq, Encode)]
pub(crate) struct BidDetail {
    pub(crate) remaining: Parts,
    pub(crate) within: Window,
    pub(crate) duration: Timeslices,
    pub(crate) require_renewable: bool,
    pub(crate) delivery: Delivery,
    /// What it holds of its account's funds.
    pub(crate) held: Planck,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode)]
pub(crate) struct AskDetail {
    /// By begin; they never overlap in time.
    pub(crate) pieces: Vec<Piece>,
    pub(crate) min_timeslices: Timeslices,
    /// The venue's setting when the ask was accepted or last entered again (rule 4.2).
    pub(crate) min_fill_notional: Planck,
}

impl Order {
    pub(crate) fn side(&self) -> Side {
        match self.detail {
            Detail::Bid(_) => Side::Bid,
            Detail::Ask(_) => Side::Ask,
        }
    }
}

impl BidDetail {
    pub(crate) fn is_flexible(&self) -> bool {
        self.duration != self.within.duration()
    }
}

impl AskDetail {
    /// Live: the piece's effective duration is at least the ask's least (section 2).
    pub(crate) fn is_live(&self, piece: &Region, tradable_from: Timeslice) -> bool {
        piece.effective_duration(tradable_from) >= self.min_timeslices
    }

    pub(crate) fn has_live_piece(&self, tradable_from: Timeslice) -> bool {
        self.pieces.iter().any(|piece| self.is_live(&piece.region, tradable_from))
    }

    /// Adds a rest of a fill, keeping the order by begin.
    pub(crate) fn add_piece(&mut self, piece: Piece) {
        let at = self.pieces.partition_point(|other| other.region.begin < piece.region.begin);
        self.pieces.insert(at, piece);
    }
}

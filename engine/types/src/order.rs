//! Orders as traders send them (`market-rules` section 3).

use crate::{AccountId, ClientOrderId, Parts, RegionId, TaskId, Timeslice, Timeslices, UnitPrice, Window};
use codec::{Decode, Encode};

/// The two sides of the market.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum Side {
    /// Buys.
    Bid,
    /// Sells.
    Ask,
}

/// How long an order may wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Encode, Decode)]
pub enum TimeInForce {
    /// Good till cancelled: what does not fill at once rests.
    #[default]
    GoodTillCancelled,
    /// Immediate or cancel: what does not fill at once is cancelled.
    ImmediateOrCancel,
    /// Fill or kill: fills whole at once, or changes nothing.
    FillOrKill,
}

/// What happens when an order meets one of the same account; the taker's setting decides (rule 4.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Encode, Decode)]
pub enum SelfTrade {
    /// What is left of the incoming order is cancelled.
    #[default]
    CancelTaker,
    /// The resting order is cancelled whole, and matching goes on.
    CancelMaker,
}

/// Where a bought region goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Encode, Decode)]
pub enum Delivery {
    /// It stays with the venue and may be resold at once.
    #[default]
    Custody,
    /// It is transferred to the buyer's account on chain.
    Transfer,
    /// It is assigned to this task on chain.
    Assign(TaskId),
}

/// What a bid wants, apart from who sends it and for how long it stands: also one leg of a basket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct BidTerms {
    /// The trader's name for it.
    pub client_order_id: ClientOrderId,
    /// The highest price it pays.
    pub unit_price: UnitPrice,
    /// The total wanted; above 80 it spans several cores.
    pub parts: Parts,
    /// Each fill is a multiple of this, out of one region.
    pub lot_parts: Parts,
    /// `[earliest, latest)`: any window of exactly `duration` inside will do.
    pub within: Window,
    /// The length of the window wanted.
    pub duration: Timeslices,
    /// Match only a whole core whose renewal right survives the trade (rule 4.6).
    pub require_renewable: bool,
    /// Where what it buys goes.
    pub delivery: Delivery,
    /// What happens when it meets an order of the same account.
    pub self_trade: SelfTrade,
}

/// An order to buy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Bid {
    /// Who buys.
    pub account: AccountId,
    /// What is wanted.
    pub terms: BidTerms,
    /// How long it may wait.
    pub time_in_force: TimeInForce,
    /// Rejected if it would match at once.
    pub post_only: bool,
    /// It ends when this timeslice can no longer be sold.
    pub expire_at: Option<Timeslice>,
}

/// An order to sell one region, whole or in pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Ask {
    /// Who sells.
    pub account: AccountId,
    /// The trader's name for it.
    pub client_order_id: ClientOrderId,
    /// The lowest price it sells at.
    pub unit_price: UnitPrice,
    /// A free region of the account.
    pub region: RegionId,
    /// Fills take a multiple of this many parts; it divides the region's parts.
    pub lot_parts: Parts,
    /// A fill lasts at least this long.
    pub min_timeslices: Timeslices,
    /// How long it may wait.
    pub time_in_force: TimeInForce,
    /// Rejected if it would match at once.
    pub post_only: bool,
    /// It ends when this timeslice can no longer be sold.
    pub expire_at: Option<Timeslice>,
    /// What happens when it meets an order of the same account.
    pub self_trade: SelfTrade,
}

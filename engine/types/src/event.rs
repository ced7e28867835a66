//! All that can come of a command.

use crate::{
    AccountId, FailureOutcome, InstructionNumber, OrderId, Parts, Planck, Region, RegionId, RejectReason,
    TaskId, TradeId, UnitPrice, Window,
};
use codec::{Decode, Encode};

/// An output of the state machine, in the order in which it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Event {
    /// An order was accepted.
    Accepted {
        /// Its new id.
        order_id: OrderId,
    },
    /// An order was changed.
    Replaced {
        /// Its id, as before.
        order_id: OrderId,
    },
    /// The command, or this element of a quote, changed nothing.
    Rejected(Rejection),
    /// Two orders met.
    Trade(Trade),
    /// Something must happen on chain.
    Instruction {
        /// Its number, from 1 without gaps.
        number: InstructionNumber,
        /// What must happen.
        call: Call,
    },
    /// An order ended.
    Done {
        /// Which.
        order_id: OrderId,
        /// Why.
        reason: DoneReason,
    },
    /// A region left the ledger because its time is over.
    RegionExpired {
        /// Which.
        region: RegionId,
    },
    /// Money was credited.
    FundsDeposited {
        /// To whom.
        account: AccountId,
        /// How much.
        amount: Planck,
    },
    /// A region was credited.
    RegionDeposited {
        /// To whom.
        account: AccountId,
        /// Which.
        region: Region,
    },
    /// An instruction ended.
    InstructionEnded {
        /// Which.
        number: InstructionNumber,
        /// How.
        end: InstructionEnd,
    },
    /// The venue's mode is another one now.
    ModeChanged {
        /// The mode in force.
        mode: Mode,
    },
    /// The instruction before this event is above a limit: it waits for an operator.
    InstructionHeld {
        /// Which.
        number: InstructionNumber,
    },
    /// An operator approved an instruction that was held.
    InstructionReleased {
        /// Which.
        number: InstructionNumber,
    },
}

/// What was rejected and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Rejection {
    /// The first reason that applies.
    pub reason: RejectReason,
    /// For `duplicate_client_order_id`: the earlier order of that name.
    pub order_id: Option<OrderId>,
    /// For `leg_rejected`: the first leg that did not fill, from 0, and its own reason.
    pub leg: Option<(u32, RejectReason)>,
}

impl From<RejectReason> for Rejection {
    fn from(reason: RejectReason) -> Self {
        Rejection { reason, order_id: None, leg: None }
    }
}

/// Two orders met, at the maker's price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Trade {
    /// Its id, from 1.
    pub trade_id: TradeId,
    /// The order that rested.
    pub maker: OrderId,
    /// The order that came in.
    pub taker: OrderId,
    /// The maker's price.
    pub unit_price: UnitPrice,
    /// How many parts.
    pub parts: Parts,
    /// The window sold.
    pub window: Window,
    /// What the buyer got: the window sold, with an expired head where there was one.
    pub region: Region,
    /// `unit price * parts * duration`.
    pub notional: Planck,
    /// What the maker paid; negative is a rebate.
    pub maker_fee: i128,
    /// What the taker paid.
    pub taker_fee: Planck,
    /// Who bought.
    pub buyer: AccountId,
    /// Who sold.
    pub seller: AccountId,
    /// Which of the two orders is the bid: the maker's, else the taker's.
    pub maker_is_bid: bool,
}

/// What must happen on chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Call {
    /// Transfer a region out of custody.
    Transfer {
        /// The region.
        region: Region,
        /// The new owner.
        to: AccountId,
    },
    /// Assign a region to a task.
    Assign {
        /// The region.
        region: Region,
        /// The task.
        task: TaskId,
    },
    /// Pay money out of custody.
    Pay {
        /// The payee.
        to: AccountId,
        /// How much.
        amount: Planck,
    },
}

/// Why an order ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum DoneReason {
    /// Nothing was left to trade.
    Filled,
    /// It was cancelled: by its owner, by a suspension, or as what was left of an IOC order.
    Cancelled,
    /// Its time was over.
    Expired,
    /// It met an order of the same account.
    SelfTrade,
}

impl DoneReason {
    /// The name in the rules and in the scenario format.
    pub fn name(self) -> &'static str {
        match self {
            DoneReason::Filled => "filled",
            DoneReason::Cancelled => "cancelled",
            DoneReason::Expired => "expired",
            DoneReason::SelfTrade => "self_trade",
        }
    }
}

/// How an instruction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
pub enum InstructionEnd {
    /// It was carried out.
    Confirmed,
    /// It was not.
    Failed(FailureOutcome),
}

/// Whether the venue trades (`market-rules` section 8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Encode, Decode)]
pub enum Mode {
    /// All goes on.
    #[default]
    Open,
    /// No new orders.
    Halted,
    /// No new orders, and nothing is paid out.
    Frozen,
}

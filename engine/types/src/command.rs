//! All that can happen to the market.

use crate::{
    AccountId, Ask, Bid, BidTerms, BlockNumber, ChainReference, ClientOrderId, CoreMask, InstructionNumber,
    OrderId, OutflowLimit, OutflowScope, Parts, Planck, Region, RegionId, RequestId, SettingsChange, Side,
    Timeslice, Timeslices, UnitPrice,
};
use codec::{Decode, Encode};

/// An input of the state machine. Time, deposits and the chain's answers enter this way too, so that the log alone
/// tells the whole story.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Command {
    /// Changes the venue's settings.
    Configure(SettingsChange),
    /// Moves the only clock.
    AdvanceClock {
        /// The first timeslice that can still be sold.
        tradable_from: Timeslice,
    },
    /// Money reached custody.
    DepositFunds {
        /// Whose.
        account: AccountId,
        /// How much.
        amount: Planck,
        /// Where it was seen.
        reference: ChainReference,
    },
    /// A region reached custody.
    DepositRegion {
        /// Whose.
        account: AccountId,
        /// Which.
        region: Region,
        /// Whether the chain records a price paid for it.
        renewable: bool,
        /// Where it was seen.
        reference: ChainReference,
    },
    /// Places an order to buy.
    PlaceBid(Bid),
    /// Places an order to sell.
    PlaceAsk(Ask),
    /// Cancels one order.
    Cancel {
        /// Whose.
        account: AccountId,
        /// Which.
        target: CancelTarget,
        /// Makes a retry safe.
        request_id: Option<RequestId>,
    },
    /// Cancels all orders of an account.
    CancelAll {
        /// Whose.
        account: AccountId,
        /// Only this side, or both.
        side: Option<Side>,
        /// Makes a retry safe.
        request_id: Option<RequestId>,
    },
    /// Changes an order.
    Replace(Replace),
    /// Several bids that all fill at once, or none.
    Basket {
        /// Who buys.
        account: AccountId,
        /// 2 to 64 bids, each as fill or kill.
        legs: Vec<BidTerms>,
        /// Makes a retry safe.
        request_id: Option<RequestId>,
    },
    /// Cancels a list of orders, then places a list of orders, each on its own.
    Quote {
        /// Whose.
        account: AccountId,
        /// Orders to cancel first.
        cancel: Vec<OrderId>,
        /// Orders to place then.
        place: Vec<QuoteOrder>,
        /// Makes a retry safe.
        request_id: Option<RequestId>,
    },
    /// The owner cuts a free region in time.
    Partition {
        /// The owner.
        account: AccountId,
        /// A free region.
        region: RegionId,
        /// The cut: inside the region.
        pivot: Timeslice,
        /// Makes a retry safe.
        request_id: Option<RequestId>,
    },
    /// The owner cuts a free region by share.
    Interlace {
        /// The owner.
        account: AccountId,
        /// A free region.
        region: RegionId,
        /// Some, not all, of its parts.
        mask: CoreMask,
        /// Makes a retry safe.
        request_id: Option<RequestId>,
    },
    /// Pays free funds out to the account on chain.
    WithdrawFunds {
        /// Whose.
        account: AccountId,
        /// How much, without the withdrawal fee.
        amount: Planck,
        /// Makes a retry safe.
        request_id: Option<RequestId>,
    },
    /// Transfers a free region to the account on chain.
    WithdrawRegion {
        /// Whose.
        account: AccountId,
        /// Which.
        region: RegionId,
        /// Makes a retry safe.
        request_id: Option<RequestId>,
    },
    /// A finalised block was read to its end.
    BlockSeen {
        /// Its number.
        number: BlockNumber,
        /// Its hash, as text.
        hash: String,
    },
    /// Settlement is about to submit an extrinsic.
    SettlementSubmitted(SettlementSubmitted),
    /// An instruction was carried out in a finalised block.
    SettlementConfirmed(SettlementConfirmed),
    /// An instruction ended otherwise.
    SettlementFailed {
        /// Which.
        instruction: InstructionNumber,
        /// What became of it.
        outcome: FailureOutcome,
        /// Why, for people.
        reason: String,
    },
    /// An operator pays from the fee account.
    Compensate {
        /// To whom.
        account: AccountId,
        /// How much.
        amount: Planck,
        /// Why, for people.
        reason: String,
    },
    /// Adds a cause to take no orders.
    Halt {
        /// The cause.
        cause: String,
    },
    /// Adds a cause to take no orders and pay nothing out.
    Freeze {
        /// The cause.
        cause: String,
    },
    /// Takes a cause away, from both sets.
    Resume {
        /// The cause.
        cause: String,
    },
    /// From now on this account may only cancel; its orders are cancelled.
    Suspend {
        /// Whose.
        account: AccountId,
    },
    /// Ends a suspension.
    Unsuspend {
        /// Whose.
        account: AccountId,
    },
    /// Sets how much may leave in a day, or takes that limit away.
    LimitOutflow {
        /// Whose.
        scope: OutflowScope,
        /// The limit; none takes it away. An account's own limit without numbers lets it take out what it likes.
        limit: Option<OutflowLimit>,
    },
    /// Lets settlement carry out an instruction that is held.
    ApproveOutflow {
        /// Which.
        instruction: InstructionNumber,
    },
}

/// Which order to cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum CancelTarget {
    /// By the venue's id.
    Order(OrderId),
    /// By the trader's own id.
    ClientOrder(ClientOrderId),
}

/// Changes a resting order; what is `None` stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Replace {
    /// Whose.
    pub account: AccountId,
    /// Which.
    pub order_id: OrderId,
    /// The new limit.
    pub unit_price: Option<UnitPrice>,
    /// The new remaining parts; bids only.
    pub parts: Option<Parts>,
    /// The new least duration of a fill; asks only.
    pub min_timeslices: Option<Timeslices>,
    /// Makes a retry safe.
    pub request_id: Option<RequestId>,
}

/// An order inside a quote. Its account is the quote's, whatever it says itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum QuoteOrder {
    /// An order to buy.
    Bid(Bid),
    /// An order to sell.
    Ask(Ask),
}

/// The hash of an extrinsic, as text. Opaque to the engine.
pub type ExtrinsicHash = String;

/// Which instructions an extrinsic carries. No effect on the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SettlementSubmitted {
    /// The instructions in it.
    pub instructions: Vec<InstructionNumber>,
    /// Its hash.
    pub extrinsic_hash: ExtrinsicHash,
    /// The signer's nonce.
    pub nonce: u64,
    /// After this block it can no longer be included.
    pub valid_until_block: BlockNumber,
    /// The signed bytes, recorded before they are submitted, so that what was sent can be sent again unchanged.
    /// Empty in the scenario format.
    pub extrinsic: Vec<u8>,
}

/// An instruction was carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SettlementConfirmed {
    /// Which.
    pub instruction: InstructionNumber,
    /// The finalised block.
    pub block: BlockNumber,
    /// The extrinsic's index in that block.
    pub extrinsic_index: u32,
    /// What the chain charged for it.
    pub chain_fee: Planck,
}

/// What became of an instruction that was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
pub enum FailureOutcome {
    /// Nothing happened on chain: what it was about goes back to the account.
    Returned,
    /// It is gone on chain.
    Lost,
}

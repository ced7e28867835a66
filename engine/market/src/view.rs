//! Looking at the market. Nothing here changes anything.

use crate::account::Funds;
use crate::custody::{Instruction, Totals};
use crate::market::Market;
use crate::order::{Detail, FreeRegion, Order, Piece};
use coretime_types::{
    AccountId, BlockNumber, ChainReference, ClientOrderId, Delivery, InstructionNumber, OrderId, Parts,
    Planck, Priority, Region, SelfTrade, Settings, Side, Timeslice, Timeslices, UnitPrice, Window,
};

/// A live order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderView {
    /// The venue's id.
    pub order_id: OrderId,
    /// The owner.
    pub account: AccountId,
    /// The owner's name for it.
    pub client_order_id: ClientOrderId,
    /// Its place in time priority.
    pub priority: Priority,
    /// The limit.
    pub unit_price: UnitPrice,
    /// Fills are multiples of this.
    pub lot_parts: Parts,
    /// When it expires.
    pub expire_at: Option<Timeslice>,
    /// Whether it never takes.
    pub post_only: bool,
    /// What happens when it meets an order of its own account.
    pub self_trade: SelfTrade,
    /// What is particular to its side.
    pub detail: OrderDetail,
}

/// What is particular to a side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderDetail {
    /// It buys.
    Bid {
        /// What is still wanted.
        remaining: Parts,
        /// Where the window may lie.
        within: Window,
        /// The window's length.
        duration: Timeslices,
        /// Only with the renewal right.
        require_renewable: bool,
        /// Where it goes.
        delivery: Delivery,
        /// What it holds of the account's funds.
        held: Planck,
    },
    /// It sells.
    Ask {
        /// What is left, by begin.
        pieces: Vec<Piece>,
        /// A fill lasts at least this long.
        min_timeslices: Timeslices,
    },
}

impl OrderView {
    /// Its side.
    pub fn side(&self) -> Side {
        match self.detail {
            OrderDetail::Bid { .. } => Side::Bid,
            OrderDetail::Ask { .. } => Side::Ask,
        }
    }

    fn of(order: &Order) -> OrderView {
        let detail = match &order.detail {
            Detail::Bid(bid) => OrderDetail::Bid {
                remaining: bid.remaining,
                within: bid.within,
                duration: bid.duration,
                require_renewable: bid.require_renewable,
                delivery: bid.delivery,
                held: bid.held,
            },
            Detail::Ask(ask) => {
                OrderDetail::Ask { pieces: ask.pieces.clone(), min_timeslices: ask.min_timeslices }
            }
        };
        OrderView {
            order_id: order.order_id,
            account: order.account,
            client_order_id: order.client_order_id,
            priority: order.priority,
            unit_price: order.unit_price,
            lot_parts: order.lot_parts,
            expire_at: order.expire_at,
            post_only: order.post_only,
            self_trade: order.self_trade,
            detail,
        }
    }
}

impl Market {
    /// The first timeslice that can still be sold.
    pub fn tradable_from(&self) -> Timeslice {
        self.state.tradable_from
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.state.settings
    }

    /// Why the venue takes no orders.
    pub fn halt_causes(&self) -> impl Iterator<Item = &str> {
        self.state.halt_causes.iter().map(String::as_str)
    }

    /// Why the venue pays nothing out.
    pub fn freeze_causes(&self) -> impl Iterator<Item = &str> {
        self.state.freeze_causes.iter().map(String::as_str)
    }

    /// An account's money; none if it was never heard of.
    pub fn funds(&self, account: AccountId) -> Funds {
        self.state.funds(account)
    }

    /// All accounts, by key.
    pub fn accounts(&self) -> impl Iterator<Item = (AccountId, Funds)> {
        self.state.accounts.iter().map(|(id, account)| (*id, account.funds))
    }

    /// All free regions, by begin, core and mask.
    pub fn free_regions(&self) -> impl Iterator<Item = FreeRegion> {
        self.state.free.values().copied()
    }

    /// An account's free regions, by begin, core and mask.
    pub fn free_regions_of(&self, account: AccountId) -> impl Iterator<Item = FreeRegion> {
        let account = self.state.accounts.get(&account);
        let ids = account.into_iter().flat_map(|account| &account.free_regions);
        ids.filter_map(|id| self.state.free.get(id)).copied()
    }

    /// Every region in the ledger: free ones and pieces under asks, not those that are on their way out.
    pub fn ledger_regions(&self) -> impl Iterator<Item = Region> {
        self.state.ledger_regions()
    }

    /// A live order.
    pub fn order(&self, order_id: OrderId) -> Option<OrderView> {
        self.state.orders.get(&order_id).map(OrderView::of)
    }

    /// All live orders, by id.
    pub fn orders(&self) -> impl Iterator<Item = OrderView> {
        self.state.orders.values().map(OrderView::of)
    }

    /// An account's live orders, by id.
    pub fn orders_of(&self, account: AccountId) -> impl Iterator<Item = OrderView> {
        let account = self.state.accounts.get(&account);
        let ids = account.into_iter().flat_map(|account| &account.live_orders);
        ids.filter_map(|id| self.order(*id))
    }

    /// The order of this name, live or among the 4,096 most recently ended ones.
    pub fn find_order(&self, account: AccountId, name: ClientOrderId) -> Option<OrderId> {
        self.state.accounts.get(&account)?.client_orders.get(&name).copied()
    }

    /// What settlement still has to do, by number.
    pub fn instructions(&self) -> impl Iterator<Item = &Instruction> {
        self.state.instructions.values()
    }

    /// An instruction that has not ended.
    pub fn instruction(&self, number: InstructionNumber) -> Option<&Instruction> {
        self.state.instructions.get(&number)
    }

    /// The last deposit reference that was seen.
    pub fn last_reference(&self) -> Option<ChainReference> {
        self.state.last_reference
    }

    /// The last block that was read to its end, with its hash.
    pub fn last_block(&self) -> Option<(BlockNumber, &str)> {
        self.state.last_block.as_ref().map(|(number, hash)| (*number, hash.as_str()))
    }

    /// What entered and left the ledger.
    pub fn totals(&self) -> Totals {
        self.state.totals
    }
}

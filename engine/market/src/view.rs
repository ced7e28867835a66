//! Looking at the market. Nothing here changes anything.

use crate::accounts::Funds;
use crate::custody::{Instruction, Totals};
use crate::market::Market;
use crate::order::{Detail, Order};
use crate::regions::{FreeRegion, Piece};
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

    fn of(market: &Market, order: &Order) -> OrderView {
        let state = &market.state;
        let detail = match &order.detail {
            Detail::Bid(bid) => OrderDetail::Bid {
                remaining: bid.remaining,
                within: bid.within,
                duration: bid.duration,
                require_renewable: bid.require_renewable,
                delivery: bid.delivery,
                held: market.held(order, bid, bid.remaining),
            },
            Detail::Ask(ask) => {
                let pieces = state.regions.pieces_from(ask.first_piece).map(|(_, holding)| holding.piece);
                OrderDetail::Ask { pieces: pieces.collect(), min_timeslices: ask.min_timeslices }
            }
        };
        OrderView {
            order_id: order.order_id,
            account: state.accounts.get(order.account).id,
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
        self.state.funds_of(account)
    }

    /// All accounts, by key.
    pub fn accounts(&self) -> impl Iterator<Item = (AccountId, Funds)> {
        self.state.accounts.sorted().into_iter().map(|account| (account.id, account.funds))
    }

    /// All free regions, by begin, core and mask.
    pub fn free_regions(&self) -> impl Iterator<Item = FreeRegion> {
        self.state.free_regions().into_iter()
    }

    /// An account's free regions, by begin, core and mask.
    pub fn free_regions_of(&self, account: AccountId) -> impl Iterator<Item = FreeRegion> {
        let account = self.state.accounts.find(account);
        let regions = account.into_iter().flat_map(|account| self.state.regions.of_account(account));
        let free = regions.filter(|holding| holding.under.is_none());
        let mut free: Vec<FreeRegion> = free.map(|holding| self.state.free_region(holding)).collect();
        free.sort_unstable_by_key(|free| free.region.id());
        free.into_iter()
    }

    /// Every region in the ledger, by begin, core and mask: free ones and pieces under asks, not those that are on
    /// their way out.
    pub fn ledger_regions(&self) -> impl Iterator<Item = Region> {
        let mut regions: Vec<Region> = self.state.regions.iter().map(|holding| *holding.region()).collect();
        regions.sort_unstable_by_key(Region::id);
        regions.into_iter()
    }

    /// The same with owner and renewal right, in no particular order: for going through all of a large ledger.
    pub fn holdings(&self) -> impl Iterator<Item = (AccountId, Piece)> {
        self.state.regions.iter().map(|holding| (self.state.accounts.get(holding.account).id, holding.piece))
    }

    /// A live order.
    pub fn order(&self, order_id: OrderId) -> Option<OrderView> {
        let slot = self.state.orders.find(order_id)?;
        Some(OrderView::of(self, self.state.orders.get(slot)))
    }

    /// How many orders are live.
    pub fn live_orders(&self) -> usize {
        self.state.orders.len()
    }

    /// All live orders, by id.
    pub fn orders(&self) -> impl Iterator<Item = OrderView> {
        self.state.orders.sorted().into_iter().map(|order| OrderView::of(self, order))
    }

    /// An account's live orders, by id.
    pub fn orders_of(&self, account: AccountId) -> impl Iterator<Item = OrderView> {
        let account = self.state.accounts.find(account);
        let slots = account.into_iter().flat_map(|account| self.state.orders.of_account(account));
        let mut orders: Vec<&Order> = slots.map(|slot| self.state.orders.get(slot)).collect();
        orders.sort_unstable_by_key(|order| order.order_id);
        orders.into_iter().map(|order| OrderView::of(self, order))
    }

    /// The order of this name, live or among the 4,096 most recently ended ones.
    pub fn find_order(&self, account: AccountId, name: ClientOrderId) -> Option<OrderId> {
        self.state.accounts.order_named(self.state.accounts.find(account)?, name)
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

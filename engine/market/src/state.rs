//! The state, and the few primitive changes that everything else is made of.
//!
//! Every change that can happen inside an order that is later undone (fill or kill, baskets) goes through a primitive
//! here, which notes how to take it back (`undo.rs`).

use crate::account::{Account, Funds};
use crate::custody::{Instruction, Totals};
use crate::order::{Detail, FreeRegion, Order};
use crate::undo::{Undo, UndoLog};
use codec::Encode;
use coretime_types::{
    AccountId, Call, ChainReference, ClientOrderId, CoreIndex, Event, InstructionNumber, OrderId, Planck,
    Priority, Region, RegionId, RequestId, Settings, Timeslice, TradeId, UnitPrice,
};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Everything the market is. Its SCALE encoding is what the state hash is taken of.
#[derive(Clone, Debug, Default, Encode)]
pub(crate) struct State {
    pub(crate) settings: Settings,
    pub(crate) tradable_from: Timeslice,
    pub(crate) halt_causes: BTreeSet<String>,
    pub(crate) freeze_causes: BTreeSet<String>,
    pub(crate) accounts: BTreeMap<AccountId, Account>,
    /// Regions under no order. Ids are unique: regions of one id would share core time.
    pub(crate) free: BTreeMap<RegionId, FreeRegion>,
    pub(crate) orders: BTreeMap<OrderId, Order>,
    pub(crate) instructions: BTreeMap<InstructionNumber, Instruction>,
    /// What was deposited, by core: every region in the ledger is a part of one of these (section 1).
    pub(crate) roots: BTreeMap<CoreIndex, Vec<Region>>,
    pub(crate) counters: Counters,
    pub(crate) last_reference: Option<ChainReference>,
    pub(crate) last_block: Option<(coretime_types::BlockNumber, String)>,
    pub(crate) totals: Totals,
    /// The book: derived from `orders`, best first.
    #[codec(skip)]
    pub(crate) asks: BTreeMap<(UnitPrice, Priority), OrderId>,
    #[codec(skip)]
    pub(crate) bids: BTreeMap<(Reverse<UnitPrice>, Priority), OrderId>,
    #[codec(skip)]
    pub(crate) undo: UndoLog,
}

/// The last number given out of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode)]
pub(crate) struct Counters {
    pub(crate) order: OrderId,
    pub(crate) priority: Priority,
    pub(crate) trade: TradeId,
    pub(crate) instruction: InstructionNumber,
}

impl State {
    // --- funds ---

    pub(crate) fn funds(&self, account: AccountId) -> Funds {
        self.accounts.get(&account).map(|account| account.funds).unwrap_or_default()
    }

    pub(crate) fn set_funds(&mut self, account: AccountId, funds: Funds) {
        let before = self.accounts.get(&account).map(|account| account.funds);
        self.undo.note(|| Undo::Funds(account, before));
        self.accounts.entry(account).or_default().funds = funds;
    }

    /// All deposits together fit into 128 bits, so no account can overflow; the build checks it all the same.
    pub(crate) fn credit(&mut self, account: AccountId, amount: Planck) {
        let funds = self.funds(account);
        if amount > Planck::ZERO {
            self.set_funds(account, Funds { free: Planck(funds.free.0 + amount.0), ..funds });
        }
    }

    /// The caller has seen that `amount` is there.
    pub(crate) fn debit(&mut self, account: AccountId, amount: Planck) {
        let funds = self.funds(account);
        self.set_funds(account, Funds { free: Planck(funds.free.0 - amount.0), ..funds });
    }

    // --- free regions ---

    pub(crate) fn free_region_of(&self, account: AccountId, id: RegionId) -> Option<FreeRegion> {
        self.free.get(&id).filter(|free| free.account == account).copied()
    }

    pub(crate) fn insert_free(&mut self, free: FreeRegion) {
        let id = free.region.id();
        self.undo.note(|| Undo::FreeInserted(id));
        self.accounts.entry(free.account).or_default().free_regions.insert(id);
        self.free.insert(id, free);
    }

    pub(crate) fn remove_free(&mut self, id: RegionId) -> Option<FreeRegion> {
        let free = self.free.remove(&id)?;
        if let Some(account) = self.accounts.get_mut(&free.account) {
            account.free_regions.remove(&id);
        }
        self.undo.note(|| Undo::FreeRemoved(free));
        Some(free)
    }

    /// Whether any of this core time is in the ledger or in an instruction that has not ended. Only where it overlaps
    /// a former deposit can it be, so the parts themselves are hardly ever looked at.
    pub(crate) fn is_counted(&self, region: &Region) -> bool {
        let roots = self.roots.get(&region.core);
        roots.is_some_and(|roots| roots.iter().any(|root| root.overlaps(region)))
            && (self.ledger_regions().any(|other| other.overlaps(region))
                || self.instructions.values().filter_map(Instruction::region).any(|o| o.overlaps(region)))
    }

    /// Every region in the ledger: free, or a piece under an ask.
    pub(crate) fn ledger_regions(&self) -> impl Iterator<Item = Region> {
        let pieces = self.orders.values().filter_map(|order| match &order.detail {
            Detail::Ask(ask) => Some(ask.pieces.iter().map(|piece| piece.region)),
            Detail::Bid(_) => None,
        });
        self.free.values().map(|free| free.region).chain(pieces.flatten())
    }

    // --- orders ---

    /// Puts an order into the book.
    pub(crate) fn insert_order(&mut self, order: Order) {
        let order_id = order.order_id;
        self.undo.note(|| Undo::OrderInserted(order_id));
        let account = self.accounts.entry(order.account).or_default();
        account.live_orders.insert(order_id);
        match &order.detail {
            Detail::Bid(_) => {
                self.bids.insert((Reverse(order.unit_price), order.priority), order_id);
            }
            Detail::Ask(ask) => {
                account.pieces += ask.pieces.len() as u64;
                self.asks.insert((order.unit_price, order.priority), order_id);
            }
        }
        self.orders.insert(order_id, order);
    }

    /// Takes an order out of the book, to change it or to end it.
    pub(crate) fn remove_order(&mut self, order_id: OrderId) -> Option<Order> {
        let order = self.orders.remove(&order_id)?;
        if let Some(account) = self.accounts.get_mut(&order.account) {
            account.live_orders.remove(&order_id);
            if let Detail::Ask(ask) = &order.detail {
                account.pieces -= ask.pieces.len() as u64;
            }
        }
        match order.detail {
            Detail::Bid(_) => self.bids.remove(&(Reverse(order.unit_price), order.priority)),
            Detail::Ask(_) => self.asks.remove(&(order.unit_price, order.priority)),
        };
        self.undo.note(|| Undo::OrderRemoved(Box::new(order.clone())));
        Some(order)
    }

    /// From now on this name belongs to this order.
    pub(crate) fn name_order(&mut self, account: AccountId, name: ClientOrderId, order_id: OrderId) {
        self.undo.note(|| Undo::Named(account, name));
        self.accounts.entry(account).or_default().client_orders.insert(name, order_id);
    }

    /// The order of this name has ended.
    pub(crate) fn end_name(&mut self, account: AccountId, name: ClientOrderId) {
        let forgotten = self.accounts.entry(account).or_default().end_name(name);
        self.undo.note(|| Undo::NameEnded { account, forgotten });
    }

    pub(crate) fn next_order_id(&mut self) -> OrderId {
        self.counters.order.0 += 1;
        self.counters.order
    }

    pub(crate) fn next_priority(&mut self) -> Priority {
        self.counters.priority.0 += 1;
        self.counters.priority
    }

    pub(crate) fn next_trade_id(&mut self) -> TradeId {
        self.counters.trade.0 += 1;
        self.counters.trade
    }

    // --- the rest ---

    /// Gives settlement something to do.
    pub(crate) fn instruct(
        &mut self,
        account: AccountId,
        call: Call,
        renewable: bool,
        events: &mut Vec<Event>,
    ) {
        self.counters.instruction.0 += 1;
        let number = self.counters.instruction;
        let instruction = Instruction { number, account, call, renewable, submission: None };
        if let Some(region) = instruction.region() {
            let totals = self.totals;
            self.undo.note(|| Undo::Totals(totals));
            self.totals.regions_instructed.0 += region.part_timeslices().0;
        }
        self.undo.note(|| Undo::Instructed(number));
        self.instructions.insert(number, instruction);
        events.push(Event::Instruction { number, call });
    }

    /// Never inside an order, so never undone.
    pub(crate) fn remember_request(&mut self, account: AccountId, request_id: Option<RequestId>) {
        if let Some(request_id) = request_id {
            self.accounts.entry(account).or_default().remember_request(request_id);
        }
    }
}

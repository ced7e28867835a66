//! The state, and the few primitive changes that everything else is made of.
//!
//! Every change that can happen inside an order that is later undone (fill or kill, baskets) goes through a primitive
//! here or in `listing.rs`, which notes how to take it back (`undo.rs`).

use crate::accounts::{AccountIndex, Accounts, Funds};
use crate::book::Side as BookSide;
use crate::custody::{Instruction, Totals};
use crate::order::{Order, Orders, Terms, TermsIndex};
use crate::outflow::Outflows;
use crate::regions::{Holding, Piece, Regions};
use crate::slots::{OrderSlot, RegionSlot};
use crate::undo::{Undo, UndoLog};
use codec::{Decode, Encode};
use coretime_types::{
    AccountId, BlockNumber, Call, ChainReference, ClientOrderId, Event, InstructionNumber, OrderId, Planck,
    Priority, Region, RequestId, Settings, Timeslice, TradeId,
};
use std::collections::{BTreeMap, BTreeSet};

/// Everything the market is.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) settings: Settings,
    pub(crate) tradable_from: Timeslice,
    pub(crate) halt_causes: BTreeSet<String>,
    pub(crate) freeze_causes: BTreeSet<String>,
    pub(crate) accounts: Accounts,
    pub(crate) regions: Regions,
    pub(crate) orders: Orders,
    /// All terms that orders were ever accepted under; today's are the last.
    pub(crate) terms: Vec<Terms>,
    pub(crate) instructions: BTreeMap<InstructionNumber, Instruction>,
    pub(crate) counters: Counters,
    pub(crate) last_reference: Option<ChainReference>,
    pub(crate) last_block: Option<(BlockNumber, String)>,
    pub(crate) totals: Totals,
    pub(crate) outflows: Outflows,
    /// Live pieces of resting asks, by their regions' slots.
    pub(crate) asks: BookSide,
    /// Resting bids, by their slots.
    pub(crate) bids: BookSide,
    pub(crate) undo: UndoLog,
}

impl Default for State {
    fn default() -> Self {
        State {
            settings: Settings::default(),
            tradable_from: Timeslice::default(),
            halt_causes: BTreeSet::new(),
            freeze_causes: BTreeSet::new(),
            accounts: Accounts::default(),
            regions: Regions::default(),
            orders: Orders::default(),
            terms: vec![Terms::default()],
            instructions: BTreeMap::new(),
            counters: Counters::default(),
            last_reference: None,
            last_block: None,
            totals: Totals::default(),
            outflows: Outflows::default(),
            asks: BookSide::default(),
            bids: BookSide::default(),
            undo: UndoLog::default(),
        }
    }
}

/// The last number given out of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Counters {
    pub(crate) order: OrderId,
    pub(crate) priority: Priority,
    pub(crate) trade: TradeId,
    pub(crate) instruction: InstructionNumber,
}

impl State {
    // --- funds ---

    /// None if the account was never heard of.
    pub(crate) fn funds_of(&self, account: AccountId) -> Funds {
        self.accounts.find(account).map(|account| self.funds(account)).unwrap_or_default()
    }

    pub(crate) fn funds(&self, account: AccountIndex) -> Funds {
        self.accounts.get(account).funds
    }

    pub(crate) fn set_funds(&mut self, account: AccountIndex, funds: Funds) {
        let before = std::mem::replace(&mut self.accounts.get_mut(account).funds, funds);
        self.undo.note(|| Undo::Funds(account, before));
    }

    /// All deposits together fit into 128 bits, so no account can overflow; the build checks it all the same.
    pub(crate) fn credit(&mut self, account: AccountIndex, amount: Planck) {
        let funds = self.funds(account);
        self.set_funds(account, Funds { free: Planck(funds.free.0 + amount.0), ..funds });
    }

    /// The caller has seen that `amount` is there.
    pub(crate) fn debit(&mut self, account: AccountIndex, amount: Planck) {
        let funds = self.funds(account);
        self.set_funds(account, Funds { free: Planck(funds.free.0 - amount.0), ..funds });
    }

    /// The account that fees go to.
    pub(crate) fn fee_account(&mut self) -> AccountIndex {
        self.accounts.find_or_add(self.settings.fee_account)
    }

    // --- regions ---

    /// A region enters the ledger, under no order.
    pub(crate) fn insert_region(&mut self, account: AccountIndex, piece: Piece) -> RegionSlot {
        let slot = self.restore_region(self.free_holding(account, piece));
        self.undo.note(|| Undo::RegionInserted(slot));
        slot
    }

    /// What was cut off a region of the ledger is one of its own, under no order.
    pub(crate) fn split_off(&mut self, from: RegionSlot, account: AccountIndex, piece: Piece) -> RegionSlot {
        let slot = self.regions.insert_beside(from, self.free_holding(account, piece));
        self.accounts.get_mut(account).regions += 1;
        self.undo.note(|| Undo::RegionInserted(slot));
        slot
    }

    /// Cuts a free region: it is this part of itself from now on.
    pub(crate) fn cut_region(&mut self, slot: RegionSlot, part: Piece) {
        let (before, left_at) = self.regions.cut(slot, part, self.leaves_at(&part.region));
        self.undo.note(|| Undo::RegionCut(slot, before, left_at));
    }

    fn free_holding(&self, account: AccountIndex, piece: Piece) -> Holding {
        let leaves_at = self.leaves_at(&piece.region);
        Holding { piece, account, leaves_at, under: None, is_live: false, previous: None, next: None }
    }

    /// What is over already leaves when the clock next moves.
    fn leaves_at(&self, region: &Region) -> Timeslice {
        region.end.max(Timeslice(self.tradable_from.0.saturating_add(1)))
    }

    /// A free region leaves the ledger, or is cut.
    pub(crate) fn remove_region(&mut self, slot: RegionSlot) -> Holding {
        let holding = self.regions.remove(slot);
        self.accounts.get_mut(holding.account).regions -= 1;
        self.undo.note(|| Undo::RegionRemoved(holding));
        holding
    }

    /// The region is in the ledger again, at the slot that became empty last.
    pub(crate) fn restore_region(&mut self, holding: Holding) -> RegionSlot {
        self.accounts.get_mut(holding.account).regions += 1;
        self.regions.insert(holding)
    }

    /// A free region has a new owner.
    pub(crate) fn give_region(&mut self, slot: RegionSlot, account: AccountIndex) {
        let before = self.regions.give(slot, account);
        self.accounts.get_mut(before).regions -= 1;
        self.accounts.get_mut(account).regions += 1;
        self.undo.note(|| Undo::RegionGiven(slot, before));
    }

    /// Whether any of this core time is in the ledger or in an instruction that has not ended.
    pub(crate) fn is_counted(&self, region: &Region) -> bool {
        self.regions.of_core(region.core).any(|other| other.overlaps(region))
            || self.instructions.values().filter_map(Instruction::region).any(|o| o.overlaps(region))
    }

    // --- orders ---

    pub(crate) fn insert_order(&mut self, order: Order) -> OrderSlot {
        let slot = self.restore_order(order);
        self.undo.note(|| Undo::OrderInserted(slot));
        slot
    }

    /// The order is out of the book and has no pieces.
    pub(crate) fn remove_order(&mut self, slot: OrderSlot) -> Order {
        let order = self.orders.remove(slot);
        if order.is_resting {
            self.accounts.get_mut(order.account).live_orders -= 1;
        }
        self.undo.note(|| Undo::OrderRemoved(order));
        order
    }

    /// The order is live again, at the slot that became empty last.
    pub(crate) fn restore_order(&mut self, order: Order) -> OrderSlot {
        if order.is_resting {
            self.accounts.get_mut(order.account).live_orders += 1;
        }
        self.orders.insert(order)
    }

    /// From now on this name belongs to this order.
    pub(crate) fn name_order(&mut self, account: AccountIndex, name: ClientOrderId, order_id: OrderId) {
        self.accounts.name_order(account, name, order_id);
        self.undo.note(|| Undo::Named(account, name));
    }

    /// The order of this name has ended.
    pub(crate) fn end_name(&mut self, order: &Order) {
        let Order { account, client_order_id, .. } = *order;
        let forgotten = self.accounts.end_name(account, client_order_id);
        self.undo.note(|| Undo::NameEnded { account, forgotten });
    }

    pub(crate) fn terms(&self, index: TermsIndex) -> &Terms {
        &self.terms[index.0 as usize]
    }

    /// Today's.
    pub(crate) fn terms_today(&self) -> TermsIndex {
        TermsIndex((self.terms.len() - 1) as u32)
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
        account: AccountIndex,
        call: Call,
        renewable: bool,
        events: &mut Vec<Event>,
    ) {
        self.counters.instruction.0 += 1;
        let number = self.counters.instruction;
        let account = self.accounts.get(account).id;
        let instruction = Instruction { number, account, call, renewable, submission: None };
        if let Some(region) = instruction.region() {
            let totals = self.totals;
            self.undo.note(|| Undo::Totals(totals));
            self.totals.regions_instructed.0 += region.part_timeslices().0;
        }
        self.undo.note(|| Undo::Instructed(number));
        self.instructions.insert(number, instruction);
        events.push(Event::Instruction { number, call });
        self.limit_outflow(number, account, &call, events);
    }

    /// Never inside an order, so never undone.
    pub(crate) fn remember_request(&mut self, account: AccountId, request_id: Option<RequestId>) {
        if let Some(request_id) = request_id {
            let account = self.accounts.find_or_add(account);
            self.accounts.remember_request(account, request_id);
        }
    }
}

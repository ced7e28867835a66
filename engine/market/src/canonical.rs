//! The state in one form, whatever the memory that holds it looks like: sorted, and without what follows from the rest.
//! Its SCALE encoding is what the state hash is taken of, and what a snapshot holds.

use crate::accounts::{Account, Funds};
use crate::custody::{Instruction, Totals};
use crate::money;
use crate::order::{AskDetail, BidDetail, Detail, Order, Terms};
use crate::outflow::Outflows;
use crate::regions::{FreeRegion, Holding, Piece};
use crate::state::{Counters, State};
use codec::{Decode, DecodeAll, Encode};
use coretime_types::{
    AccountId, BlockNumber, ChainReference, ClientOrderId, Delivery, OrderId, Parts, Priority, Region,
    RequestId, SelfTrade, Settings, Timeslice, Timeslices, UnitPrice, Window,
};

#[derive(Encode, Decode)]
pub(crate) struct CanonicalState {
    settings: Settings,
    tradable_from: Timeslice,
    halt_causes: Vec<String>,
    freeze_causes: Vec<String>,
    /// By key; without those of which nothing is known.
    accounts: Vec<CanonicalAccount>,
    /// By begin, core and mask.
    free: Vec<FreeRegion>,
    /// By id.
    orders: Vec<CanonicalOrder>,
    /// By number.
    instructions: Vec<Instruction>,
    counters: Counters,
    last_reference: Option<ChainReference>,
    last_block: Option<(BlockNumber, String)>,
    totals: Totals,
    /// Written behind all else, and only where there is anything: so a state without outflow limits has the bytes, and
    /// the hash, that it had before there were any.
    #[codec(skip)]
    outflows: Outflows,
}

#[derive(Encode, Decode)]
struct CanonicalAccount {
    id: AccountId,
    funds: Funds,
    suspended: bool,
    ended: Vec<(ClientOrderId, OrderId)>,
    requests: Vec<RequestId>,
}

#[derive(Encode, Decode)]
struct CanonicalOrder {
    order_id: OrderId,
    account: AccountId,
    client_order_id: ClientOrderId,
    priority: Priority,
    unit_price: UnitPrice,
    lot_parts: Parts,
    expire_at: Option<Timeslice>,
    post_only: bool,
    self_trade: SelfTrade,
    terms: Terms,
    detail: CanonicalDetail,
}

#[derive(Encode, Decode)]
enum CanonicalDetail {
    Bid {
        remaining: Parts,
        within: Window,
        duration: Timeslices,
        require_renewable: bool,
        delivery: Delivery,
    },
    Ask {
        pieces: Vec<Piece>,
        min_timeslices: Timeslices,
    },
}

/// A state that does not hang together.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum RestoreError {
    /// The bytes are no state.
    #[error("the state cannot be decoded: {0}")]
    Undecodable(String),
    /// The state names something that it does not have.
    #[error("the state names account {0} but does not have it")]
    UnknownAccount(AccountId),
    /// The state has an order that cannot be: the rules accept none like it.
    #[error("order {0} cannot be")]
    ImpossibleOrder(OrderId),
    /// The state has a region that cannot be: empty, or there twice.
    #[error("region {0} cannot be")]
    ImpossibleRegion(Region),
    /// The state holds an instruction that it does not have, or counts what nothing limits.
    #[error("the outflow limits, or what is counted for them, cannot be")]
    ImpossibleOutflows,
}

impl CanonicalState {
    pub(crate) fn of(state: &State) -> CanonicalState {
        let accounts = state.accounts.sorted().into_iter().filter(|account| is_known(account));
        CanonicalState {
            settings: state.settings.clone(),
            tradable_from: state.tradable_from,
            halt_causes: state.halt_causes.iter().cloned().collect(),
            freeze_causes: state.freeze_causes.iter().cloned().collect(),
            accounts: accounts.map(|account| CanonicalAccount::of(state, account)).collect(),
            free: state.free_regions(),
            orders: state.orders.sorted().into_iter().map(|order| CanonicalOrder::of(state, order)).collect(),
            instructions: state.instructions.values().cloned().collect(),
            counters: state.counters,
            last_reference: state.last_reference,
            last_block: state.last_block.clone(),
            totals: state.totals,
            outflows: state.outflows.clone(),
        }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.encode();
        if !self.outflows.is_nothing() {
            self.outflows.encode_to(&mut bytes);
        }
        bytes
    }

    pub(crate) fn from_bytes(mut bytes: &[u8]) -> Result<CanonicalState, codec::Error> {
        let mut state = CanonicalState::decode(&mut bytes)?;
        if !bytes.is_empty() {
            state.outflows = Outflows::decode_all(&mut bytes)?;
        }
        Ok(state)
    }

    /// The state in memory again, book and all.
    pub(crate) fn restore(self) -> Result<State, RestoreError> {
        let mut state = State {
            settings: self.settings,
            tradable_from: self.tradable_from,
            halt_causes: self.halt_causes.into_iter().collect(),
            freeze_causes: self.freeze_causes.into_iter().collect(),
            instructions: self.instructions.into_iter().map(|one| (one.number, one)).collect(),
            counters: self.counters,
            last_reference: self.last_reference,
            last_block: self.last_block,
            totals: self.totals,
            outflows: self.outflows,
            ..State::default()
        };
        if !state.outflows.is_possible(|number| state.instructions.contains_key(number)) {
            return Err(RestoreError::ImpossibleOutflows);
        }
        let today = Terms::of(&state.settings);
        for account in self.accounts {
            account.restore(&mut state);
        }
        for FreeRegion { account, region, renewable } in self.free {
            let account = state.accounts.find(account).ok_or(RestoreError::UnknownAccount(account))?;
            let piece = Piece { region, renewable };
            check_region(&state, &piece)?;
            state.insert_region(account, piece);
        }
        state.terms.clear();
        for order in self.orders {
            order.restore(&mut state)?;
        }
        state.terms.push(today);
        Ok(state)
    }
}

fn check_region(state: &State, piece: &Piece) -> Result<(), RestoreError> {
    let region = piece.region;
    if region.begin >= region.end || region.mask.is_empty() || state.regions.find(region.id()).is_some() {
        return Err(RestoreError::ImpossibleRegion(region));
    }
    Ok(())
}

/// An account that was only looked at, or whose every change was undone, is no part of the state.
fn is_known(account: &Account) -> bool {
    account.funds != Funds::default()
        || account.suspended
        || account.regions > 0
        || account.live_orders > 0
        || !account.ended.is_empty()
        || !account.requests.is_empty()
}

impl CanonicalAccount {
    fn of(state: &State, account: &Account) -> CanonicalAccount {
        let index = state.accounts.find(account.id);
        let order_id = |name: &ClientOrderId| Some((*name, state.accounts.order_named(index?, *name)?));
        CanonicalAccount {
            id: account.id,
            funds: account.funds,
            suspended: account.suspended,
            ended: account.ended.iter().filter_map(order_id).collect(),
            requests: account.requests.iter().copied().collect(),
        }
    }

    fn restore(self, state: &mut State) {
        let index = state.accounts.find_or_add(self.id);
        let account = state.accounts.get_mut(index);
        (account.funds, account.suspended) = (self.funds, self.suspended);
        for (name, order_id) in self.ended {
            state.accounts.name_order(index, name, order_id);
            state.accounts.end_name(index, name);
        }
        for request_id in self.requests {
            state.accounts.remember_request(index, request_id);
        }
    }
}

impl CanonicalOrder {
    fn of(state: &State, order: &Order) -> CanonicalOrder {
        let detail = match order.detail {
            Detail::Bid(bid) => CanonicalDetail::Bid {
                remaining: bid.remaining,
                within: bid.within,
                duration: bid.duration,
                require_renewable: bid.require_renewable,
                delivery: bid.delivery,
            },
            Detail::Ask(ask) => CanonicalDetail::Ask {
                pieces: state
                    .regions
                    .pieces_from(ask.first_piece)
                    .map(|(_, holding)| holding.piece)
                    .collect(),
                min_timeslices: ask.min_timeslices,
            },
        };
        CanonicalOrder {
            order_id: order.order_id,
            account: state.accounts.get(order.account).id,
            client_order_id: order.client_order_id,
            priority: order.priority,
            unit_price: order.unit_price,
            lot_parts: order.lot_parts,
            expire_at: order.expire_at,
            post_only: order.post_only,
            self_trade: order.self_trade,
            terms: *state.terms(order.terms),
            detail,
        }
    }

    /// What everything else takes for granted of a live order.
    fn is_possible(&self, state: &State) -> bool {
        let now = state.tradable_from;
        let rates = [self.terms.taker_ppm, self.terms.maker_ppm];
        let known = state.orders.find(self.order_id).is_some();
        let common = !known
            && (1..=Parts::CORE.0).contains(&self.lot_parts.0)
            && rates.iter().all(|ppm| ppm.0.unsigned_abs() <= 100_000);
        let own = match &self.detail {
            CanonicalDetail::Bid { remaining, within, duration, .. } => {
                let begin = within.begin.max(now);
                remaining.0 > 0
                    && duration.0 > 0
                    && begin.checked_add(*duration).is_some_and(|end| end <= within.end)
                    && money::can_charge(self.unit_price.notional(*remaining, *duration))
            }
            CanonicalDetail::Ask { pieces, min_timeslices } => {
                let is_live = |piece: &Piece| piece.region.effective_duration(now) >= *min_timeslices;
                min_timeslices.0 > 0 && pieces.iter().any(is_live)
            }
        };
        common && own
    }

    fn restore(self, state: &mut State) -> Result<(), RestoreError> {
        let account = state.accounts.find(self.account).ok_or(RestoreError::UnknownAccount(self.account))?;
        if !self.is_possible(state) {
            return Err(RestoreError::ImpossibleOrder(self.order_id));
        }
        if state.terms.last() != Some(&self.terms) {
            state.terms.push(self.terms);
        }
        let (detail, pieces) = match self.detail {
            CanonicalDetail::Bid { remaining, within, duration, require_renewable, delivery } => {
                let bid = BidDetail { remaining, within, duration, require_renewable, delivery };
                (Detail::Bid(bid), Vec::new())
            }
            CanonicalDetail::Ask { pieces, min_timeslices } => {
                let ask = AskDetail { first_piece: None, live_pieces: 0, min_timeslices };
                (Detail::Ask(ask), pieces)
            }
        };
        let slot = state.insert_order(Order {
            order_id: self.order_id,
            account,
            client_order_id: self.client_order_id,
            priority: self.priority,
            unit_price: self.unit_price,
            lot_parts: self.lot_parts,
            expire_at: self.expire_at,
            post_only: self.post_only,
            self_trade: self.self_trade,
            terms: state.terms_today(),
            is_resting: false,
            detail,
        });
        let mut after = None;
        for piece in pieces {
            check_region(state, &piece)?;
            let region = state.insert_region(account, piece);
            state.attach(region, slot, after, false);
            after = Some(region);
        }
        state.name_order(account, self.client_order_id, self.order_id);
        state.rest(slot);
        Ok(())
    }
}

impl State {
    /// All free regions, by begin, core and mask.
    pub(crate) fn free_regions(&self) -> Vec<FreeRegion> {
        let mut free: Vec<FreeRegion> = self
            .regions
            .iter()
            .filter(|holding| holding.under.is_none())
            .map(|one| self.free_region(one))
            .collect();
        free.sort_unstable_by_key(|free| free.region.id());
        free
    }

    pub(crate) fn free_region(&self, holding: &Holding) -> FreeRegion {
        let Piece { region, renewable } = holding.piece;
        FreeRegion { account: self.accounts.get(holding.account).id, region, renewable }
    }
}

//! A second model of the rules, as naive as it can be: plain lists, every rule as it is written, and a copy of
//! everything to go back to when a command is rejected.
//!
//! Written from the text of the rules, not from the engine: where the two disagree, one of them has misread it.

mod commands;
mod custody;
mod matching;
mod orders;
mod outflow;
mod parcel;
mod probe;
mod venue;

pub(crate) use orders::{Ask, Bid, Head};
pub(crate) use outflow::Limit;
pub(crate) use parcel::{Parcel, bits_of, lowest_bits, mask_of};

use crate::coverage::Rare;
use coretime_types::{
    AccountId, Call, ChainReference, ClientOrderId, Command, Event, Mode, OrderId, RejectReason, Rejection,
    RequestId, Settings, SettlementSubmitted,
};

/// How many ended orders and accepted requests of an account are remembered.
const MEMORY: usize = 4_096;

pub(crate) type Outcome<T = ()> = Result<T, Rejection>;

#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: AccountId,
    /// Free funds. What is held is no number of its own here: it is what the open bids need.
    pub(crate) free: u128,
    pub(crate) suspended: bool,
    /// Oldest first.
    pub(crate) requests: Vec<RequestId>,
    /// Oldest first.
    pub(crate) ended: Vec<(ClientOrderId, OrderId)>,
}

#[derive(Clone, Debug)]
pub(crate) struct Owned {
    pub(crate) account: AccountId,
    pub(crate) parcel: Parcel,
}

#[derive(Clone, Debug)]
pub(crate) struct Instruction {
    pub(crate) number: u64,
    pub(crate) account: AccountId,
    pub(crate) call: Call,
    pub(crate) parcel: Option<Parcel>,
    pub(crate) submission: Option<SettlementSubmitted>,
    pub(crate) held: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) settings: Settings,
    /// T.
    pub(crate) now: u32,
    pub(crate) accounts: Vec<Account>,
    pub(crate) free: Vec<Owned>,
    /// Live bids, in no order.
    pub(crate) bids: Vec<Bid>,
    /// Live asks, in no order.
    pub(crate) asks: Vec<Ask>,
    pub(crate) instructions: Vec<Instruction>,
    pub(crate) halts: Vec<String>,
    pub(crate) freezes: Vec<String>,
    pub(crate) last_reference: Option<ChainReference>,
    pub(crate) last_block: Option<(u64, String)>,
    pub(crate) next_order: u64,
    pub(crate) next_priority: u64,
    pub(crate) next_trade: u64,
    pub(crate) next_instruction: u64,
    pub(crate) totals: Totals,
    pub(crate) outflow: outflow::Outflow,
    /// Rare states met so far: for the tests, no part of the state.
    pub(crate) met: Vec<Rare>,
}

/// What entered and left the ledger.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) funds_deposited: u128,
    pub(crate) funds_withdrawn: u128,
    pub(crate) regions_deposited: u128,
    pub(crate) regions_instructed: u128,
    pub(crate) regions_expired: u128,
    pub(crate) regions_lost: u128,
}

impl Model {
    pub(crate) fn new() -> Model {
        Model {
            settings: Settings::default(),
            now: 0,
            accounts: Vec::new(),
            free: Vec::new(),
            bids: Vec::new(),
            asks: Vec::new(),
            instructions: Vec::new(),
            halts: Vec::new(),
            freezes: Vec::new(),
            last_reference: None,
            last_block: None,
            next_order: 1,
            next_priority: 1,
            next_trade: 1,
            next_instruction: 1,
            totals: Totals::default(),
            outflow: outflow::Outflow::default(),
            met: Vec::new(),
        }
    }

    /// Applies one command.
    pub(crate) fn apply(&mut self, command: &Command) -> Vec<Event> {
        let mut events = Vec::new();
        if let Command::DepositFunds { reference, .. } | Command::DepositRegion { reference, .. } = command {
            // A deposit counts as seen even if it is rejected.
            if !self.is_later(*reference) {
                return events;
            }
            self.last_reference = Some(*reference);
        }
        if let Err(rejection) = self.attempt(&mut events, |model, events| model.run(command, events)) {
            events.push(Event::Rejected(rejection));
        }
        events
    }

    /// Does it whole, or changes nothing.
    pub(crate) fn attempt<T>(
        &mut self,
        events: &mut Vec<Event>,
        action: impl FnOnce(&mut Model, &mut Vec<Event>) -> Outcome<T>,
    ) -> Outcome<T> {
        let (before, events_before) = (self.clone(), events.len());
        let outcome = action(self, events);
        if outcome.is_err() {
            let met = std::mem::take(&mut self.met);
            *self = before;
            self.met = met;
            events.truncate(events_before);
        }
        outcome
    }

    pub(crate) fn meet(&mut self, rare: Rare) {
        self.met.push(rare);
    }

    pub(crate) fn mode(&self) -> Mode {
        if !self.freezes.is_empty() {
            Mode::Frozen
        } else if !self.halts.is_empty() {
            Mode::Halted
        } else {
            Mode::Open
        }
    }

    /// The account, made on first use.
    pub(crate) fn account(&mut self, id: AccountId) -> &mut Account {
        let index = self.accounts.iter().position(|account| account.id == id).unwrap_or_else(|| {
            let (requests, ended) = (Vec::new(), Vec::new());
            self.accounts.push(Account { id, free: 0, suspended: false, requests, ended });
            self.accounts.len() - 1
        });
        &mut self.accounts[index]
    }

    pub(crate) fn free_funds(&self, id: AccountId) -> u128 {
        self.accounts.iter().find(|account| account.id == id).map_or(0, |account| account.free)
    }

    pub(crate) fn is_suspended(&self, id: AccountId) -> bool {
        self.accounts.iter().any(|account| account.id == id && account.suspended)
    }

    /// Section 6: what an account's open bids need.
    pub(crate) fn held(&self, id: AccountId) -> u128 {
        let bids = self.bids.iter().filter(|bid| bid.head.account == id);
        bids.map(|bid| bid.hold(bid.remaining).expect("a live bid is covered")).sum()
    }

    // --- checks that many commands share ---

    pub(crate) fn check_suspended(&self, account: AccountId) -> Outcome {
        if self.is_suspended(account) { Err(RejectReason::Suspended.into()) } else { Ok(()) }
    }

    pub(crate) fn check_halted(&self) -> Outcome {
        if self.mode() == Mode::Open { Ok(()) } else { Err(RejectReason::Halted.into()) }
    }

    pub(crate) fn check_request(&mut self, account: AccountId, request: Option<RequestId>) -> Outcome {
        let known = request.is_some_and(|request| self.account(account).requests.contains(&request));
        if known { Err(RejectReason::DuplicateRequest.into()) } else { Ok(()) }
    }

    /// Remembers the request of an accepted command.
    pub(crate) fn note_request(&mut self, account: AccountId, request: Option<RequestId>) {
        if let Some(request) = request {
            let requests = &mut self.account(account).requests;
            requests.push(request);
            if requests.len() > MEMORY {
                requests.remove(0);
            }
        }
    }

    /// Takes a free region of this account out of the list.
    pub(crate) fn take_free(&mut self, account: AccountId, id: (u32, u16, u128)) -> Option<Parcel> {
        let index = self.free.iter().position(|owned| owned.account == account && owned.parcel.id() == id)?;
        Some(self.free.swap_remove(index).parcel)
    }

    pub(crate) fn give_free(&mut self, account: AccountId, parcel: Parcel) {
        self.free.push(Owned { account, parcel });
    }
}

/// Rejects, with this reason, what must hold and does not.
pub(crate) fn ensure(holds: bool, reason: RejectReason) -> Outcome {
    if holds { Ok(()) } else { Err(reason.into()) }
}

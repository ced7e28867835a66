//! The independent checker: follows commands and events with its own ledger and its own book, and says where the engine
//! did what the rules do not allow.
//!
//! It shares no code with the engine but the vocabulary. It does not judge why a command was rejected: that follows
//! from replaying, whose outputs the log commits to. Here is what was *done*: each step of each accepted command must
//! be the one that the rules ask for.

mod administer;
mod book;
mod clock;
mod compare;
mod fit;
mod ledger;
mod matching;
mod money;
mod order;
mod outflow;
mod place;
mod told;

#[cfg(test)]
mod tests;

use crate::error::{Check, holds};
use book::Book;
use coretime_types::{
    AccountId, Call, ChainReference, Command, Event, InstructionNumber, Mode, OrderId, RejectReason,
    Settings, Timeslice,
};
pub use ledger::Change;
pub(crate) use ledger::{Entry, Money, Movement};
use ledger::{Holder, Ledger};
use order::{Order, Terms};
use outflow::Limits;
use std::collections::{BTreeMap, BTreeSet};
use told::Told;

/// An instruction that has not ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Pending {
    account: AccountId,
    call: Call,
}

/// What the checker knows.
#[derive(Debug, Default)]
pub(crate) struct Checker {
    settings: Settings,
    now: Timeslice,
    halt_causes: BTreeSet<String>,
    freeze_causes: BTreeSet<String>,
    suspended: BTreeSet<AccountId>,
    ledger: Ledger,
    book: Book,
    orders_of: BTreeMap<AccountId, BTreeSet<OrderId>>,
    /// Live orders by when they are over.
    over_at: BTreeSet<(u64, OrderId)>,
    instructions: BTreeMap<InstructionNumber, Pending>,
    limits: Limits,
    last_reference: Option<ChainReference>,
    last_order: u64,
    last_priority: u64,
    last_trade: u64,
    last_instruction: u64,
}

impl Checker {
    /// From now on what moves between accounts is kept, until it is taken.
    pub(crate) fn keep_journal(&mut self) {
        self.ledger.keep_journal();
    }

    /// What has moved since it was last taken.
    pub(crate) fn take_journal(&mut self) -> Vec<Movement> {
        self.ledger.take_journal()
    }

    /// How many orders are live.
    pub(crate) fn live_orders(&self) -> usize {
        self.book.len()
    }

    /// Follows one command and what came of it.
    pub(crate) fn check(&mut self, command: &Command, events: &[Event]) -> Check {
        if is_rejected_whole(command, events) {
            if let Command::DepositFunds { reference, .. } | Command::DepositRegion { reference, .. } =
                command
            {
                self.see(*reference);
            }
            return Ok(());
        }
        let mut told = Told::new(events);
        self.follow(command, &mut told)?;
        told.end()?;
        self.ledger.check_conservation()
    }

    fn follow(&mut self, command: &Command, told: &mut Told<'_>) -> Check {
        match command {
            Command::Configure(change) => self.configure(change),
            Command::AdvanceClock { tradable_from } => self.advance_clock(*tradable_from, told),
            Command::DepositFunds { account, amount, reference } => {
                self.deposit_funds(*account, *amount, *reference, told)
            }
            Command::DepositRegion { account, region, renewable, reference } => {
                self.deposit_region(*account, *region, *renewable, *reference, told)
            }
            Command::PlaceBid(bid) => self.place_bid(bid, told),
            Command::PlaceAsk(ask) => self.place_ask(ask, told),
            Command::Cancel { account, target, .. } => self.cancel(*account, *target, told),
            Command::CancelAll { account, side, .. } => self.cancel_all(*account, *side, told),
            Command::Replace(replace) => self.replace(replace, told),
            Command::Basket { account, legs, .. } => self.basket(*account, legs, told),
            Command::Quote { account, cancel, place, .. } => self.quote(*account, cancel, place, told),
            Command::Partition { account, region, pivot, .. } => self.partition(*account, *region, *pivot),
            Command::Interlace { account, region, mask, .. } => self.interlace(*account, *region, *mask),
            Command::WithdrawFunds { account, amount, .. } => self.withdraw_funds(*account, *amount, told),
            Command::WithdrawRegion { account, region, .. } => self.withdraw_region(*account, *region, told),
            Command::BlockSeen { number, .. } => {
                self.block_seen(*number);
                Ok(())
            }
            Command::SettlementSubmitted(submitted) => self.submitted(submitted),
            Command::SettlementConfirmed(confirmed) => self.confirmed(confirmed.instruction, told),
            Command::SettlementFailed { instruction, outcome, .. } => {
                self.failed(*instruction, *outcome, told)
            }
            Command::Compensate { account, amount, .. } => self.compensate(*account, *amount),
            Command::Halt { cause } => self.change_mode(told, |checker| {
                checker.halt_causes.insert(cause.clone());
            }),
            Command::Freeze { cause } => self.change_mode(told, |checker| {
                checker.freeze_causes.insert(cause.clone());
            }),
            Command::Resume { cause } => self.change_mode(told, |checker| {
                checker.halt_causes.remove(cause);
                checker.freeze_causes.remove(cause);
            }),
            Command::Suspend { account } => {
                self.suspended.insert(*account);
                self.cancel_all(*account, None, told)
            }
            Command::Unsuspend { account } => {
                self.suspended.remove(account);
                Ok(())
            }
            Command::LimitOutflow { scope, limit } => {
                self.limit_outflow(*scope, *limit);
                Ok(())
            }
            Command::ApproveOutflow { instruction } => self.approve_outflow(*instruction, told),
        }
    }

    fn mode(&self) -> Mode {
        match (self.freeze_causes.is_empty(), self.halt_causes.is_empty()) {
            (false, _) => Mode::Frozen,
            (true, false) => Mode::Halted,
            (true, true) => Mode::Open,
        }
    }

    /// Orders are taken in open mode only, and of nobody who is suspended.
    fn check_may_order(&self, account: AccountId, order: OrderId) -> Check {
        holds("the venue is open for orders", Some(order), self.mode() == Mode::Open)?;
        holds("the account is not suspended", Some(order), !self.suspended.contains(&account))
    }

    /// A live order leaves the book, to be changed or ended.
    fn take_order(&mut self, id: OrderId) -> Option<Order> {
        let order = self.book.remove(id)?;
        self.over_at.remove(&(order.over_at(), id));
        if let Some(ids) = self.orders_of.get_mut(&order.account) {
            ids.remove(&id);
        }
        Some(order)
    }

    /// An order rests in the book.
    fn rest(&mut self, order: Order) {
        self.over_at.insert((order.over_at(), order.id));
        self.orders_of.entry(order.account).or_default().insert(order.id);
        self.book.insert(order);
    }

    /// An order has ended: what it holds goes back to its account.
    fn release(&mut self, order: Order) -> Check {
        match &order.terms {
            Terms::Bid(bid) => {
                self.ledger.change_hold(order.id, order.account, bid.held, coretime_types::Planck::ZERO)
            }
            Terms::Ask(ask) => {
                for piece in &ask.pieces {
                    let id = piece.region.id();
                    let piece = self.ledger.take("a region of an order", id, Holder::Under(order.id))?;
                    self.ledger.put(piece, Holder::Free(order.account))?;
                }
                Ok(())
            }
        }
    }

    fn next_instruction(&mut self) -> InstructionNumber {
        let number = self.coming_instruction();
        self.last_instruction = number.0;
        number
    }

    /// The one that is given out next.
    fn coming_instruction(&self) -> InstructionNumber {
        InstructionNumber(self.last_instruction.saturating_add(1))
    }
}

/// Whether the command changed nothing. Of a quote each element has an event of its own, and the rules check these
/// reasons for the whole first, so no element can have them.
fn is_rejected_whole(command: &Command, events: &[Event]) -> bool {
    use RejectReason::{DuplicateRequest, InvalidSize, Malformed, Suspended};
    let [Event::Rejected(rejection)] = events else { return false };
    match command {
        Command::Quote { .. } => {
            matches!(rejection.reason, Suspended | DuplicateRequest | InvalidSize | Malformed)
        }
        _ => true,
    }
}

//! The state machine: one way in, one way out.

use crate::accounts::AccountIndex;
use crate::canonical::{CanonicalState, RestoreError};
use crate::look_ahead::Hints;
use crate::matching::Candidate;
use crate::state::State;
use coretime_types::{Command, Event, Mode, RejectReason, Rejection, RequestId};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// The market: applies commands, gives events.
///
/// It reads no clock, no random source and no hash-map order: the same commands give the same events everywhere.
#[derive(Clone, Debug, Default)]
pub struct Market {
    pub(crate) state: State,
    /// Kept between commands for its memory only.
    pub(crate) candidates: BinaryHeap<Reverse<Candidate>>,
    /// Where what the coming commands name was last seen.
    pub(crate) hints: Hints,
}

impl Market {
    /// An empty market: no accounts, no orders, settings as the rules have them at first, time 0.
    pub fn new() -> Market {
        Market::default()
    }

    /// Applies one command and appends its events, in the order in which they happen. A rejected command appends one
    /// [`Event::Rejected`] and changes nothing.
    pub fn apply(&mut self, command: &Command, events: &mut Vec<Event>) {
        let before = events.len();
        self.hints.advance();
        if let Err(rejection) = self.try_apply(command, events) {
            events.truncate(before);
            events.push(Event::Rejected(rejection));
        }
    }

    fn try_apply(&mut self, command: &Command, events: &mut Vec<Event>) -> Result<(), Rejection> {
        match command {
            Command::Configure(change) => self.configure(change),
            Command::AdvanceClock { tradable_from } => self.advance_clock(*tradable_from, events),
            Command::DepositFunds { account, amount, reference } => {
                self.deposit_funds(*account, *amount, *reference, events)
            }
            Command::DepositRegion { account, region, renewable, reference } => {
                self.deposit_region(*account, *region, *renewable, *reference, events)
            }
            Command::PlaceBid(bid) => self.place_bid(bid, events),
            Command::PlaceAsk(ask) => self.place_ask(ask, events),
            Command::Cancel { account, target, request_id } => {
                self.cancel(*account, *target, *request_id, events)
            }
            Command::CancelAll { account, side, request_id } => {
                self.cancel_all(*account, *side, *request_id, events)
            }
            Command::Replace(replace) => self.replace(replace, events),
            Command::Basket { account, legs, request_id } => self.basket(*account, legs, *request_id, events),
            Command::Quote { account, cancel, place, request_id } => {
                self.quote(*account, cancel, place, *request_id, events)
            }
            Command::Partition { account, region, pivot, request_id } => {
                self.partition(*account, *region, *pivot, *request_id)
            }
            Command::Interlace { account, region, mask, request_id } => {
                self.interlace(*account, *region, *mask, *request_id)
            }
            Command::WithdrawFunds { account, amount, request_id } => {
                self.withdraw_funds(*account, *amount, *request_id, events)
            }
            Command::WithdrawRegion { account, region, request_id } => {
                self.withdraw_region(*account, *region, *request_id, events)
            }
            Command::BlockSeen { number, hash } => {
                self.block_seen(*number, hash);
                Ok(())
            }
            Command::SettlementSubmitted(submitted) => self.settlement_submitted(submitted),
            Command::SettlementConfirmed(confirmed) => self.settlement_confirmed(confirmed, events),
            Command::SettlementFailed { instruction, outcome, reason: _ } => {
                self.settlement_failed(*instruction, *outcome, events)
            }
            Command::Compensate { account, amount, reason: _ } => self.compensate(*account, *amount),
            Command::Halt { cause } => self.change_mode(events, |state| {
                state.halt_causes.insert(cause.clone());
            }),
            Command::Freeze { cause } => self.change_mode(events, |state| {
                state.freeze_causes.insert(cause.clone());
            }),
            Command::Resume { cause } => self.change_mode(events, |state| {
                state.halt_causes.remove(cause);
                state.freeze_causes.remove(cause);
            }),
            Command::Suspend { account } => {
                self.suspend(*account, events);
                Ok(())
            }
            Command::Unsuspend { account } => {
                self.unsuspend(*account);
                Ok(())
            }
            Command::LimitOutflow { scope, limit } => {
                self.set_outflow_limit(*scope, *limit);
                Ok(())
            }
            Command::ApproveOutflow { instruction } => self.approve_outflow(*instruction, events),
        }
    }

    /// BLAKE3 of the whole state's SCALE encoding: whether two markets agree, in 32 bytes. Costs as much as the state
    /// is large.
    pub fn state_hash(&self) -> [u8; 32] {
        blake3::hash(&self.snapshot()).into()
    }

    /// The whole state, for [`Market::restore`]. Costs as much as the state is large.
    pub fn snapshot(&self) -> Vec<u8> {
        CanonicalState::of(&self.state).to_bytes()
    }

    /// The market that a snapshot was taken of: the same commands give the same events from here on.
    ///
    /// # Errors
    /// When the bytes are no snapshot, or one of a state that cannot be. Not everything that cannot be is found out:
    /// whether it is the right state, its hash tells.
    pub fn restore(snapshot: &[u8]) -> Result<Market, RestoreError> {
        let state = CanonicalState::from_bytes(snapshot)
            .map_err(|error| RestoreError::Undecodable(error.to_string()))?;
        Ok(Market { state: state.restore()?, ..Market::default() })
    }

    // --- checks that many commands share ---

    pub(crate) fn is_frozen(&self) -> bool {
        self.mode() == Mode::Frozen
    }

    pub(crate) fn takes_orders(&self) -> Result<(), Rejection> {
        if self.mode() == Mode::Open { Ok(()) } else { Err(RejectReason::Halted.into()) }
    }

    pub(crate) fn not_suspended(&self, account: Option<AccountIndex>) -> Result<(), Rejection> {
        if account.is_some_and(|account| self.state.accounts.get(account).suspended) {
            Err(RejectReason::Suspended.into())
        } else {
            Ok(())
        }
    }

    pub(crate) fn not_repeated(
        &self,
        account: Option<AccountIndex>,
        request_id: Option<RequestId>,
    ) -> Result<(), Rejection> {
        let asked = account.zip(request_id);
        if asked.is_some_and(|(account, request_id)| self.state.accounts.knows_request(account, request_id)) {
            return Err(RejectReason::DuplicateRequest.into());
        }
        Ok(())
    }
}

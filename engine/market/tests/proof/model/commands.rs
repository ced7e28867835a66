//! Which command is which rule, and section 5: the commands on several orders, and the owner's cuts.

use super::parcel::key;
use super::{Model, Outcome, Parcel, bits_of, ensure};
use crate::coverage::Rare;
use coretime_types::{
    AccountId, Ask, Bid, BidTerms, CancelTarget, Command, CoreMask, DoneReason, Event, OrderId, QuoteOrder,
    RegionId, RejectReason, Rejection, Side, TimeInForce,
};

impl Model {
    pub(crate) fn run(&mut self, command: &Command, events: &mut Vec<Event>) -> Outcome {
        match command.clone() {
            Command::Configure(change) => self.configure(&change),
            Command::AdvanceClock { tradable_from } => self.advance_clock(tradable_from.0, events),
            Command::DepositFunds { account, amount, .. } => self.deposit_funds(account, amount, events),
            Command::DepositRegion { account, region, renewable, .. } => {
                self.deposit_region(account, region, renewable, events)
            }
            Command::PlaceBid(bid) => self.place_bid(&bid, events),
            Command::PlaceAsk(ask) => self.place_ask(&ask, events),
            Command::Cancel { account, target, request_id } => {
                let id = match target {
                    CancelTarget::Order(id) => Some(id.0).filter(|id| self.owns(account, *id)),
                    CancelTarget::ClientOrder(name) => self.live_by_name(account, name),
                };
                let id = id.ok_or(RejectReason::UnknownOrder)?;
                self.check_request(account, request_id)?;
                self.note_request(account, request_id);
                self.end_live(id, DoneReason::Cancelled, events);
                Ok(())
            }
            Command::CancelAll { account, side, request_id } => {
                self.check_request(account, request_id)?;
                self.note_request(account, request_id);
                self.cancel_all(account, side, events);
                Ok(())
            }
            Command::Replace(change) => self.replace(&change, events),
            Command::Basket { account, legs, request_id } => {
                self.check_halted()?;
                self.check_suspended(account)?;
                self.check_request(account, request_id)?;
                ensure((2..=64).contains(&legs.len()), RejectReason::InvalidSize)?;
                self.note_request(account, request_id);
                self.basket(account, &legs, events)
            }
            Command::Quote { account, cancel, place, request_id } => {
                self.check_suspended(account)?;
                self.check_request(account, request_id)?;
                ensure((1..=256).contains(&(cancel.len() + place.len())), RejectReason::InvalidSize)?;
                self.note_request(account, request_id);
                self.quote(account, &cancel, &place, events);
                Ok(())
            }
            Command::Partition { account, region, pivot, request_id } => {
                self.check_suspended(account)?;
                self.check_request(account, request_id)?;
                self.note_request(account, request_id);
                self.partition(account, region, pivot.0)
            }
            Command::Interlace { account, region, mask, request_id } => {
                self.check_suspended(account)?;
                self.check_request(account, request_id)?;
                self.note_request(account, request_id);
                self.interlace(account, region, mask)
            }
            Command::WithdrawFunds { account, amount, request_id } => {
                self.withdraw_funds(account, amount, request_id, events)
            }
            Command::WithdrawRegion { account, region, request_id } => {
                self.withdraw_region(account, key(region), request_id, events)
            }
            Command::BlockSeen { number, hash } => {
                self.block_seen(number, &hash);
                Ok(())
            }
            Command::SettlementSubmitted(submitted) => self.submitted(&submitted),
            Command::SettlementConfirmed(confirmed) => self.confirmed(confirmed.instruction, events),
            Command::SettlementFailed { instruction, outcome, .. } => {
                self.failed(instruction, outcome, events)
            }
            Command::Compensate { account, amount, .. } => self.compensate(account, amount.0),
            Command::Halt { cause } => self.change_causes(events, |model| {
                model.halts.retain(|known| *known != cause);
                model.halts.push(cause);
            }),
            Command::Freeze { cause } => self.change_causes(events, |model| {
                model.freezes.retain(|known| *known != cause);
                model.freezes.push(cause);
            }),
            Command::Resume { cause } => self.change_causes(events, |model| {
                model.halts.retain(|known| *known != cause);
                model.freezes.retain(|known| *known != cause);
            }),
            Command::Suspend { account } => {
                self.account(account).suspended = true;
                self.cancel_all(account, None, events);
                Ok(())
            }
            Command::Unsuspend { account } => {
                self.account(account).suspended = false;
                Ok(())
            }
            Command::LimitOutflow { scope, limit } => {
                self.limit_outflow(scope, limit);
                Ok(())
            }
            Command::ApproveOutflow { instruction } => self.approve(instruction, events),
        }
    }

    fn cancel_all(&mut self, account: AccountId, side: Option<Side>, events: &mut Vec<Event>) {
        for id in self.orders_of(account) {
            let is_bid = self.bids.iter().any(|bid| bid.head.id == id);
            if side.is_none_or(|side| is_bid == (side == Side::Bid)) {
                self.end_live(id, DoneReason::Cancelled, events);
            }
        }
    }

    fn basket(&mut self, account: AccountId, legs: &[BidTerms], events: &mut Vec<Event>) -> Outcome {
        for (index, terms) in legs.iter().enumerate() {
            let time_in_force = TimeInForce::FillOrKill;
            let bid = Bid { account, terms: *terms, time_in_force, post_only: false, expire_at: None };
            if let Err(rejection) = self.place_bid(&bid, events) {
                if index + 1 == legs.len() {
                    self.meet(Rare::BasketUndoneAtItsLastLeg);
                }
                let leg = Some((index as u32, rejection.reason));
                return Err(Rejection { reason: RejectReason::LegRejected, order_id: None, leg });
            }
        }
        self.meet(Rare::BasketFilled);
        Ok(())
    }

    fn quote(
        &mut self,
        account: AccountId,
        cancel: &[OrderId],
        place: &[QuoteOrder],
        events: &mut Vec<Event>,
    ) {
        for id in cancel {
            if self.owns(account, id.0) {
                self.end_live(id.0, DoneReason::Cancelled, events);
            } else {
                events.push(Event::Rejected(RejectReason::UnknownOrder.into()));
            }
        }
        for order in place {
            let outcome = self.attempt(events, |model, events| match order {
                // The account is the quote's, whatever an element says.
                QuoteOrder::Bid(bid) => model.place_bid(&Bid { account, ..*bid }, events),
                QuoteOrder::Ask(ask) => model.place_ask(&Ask { account, ..*ask }, events),
            });
            if let Err(rejection) = outcome {
                events.push(Event::Rejected(rejection));
            }
        }
    }

    fn partition(&mut self, account: AccountId, region: RegionId, pivot: u32) -> Outcome {
        let whole = self.take_free(account, key(region)).ok_or(RejectReason::RegionUnavailable)?;
        ensure(whole.begin < pivot && pivot < whole.end, RejectReason::InvalidPivot)?;
        let first = Parcel { end: pivot, renewable: false, ..whole };
        let second = Parcel { begin: pivot, renewable: false, ..whole };
        self.give_cut(account, first, second)
    }

    fn interlace(&mut self, account: AccountId, region: RegionId, mask: CoreMask) -> Outcome {
        let whole = self.take_free(account, key(region)).ok_or(RejectReason::RegionUnavailable)?;
        ensure(self.settings.interlacing, RejectReason::InterlacingDisabled)?;
        let bits = bits_of(mask);
        let some = bits != 0 && bits & !whole.bits == 0 && bits != whole.bits;
        ensure(some, RejectReason::InvalidPivot)?;
        self.give_cut(account, Parcel { bits, ..whole }, Parcel { bits: whole.bits & !bits, ..whole })
    }

    fn give_cut(&mut self, account: AccountId, first: Parcel, second: Parcel) -> Outcome {
        self.give_free(account, first);
        self.give_free(account, second);
        let free = self.free.iter().filter(|owned| owned.account == account).count();
        let asks = self.asks.iter().filter(|ask| ask.head.account == account);
        let pieces: usize = asks.map(|ask| ask.pieces.len()).sum();
        ensure(free + pieces <= self.settings.max_regions_per_account as usize, RejectReason::TooManyRegions)
    }
}

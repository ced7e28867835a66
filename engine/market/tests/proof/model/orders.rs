//! Sections 3, 5, 6 and 9: what an order is, what it holds, and the checks of new and replaced orders in their order.

use super::{MEMORY, Model, Outcome, Parcel, ensure};
use crate::coverage::Rare;
use coretime_types::{
    AccountId, ClientOrderId, Delivery, DoneReason, Event, OrderId, RejectReason, Rejection, SelfTrade,
    TimeInForce,
};

/// What both sides have.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) id: u64,
    pub(crate) account: AccountId,
    pub(crate) name: ClientOrderId,
    pub(crate) priority: u64,
    pub(crate) price: u64,
    pub(crate) lot: u32,
    pub(crate) expire_at: Option<u32>,
    pub(crate) post_only: bool,
    pub(crate) self_trade: SelfTrade,
    pub(crate) taker_ppm: i32,
    pub(crate) maker_ppm: i32,
}

#[derive(Clone, Debug)]
pub(crate) struct Bid {
    pub(crate) head: Head,
    pub(crate) remaining: u32,
    pub(crate) earliest: u32,
    pub(crate) latest: u32,
    pub(crate) duration: u32,
    pub(crate) require_renewable: bool,
    pub(crate) delivery: Delivery,
    pub(crate) delivery_fee: u128,
    /// How many fills it had: for the tests.
    pub(crate) fills: u32,
}

#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) head: Head,
    pub(crate) pieces: Vec<Parcel>,
    pub(crate) min_timeslices: u32,
    pub(crate) min_fill_notional: u128,
}

pub(crate) fn notional(price: u64, parts: u32, duration: u32) -> u128 {
    u128::from(price) * u128::from(parts) * u128::from(duration)
}

impl Bid {
    /// `R(r)`, and the delivery fees of the fills to come; none beyond 128 bits.
    pub(crate) fn hold(&self, parts: u32) -> Option<u128> {
        let notional = notional(self.head.price, parts, self.duration);
        let rate = self.head.taker_ppm.max(self.head.maker_ppm).max(0);
        let fee = notional.checked_mul(rate as u128)?.div_ceil(1_000_000);
        let fills = match self.delivery {
            Delivery::Custody => 0,
            Delivery::Transfer | Delivery::Assign(_) => u128::from(parts / self.head.lot),
        };
        notional.checked_add(fee)?.checked_add(self.delivery_fee.checked_mul(fills)?)
    }

    pub(crate) fn is_flexible(&self) -> bool {
        self.duration != self.latest - self.earliest
    }
}

impl Ask {
    /// Section 2: a live piece lasts at least `min_timeslices` from T on.
    pub(crate) fn is_live(&self, piece: &Parcel, now: u32) -> bool {
        piece.effective_duration(now) >= self.min_timeslices
    }

    pub(crate) fn has_live_piece(&self, now: u32) -> bool {
        self.pieces.iter().any(|piece| self.is_live(piece, now))
    }
}

impl Model {
    fn live_orders(&self) -> usize {
        self.bids.len() + self.asks.len()
    }

    fn heads(&self) -> impl Iterator<Item = &Head> {
        self.bids.iter().map(|bid| &bid.head).chain(self.asks.iter().map(|ask| &ask.head))
    }

    /// An account's live orders, ascending.
    pub(crate) fn orders_of(&self, account: AccountId) -> Vec<u64> {
        let mut ids: Vec<_> =
            self.heads().filter(|head| head.account == account).map(|head| head.id).collect();
        ids.sort_unstable();
        ids
    }

    /// A live order of this account.
    pub(crate) fn owns(&self, account: AccountId, id: u64) -> bool {
        self.heads().any(|head| head.id == id && head.account == account)
    }

    /// A live order of this account, by the owner's name.
    pub(crate) fn live_by_name(&self, account: AccountId, name: ClientOrderId) -> Option<u64> {
        self.heads().find(|head| head.account == account && head.name == name).map(|head| head.id)
    }

    /// An order of this name, live or remembered.
    pub(crate) fn known_by_name(&self, account: AccountId, name: ClientOrderId) -> Option<OrderId> {
        let live = self.live_by_name(account, name).map(OrderId);
        let account = self.accounts.iter().find(|known| known.id == account);
        let ended = account.and_then(|account| account.ended.iter().find(|ended| ended.0 == name));
        live.or(ended.map(|ended| ended.1))
    }

    fn check_new(&self, account: AccountId, name: ClientOrderId) -> Outcome {
        self.check_halted()?;
        self.check_suspended(account)?;
        if let Some(earlier) = self.known_by_name(account, name) {
            let reason = RejectReason::DuplicateClientOrderId;
            return Err(Rejection { reason, order_id: Some(earlier), leg: None });
        }
        let of_account = self.heads().filter(|head| head.account == account).count();
        let room = self.live_orders() < self.settings.max_orders as usize
            && of_account < self.settings.max_orders_per_account as usize;
        ensure(room, RejectReason::TooManyOrders)
    }

    fn check_bid_price(&self, bid: &Bid) -> Outcome {
        let notional = notional(bid.head.price, bid.remaining, bid.duration);
        let valid = bid.head.price > 0 && notional.checked_mul(1_000_000).is_some();
        ensure(valid, RejectReason::InvalidPrice)
    }

    fn check_life(&self, head: &Head, force: TimeInForce) -> Outcome {
        let resting = force == TimeInForce::GoodTillCancelled;
        ensure(!head.post_only || resting, RejectReason::InvalidTimeInForce)?;
        let valid = head.expire_at.is_none_or(|at| resting && at > self.now);
        ensure(valid, RejectReason::InvalidExpiry)
    }

    fn check_bid_lot(&self, bid: &Bid) -> Outcome {
        let lot = bid.head.lot;
        let valid = (1..=80).contains(&lot)
            && lot >= self.settings.min_lot_parts.0
            && bid.remaining > 0
            && bid.remaining.is_multiple_of(lot)
            && (!bid.is_flexible() || bid.remaining == lot);
        ensure(valid, RejectReason::InvalidLot)
    }

    fn check_bid_minimum(&self, bid: &Bid) -> Outcome {
        let worth = notional(bid.head.price, bid.remaining, bid.duration);
        ensure(worth >= self.settings.min_fill_notional.0, RejectReason::BelowMinimum)
    }

    /// Moves what the bid needs from free to held.
    fn cover(&mut self, bid: &Bid) -> Outcome {
        let account = self.account(bid.head.account);
        let left = bid.hold(bid.remaining).and_then(|hold| account.free.checked_sub(hold));
        account.free = left.ok_or(RejectReason::InsufficientFunds)?;
        Ok(())
    }

    fn check_ask_worth(&self, ask: &Ask) -> Outcome {
        let worth = ask
            .pieces
            .iter()
            .map(|piece| notional(ask.head.price, piece.parts(), piece.effective_duration(self.now)));
        let enough = worth.max().unwrap_or(0) >= self.settings.min_fill_notional.0;
        ensure(enough, RejectReason::BelowMinimum)
    }

    fn check_ask_lot(&self, ask: &Ask) -> Outcome {
        let lot = ask.head.lot;
        let longest = ask.pieces.iter().map(|piece| piece.effective_duration(self.now)).max().unwrap_or(0);
        let valid = lot >= self.settings.min_lot_parts.0
            && ask.pieces.iter().all(|piece| piece.parts().is_multiple_of(lot))
            && (1..=longest).contains(&ask.min_timeslices);
        ensure(valid, RejectReason::InvalidLot)?;
        let whole = ask.pieces.iter().all(|piece| piece.parts() == lot);
        ensure(self.settings.interlacing || whole, RejectReason::InterlacingDisabled)
    }

    /// Gives an accepted order its id and its priority.
    fn number(&mut self, head: &mut Head) {
        (head.id, head.priority) = (self.next_order, self.next_priority);
        self.next_order += 1;
        self.next_priority += 1;
    }

    pub(crate) fn place_bid(&mut self, order: &coretime_types::Bid, events: &mut Vec<Event>) -> Outcome {
        let terms = &order.terms;
        self.check_new(order.account, terms.client_order_id)?;
        let mut bid = Bid {
            head: Head {
                id: 0,
                account: order.account,
                name: terms.client_order_id,
                priority: 0,
                price: terms.unit_price.0,
                lot: terms.lot_parts.0,
                expire_at: order.expire_at.map(|at| at.0),
                post_only: order.post_only,
                self_trade: terms.self_trade,
                taker_ppm: self.settings.taker_ppm.0,
                maker_ppm: self.settings.maker_ppm.0,
            },
            remaining: terms.parts.0,
            earliest: terms.within.begin.0,
            latest: terms.within.end.0,
            duration: terms.duration.0,
            require_renewable: terms.require_renewable,
            delivery: terms.delivery,
            delivery_fee: self.settings.delivery_fee.0,
            fills: 0,
        };
        self.check_bid_price(&bid)?;
        self.check_life(&bid.head, order.time_in_force)?;
        let valid = bid.earliest < bid.latest && (1..=bid.latest - bid.earliest).contains(&bid.duration);
        ensure(valid, RejectReason::InvalidWindow)?;
        ensure(!self.is_past(&bid), RejectReason::WindowInPast)?;
        self.check_bid_lot(&bid)?;
        self.check_bid_minimum(&bid)?;
        self.cover(&bid)?;
        ensure(!bid.head.post_only || self.best_ask(&bid).is_none(), RejectReason::WouldMatch)?;
        self.number(&mut bid.head);
        events.push(Event::Accepted { order_id: OrderId(bid.head.id) });
        self.enter_bid(bid, order.time_in_force, events)
    }

    /// `max(earliest, T) + duration > latest`.
    pub(crate) fn is_past(&self, bid: &Bid) -> bool {
        u64::from(bid.earliest.max(self.now)) + u64::from(bid.duration) > u64::from(bid.latest)
    }

    /// Matches a covered bid, then does with the rest what its time in force says.
    fn enter_bid(&mut self, mut bid: Bid, force: TimeInForce, events: &mut Vec<Event>) -> Outcome {
        let self_trade = self.match_bid(&mut bid, force, events);
        if force == TimeInForce::FillOrKill {
            ensure(bid.remaining == 0, RejectReason::NotFilled)?;
        }
        let end = if bid.remaining == 0 {
            DoneReason::Filled
        } else if self_trade {
            DoneReason::SelfTrade
        } else if force == TimeInForce::ImmediateOrCancel {
            DoneReason::Cancelled
        } else {
            if bid.head.maker_ppm > bid.head.taker_ppm {
                self.meet(Rare::HoldAtMakerRate);
            }
            self.bids.push(bid);
            return Ok(());
        };
        self.account(bid.head.account).free += bid.hold(bid.remaining).expect("covered");
        self.end_order(&bid.head, end, events);
        Ok(())
    }

    pub(crate) fn place_ask(&mut self, order: &coretime_types::Ask, events: &mut Vec<Event>) -> Outcome {
        self.check_new(order.account, order.client_order_id)?;
        let mut ask = Ask {
            head: Head {
                id: 0,
                account: order.account,
                name: order.client_order_id,
                priority: 0,
                price: order.unit_price.0,
                lot: order.lot_parts.0,
                expire_at: order.expire_at.map(|at| at.0),
                post_only: order.post_only,
                self_trade: order.self_trade,
                taker_ppm: self.settings.taker_ppm.0,
                maker_ppm: self.settings.maker_ppm.0,
            },
            pieces: Vec::new(),
            min_timeslices: order.min_timeslices.0,
            min_fill_notional: self.settings.min_fill_notional.0,
        };
        ensure(ask.head.price > 0, RejectReason::InvalidPrice)?;
        self.check_life(&ask.head, order.time_in_force)?;
        let region = self.take_free(order.account, super::parcel::key(order.region));
        ask.pieces.push(region.ok_or(RejectReason::RegionUnavailable)?);
        ensure(ask.pieces[0].end > self.now, RejectReason::WindowInPast)?;
        // A lot of 0 divides nothing.
        ensure(ask.head.lot > 0, RejectReason::InvalidLot)?;
        self.check_ask_lot(&ask)?;
        self.check_ask_worth(&ask)?;
        ensure(!ask.head.post_only || self.best_bid(&ask).is_none(), RejectReason::WouldMatch)?;
        self.number(&mut ask.head);
        events.push(Event::Accepted { order_id: OrderId(ask.head.id) });
        self.enter_ask(ask, order.time_in_force, events)
    }

    fn enter_ask(&mut self, mut ask: Ask, force: TimeInForce, events: &mut Vec<Event>) -> Outcome {
        let self_trade = self.match_ask(&mut ask, force, events);
        let live = ask.has_live_piece(self.now);
        if force == TimeInForce::FillOrKill {
            ensure(!live, RejectReason::NotFilled)?;
        }
        let end = if !live {
            DoneReason::Filled
        } else if self_trade {
            DoneReason::SelfTrade
        } else if force == TimeInForce::ImmediateOrCancel {
            DoneReason::Cancelled
        } else {
            self.asks.push(ask);
            return Ok(());
        };
        self.end_ask(ask, end, events);
        Ok(())
    }

    /// What an ask still has goes back to the seller.
    pub(crate) fn end_ask(&mut self, ask: Ask, reason: DoneReason, events: &mut Vec<Event>) {
        for piece in ask.pieces {
            self.give_free(ask.head.account, piece);
        }
        self.end_order(&ask.head, reason, events);
    }

    fn end_order(&mut self, head: &Head, reason: DoneReason, events: &mut Vec<Event>) {
        let ended = &mut self.account(head.account).ended;
        ended.push((head.name, OrderId(head.id)));
        if ended.len() > MEMORY {
            ended.remove(0);
        }
        events.push(Event::Done { order_id: OrderId(head.id), reason });
    }

    /// Ends a live order: of a bid, the hold goes back to free; of an ask, its pieces.
    pub(crate) fn end_live(&mut self, id: u64, reason: DoneReason, events: &mut Vec<Event>) {
        if let Some(index) = self.bids.iter().position(|bid| bid.head.id == id) {
            let bid = self.bids.swap_remove(index);
            self.account(bid.head.account).free += bid.hold(bid.remaining).expect("covered");
            self.end_order(&bid.head, reason, events);
        } else {
            let index = self.asks.iter().position(|ask| ask.head.id == id).expect("a live order");
            let ask = self.asks.swap_remove(index);
            self.end_ask(ask, reason, events);
        }
    }

    pub(crate) fn replace(&mut self, change: &coretime_types::Replace, events: &mut Vec<Event>) -> Outcome {
        self.check_halted()?;
        self.check_suspended(change.account)?;
        let id = change.order_id.0;
        ensure(self.owns(change.account, id), RejectReason::UnknownOrder)?;
        let bid = self.bids.iter().position(|bid| bid.head.id == id);
        let foreign_field =
            if bid.is_some() { change.min_timeslices.is_some() } else { change.parts.is_some() };
        ensure(!foreign_field, RejectReason::Malformed)?;
        self.check_request(change.account, change.request_id)?;
        self.note_request(change.account, change.request_id);
        match bid {
            Some(index) => self.replace_bid(index, change, events),
            None => self.replace_ask(change, events),
        }
    }

    fn replace_bid(
        &mut self,
        index: usize,
        change: &coretime_types::Replace,
        events: &mut Vec<Event>,
    ) -> Outcome {
        let old = self.bids.swap_remove(index);
        self.account(old.head.account).free += old.hold(old.remaining).expect("covered");
        let mut bid = old.clone();
        bid.head.price = change.unit_price.map_or(old.head.price, |price| price.0);
        bid.remaining = change.parts.map_or(old.remaining, |parts| parts.0);
        let in_place = bid.head.price == old.head.price && bid.remaining <= old.remaining;
        if !in_place {
            bid.head.taker_ppm = self.settings.taker_ppm.0;
            bid.head.maker_ppm = self.settings.maker_ppm.0;
            bid.delivery_fee = self.settings.delivery_fee.0;
            bid.fills = 0;
        }
        self.check_bid_price(&bid)?;
        self.check_bid_lot(&bid)?;
        self.check_bid_minimum(&bid)?;
        self.cover(&bid)?;
        ensure(!bid.head.post_only || self.best_ask(&bid).is_none(), RejectReason::WouldMatch)?;
        events.push(Event::Replaced { order_id: OrderId(bid.head.id) });
        if in_place {
            self.meet(Rare::ReplacedInPlace);
            self.bids.push(bid);
            return Ok(());
        }
        bid.head.priority = self.next_priority;
        self.next_priority += 1;
        let before = events.len();
        self.enter_bid(bid, TimeInForce::GoodTillCancelled, events)?;
        if events.len() > before {
            self.meet(Rare::ReplacedBidTrades);
        }
        Ok(())
    }

    fn replace_ask(&mut self, change: &coretime_types::Replace, events: &mut Vec<Event>) -> Outcome {
        let index = self.asks.iter().position(|ask| ask.head.id == change.order_id.0).expect("a live ask");
        let old = self.asks.swap_remove(index);
        let mut ask = old.clone();
        ask.head.price = change.unit_price.map_or(old.head.price, |price| price.0);
        ask.min_timeslices = change.min_timeslices.map_or(old.min_timeslices, |least| least.0);
        ask.head.taker_ppm = self.settings.taker_ppm.0;
        ask.head.maker_ppm = self.settings.maker_ppm.0;
        ask.min_fill_notional = self.settings.min_fill_notional.0;
        ensure(ask.head.price > 0, RejectReason::InvalidPrice)?;
        self.check_ask_lot(&ask)?;
        self.check_ask_worth(&ask)?;
        ensure(!ask.head.post_only || self.best_bid(&ask).is_none(), RejectReason::WouldMatch)?;
        let revived = |piece: &&Parcel| ask.is_live(piece, self.now) && !old.is_live(piece, self.now);
        if ask.pieces.iter().any(|piece| revived(&piece)) {
            self.meet(Rare::DeadPieceRevived);
        }
        ask.head.priority = self.next_priority;
        self.next_priority += 1;
        events.push(Event::Replaced { order_id: OrderId(ask.head.id) });
        let before = events.len();
        self.enter_ask(ask, TimeInForce::GoodTillCancelled, events)?;
        if events.len() > before {
            self.meet(Rare::ReplacedAskTrades);
        }
        Ok(())
    }
}

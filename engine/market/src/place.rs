//! Placing orders (section 3), and what becomes of what does not fill at once.

use crate::accounts::AccountIndex;
use crate::fit::{Offer, Want};
use crate::market::Market;
use crate::money;
use crate::order::{AskDetail, BidDetail, Detail, Order};
use crate::slots::{OrderSlot, RegionSlot};
use coretime_types::{
    Ask, Bid, DoneReason, Event, OrderId, Planck, Priority, RejectReason, Rejection, TimeInForce,
};

impl Market {
    /// Section 3, bids; section 6: what it can cost is held.
    pub(crate) fn place_bid(&mut self, bid: &Bid, events: &mut Vec<Event>) -> Result<(), Rejection> {
        let account = self.account_of(bid.account);
        self.check_bid(bid, account)?;
        let terms = &bid.terms;
        let today = self.state.terms_today();
        let (parts, lot_parts) = (terms.parts, terms.lot_parts);
        let rates = self.state.terms(today);
        let held = money::hold(rates, terms.unit_price, parts, lot_parts, terms.duration, terms.delivery);
        let (account, held) = self.check_cover(account, held, Planck::ZERO)?;
        if bid.post_only {
            self.bid_matches_nothing(&Want::new(terms))?;
        }
        let detail = BidDetail {
            remaining: parts,
            within: terms.within,
            duration: terms.duration,
            require_renewable: terms.require_renewable,
            delivery: terms.delivery,
        };
        let order = Order {
            order_id: OrderId(0),
            account,
            client_order_id: terms.client_order_id,
            priority: Priority(0),
            unit_price: terms.unit_price,
            lot_parts,
            expire_at: bid.expire_at,
            post_only: bid.post_only,
            self_trade: terms.self_trade,
            terms: today,
            is_resting: false,
            detail: Detail::Bid(detail),
        };
        self.enter_new(order, bid.time_in_force, events, |market, _| {
            let mut funds = market.state.funds(account);
            funds.free.0 -= held.0;
            funds.held.0 += held.0;
            market.state.set_funds(account, funds);
        })
    }

    /// Section 3, asks: one free region of the account, which is under the order from now on.
    pub(crate) fn place_ask(&mut self, ask: &Ask, events: &mut Vec<Event>) -> Result<(), Rejection> {
        let (account, region) = self.check_ask(ask)?;
        let today = self.state.terms_today();
        let detail = AskDetail { first_piece: None, live_pieces: 0, min_timeslices: ask.min_timeslices };
        let order = Order {
            order_id: OrderId(0),
            account,
            client_order_id: ask.client_order_id,
            priority: Priority(0),
            unit_price: ask.unit_price,
            lot_parts: ask.lot_parts,
            expire_at: ask.expire_at,
            post_only: ask.post_only,
            self_trade: ask.self_trade,
            terms: today,
            is_resting: false,
            detail: Detail::Ask(detail),
        };
        if ask.post_only {
            let offer = Offer::new(ask, self.state.terms(today));
            self.piece_matches_nothing(&offer, region)?;
        }
        self.enter_new(order, ask.time_in_force, events, |market, slot| {
            market.state.attach(region, slot, None, false);
        })
    }

    /// Rule 4.8: post only is rejected if any compatible counter-order exists, the account's own included.
    pub(crate) fn bid_matches_nothing(&self, want: &Want) -> Result<(), Rejection> {
        match self.state.best_piece(want) {
            Some(_) => Err(RejectReason::WouldMatch.into()),
            None => Ok(()),
        }
    }

    /// The same for one piece of an ask.
    pub(crate) fn piece_matches_nothing(&self, offer: &Offer, piece: RegionSlot) -> Result<(), Rejection> {
        match self.state.best_bid(offer, &self.state.regions.get(piece).piece) {
            Some(_) => Err(RejectReason::WouldMatch.into()),
            None => Ok(()),
        }
    }

    /// Section 3: an accepted order gets the next id and the next priority. It is matched, and what is left rests or
    /// ends. Only fill or kill can still fail.
    fn enter_new(
        &mut self,
        mut order: Order,
        time_in_force: TimeInForce,
        events: &mut Vec<Event>,
        cover: impl FnOnce(&mut Market, OrderSlot),
    ) -> Result<(), Rejection> {
        let enter = |market: &mut Market, events: &mut Vec<Event>| {
            order.order_id = market.state.next_order_id();
            order.priority = market.state.next_priority();
            let slot = market.state.insert_order(order);
            cover(market, slot);
            market.state.name_order(order.account, order.client_order_id, order.order_id);
            events.push(Event::Accepted { order_id: order.order_id });
            market.match_and_settle(slot, time_in_force, events)
        };
        if time_in_force == TimeInForce::FillOrKill {
            self.attempt(events, enter)
        } else {
            enter(self, events)
        }
    }

    /// Runs something that changes nothing if it fails (rule 4.9). An attempt inside another is part of it.
    pub(crate) fn attempt(
        &mut self,
        events: &mut Vec<Event>,
        run: impl FnOnce(&mut Market, &mut Vec<Event>) -> Result<(), Rejection>,
    ) -> Result<(), Rejection> {
        if self.state.undo.is_running() {
            return run(self, events);
        }
        let counters = self.state.counters;
        self.state.undo.begin();
        let result = run(self, events);
        match result {
            Ok(()) => self.state.undo.keep(),
            Err(_) => self.state.roll_back(counters),
        }
        result
    }

    /// Section 3, time in force; rule 4.5: what is left of a GTC order rests, an ask without a live piece ends as
    /// filled.
    pub(crate) fn match_and_settle(
        &mut self,
        slot: OrderSlot,
        time_in_force: TimeInForce,
        events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        let self_traded = self.match_taker(slot, events);
        let filled = self.state.orders.get(slot).is_filled();
        match time_in_force {
            _ if filled => self.end_order(slot, DoneReason::Filled, events),
            TimeInForce::FillOrKill => return Err(RejectReason::NotFilled.into()),
            _ if self_traded => self.end_order(slot, DoneReason::SelfTrade, events),
            TimeInForce::GoodTillCancelled => self.state.rest(slot),
            TimeInForce::ImmediateOrCancel => self.end_order(slot, DoneReason::Cancelled, events),
        }
        Ok(())
    }

    /// Ends an order: it leaves the book, and what it holds goes back to its account.
    pub(crate) fn end_order(&mut self, slot: OrderSlot, reason: DoneReason, events: &mut Vec<Event>) {
        let order = self.state.orders.get(slot);
        match order.detail {
            Detail::Bid(bid) => {
                let (account, held) = (order.account, self.held(order, &bid, bid.remaining));
                self.state.unlist(slot);
                self.release(account, held);
            }
            Detail::Ask(ask) => {
                let mut next = ask.first_piece;
                while let Some(piece) = next {
                    next = self.state.regions.get(piece).next;
                    self.state.detach(piece);
                }
            }
        }
        let order = self.state.remove_order(slot);
        self.state.end_name(&order);
        events.push(Event::Done { order_id: order.order_id, reason });
    }

    fn release(&mut self, account: AccountIndex, held: Planck) {
        if held > Planck::ZERO {
            let mut funds = self.state.funds(account);
            funds.held.0 -= held.0;
            funds.free.0 += held.0;
            self.state.set_funds(account, funds);
        }
    }
}

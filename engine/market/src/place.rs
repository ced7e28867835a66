//! Placing orders (section 3), and what becomes of what does not fill at once.

use crate::market::Market;
use crate::money;
use crate::order::{AskDetail, BidDetail, Detail, FeeRates, FreeRegion, Order, Piece};
use coretime_types::{
    Ask, Bid, DoneReason, Event, OrderId, Planck, Priority, RejectReason, Rejection, TimeInForce,
};

impl Market {
    pub(crate) fn place_bid(&mut self, bid: &Bid, events: &mut Vec<Event>) -> Result<(), Rejection> {
        self.check_bid(bid)?;
        let terms = &bid.terms;
        let fees = self.fee_rates();
        let (parts, lot_parts) = (terms.parts, terms.lot_parts);
        let held = money::hold(&fees, terms.unit_price, parts, lot_parts, terms.duration, terms.delivery);
        let held = self.check_cover(bid.account, held, Planck::ZERO)?;
        let detail = BidDetail {
            remaining: terms.parts,
            within: terms.within,
            duration: terms.duration,
            require_renewable: terms.require_renewable,
            delivery: terms.delivery,
            held,
        };
        let order = Order {
            order_id: OrderId(0),
            account: bid.account,
            client_order_id: terms.client_order_id,
            priority: Priority(0),
            unit_price: terms.unit_price,
            lot_parts: terms.lot_parts,
            expire_at: bid.expire_at,
            post_only: bid.post_only,
            self_trade: terms.self_trade,
            fees,
            detail: Detail::Bid(detail),
        };
        self.not_matching(&order)?;
        self.enter_new(order, bid.time_in_force, events, |market, bid_order| {
            let mut funds = market.state.funds(bid_order.account);
            funds.free.0 -= held.0;
            funds.held.0 += held.0;
            market.state.set_funds(bid_order.account, funds);
        })
    }

    pub(crate) fn place_ask(&mut self, ask: &Ask, events: &mut Vec<Event>) -> Result<(), Rejection> {
        let free = self.check_ask(ask)?;
        let detail = AskDetail {
            pieces: vec![Piece { region: free.region, renewable: free.renewable }],
            min_timeslices: ask.min_timeslices,
            min_fill_notional: self.state.settings.min_fill_notional,
        };
        let order = Order {
            order_id: OrderId(0),
            account: ask.account,
            client_order_id: ask.client_order_id,
            priority: Priority(0),
            unit_price: ask.unit_price,
            lot_parts: ask.lot_parts,
            expire_at: ask.expire_at,
            post_only: ask.post_only,
            self_trade: ask.self_trade,
            fees: self.fee_rates(),
            detail: Detail::Ask(detail),
        };
        self.not_matching(&order)?;
        self.enter_new(order, ask.time_in_force, events, |market, _| {
            market.state.remove_free(ask.region);
        })
    }

    /// Today's fees (section 6).
    pub(crate) fn fee_rates(&self) -> FeeRates {
        let settings = &self.state.settings;
        FeeRates {
            taker_ppm: settings.taker_ppm,
            maker_ppm: settings.maker_ppm,
            delivery_fee: settings.delivery_fee,
        }
    }

    /// Rule 4.8: post only is rejected if any compatible counter-order exists, the account's own included.
    pub(crate) fn not_matching(&self, order: &Order) -> Result<(), Rejection> {
        if order.post_only && self.next_compatible(order, None).is_some() {
            return Err(RejectReason::WouldMatch.into());
        }
        Ok(())
    }

    /// Accepts a new order, matches it, and rests or ends what is left. Only fill or kill can still fail.
    fn enter_new(
        &mut self,
        mut order: Order,
        time_in_force: TimeInForce,
        events: &mut Vec<Event>,
        cover: impl FnOnce(&mut Market, &Order),
    ) -> Result<(), Rejection> {
        let enter = |market: &mut Market, events: &mut Vec<Event>| {
            order.order_id = market.state.next_order_id();
            order.priority = market.state.next_priority();
            cover(market, &order);
            market.state.name_order(order.account, order.client_order_id, order.order_id);
            events.push(Event::Accepted { order_id: order.order_id });
            market.match_and_settle(order, time_in_force, events)
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
        let changes = self.state.undo.end();
        if result.is_err() {
            self.state.roll_back(changes, counters);
        }
        result
    }

    /// Matches an order that has entered, then rests it, ends it, or says that it did not fill.
    pub(crate) fn match_and_settle(
        &mut self,
        mut order: Order,
        time_in_force: TimeInForce,
        events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        let self_traded = self.match_taker(&mut order, events);
        let filled = match &order.detail {
            Detail::Bid(bid) => bid.remaining.0 == 0,
            Detail::Ask(ask) => !ask.has_live_piece(self.state.tradable_from),
        };
        match time_in_force {
            _ if filled => self.end_order(order, DoneReason::Filled, events),
            TimeInForce::FillOrKill => return Err(RejectReason::NotFilled.into()),
            _ if self_traded => self.end_order(order, DoneReason::SelfTrade, events),
            TimeInForce::GoodTillCancelled => self.state.insert_order(order),
            TimeInForce::ImmediateOrCancel => self.end_order(order, DoneReason::Cancelled, events),
        }
        Ok(())
    }

    /// Ends an order that is not in the book: what it holds goes back to its account.
    pub(crate) fn end_order(&mut self, order: Order, reason: DoneReason, events: &mut Vec<Event>) {
        match order.detail {
            Detail::Bid(bid) => {
                let mut funds = self.state.funds(order.account);
                funds.held.0 -= bid.held.0;
                funds.free.0 += bid.held.0;
                self.state.set_funds(order.account, funds);
            }
            Detail::Ask(ask) => {
                for Piece { region, renewable } in ask.pieces {
                    self.state.insert_free(FreeRegion { account: order.account, region, renewable });
                }
            }
        }
        self.state.end_name(order.account, order.client_order_id);
        events.push(Event::Done { order_id: order.order_id, reason });
    }
}

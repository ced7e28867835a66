//! Orders that come, change and go: sections 3 and 5.

use super::{
    Checker,
    ledger::Holder,
    money,
    order::{Ask, Bid, Order, Piece, Terms},
    told::Told,
};
use crate::error::{Check, Mismatch, holds, same};
use coretime_types::{
    AccountId, BidTerms, CancelTarget, DoneReason, Event, OrderId, Planck, QuoteOrder, Replace, Side,
    TimeInForce,
};

impl Checker {
    fn new_order(&mut self, account: AccountId, terms: &BidTerms) -> Order {
        let detail = Bid {
            remaining: terms.parts,
            within: terms.within,
            duration: terms.duration,
            require_renewable: terms.require_renewable,
            delivery: terms.delivery,
            held: Planck::ZERO,
        };
        Order {
            id: OrderId(self.last_order.saturating_add(1)),
            account,
            name: terms.client_order_id,
            price: terms.unit_price,
            priority: 0,
            lot: terms.lot_parts,
            expire_at: None,
            post_only: false,
            self_trade: terms.self_trade,
            taker_ppm: 0,
            maker_ppm: 0,
            delivery_fee: Planck::ZERO,
            terms: Terms::Bid(detail),
        }
    }

    pub(super) fn place_bid(&mut self, bid: &coretime_types::Bid, told: &mut Told<'_>) -> Check {
        let order = self.new_order(bid.account, &bid.terms);
        let order = Order { expire_at: bid.expire_at, post_only: bid.post_only, ..order };
        self.enter_new(order, bid.time_in_force, told)
    }

    pub(super) fn place_ask(&mut self, ask: &coretime_types::Ask, told: &mut Told<'_>) -> Check {
        let id = OrderId(self.last_order.saturating_add(1));
        let asset = self.ledger.asset(ask.region);
        let Some(asset) = asset.filter(|asset| asset.holder == Holder::Free(ask.account)) else {
            let expected = format!("a free region {:?} of {}", ask.region, ask.account);
            return Err(Mismatch::new(
                "the region that is offered",
                Some(id),
                expected,
                format!("{asset:?}"),
            ));
        };
        let detail = Ask {
            pieces: vec![asset.piece],
            min_timeslices: ask.min_timeslices,
            min_fill_notional: Planck::ZERO,
        };
        let order = Order {
            id,
            account: ask.account,
            name: ask.client_order_id,
            price: ask.unit_price,
            priority: 0,
            lot: ask.lot_parts,
            expire_at: ask.expire_at,
            post_only: ask.post_only,
            self_trade: ask.self_trade,
            taker_ppm: 0,
            maker_ppm: 0,
            delivery_fee: Planck::ZERO,
            terms: Terms::Ask(detail),
        };
        self.enter_new(order, ask.time_in_force, told)
    }

    fn enter_new(&mut self, mut order: Order, time_in_force: TimeInForce, told: &mut Told<'_>) -> Check {
        told.expect(Some(order.id), Event::Accepted { order_id: order.id })?;
        self.last_order = order.id.0;
        self.check_may_order(order.account, order.id)?;
        holds("the price is at least 1", Some(order.id), order.price.0 > 0)?;
        order.take_rates(&self.settings);
        match &order.terms {
            Terms::Bid(bid) => {
                let held = money::hold(&order, bid, bid.remaining)?;
                self.ledger.change_hold(order.id, order.account, Planck::ZERO, held)?;
                if let Terms::Bid(bid) = &mut order.terms {
                    bid.held = held;
                }
            }
            Terms::Ask(ask) => {
                for Piece { region, .. } in &ask.pieces {
                    let holder = Holder::Free(order.account);
                    let piece = self.ledger.take("the region that is offered", region.id(), holder)?;
                    self.ledger.put(piece, Holder::Under(order.id))?;
                }
            }
        }
        self.check_post_only(&order)?;
        order.priority = self.next_priority();
        self.match_and_settle(order, time_in_force, told)
    }

    fn next_priority(&mut self) -> u64 {
        self.last_priority = self.last_priority.saturating_add(1);
        self.last_priority
    }

    fn check_post_only(&self, order: &Order) -> Check {
        let matching = if order.post_only { self.book.best_for(order, self.now) } else { None };
        same("a compatible order for one that was accepted as post only", Some(order.id), None, matching)
    }

    /// A live order of this account, out of the book.
    fn take_order_of(&mut self, account: AccountId, id: OrderId) -> Check<Order> {
        let found = self.book.get(id).map(|order| order.account);
        same("whose order it is", Some(id), Some(account), found)?;
        let missing = || Mismatch::new("an order", Some(id), "that it is live", "that it is not");
        self.take_order(id).ok_or_else(missing)
    }

    pub(super) fn cancel(&mut self, account: AccountId, target: CancelTarget, told: &mut Told<'_>) -> Check {
        let id = match (target, told.peek()) {
            (CancelTarget::Order(id), _) => id,
            (CancelTarget::ClientOrder(_), Some(Event::Done { order_id, .. })) => *order_id,
            (CancelTarget::ClientOrder(_), other) => {
                let found = format!("{other:?}");
                return Err(Mismatch::new("the next event", None, "the end of an order", found));
            }
        };
        let order = self.take_order_of(account, id)?;
        if let CancelTarget::ClientOrder(name) = target {
            same("the name of the order that is cancelled", Some(id), name, order.name)?;
        }
        told.expect_done(id, DoneReason::Cancelled)?;
        self.release(order)
    }

    pub(super) fn cancel_all(
        &mut self,
        account: AccountId,
        side: Option<Side>,
        told: &mut Told<'_>,
    ) -> Check {
        let ids: Vec<OrderId> = self.orders_of.get(&account).into_iter().flatten().copied().collect();
        for id in ids {
            if side.is_none_or(|side| self.book.get(id).is_some_and(|order| order.side() == side)) {
                self.cancel(account, CancelTarget::Order(id), told)?;
            }
        }
        Ok(())
    }

    pub(super) fn replace(&mut self, replace: &Replace, told: &mut Told<'_>) -> Check {
        let id = replace.order_id;
        self.check_may_order(replace.account, id)?;
        let mut order = self.take_order_of(replace.account, id)?;
        told.expect(Some(id), Event::Replaced { order_id: id })?;
        let price = replace.unit_price.unwrap_or(order.price);
        let stays_in_place = match &order.terms {
            Terms::Bid(bid) => {
                price == order.price && replace.parts.is_none_or(|parts| parts <= bid.remaining)
            }
            Terms::Ask(_) => false,
        };
        holds("the price is at least 1", Some(id), price.0 > 0)?;
        order.price = price;
        if !stays_in_place {
            order.take_rates(&self.settings);
        }
        let hold = match &mut order.terms {
            Terms::Bid(bid) => {
                bid.remaining = replace.parts.unwrap_or(bid.remaining);
                Some((bid.held, bid.clone()))
            }
            Terms::Ask(ask) => {
                ask.min_timeslices = replace.min_timeslices.unwrap_or(ask.min_timeslices);
                None
            }
        };
        if let Some((before, bid)) = hold {
            let held = money::hold(&order, &bid, bid.remaining)?;
            self.ledger.change_hold(id, order.account, before, held)?;
            order.terms = Terms::Bid(Bid { held, ..bid });
        }
        self.check_post_only(&order)?;
        if stays_in_place {
            self.rest(order);
            return Ok(());
        }
        order.priority = self.next_priority();
        self.match_and_settle(order, TimeInForce::GoodTillCancelled, told)
    }

    pub(super) fn basket(&mut self, account: AccountId, legs: &[BidTerms], told: &mut Told<'_>) -> Check {
        for terms in legs {
            let order = self.new_order(account, terms);
            self.enter_new(order, TimeInForce::FillOrKill, told)?;
        }
        Ok(())
    }

    /// Each element is accepted or rejected on its own.
    pub(super) fn quote(
        &mut self,
        account: AccountId,
        cancel: &[OrderId],
        place: &[QuoteOrder],
        told: &mut Told<'_>,
    ) -> Check {
        for id in cancel {
            if !self.is_element_rejected(told) {
                self.cancel(account, CancelTarget::Order(*id), told)?;
            }
        }
        for order in place {
            if self.is_element_rejected(told) {
                continue;
            }
            match order {
                QuoteOrder::Bid(bid) => self.place_bid(&coretime_types::Bid { account, ..*bid }, told)?,
                QuoteOrder::Ask(ask) => self.place_ask(&coretime_types::Ask { account, ..*ask }, told)?,
            }
        }
        Ok(())
    }

    fn is_element_rejected(&self, told: &mut Told<'_>) -> bool {
        let is_rejected = matches!(told.peek(), Some(Event::Rejected(_)));
        if is_rejected {
            told.next();
        }
        is_rejected
    }
}

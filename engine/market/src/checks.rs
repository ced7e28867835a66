//! What an order is checked for before it is accepted, in the order of section 9; the first reason that applies counts.

use crate::accounts::AccountIndex;
use crate::market::Market;
use crate::money;
use crate::slots::RegionSlot;
use coretime_types::{
    Ask, Bid, BidTerms, ClientOrderId, Parts, Planck, RegionId, RejectReason, Rejection, TimeInForce,
    Timeslice, Timeslices, UnitPrice,
};

/// How an order stands in time: what both sides have in common.
pub(crate) struct Standing {
    pub(crate) account: Option<AccountIndex>,
    pub(crate) client_order_id: ClientOrderId,
    pub(crate) time_in_force: TimeInForce,
    pub(crate) post_only: bool,
    pub(crate) expire_at: Option<Timeslice>,
}

impl Market {
    /// A new bid, down to `below_minimum`.
    pub(crate) fn check_bid(&self, bid: &Bid, account: Option<AccountIndex>) -> Result<(), Rejection> {
        let standing = Standing {
            account,
            client_order_id: bid.terms.client_order_id,
            time_in_force: bid.time_in_force,
            post_only: bid.post_only,
            expire_at: bid.expire_at,
        };
        self.check_entry(&standing)?;
        check_bid_price(bid.terms.unit_price, bid.terms.parts, bid.terms.duration)?;
        self.check_standing(&standing)?;
        self.check_bid_window(&bid.terms)?;
        let BidTerms { unit_price, parts, lot_parts, duration, within, .. } = bid.terms;
        self.check_bid_size(unit_price, parts, lot_parts, duration, duration != within.duration())
    }

    /// A new ask, down to `below_minimum`; gives its account and the region that it sells.
    pub(crate) fn check_ask(&self, ask: &Ask) -> Result<(AccountIndex, RegionSlot), Rejection> {
        let account = self.account_of(ask.account);
        let standing = Standing {
            account,
            client_order_id: ask.client_order_id,
            time_in_force: ask.time_in_force,
            post_only: ask.post_only,
            expire_at: ask.expire_at,
        };
        self.check_entry(&standing)?;
        check_price(ask.unit_price)?;
        self.check_standing(&standing)?;
        let slot = self.free_region(account, ask.region)?;
        let holding = self.state.regions.get(slot);
        let region = holding.region();
        if region.end <= self.state.tradable_from {
            return Err(RejectReason::WindowInPast.into());
        }
        let parts = region.mask.parts();
        let duration = region.effective_duration(self.state.tradable_from);
        self.check_lot(ask.lot_parts, parts)?;
        check_min_timeslices(ask.min_timeslices, duration)?;
        self.check_interlacing(ask.lot_parts, parts)?;
        self.check_minimum(ask.unit_price.notional(parts, duration))?;
        Ok((holding.account, slot))
    }

    /// Section 9, `halted` to `too_many_orders`. Section 3: a client order id is unique among the account's live orders
    /// and its 4,096 most recently ended ones.
    fn check_entry(&self, standing: &Standing) -> Result<(), Rejection> {
        self.takes_orders()?;
        self.not_suspended(standing.account)?;
        let account = standing.account;
        let named = |account| self.state.accounts.order_named(account, standing.client_order_id);
        if let Some(earlier) = account.and_then(named) {
            let reason = RejectReason::DuplicateClientOrderId;
            return Err(Rejection { order_id: Some(earlier), ..reason.into() });
        }
        let live = account.map_or(0, |account| self.state.accounts.get(account).live_orders);
        let settings = &self.state.settings;
        if self.state.orders.len() as u64 >= u64::from(settings.max_orders)
            || live >= settings.max_orders_per_account
        {
            return Err(RejectReason::TooManyOrders.into());
        }
        Ok(())
    }

    /// Section 9, `invalid_time_in_force` and `invalid_expiry`. Section 3: post only and expiry with good till
    /// cancelled only, expiry after `T`.
    fn check_standing(&self, standing: &Standing) -> Result<(), Rejection> {
        let rests = standing.time_in_force == TimeInForce::GoodTillCancelled;
        if standing.post_only && !rests {
            return Err(RejectReason::InvalidTimeInForce.into());
        }
        if standing.expire_at.is_some_and(|expiry| !rests || expiry <= self.state.tradable_from) {
            return Err(RejectReason::InvalidExpiry.into());
        }
        Ok(())
    }

    /// Section 9, `region_unavailable`: unknown, another account's, or under an order.
    pub(crate) fn free_region(
        &self,
        account: Option<AccountIndex>,
        id: RegionId,
    ) -> Result<RegionSlot, Rejection> {
        let is_own = |slot: &RegionSlot| {
            let holding = self.state.regions.get(*slot);
            holding.under.is_none() && Some(holding.account) == account
        };
        self.region_of(id).filter(is_own).ok_or(RejectReason::RegionUnavailable.into())
    }

    /// Section 9, `invalid_window` and `window_in_past`. Section 3: a window of exactly `duration` inside `[earliest,
    /// latest)`, that has not begun to pass.
    fn check_bid_window(&self, terms: &BidTerms) -> Result<(), Rejection> {
        let Timeslices(duration) = terms.duration;
        if duration == 0 || duration > terms.within.duration().0 {
            return Err(RejectReason::InvalidWindow.into());
        }
        let begin = terms.within.begin.max(self.state.tradable_from);
        if begin.checked_add(terms.duration).is_none_or(|end| end > terms.within.end) {
            return Err(RejectReason::WindowInPast.into());
        }
        Ok(())
    }

    /// Section 9, `invalid_lot` to `below_minimum` of a bid. Section 3: the lot divides the parts, and is all of a
    /// flexible bid's.
    pub(crate) fn check_bid_size(
        &self,
        unit_price: UnitPrice,
        parts: Parts,
        lot_parts: Parts,
        duration: Timeslices,
        flexible: bool,
    ) -> Result<(), Rejection> {
        self.check_lot(lot_parts, parts)?;
        if flexible && lot_parts != parts {
            return Err(RejectReason::InvalidLot.into());
        }
        self.check_minimum(unit_price.notional(parts, duration))
    }

    /// Section 9, `insufficient_funds`; section 6: there is no trade without cover. What the bid will hold, if free
    /// funds and what it held before cover that. What does not fit into 128 bits nobody can have, and an account that
    /// was never heard of has nothing.
    pub(crate) fn check_cover(
        &self,
        account: Option<AccountIndex>,
        held: Option<Planck>,
        held_before: Planck,
    ) -> Result<(AccountIndex, Planck), Rejection> {
        let account = account.ok_or(RejectReason::InsufficientFunds)?;
        let there = Planck(self.state.funds(account).free.0 + held_before.0);
        let held = held.filter(|held| *held <= there).ok_or(RejectReason::InsufficientFunds)?;
        Ok((account, held))
    }

    /// Section 9, `invalid_lot`. Section 3: a lot is `min_lot_parts` to 80 and divides the parts.
    pub(crate) fn check_lot(&self, lot_parts: Parts, parts: Parts) -> Result<(), Rejection> {
        let least = self.state.settings.min_lot_parts;
        if lot_parts < least || lot_parts > Parts::CORE || parts.0 == 0 || !parts.is_multiple_of(lot_parts) {
            return Err(RejectReason::InvalidLot.into());
        }
        Ok(())
    }

    /// Section 9, `interlacing_disabled`. Section 3: with interlacing off an ask's lot is all its parts.
    pub(crate) fn check_interlacing(&self, lot_parts: Parts, parts: Parts) -> Result<(), Rejection> {
        if !self.state.settings.interlacing && lot_parts != parts {
            return Err(RejectReason::InterlacingDisabled.into());
        }
        Ok(())
    }

    /// Section 9, `below_minimum`. Section 3: an order as a whole reaches `min_fill_notional`.
    pub(crate) fn check_minimum(&self, notional: Planck) -> Result<(), Rejection> {
        if notional < self.state.settings.min_fill_notional {
            return Err(RejectReason::BelowMinimum.into());
        }
        Ok(())
    }
}

/// Section 9, `invalid_price`: 0.
pub(crate) fn check_price(unit_price: UnitPrice) -> Result<(), Rejection> {
    if unit_price.0 == 0 { Err(RejectReason::InvalidPrice.into()) } else { Ok(()) }
}

/// Section 9, `invalid_price` of a bid: 0, or `unit_price * parts * duration * 1,000,000` beyond 128 bits.
pub(crate) fn check_bid_price(
    unit_price: UnitPrice,
    parts: Parts,
    duration: Timeslices,
) -> Result<(), Rejection> {
    check_price(unit_price)?;
    if money::can_charge(unit_price.notional(parts, duration)) {
        Ok(())
    } else {
        Err(RejectReason::InvalidPrice.into())
    }
}

/// Section 9, `invalid_lot` of an ask. Section 3: its fills last at least 1 timeslice, at most all that it could sell.
pub(crate) fn check_min_timeslices(least: Timeslices, longest: Timeslices) -> Result<(), Rejection> {
    if least.0 == 0 || least > longest { Err(RejectReason::InvalidLot.into()) } else { Ok(()) }
}

//! Several orders in one command: baskets and quotes (section 5).

use crate::market::Market;
use coretime_types::{
    AccountId, Ask, Bid, BidTerms, DoneReason, Event, OrderId, QuoteOrder, RejectReason, Rejection,
    RequestId, TimeInForce,
};

/// How many legs a basket may have.
const BASKET_LEGS: std::ops::RangeInclusive<usize> = 2..=64;
/// How many elements a quote may have, cancels and places together.
const QUOTE_ELEMENTS: std::ops::RangeInclusive<usize> = 1..=256;

impl Market {
    /// Section 5: 2 to 64 bids, each as fill or kill, in order on the same book; all fill, or none does and the first
    /// leg that did not is named.
    pub(crate) fn basket(
        &mut self,
        account: AccountId,
        legs: &[BidTerms],
        request_id: Option<RequestId>,
        events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        self.takes_orders()?;
        let index = self.state.accounts.find(account);
        self.not_suspended(index)?;
        self.not_repeated(index, request_id)?;
        if !BASKET_LEGS.contains(&legs.len()) {
            return Err(RejectReason::InvalidSize.into());
        }
        self.attempt(events, |market, events| {
            for (leg, terms) in (0..).zip(legs) {
                let bid = Bid {
                    account,
                    terms: *terms,
                    time_in_force: TimeInForce::FillOrKill,
                    post_only: false,
                    expire_at: None,
                };
                market.place_bid(&bid, events).map_err(|rejection| Rejection {
                    leg: Some((leg, rejection.reason)),
                    ..RejectReason::LegRejected.into()
                })?;
            }
            Ok(())
        })?;
        self.state.remember_request(account, request_id);
        Ok(())
    }

    /// Section 5: cancels, then places, together 1 to 256, each accepted or rejected on its own; the quote counts as
    /// accepted. Section 8: its cancels work while the venue is halted.
    pub(crate) fn quote(
        &mut self,
        account: AccountId,
        cancel: &[OrderId],
        place: &[QuoteOrder],
        request_id: Option<RequestId>,
        events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        let index = self.state.accounts.find(account);
        self.not_suspended(index)?;
        self.not_repeated(index, request_id)?;
        if !QUOTE_ELEMENTS.contains(&(cancel.len().saturating_add(place.len()))) {
            return Err(RejectReason::InvalidSize.into());
        }
        self.state.remember_request(account, request_id);
        for order_id in cancel {
            match self.order_of(index, *order_id) {
                Ok(slot) => self.end_order(slot, DoneReason::Cancelled, events),
                Err(rejection) => events.push(Event::Rejected(rejection)),
            }
        }
        for order in place {
            let before = events.len();
            let placed = match order {
                QuoteOrder::Bid(bid) => self.place_bid(&Bid { account, ..*bid }, events),
                QuoteOrder::Ask(ask) => self.place_ask(&Ask { account, ..*ask }, events),
            };
            if let Err(rejection) = placed {
                events.truncate(before);
                events.push(Event::Rejected(rejection));
            }
        }
        Ok(())
    }
}

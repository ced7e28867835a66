//! Orders that were never sent, to ask the model what would fit.

use super::{Ask, Bid, Head, Parcel};
use coretime_types::{
    AccountId, BidTerms, ClientOrderId, Delivery, Parts, SelfTrade, Timeslices, UnitPrice, Window,
};

fn head(account: AccountId, price: u64, lot: u32) -> Head {
    Head {
        id: 0,
        account,
        name: ClientOrderId(0),
        priority: 0,
        price,
        lot,
        expire_at: None,
        post_only: false,
        self_trade: SelfTrade::CancelTaker,
        taker_ppm: 0,
        maker_ppm: 0,
    }
}

impl Bid {
    pub(crate) fn of_terms(account: AccountId, terms: &BidTerms) -> Bid {
        Bid {
            head: head(account, terms.unit_price.0, terms.lot_parts.0),
            remaining: terms.parts.0,
            earliest: terms.within.begin.0,
            latest: terms.within.end.0,
            duration: terms.duration.0,
            require_renewable: terms.require_renewable,
            delivery: terms.delivery,
            delivery_fee: 0,
            fills: 0,
        }
    }

    /// A fixed bid that takes as much as there is, at any price.
    pub(crate) fn for_window(window: Window, lot: u32) -> Bid {
        let terms = BidTerms {
            client_order_id: ClientOrderId(0),
            unit_price: UnitPrice(u64::MAX),
            parts: Parts(80),
            lot_parts: Parts(lot),
            within: window,
            duration: Timeslices(window.end.0 - window.begin.0),
            require_renewable: false,
            delivery: Delivery::Custody,
            self_trade: SelfTrade::CancelTaker,
        };
        Bid::of_terms(AccountId::default(), &terms)
    }
}

impl Ask {
    pub(crate) fn of_order(order: &coretime_types::Ask, pieces: Vec<Parcel>) -> Ask {
        let head = head(order.account, order.unit_price.0, order.lot_parts.0);
        Ask { head, pieces, min_timeslices: order.min_timeslices.0, min_fill_notional: 0 }
    }

    /// A whole core, sold in any lot and for any time.
    pub(crate) fn of_core(price: u64, core: Parcel, min_fill_notional: u128) -> Ask {
        let head = head(AccountId::default(), price, 1);
        Ask { head, pieces: vec![core], min_timeslices: 1, min_fill_notional }
    }
}

//! Orders: alone, as legs of a basket, inside a quote.

use crate::{Malformed, json::Object, values::Value};
use coretime_types::{
    AccountId, Ask, Bid, BidTerms, QuoteOrder, SelfTrade, Side, TimeInForce, Timeslice, Window,
};
use serde_json::value::RawValue;

/// The common fields that a leg of a basket does not have.
struct Standing {
    time_in_force: TimeInForce,
    post_only: bool,
    expire_at: Option<Timeslice>,
}

fn standing(object: &mut Object<'_>) -> Result<Standing, Malformed> {
    Ok(Standing {
        time_in_force: object.optional("time_in_force")?.unwrap_or_default(),
        post_only: object.optional("post_only")?.unwrap_or_default(),
        expire_at: object.optional("expire_at")?,
    })
}

fn self_trade(object: &mut Object<'_>) -> Result<SelfTrade, Malformed> {
    Ok(object.optional("self_trade")?.unwrap_or_default())
}

fn bid_terms(object: &mut Object<'_>) -> Result<BidTerms, Malformed> {
    Ok(BidTerms {
        client_order_id: object.required("client_order_id")?,
        unit_price: object.required("unit_price")?,
        parts: object.required("parts")?,
        lot_parts: object.required("lot_parts")?,
        within: Window { begin: object.required("earliest")?, end: object.required("latest")? },
        duration: object.required("duration")?,
        require_renewable: object.optional("require_renewable")?.unwrap_or_default(),
        delivery: object.optional("delivery")?.unwrap_or_default(),
        self_trade: self_trade(object)?,
    })
}

pub(crate) fn bid(object: &mut Object<'_>, account: AccountId) -> Result<Bid, Malformed> {
    let terms = bid_terms(object)?;
    let Standing { time_in_force, post_only, expire_at } = standing(object)?;
    Ok(Bid { account, terms, time_in_force, post_only, expire_at })
}

pub(crate) fn ask(object: &mut Object<'_>, account: AccountId) -> Result<Ask, Malformed> {
    let Standing { time_in_force, post_only, expire_at } = standing(object)?;
    Ok(Ask {
        account,
        client_order_id: object.required("client_order_id")?,
        unit_price: object.required("unit_price")?,
        region: object.required("region")?,
        lot_parts: object.required("lot_parts")?,
        min_timeslices: object.required("min_timeslices")?,
        time_in_force,
        post_only,
        expire_at,
        self_trade: self_trade(object)?,
    })
}

/// A leg of a basket.
impl Value for BidTerms {
    fn read(value: &RawValue, _: &'static str) -> Result<Self, Malformed> {
        let mut object = Object::parse(value.get())?;
        let terms = bid_terms(&mut object)?;
        object.finish()?;
        Ok(terms)
    }
}

/// An order inside a quote, whose account is not known yet.
pub(crate) struct Placed {
    account: Option<AccountId>,
    order: QuoteOrder,
}

impl Placed {
    /// The order of the quote's account; it may name that one, no other.
    pub(crate) fn of(self, account: AccountId) -> Result<QuoteOrder, Malformed> {
        if self.account.is_some_and(|named| named != account) {
            return Err(Malformed::Invalid { field: "account", expected: "the quote's" });
        }
        Ok(match self.order {
            QuoteOrder::Bid(bid) => QuoteOrder::Bid(Bid { account, ..bid }),
            QuoteOrder::Ask(ask) => QuoteOrder::Ask(Ask { account, ..ask }),
        })
    }
}

impl Value for Placed {
    fn read(value: &RawValue, _: &'static str) -> Result<Self, Malformed> {
        let mut object = Object::parse(value.get())?;
        let account: Option<AccountId> = object.optional("account")?;
        let named = account.unwrap_or_default();
        let order = match object.required("side")? {
            Side::Bid => QuoteOrder::Bid(bid(&mut object, named)?),
            Side::Ask => QuoteOrder::Ask(ask(&mut object, named)?),
        };
        object.finish()?;
        Ok(Placed { account, order })
    }
}

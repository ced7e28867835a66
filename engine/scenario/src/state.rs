//! The state line.

use crate::shapes::{OutflowLimitShape, RegionShape, Text, line};
use coretime_market::{FreeRegion, Market, OrderDetail, OrderView};
use coretime_types::{AccountId, OutflowLimit, OutflowScope, PartTimeslices, Planck, UnitPrice};
use serde::Serialize;

/// The line with the whole state, without its line break.
pub fn format_state(market: &Market) -> String {
    let accounts = market
        .accounts()
        .filter(|(_, funds)| funds.free != Planck::ZERO || funds.held != Planck::ZERO)
        .map(|(account, funds)| AccountShape {
            account: Text(account),
            free: Text(funds.free),
            held: Text(funds.held),
        })
        .collect();
    let state = StateShape {
        accounts,
        regions: market.free_regions().map(FreeRegionShape::from).collect(),
        orders: market.orders().map(OrderShape::from).collect(),
        tradable_from: market.tradable_from().0,
        outflow: OutflowShape::of(market),
    };
    line(&StateLine { state })
}

#[derive(Serialize)]
struct StateLine {
    state: StateShape,
}

#[derive(Serialize)]
struct StateShape {
    accounts: Vec<AccountShape>,
    regions: Vec<FreeRegionShape>,
    orders: Vec<OrderShape>,
    tradable_from: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    outflow: Option<OutflowShape>,
}

/// Outflow limits, what counts today and what is held; only where there is any.
#[derive(Serialize)]
struct OutflowShape {
    #[serde(skip_serializing_if = "Option::is_none")]
    venue: Option<OutflowLimitShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    each_account: Option<OutflowLimitShape>,
    accounts: Vec<AccountLimitShape>,
    today: Vec<AccountOutflowShape>,
    held: Vec<u64>,
}

#[derive(Serialize)]
struct AccountLimitShape {
    account: Text<AccountId>,
    limit: OutflowLimitShape,
}

#[derive(Serialize)]
struct AccountOutflowShape {
    account: Text<AccountId>,
    funds_planck: Text<Planck>,
    part_timeslices: Text<PartTimeslices>,
}

impl OutflowShape {
    fn of(market: &Market) -> Option<OutflowShape> {
        let limit = |scope| market.outflow_limit(scope).map(OutflowLimitShape::from);
        let (venue, each_account) = (limit(OutflowScope::Venue), limit(OutflowScope::EachAccount));
        let of_account = |(account, limit): (AccountId, OutflowLimit)| AccountLimitShape {
            account: Text(account),
            limit: limit.into(),
        };
        let accounts: Vec<_> = market.outflow_limits().map(of_account).collect();
        let held: Vec<_> = market.held_instructions().map(|number| number.0).collect();
        let today = market.outflows_today().map(|(account, today)| AccountOutflowShape {
            account: Text(account),
            funds_planck: Text(today.funds),
            part_timeslices: Text(today.regions),
        });
        let is_any = venue.is_some() || each_account.is_some() || !accounts.is_empty() || !held.is_empty();
        is_any.then(|| OutflowShape { venue, each_account, accounts, today: today.collect(), held })
    }
}

#[derive(Serialize)]
struct AccountShape {
    account: Text<AccountId>,
    free: Text<Planck>,
    held: Text<Planck>,
}

#[derive(Serialize)]
struct FreeRegionShape {
    account: Text<AccountId>,
    #[serde(flatten)]
    region: RegionShape,
    renewable: bool,
}

impl From<FreeRegion> for FreeRegionShape {
    fn from(free: FreeRegion) -> Self {
        FreeRegionShape { account: Text(free.account), region: free.region.into(), renewable: free.renewable }
    }
}

#[derive(Serialize)]
struct OrderShape {
    order_id: u64,
    account: Text<AccountId>,
    side: &'static str,
    unit_price: Text<UnitPrice>,
    #[serde(flatten)]
    detail: DetailShape,
}

/// Bids and asks differ in what is left of them.
#[derive(Serialize)]
#[serde(untagged)]
enum DetailShape {
    Bid { remaining_parts: u32, earliest: u32, latest: u32 },
    Ask { pieces: Vec<RegionShape> },
}

impl From<OrderView> for OrderShape {
    fn from(order: OrderView) -> Self {
        let (side, detail) = match order.detail {
            OrderDetail::Bid { remaining, within, .. } => {
                let (earliest, latest) = (within.begin.0, within.end.0);
                ("bid", DetailShape::Bid { remaining_parts: remaining.0, earliest, latest })
            }
            OrderDetail::Ask { pieces, .. } => {
                let pieces = pieces.into_iter().map(|piece| piece.region.into()).collect();
                ("ask", DetailShape::Ask { pieces })
            }
        };
        OrderShape {
            order_id: order.order_id.0,
            account: Text(order.account),
            side,
            unit_price: Text(order.unit_price),
            detail,
        }
    }
}

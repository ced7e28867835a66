//! The state line.

use crate::shapes::{RegionShape, Text, line};
use coretime_market::{FreeRegion, Market, OrderDetail, OrderView};
use coretime_types::{AccountId, Planck, UnitPrice};
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

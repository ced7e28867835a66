//! At the end, and now and then: the engine's whole state against the checker's.

use super::{
    Checker,
    ledger::{Flows, Holder, Money},
    order::{Order, Terms},
};
use crate::error::{Check, all_same, same};
use coretime_market::{Market, OrderDetail, OrderView};
use coretime_types::{Planck, Region};

impl Checker {
    /// Compares all balances, regions, orders and instructions.
    pub(crate) fn compare(&self, market: &Market) -> Check {
        same("the clock", None, self.now, market.tradable_from())?;
        same("the settings", None, &self.settings, market.settings())?;
        same("the mode", None, self.mode(), market.mode())?;

        let has_money = |money: &Money| money.free > Planck::ZERO || money.held > Planck::ZERO;
        let ours =
            self.ledger.accounts().filter(|(_, money)| has_money(money)).map(|(id, money)| (*id, *money));
        let theirs = market.accounts().map(|(id, funds)| (id, Money { free: funds.free, held: funds.held }));
        all_same("an account's funds", ours, theirs.filter(|(_, money)| has_money(money)))?;

        let ours = self.ledger.assets().filter_map(|(_, asset)| match asset.holder {
            Holder::Free(account) => Some((account, asset.piece.region, asset.piece.renewable)),
            Holder::Under(_) | Holder::Leaving(_) => None,
        });
        let theirs = market.free_regions().map(|free| (free.account, free.region, free.renewable));
        all_same("a free region", ours, theirs)?;

        let mut orders = 0;
        for view in market.orders() {
            let ours = self.book.get(view.order_id).map(summary);
            same("a live order", Some(view.order_id), ours, Some(summary_of_view(&view)))?;
            orders += 1;
        }
        same("the number of live orders", None, self.book.len(), orders)?;

        let ours = self.instructions.iter().map(|(number, pending)| (*number, pending.account, pending.call));
        let theirs = market.instructions().map(|theirs| (theirs.number, theirs.account, theirs.call));
        all_same("an open instruction", ours, theirs)?;
        self.compare_outflow(market)?;

        let totals = market.totals();
        let theirs = Flows {
            funds_deposited: totals.funds_deposited,
            funds_withdrawn: totals.funds_withdrawn,
            regions_deposited: totals.regions_deposited,
            regions_instructed: totals.regions_instructed,
            regions_expired: totals.regions_expired,
            regions_lost: totals.regions_lost,
        };
        same("what came in and went out", None, self.ledger.flows, theirs)
    }
}

/// What both know of an order.
#[derive(Debug, PartialEq, Eq)]
struct Summary {
    account: coretime_types::AccountId,
    name: coretime_types::ClientOrderId,
    priority: u64,
    price: u64,
    lot: u32,
    quantity: Quantity,
}

#[derive(Debug, PartialEq, Eq)]
enum Quantity {
    Bid { remaining: u32, held: Planck },
    Ask { pieces: Vec<(Region, bool)>, min_timeslices: u32 },
}

fn summary(order: &Order) -> Summary {
    let quantity = match &order.terms {
        Terms::Bid(bid) => Quantity::Bid { remaining: bid.remaining.0, held: bid.held },
        Terms::Ask(ask) => Quantity::Ask {
            pieces: ask.pieces.iter().map(|piece| (piece.region, piece.renewable)).collect(),
            min_timeslices: ask.min_timeslices.0,
        },
    };
    Summary {
        account: order.account,
        name: order.name,
        priority: order.priority,
        price: order.price.0,
        lot: order.lot.0,
        quantity,
    }
}

fn summary_of_view(view: &OrderView) -> Summary {
    let quantity = match &view.detail {
        OrderDetail::Bid { remaining, held, .. } => Quantity::Bid { remaining: remaining.0, held: *held },
        OrderDetail::Ask { pieces, min_timeslices } => Quantity::Ask {
            pieces: pieces.iter().map(|piece| (piece.region, piece.renewable)).collect(),
            min_timeslices: min_timeslices.0,
        },
    };
    Summary {
        account: view.account,
        name: view.client_order_id,
        priority: view.priority.0,
        price: view.unit_price.0,
        lot: view.lot_parts.0,
        quantity,
    }
}

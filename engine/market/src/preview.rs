//! What a purchase would get, and what is on sale: looking ahead at the book without changing it.

use crate::carve::carve;
use crate::fit::{Want, fit};
use crate::market::Market;
use crate::regions::Piece;
use coretime_types::{OrderId, Parts, Priority, Region, UnitPrice, Window};

/// What a fixed bid without a limit would trade now, in the order of its trades.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// One for each region.
    pub fills: Vec<PreviewedFill>,
    /// What nobody offers.
    pub missing: Parts,
}

/// A trade that would be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewedFill {
    /// The ask.
    pub maker: OrderId,
    /// Its price.
    pub unit_price: UnitPrice,
    /// How many parts.
    pub parts: Parts,
    /// What it is cut out of.
    pub piece: Region,
    /// What the buyer gets (rule 4.4).
    pub bought: Region,
    /// What is left of the piece: before it, beside it on its core, after it.
    pub rests: [Option<Region>; 3],
}

impl Market {
    /// What a fixed bid for `parts` in lots of `lot_parts` (1 to 80, a divisor of `parts`) during `window` would trade
    /// now, whatever it costs, by an account without orders of its own. Nothing where such a bid would be rejected.
    /// Costs as much as there are pieces for the window.
    pub fn preview(&self, window: Window, parts: Parts, lot_parts: Parts) -> Preview {
        let mut preview = Preview { fills: Vec::new(), missing: parts };
        let is_lot = (1..=Parts::CORE.0).contains(&lot_parts.0) && parts.is_multiple_of(lot_parts);
        if window.begin >= window.end || !is_lot {
            return preview;
        }
        let want = want(window, parts, lot_parts);
        let pieces = self.state.pieces_for(&want).into_iter();
        let mut offers: Vec<_> = pieces
            .filter_map(|slot| {
                let holding = self.state.regions.get(slot);
                let order = self.state.orders.get(holding.under?);
                let offer = self.offer_of(holding.under?)?;
                Some((order.unit_price, order.priority, order.order_id, offer, holding.piece))
            })
            .collect();
        // Of one ask, only one piece can contain the window.
        offers.sort_unstable_by_key(|(price, priority, ..): &(UnitPrice, Priority, _, _, _)| {
            (*price, *priority)
        });
        for (unit_price, _, maker, offer, piece) in offers {
            let want = Want { remaining: preview.missing, ..want };
            let Some(fit) = fit(&want, &offer, &piece, self.state.tradable_from) else { continue };
            let carved = carve(&piece, &fit, self.state.tradable_from);
            preview.fills.push(PreviewedFill {
                maker,
                unit_price,
                parts: fit.parts,
                piece: piece.region,
                bought: carved.bought.region,
                rests: carved.rests.map(|rest| rest.map(|rest: Piece| rest.region)),
            });
            preview.missing = Parts(preview.missing.0 - fit.parts.0);
            if preview.missing.0 == 0 {
                break;
            }
        }
        preview
    }

    /// The lowest price at which `lot_parts` (1 to 80) of one core can be bought during `window`. A single search of the
    /// book, whatever rests.
    pub fn best_ask(&self, window: Window, lot_parts: Parts) -> Option<UnitPrice> {
        if window.begin >= window.end || !(1..=Parts::CORE.0).contains(&lot_parts.0) {
            return None;
        }
        let slot = self.state.best_piece(&want(window, lot_parts, lot_parts))?;
        Some(self.state.orders.get(self.state.regions.get(slot).under?).unit_price)
    }

    /// Every region in the ledger with the price asked for it, `None` where it is not for sale; in no particular order:
    /// for going through all of a large ledger.
    pub fn supply(&self) -> impl Iterator<Item = (Region, Option<UnitPrice>)> {
        self.state.regions.iter().map(|holding| {
            let asked = holding.under.filter(|_| holding.is_live);
            (*holding.region(), asked.map(|order| self.state.orders.get(order).unit_price))
        })
    }
}

fn want(window: Window, parts: Parts, lot_parts: Parts) -> Want {
    Want {
        unit_price: UnitPrice(u64::MAX),
        remaining: parts,
        lot_parts,
        within: window,
        duration: window.duration(),
        require_renewable: false,
    }
}

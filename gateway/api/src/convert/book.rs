//! The book, as everyone may see it.

use super::common::window_message;
use coretime_market::{OrderDetail, OrderView};
use coretime_proto::v1::{self, book_order::Detail};

/// A live order, without its owner.
pub(crate) fn book_order(order: &OrderView) -> v1::BookOrder {
    v1::BookOrder {
        order_id: order.order_id.0,
        priority: order.priority.0,
        unit_price_planck: order.unit_price.0,
        lot_parts: order.lot_parts.0,
        detail: Some(detail(&order.detail)),
    }
}

/// An order rests, as it is now.
pub(crate) fn order_change(order: &OrderView) -> v1::BookChange {
    v1::BookChange { change: Some(v1::book_change::Change::Order(book_order(order))) }
}

fn detail(detail: &OrderDetail) -> Detail {
    match detail {
        OrderDetail::Bid { remaining, within, duration, require_renewable, .. } => Detail::Bid(v1::BookBid {
            remaining_parts: remaining.0,
            within: Some(window_message(*within)),
            duration_timeslices: duration.0,
            require_renewable: *require_renewable,
        }),
        OrderDetail::Ask { pieces, min_timeslices } => {
            let pieces = pieces.iter().map(|piece| v1::BookPiece {
                window: Some(window_message(piece.region.window())),
                quantity_parts: piece.region.mask.parts().0,
                renewable: piece.renewable,
            });
            Detail::Ask(v1::BookAsk { pieces: pieces.collect(), min_duration_timeslices: min_timeslices.0 })
        }
    }
}

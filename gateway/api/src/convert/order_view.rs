//! Orders for answers.

use super::common::{owned_region_message, window_message};
use coretime_market::{OrderDetail, OrderView};
use coretime_proto::v1::{self, delivery::Destination, order::Detail};
use coretime_types::{ClientOrderId, Delivery, OrderId, SelfTrade};

/// A live order.
pub(crate) fn live_order(order: OrderView) -> v1::Order {
    v1::Order {
        order_id: order.order_id.0,
        client_order_id: order.client_order_id.0,
        status: v1::OrderStatus::Live.into(),
        priority: order.priority.0,
        unit_price_planck: order.unit_price.0,
        lot_parts: order.lot_parts.0,
        post_only: order.post_only,
        expire_at_timeslice: order.expire_at.map(|timeslice| timeslice.0),
        self_trade: self_trade(order.self_trade).into(),
        detail: Some(detail(order.detail)),
    }
}

/// An order of which no more is known than that it has ended.
pub(crate) fn ended_order(order_id: OrderId, client_order_id: ClientOrderId) -> v1::Order {
    v1::Order {
        order_id: order_id.0,
        client_order_id: client_order_id.0,
        status: v1::OrderStatus::Ended.into(),
        ..v1::Order::default()
    }
}

fn detail(detail: OrderDetail) -> Detail {
    match detail {
        OrderDetail::Bid { remaining, within, duration, require_renewable, delivery, held } => {
            Detail::Bid(v1::BidDetail {
                remaining_parts: remaining.0,
                within: Some(window_message(within)),
                duration_timeslices: duration.0,
                require_renewable,
                delivery: Some(v1::Delivery { destination: Some(destination(delivery)) }),
                held_planck: held.to_string(),
            })
        }
        OrderDetail::Ask { pieces, min_timeslices } => Detail::Ask(v1::AskDetail {
            pieces: pieces.iter().map(|piece| owned_region_message(piece.region, piece.renewable)).collect(),
            min_duration_timeslices: min_timeslices.0,
        }),
    }
}

fn destination(delivery: Delivery) -> Destination {
    match delivery {
        Delivery::Custody => Destination::Custody(v1::CustodyDelivery {}),
        Delivery::Transfer => Destination::Transfer(v1::TransferDelivery {}),
        Delivery::Assign(task) => Destination::Assign(v1::AssignDelivery { task_id: task.0 }),
    }
}

fn self_trade(self_trade: SelfTrade) -> v1::SelfTrade {
    match self_trade {
        SelfTrade::CancelTaker => v1::SelfTrade::CancelTaker,
        SelfTrade::CancelMaker => v1::SelfTrade::CancelMaker,
    }
}

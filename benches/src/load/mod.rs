//! The whole gateway under load, through real connections, beside a bare tonic service that only answers: messages of
//! the same form and size, the same runtime, the same kind of connections, one after the other in the same run.

mod echo;
mod session;
mod siege;
mod unary;
mod venue;

pub use echo::Echo;
pub use session::throughput;
pub use siege::{Siege, SiegeReport, siege};
pub use unary::{Target, closed_loop, open_loop};
pub use venue::{LoadError, LoadVenue};

use coretime_proto::v1 as pb;
use std::time::Duration;

/// One way of being loaded, for as long as this.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// For how long.
    pub duration: Duration,
    /// How many connections, each with its own trader.
    pub connections: usize,
}

/// A bid that rests and never trades.
fn resting_bid(client_order_id: u64) -> pb::Bid {
    let within = Some(pb::Window { begin_timeslice: 1_000, end_timeslice: 1_180 });
    pb::Bid {
        terms: Some(pb::BidTerms {
            client_order_id,
            unit_price_planck: 1,
            quantity_parts: 80,
            lot_parts: 80,
            within,
            duration_timeslices: 180,
            ..pb::BidTerms::default()
        }),
        ..pb::Bid::default()
    }
}

fn cancel(client_order_id: u64) -> pb::CancelOrderRequest {
    let target = Some(pb::cancel_order_request::Target::ClientOrderId(client_order_id));
    pb::CancelOrderRequest { target, request_id: 0 }
}

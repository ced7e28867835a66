//! What everyone may see of the market.

use crate::args::{BookArgs, CurveArgs};
use crate::hints::explain;
use crate::output::{Shown, table};
use crate::venue::Venue;
use anyhow::{Context, Result};
use coretime_proto::v1 as pb;
use serde_json::{Value, json};

pub(crate) async fn book(venue: &Venue, args: &BookArgs) -> Result<Shown> {
    let begin_timeslice = venue.calendar.timeslice(&args.from)?;
    let length = venue.calendar.timeslices(&args.duration)?;
    let end_timeslice = begin_timeslice.checked_add(length).context("that is too far away")?;
    let window = Some(pb::Window { begin_timeslice, end_timeslice });
    let asked = pb::GetBookRequest { window, lot_parts: args.lot_parts, max_levels: 0 };
    let book = venue.client.read(|_| {
        let mut data = venue.client.market_data();
        async move { data.get_book(asked).await }
    });
    let book = book.await.map_err(explain)?;
    let mut rows = Vec::new();
    let mut levels = |side: &str, levels: &[pb::BookLevel]| -> Vec<Value> {
        let mut told = Vec::new();
        for level in levels {
            let price = venue.token.per_core_day(level.unit_price_planck);
            let cores = format!("{}/80", level.quantity_parts);
            rows.push(vec![side.to_owned(), price.clone(), cores, level.order_count.to_string()]);
            told.push(json!({
                "unit_price_planck": level.unit_price_planck, "per_core_day": price,
                "parts": level.quantity_parts, "orders": level.order_count,
            }));
        }
        told
    };
    let (asks, bids) = (levels("ask", &book.asks), levels("bid", &book.bids));
    let shown = venue.calendar.show_window(begin_timeslice, end_timeslice);
    let none = "nobody sells or buys it";
    let text = format!("{shown}\n{}", table(&["SIDE", "A CORE AND DAY", "PARTS", "ORDERS"], rows, none));
    let told = json!({
        "begin_timeslice": begin_timeslice, "end_timeslice": end_timeslice, "lot_parts": args.lot_parts,
        "asks": asks, "bids": bids,
    });
    Ok(Shown::new(text, told))
}

pub(crate) async fn curve(venue: &Venue, args: &CurveArgs) -> Result<Shown> {
    let asked = pb::GetCurveRequest {
        length_timeslices: venue.calendar.timeslices(&args.length)?,
        max_points: args.points,
    };
    let curve = venue.client.read(|_| {
        let mut data = venue.client.market_data();
        async move { data.get_curve(asked).await }
    });
    let (mut rows, mut told) = (Vec::new(), Vec::new());
    for point in curve.await.map_err(explain)?.points {
        let window = point.window.unwrap_or_default();
        let bid = point.best_bid.map(|level| level.unit_price_planck);
        let ask = point.best_ask.map(|level| level.unit_price_planck);
        let last = point.last_trade.map(|trade| trade.unit_price_planck);
        if !args.all && bid.or(ask).or(last).is_none() {
            continue;
        }
        let show =
            |price: Option<u64>| price.map_or_else(|| "-".into(), |price| venue.token.per_core_day(price));
        let at = format!("[{}, {})", window.begin_timeslice, window.end_timeslice);
        rows.push(vec![at, venue.calendar.show(window.begin_timeslice), show(bid), show(ask), show(last)]);
        told.push(json!({
            "begin_timeslice": window.begin_timeslice, "end_timeslice": window.end_timeslice,
            "best_bid_unit_price_planck": bid, "best_ask_unit_price_planck": ask,
            "last_trade_unit_price_planck": last,
        }));
    }
    let header = ["TIMESLICES", "FROM ABOUT (UTC)", "BID", "ASK", "LAST TRADE"];
    let text = table(&header, rows, "no bids, asks or trades in these windows: --points looks farther");
    Ok(Shown::new(format!("a core and day, in windows of {}\n{text}", args.length), told.into()))
}

//! Orders.

use crate::account::fill_json;
use crate::args::{AskArgs, BidArgs, BuyArgs, CancelArgs, SideArg};
use crate::hints::explain;
use crate::output::{Shown, table};
use crate::region;
use crate::venue::Venue;
use anyhow::{Context, Result, bail, ensure};
use coretime_client::{Cancelled, Placed, fresh_id};
use coretime_proto::v1 as pb;
use coretime_units::Rounding;
use pb::delivery::Destination;
use pb::order::Detail;
use pb::order_event::Event;
use serde_json::{Value, json};

const CORE_PARTS: u32 = 80;

pub(crate) async fn ask(venue: &Venue, args: &AskArgs) -> Result<Shown> {
    let region_id = region::parse(&args.region)?;
    let unit_price_planck = venue.token.unit_price(&args.min_per_core_day, Rounding::Up)?;
    let min_duration_timeslices = venue.calendar.timeslices(&args.min_duration)?;
    let lot_parts = args.lot_parts.unwrap_or_else(|| region::parts(&region_id.core_mask));
    let ask = pb::Ask {
        client_order_id: fresh_id().map_err(explain)?,
        unit_price_planck,
        region_id: Some(region_id),
        lot_parts,
        min_duration_timeslices,
        post_only: args.post_only,
        ..pb::Ask::default()
    };
    let name = ask.client_order_id;
    let asked = format!(
        "{} in lots of {lot_parts}/80, {min_duration_timeslices} timeslices at least\n{}",
        args.region,
        prices(venue, "at least", &args.min_per_core_day, unit_price_planck)
    );
    let placed = venue.client.place_ask(ask).await.map_err(explain)?;
    shown(venue, "ask", name, &asked, unit_price_planck, None, placed).await
}

pub(crate) async fn buy(venue: &Venue, args: &BuyArgs) -> Result<Shown> {
    place_bid(venue, args, None, pb::TimeInForce::FillOrKill, false).await
}

pub(crate) async fn bid(venue: &Venue, args: &BidArgs) -> Result<Shown> {
    let gtc = pb::TimeInForce::GoodTillCancelled;
    place_bid(venue, &args.terms, args.latest.as_deref(), gtc, args.post_only).await
}

async fn place_bid(
    venue: &Venue,
    args: &BuyArgs,
    latest: Option<&str>,
    time_in_force: pb::TimeInForce,
    post_only: bool,
) -> Result<Shown> {
    let (quantity_parts, lot_parts) = match (args.cores, args.parts) {
        (Some(cores), _) => {
            (cores.checked_mul(CORE_PARTS).context("so many cores there are not")?, CORE_PARTS)
        }
        (None, Some(parts)) => (parts, parts),
        (None, None) => bail!("give --cores or --parts"),
    };
    let begin = venue.calendar.timeslice(&args.from)?;
    let duration_timeslices = match (args.days, &args.duration, &args.to) {
        (Some(days), _, _) => venue.calendar.timeslices(&format!("{days} days"))?,
        (None, Some(duration), _) => venue.calendar.timeslices(duration)?,
        (None, None, Some(to)) => {
            let end = venue.calendar.timeslice(to)?;
            ensure!(end > begin, "--to is timeslice {end}, not after --from, {begin}");
            end - begin
        }
        (None, None, None) => bail!("give --days, --for or --to"),
    };
    let end = match latest {
        Some(latest) => venue.calendar.timeslice(latest)?,
        None => {
            begin.checked_add(duration_timeslices).context("it ends after all time that the chain knows")?
        }
    };
    ensure!(quantity_parts > 0, "--cores is at least 1");
    let unit_price_planck = venue.token.unit_price(&args.max_per_core_day, Rounding::Down)?;
    let terms = pb::BidTerms {
        client_order_id: fresh_id().map_err(explain)?,
        unit_price_planck,
        quantity_parts,
        lot_parts,
        within: Some(pb::Window { begin_timeslice: begin, end_timeslice: end }),
        duration_timeslices,
        delivery: Some(pb::Delivery { destination: Some(destination(&args.deliver)?) }),
        ..pb::BidTerms::default()
    };
    let bid =
        pb::Bid { terms: Some(terms), time_in_force: time_in_force.into(), post_only, ..pb::Bid::default() };
    let what = format!(
        "{quantity_parts}/80 for {duration_timeslices} timeslices within {}\n{}",
        venue.calendar.show_window(begin, end),
        prices(venue, "at most", &args.max_per_core_day, unit_price_planck)
    );
    let placed = venue.client.place_bid(bid).await.map_err(explain)?;
    let window = json!({
        "begin_timeslice": begin, "end_timeslice": end, "duration_timeslices": duration_timeslices,
    });
    shown(venue, "bid", terms.client_order_id, &what, unit_price_planck, Some(window), placed).await
}

/// Both forms of a limit: as it was written, and as it became.
fn prices(venue: &Venue, bound: &str, written: &str, unit_price_planck: u64) -> String {
    let becomes = venue.token.per_core_day(unit_price_planck);
    let symbol = &venue.token.symbol;
    let rounded = if becomes == format!("{written} {symbol}") {
        String::new()
    } else {
        format!(", rounded to {becomes}")
    };
    format!(
        "{bound} {written} {symbol} per core and day, which is {unit_price_planck} planck per part-timeslice{rounded}"
    )
}

fn destination(text: &str) -> Result<Destination> {
    let task = text.strip_prefix("task:").map(str::parse);
    match (text, task) {
        ("custody", _) => Ok(Destination::Custody(pb::CustodyDelivery {})),
        ("transfer", _) => Ok(Destination::Transfer(pb::TransferDelivery {})),
        (_, Some(Ok(task_id))) => Ok(Destination::Assign(pb::AssignDelivery { task_id })),
        _ => bail!("--deliver is custody, transfer, or task: and a parachain's id, not {text:?}"),
    }
}

/// As `verify --receipt` takes it.
pub(crate) fn receipt_text(receipt: &pb::Receipt) -> String {
    format!("{}:{}", receipt.sequence, hex::encode(&receipt.chain_hash))
}

/// What became of an order.
async fn shown(
    venue: &Venue,
    side: &str,
    client_order_id: u64,
    what: &str,
    unit_price_planck: u64,
    window: Option<Value>,
    placed: Placed,
) -> Result<Shown> {
    let order_id = placed.order_id;
    let receipt = placed.answer.as_ref().map(|(receipt, _)| receipt_text(receipt));
    let fills: Vec<pb::Fill> = match placed.answer {
        Some((_, events)) => events
            .into_iter()
            .filter_map(|event| match event.event {
                Some(Event::Fill(fill)) => Some(fill),
                _ => None,
            })
            .collect(),
        None => {
            let fills = venue.client.fills(Some(order_id)).await.map_err(explain)?;
            fills.into_iter().filter_map(|recorded| recorded.fill).collect()
        }
    };
    let mut text = format!("{side} {order_id}: {what}\n");
    for fill in &fills {
        let window = fill.window.unwrap_or_default();
        text += &format!(
            "trade {}: {}/80 of core {} during [{}, {}) at {} per core and day, {} together\n",
            fill.trade_id,
            fill.quantity_parts,
            fill.region.as_ref().map_or(0, |of| of.core_index),
            window.begin_timeslice,
            window.end_timeslice,
            venue.token.per_core_day(fill.unit_price_planck),
            venue.token.show_text(&fill.notional_planck)
        );
    }
    if fills.is_empty() {
        text += "it waits in the book: `orders` shows it\n";
    }
    if let Some(receipt) = &receipt {
        text += &format!("receipt {receipt}\n");
    }
    let fills: Vec<Value> =
        fills.iter().map(|fill| fill_json(fill, &venue.token.per_core_day(fill.unit_price_planck))).collect();
    let told = json!({
        "order_id": order_id, "client_order_id": client_order_id, "side": side,
        "unit_price_planck": unit_price_planck, "per_core_day": venue.token.per_core_day(unit_price_planck),
        "window": window, "fills": fills, "receipt": receipt,
    });
    Ok(Shown::new(text, told))
}

pub(crate) async fn orders(venue: &Venue) -> Result<Shown> {
    let orders = venue.client.orders().await.map_err(explain)?;
    Ok(orders_shown(venue, &orders))
}

pub(crate) fn orders_shown(venue: &Venue, orders: &[pb::Order]) -> Shown {
    let (mut rows, mut told) = (Vec::new(), Vec::new());
    for order in orders {
        let (side, what, window) = match &order.detail {
            Some(Detail::Bid(bid)) => {
                let window = bid.within.unwrap_or_default();
                let what = format!("{}/80 for {} timeslices", bid.remaining_parts, bid.duration_timeslices);
                ("bid", what, Some((window.begin_timeslice, window.end_timeslice)))
            }
            Some(Detail::Ask(ask)) => {
                let pieces = ask.pieces.iter().filter_map(|piece| piece.region.as_ref());
                let names: Vec<String> = pieces.clone().map(region::name).collect();
                let begin = pieces.clone().map(|of| of.begin_timeslice).min();
                let end = pieces.map(|of| of.end_timeslice).max();
                ("ask", names.join(" "), begin.zip(end))
            }
            None => continue,
        };
        let price = venue.token.per_core_day(order.unit_price_planck);
        let when = window.map(|(begin, end)| venue.calendar.show_window(begin, end)).unwrap_or_default();
        rows.push(vec![order.order_id.to_string(), side.into(), price.clone(), what.clone(), when]);
        told.push(json!({
            "order_id": order.order_id, "client_order_id": order.client_order_id, "side": side, "what": what,
            "unit_price_planck": order.unit_price_planck, "per_core_day": price,
            "begin_timeslice": window.map(|of| of.0), "end_timeslice": window.map(|of| of.1),
        }));
    }
    Shown::new(
        table(&["ORDER", "SIDE", "A CORE AND DAY", "WHAT", "WINDOW"], rows, "no live orders"),
        told.into(),
    )
}

pub(crate) async fn cancel(venue: &Venue, args: &CancelArgs) -> Result<Shown> {
    let Some(order_id) = args.order_id else {
        let side = args.side.map(|side| match side {
            SideArg::Bid => pb::Side::Bid,
            SideArg::Ask => pb::Side::Ask,
        });
        let cancelled = venue.client.cancel_all(side).await.map_err(explain)?;
        return Ok(Shown::new(
            format!("{} orders cancelled", cancelled.len()),
            json!({ "cancelled": cancelled }),
        ));
    };
    match venue.client.cancel(order_id).await.map_err(explain)? {
        Cancelled::Now => {
            Ok(Shown::new(format!("order {order_id} cancelled"), json!({ "cancelled": [order_id] })))
        }
        Cancelled::Gone => {
            bail!(
                "there is no live order {order_id} of yours\nnext: see `orders`; `fills` has what was traded"
            )
        }
    }
}

//! An account's own view.

use super::{in_token, number, tables, thousandths};
use crate::{
    account::AccountData,
    units::{Units, cores},
};
use coretime_market::{OrderDetail, OrderView};
use coretime_types::{Region, Timeslice, Timeslices};
use maud::{Markup, html};

pub(crate) fn account(units: &Units, data: &AccountData) -> String {
    let markup = html! {
        p { code title=(data.account) { (data.address) } @if data.suspended { " " strong.bad { "suspended: may only cancel" } } }
        p { "free " strong { (number(&units.amount(data.funds.free))) " " (units.token.symbol) }
            ", held by bids " strong { (number(&units.amount(data.funds.held))) " " (units.token.symbol) } }
        div.columns {
            div { h3 { "Free regions" } (regions(units, data)) }
            div { h3 { "Orders" } (orders(units, data)) }
            div.scroll { h3 { "Fills" }
                @if data.fills.is_empty() { p.note { "none" } } @else { (tables::fills(units, data.fills.iter())) }
            }
        }
        @if data.more { p.note { "The first 200 of each are shown." } }
    };
    markup.into_string()
}

/// As bars on one axis of time.
fn regions(units: &Units, data: &AccountData) -> Markup {
    let now = data.now.tradable_from;
    let end = data.regions.iter().map(|free| free.region.end).max().unwrap_or(now);
    let all = end.since(now);
    html! {
        @if data.regions.is_empty() { p.note { "none" } }
        @else {
            ul.bars {
                @for free in &data.regions { li { (bar(units, data, free.region, free.renewable, now, all)) } }
            }
            p.axis { span { (units.date(data.now, now)) } span { (units.date(data.now, end)) } }
        }
    }
}

fn bar(
    units: &Units,
    data: &AccountData,
    region: Region,
    renewable: bool,
    now: Timeslice,
    all: Timeslices,
) -> Markup {
    let Region { core, begin, end, mask } = region;
    let text = format!("core {core}, {}, [{begin}, {end})", cores(mask.parts()));
    let title = format!(
        "{text}, {}, about {} to {}, mask {mask}{}",
        units.span(region.window().duration()),
        units.date_time(data.now, begin),
        units.date_time(data.now, end),
        if renewable { ", renewable" } else { "" }
    );
    let x = thousandths(begin.max(now).since(now), all);
    let width = thousandths(region.effective_duration(now), all).max(4);
    html! {
        span title=(title) { (text) @if renewable { " ↻" } }
        svg.cut viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label=(title) {
            rect.piece x="0" y="0" width="1000" height="10" {}
            rect.bought x=(x) y="0" width=(width) height="10" {}
        }
    }
}

fn orders(units: &Units, data: &AccountData) -> Markup {
    html! {
        @if data.orders.is_empty() { p.note { "none" } }
        @else {
            table.rows {
                thead { tr { th scope="col" { "order" } th scope="col" { "side" } th scope="col" { (in_token(units, "price")) } th scope="col" { "what is left" } } }
                tbody { @for order in &data.orders { (order_row(units, order)) } }
            }
        }
    }
}

fn order_row(units: &Units, order: &OrderView) -> Markup {
    let (side, left) = match &order.detail {
        OrderDetail::Bid { remaining, within, duration, .. } => {
            let span = units.span(*duration);
            ("bid", format!("{} for {span} in [{}, {})", cores(*remaining), within.begin, within.end))
        }
        OrderDetail::Ask { pieces, .. } => {
            let piece = |piece: &coretime_market::Piece| {
                let Region { core, begin, end, mask } = piece.region;
                format!("{} of core {core} [{begin}, {end})", cores(mask.parts()))
            };
            let mut text = pieces.iter().take(4).map(piece).collect::<Vec<_>>().join("; ");
            if pieces.len() > 4 {
                text += &format!(" and {} more", pieces.len() - 4);
            }
            ("ask", text)
        }
    };
    html! {
        tr title={ "your name for it: " (order.client_order_id) ", lots of " (order.lot_parts) "/80" } {
            td { (order.order_id) }
            td.(side) { (side) }
            td { (number(&units.price(order.unit_price))) }
            td { (left) }
        }
    }
}

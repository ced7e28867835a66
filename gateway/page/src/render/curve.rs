//! The forward curve, drawn as SVG in whole numbers.

use super::window_text;
use crate::{
    data::{Common, Map},
    units::Units,
};
use coretime_types::{Parts, Timeslice, Trade, UnitPrice, Window};
use maud::{Markup, html};

const WIDTH: u64 = 1_000;
const HEIGHT: u64 = 220;
const LEFT: u64 = 70;
const BOTTOM: u64 = 24;
const TOP: u64 = 10;
/// Trades that are drawn.
const MAX_TRADES: usize = 60;
/// So wide a trade is drawn at least, however short its window is.
const LEAST_STRETCH: u64 = 6;

pub(crate) fn curve(units: &Units, common: &Common, map: &Map) -> Markup {
    let last: Vec<Option<Trade>> = map.columns.iter().map(|window| last_trade(common, *window)).collect();
    let lasts: Vec<Option<UnitPrice>> =
        last.iter().map(|trade| trade.map(|trade| trade.unit_price)).collect();
    let trades = last_trades(common, &map.columns);
    let traded = || trades.iter().map(|trade| trade.unit_price);
    let prices = || map.asks.iter().chain(&map.bids).flatten().copied().chain(traded());
    let (Some(low), Some(high)) = (prices().min(), prices().max()) else {
        return html! { p.note { "Nobody asks or bids for a whole core here, and nothing was traded." } };
    };
    // A little room above and below.
    let room = (high.0 - low.0) / 8 + high.0 / 50 + 1;
    let axis =
        Axis { low: low.0.saturating_sub(room), high: high.0.saturating_add(room), count: map.columns.len() };
    let prefix = units.token.prefix_of(high.0);
    let label = |price: u64| units.token.per_core_day_in(price, prefix);
    let (top, middle, bottom) = (axis.high, axis.low + (axis.high - axis.low) / 2, axis.low);
    html! {
        div.scroll { svg.curve viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label="Best ask, best bid and last trade of whole cores" {
            @for price in [top, middle, bottom] {
                line.grid x1=(LEFT) x2=(WIDTH) y1=(axis.y(UnitPrice(price))) y2=(axis.y(UnitPrice(price))) {}
                text.axis x=(LEFT - 8) y=(axis.y(UnitPrice(price)) + 4) text-anchor="end" { (label(price)) }
            }
            text.axis x=(LEFT - 8) y=(HEIGHT - 6) text-anchor="end" { (prefix.symbol()) (units.token.symbol) }
            @for (index, window) in map.columns.iter().enumerate().step_by(4) {
                text.axis x=(axis.x(index)) y=(HEIGHT - 6) { (units.date(common.now, window.begin)) }
            }
            (line(&axis, "ask", &map.asks))
            (line(&axis, "bid", &map.bids))
            @for (index, window) in map.columns.iter().enumerate() {
                rect.hover x=(axis.x(index)) y="0" width=(axis.step()) height=(HEIGHT - BOTTOM) {
                    title { (told(units, common, *window, map.asks.get(index), map.bids.get(index), lasts.get(index))) }
                }
            }
            @for trade in &trades {
                @if let Some((from, to)) = axis.stretch(&map.columns, trade.window) {
                    path.last d={ "M" (from) " " (axis.y(trade.unit_price)) "H" (to) } {
                        title { "traded at " (units.price(trade.unit_price).exact) " · " (window_text(units, common, trade.window)) }
                    }
                }
            }
        } }
        p.legend { span.ask { "ask" } " " span.bid { "bid" } " " span.last { "last trade" } }
    }
}

fn told(
    units: &Units,
    common: &Common,
    window: Window,
    ask: Option<&Option<UnitPrice>>,
    bid: Option<&Option<UnitPrice>>,
    last: Option<&Option<UnitPrice>>,
) -> String {
    let price = |price: Option<&Option<UnitPrice>>| {
        price.copied().flatten().map_or_else(|| "none".to_owned(), |price| units.price(price).exact)
    };
    let when = window_text(units, common, window);
    format!("{when}\nask {}\nbid {}\nlast trade {}", price(ask), price(bid), price(last))
}

/// The newest trade of whole cores that covered the window.
fn last_trade(common: &Common, window: Window) -> Option<Trade> {
    let covers = |sold: Window| sold.begin <= window.begin && window.end <= sold.end;
    let mut trades = common.fills.iter().map(|fill| fill.trade);
    trades.find(|trade| trade.parts.is_multiple_of(Parts::CORE) && covers(trade.window))
}

/// The newest trades of whole cores during the columns, the newest last, so that it is drawn above the others.
fn last_trades(common: &Common, columns: &[Window]) -> Vec<Trade> {
    let (Some(first), Some(last)) = (columns.first(), columns.last()) else { return Vec::new() };
    let overlaps = |sold: Window| sold.begin < last.end && first.begin < sold.end;
    let trades = common.fills.iter().map(|fill| fill.trade);
    let shown = trades.filter(|trade| trade.parts.is_multiple_of(Parts::CORE) && overlaps(trade.window));
    let mut shown: Vec<Trade> = shown.take(MAX_TRADES).collect();
    shown.reverse();
    shown
}

struct Axis {
    low: u64,
    high: u64,
    count: usize,
}

impl Axis {
    fn step(&self) -> u64 {
        (WIDTH - LEFT) / u64::try_from(self.count).unwrap_or(1).max(1)
    }

    fn x(&self, index: usize) -> u64 {
        LEFT + self.step() * u64::try_from(index).unwrap_or(0)
    }

    /// From where to where a window reaches, as far as the columns go.
    fn stretch(&self, columns: &[Window], window: Window) -> Option<(u64, u64)> {
        let (first, last) = (columns.first()?.begin, columns.last()?.end);
        let width = self.step() * u64::try_from(self.count).unwrap_or(0);
        let all = u64::from(last.since(first).0).max(1);
        let x = |at: Timeslice| LEFT + u64::from(at.clamp(first, last).since(first).0) * width / all;
        let (from, to) = (x(window.begin), x(window.end));
        Some((from, to.max(from + LEAST_STRETCH)))
    }

    fn y(&self, price: UnitPrice) -> u64 {
        let height = u128::from(HEIGHT - BOTTOM - TOP);
        let below = u128::from(self.high.saturating_sub(price.0)) * height;
        let y = below.checked_div(u128::from(self.high.saturating_sub(self.low))).unwrap_or(0);
        TOP + u64::try_from(y).unwrap_or(0)
    }
}

/// A step for each window that has a price.
fn line(axis: &Axis, class: &str, prices: &[Option<UnitPrice>]) -> Markup {
    let mut path = String::new();
    let mut before = None;
    for (index, price) in prices.iter().enumerate() {
        if let Some(price) = price {
            let (x, y) = (axis.x(index), axis.y(*price));
            let go = if before.is_some() { 'L' } else { 'M' };
            path += &format!("{go}{x} {y}H{} ", x + axis.step());
        }
        before = *price;
    }
    html! { path class=(class) d=(path.trim_end()) {} }
}

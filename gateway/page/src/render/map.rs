//! The heat map and the calendar of cores, on one time axis: a table that can be walked by keyboard.

use super::window_text;
use crate::{
    data::{Common, Map, Supply, map::MapRow, supply::CoreCell},
    units::{Prefix, Units, cores},
    view::{Scale, View},
};
use coretime_types::{Timeslice, UnitPrice, Window};
use maud::{Markup, html};

/// Shades of the map.
const SHADES: u64 = 8;

pub(crate) fn map(
    units: &Units,
    view: &View,
    common: &Common,
    map: &Map,
    supply: &Supply,
    chosen: Option<Window>,
) -> Markup {
    let range = range(map);
    let prefix = highest(map).map_or(Prefix::None, |price| units.token.prefix_of(price.0));
    let drawing = Drawing { units, view, common, map, chosen, range, prefix };
    html! {
        div.scroll {
            table.map {
                caption.hidden {
                    "Best prices and supply. Arrow keys move, Shift and arrow keys select several, Enter chooses."
                }
                thead { tr {
                    th scope="col" {
                        (drawing.pager())
                        span title="The prices below are in this, for a core and day" {
                            (prefix.symbol()) (units.token.symbol)
                        }
                    }
                    @for (index, window) in map.columns.iter().enumerate() {
                        th.time scope="col" title=(window_text(units, common, *window)) { (drawing.label(index, window.begin)) }
                    }
                } }
                tbody.prices {
                    @for row in &map.rows { (drawing.price_row(row)) }
                    tr.bids {
                        th scope="row" { "bid, 1 core" }
                        @for (window, price) in map.columns.iter().zip(&map.bids) {
                            (drawing.cell(*window, *price, "bid for 1 core"))
                        }
                    }
                }
                @if !supply.cores.is_empty() {
                    tbody.supply {
                        tr { th.group scope="rowgroup" colspan=(map.columns.len() + 1) {
                            "Supply by core "
                            small { "filled: for sale; outlined: in custody" }
                        } }
                        @for row in &supply.cores {
                            tr {
                                th scope="row" { "core " (row.core) }
                                @for (window, cell) in map.columns.iter().zip(&row.cells) {
                                    (drawing.supply_cell(*window, cell))
                                }
                            }
                        }
                    }
                }
            }
        }
        @if supply.more_cores > 0 { p.note { "and " (supply.more_cores) " more cores" } }
        @if map.asks.iter().all(Option::is_none) { p.note { "No whole core is for sale here." } }
    }
}

struct Drawing<'a> {
    units: &'a Units,
    view: &'a View,
    common: &'a Common,
    map: &'a Map,
    chosen: Option<Window>,
    range: Option<(UnitPrice, UnitPrice)>,
    prefix: Prefix,
}

/// The highest price that is shown at all.
fn highest(map: &Map) -> Option<UnitPrice> {
    map.rows.iter().flat_map(|row| &row.prices).chain(&map.bids).flatten().copied().max()
}

/// The lowest and the highest price that is asked.
fn range(map: &Map) -> Option<(UnitPrice, UnitPrice)> {
    let prices = || map.rows.iter().flat_map(|row| row.prices.iter().flatten().copied());
    Some((prices().min()?, prices().max()?))
}

impl Drawing<'_> {
    fn price_row(&self, row: &MapRow) -> Markup {
        let name = cores(row.parts);
        html! {
            tr {
                th scope="row" { (name) }
                @for (window, price) in self.map.columns.iter().zip(&row.prices) {
                    (self.cell(*window, *price, &name))
                }
            }
        }
    }

    fn is_chosen(&self, window: Window) -> bool {
        self.chosen.is_some_and(|chosen| chosen.begin <= window.begin && window.end <= chosen.end)
    }

    /// A link, so that it works without script too.
    fn cell(&self, window: Window, price: Option<UnitPrice>, what: &str) -> Markup {
        let when = window_text(self.units, self.common, window);
        let told = price.map_or_else(|| "nothing".to_owned(), |price| self.units.price(price).exact);
        let address = View { window: Some(window), ..*self.view }.address();
        html! {
            td.{ "shade-" (self.shade(price)) }.chosen[self.is_chosen(window)] {
                a href=(address) data-begin=(window.begin) data-end=(window.end)
                    title={ (what) ": " (told) " · " (when) }
                    aria-label={ (what) ", " (when) ": " (told) }
                    aria-current=[self.is_chosen(window).then_some("true")] {
                    @match price {
                        Some(price) => (self.units.token.per_core_day_in(price.0, self.prefix)),
                        None => "·",
                    }
                }
            }
        }
    }

    fn supply_cell(&self, window: Window, cell: &CoreCell) -> Markup {
        let (offered, custody) = cell.parts(window);
        let from =
            cell.price.map_or_else(String::new, |price| format!(", from {}", self.units.price(price).exact));
        let title = format!("{offered}/80 for sale on average{from}; {custody}/80 in custody");
        let level = if offered.0 == 0 { 0 } else { offered.0.min(80).div_ceil(20) };
        html! {
            td.{ "level-" (level) }.custody[custody.0 > 0].chosen[self.is_chosen(window)] title=(title) {
                span.hidden { (offered) "/80" }
            }
        }
    }

    /// Light is cheap.
    fn shade(&self, price: Option<UnitPrice>) -> u64 {
        let (Some(price), Some((low, high))) = (price, self.range) else { return 0 };
        let width = high.0.saturating_sub(low.0);
        let above = price.0.saturating_sub(low.0).min(width);
        let shade = (u128::from(above) * u128::from(SHADES - 1)).checked_div(width.into()).unwrap_or(2);
        1 + u64::try_from(shade).unwrap_or(0)
    }

    fn label(&self, index: usize, begin: Timeslice) -> String {
        let every = if self.view.scale == Scale::Weeks { 1 } else { 3 };
        if !index.is_multiple_of(every) {
            return String::new();
        }
        let date = self.units.date(self.common.now, begin);
        match self.view.scale {
            Scale::Hours if !index.is_multiple_of(6) => self.units.hour(self.common.now, begin),
            _ => date,
        }
    }

    fn pager(&self) -> Markup {
        let (Some(first), Some(last)) = (self.map.columns.first(), self.map.columns.last()) else {
            return html! {};
        };
        let length = last.end.since(first.begin).0;
        let earlier = Timeslice(first.begin.0.saturating_sub(length));
        let to = |from: Timeslice| View { from: Some(from), ..*self.view }.address();
        html! {
            a.page href=(to(earlier)) data-set={ "from=" (earlier) } title="Earlier" aria-label="Earlier" { "‹" }
            a.page href=(to(last.end)) data-set={ "from=" (last.end) } title="Later" aria-label="Later" { "›" }
        }
    }
}

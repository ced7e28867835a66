//! The window that was chosen: its book, and what a purchase would cost now, with what is cut for it.

use super::{in_token, number, thousandths, window_text};
use crate::{
    data::{Common, WindowData},
    units::{Units, cores},
    view::View,
};
use coretime_market::{Level, PreviewedFill};
use coretime_types::Region;
use maud::{Markup, html};

/// Levels of each side that are shown.
const LEVELS: usize = 12;
/// Cuts that are drawn.
const DRAWN_CUTS: usize = 12;

pub(crate) fn window(units: &Units, view: &View, common: &Common, data: &WindowData) -> Markup {
    html! {
        p.when data-begin=(data.window.begin) data-end=(data.window.end) { (window_text(units, common, data.window)) }
        h3 { "Cost now of " (cores(view.parts())) @if view.lot.0 != 80 { " in lots of " (view.lot) "/80" } }
        (cost(units, view, common, data))
        h3 { "Book, lots of " (view.lot) "/80" }
        div.book {
            (side(units, "Bids", "bid", &data.book.bids))
            (side(units, "Asks", "ask", &data.book.asks))
        }
    }
}

fn cost(units: &Units, view: &View, common: &Common, data: &WindowData) -> Markup {
    let fills = &data.preview.fills;
    let cuts = data.cuts();
    html! {
        @if fills.is_empty() {
            p.note { "Not for sale during this window." }
        } @else {
            @if let Some(cost) = data.cost(common.settings.taker_ppm) {
                p.cost {
                    strong { (number(&units.amount(cost.total))) " " (units.token.symbol) }
                    " = " (number(&units.amount(cost.notional))) " + fee " (number(&units.amount(cost.fee)))
                    " " (units.token.symbol)
                }
            }
            @if data.preview.missing.0 > 0 {
                p.warn { "Only " (cores(data.parts())) " of " (cores(view.parts())) " are for sale." }
            }
            p { "Carving, if all of it leaves custody: at most "
                (count(cuts.partitions, "partition")) " and " (count(cuts.interlaces, "interlace")) "." }
            ul.cuts {
                @for fill in fills.iter().take(DRAWN_CUTS) { li { (cut(units, data, fill)) } }
            }
            @if fills.len() > DRAWN_CUTS { p.note { "and " (fills.len() - DRAWN_CUTS) " more" } }
        }
    }
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// The piece as a bar, what is bought of it filled.
fn cut(units: &Units, data: &WindowData, fill: &PreviewedFill) -> Markup {
    let Region { begin, end, .. } = fill.piece;
    let all = fill.piece.window().duration();
    let x = thousandths(fill.bought.begin.since(begin), all);
    let width = thousandths(fill.bought.window().duration(), all).max(4);
    let height = u64::from(fill.parts.0 * 20 / fill.piece.mask.parts().0.max(1)).max(2);
    let text = format!(
        "core {}: {}/80 during {} out of [{begin}, {end})",
        fill.piece.core,
        fill.parts,
        interval(data)
    );
    html! {
        span { (text) " at " (number(&units.price(fill.unit_price))) " " (units.token.symbol) " a core and day" }
        svg.cut viewBox="0 0 1000 20" preserveAspectRatio="none" role="img" aria-label=(text) {
            rect.piece x="0" y="0" width="1000" height="20" {}
            rect.bought x=(x) y=(20 - height) width=(width) height=(height) {}
        }
    }
}

fn interval(data: &WindowData) -> String {
    format!("[{}, {})", data.window.begin, data.window.end)
}

fn side(units: &Units, title: &str, class: &str, levels: &[Level]) -> Markup {
    let most = levels.iter().take(LEVELS).map(|level| level.parts).max().unwrap_or(1).max(1);
    html! {
        table.{ "levels " (class) } {
            caption { (title) }
            thead { tr { th scope="col" { (in_token(units, "price")) } th scope="col" { "cores" } th scope="col" { span.hidden { "depth" } } } }
            tbody {
                @for level in levels.iter().take(LEVELS) {
                    tr title={ (level.parts) " parts in " (level.orders) " orders" } {
                        td { (number(&units.price(level.unit_price))) }
                        td { (whole_and_parts(level.parts)) }
                        td.bar { svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
                            rect x="0" y="0" height="10" width=(level.parts.saturating_mul(100) / most) {}
                        } }
                    }
                }
                @if levels.is_empty() { tr { td colspan="3" { "none" } } }
            }
        }
    }
}

fn whole_and_parts(parts: u64) -> String {
    let (whole, rest) = (parts / 80, parts % 80);
    match (whole, rest) {
        (whole, 0) => whole.to_string(),
        (0, rest) => format!("{rest}/80"),
        (whole, rest) => format!("{whole} + {rest}/80"),
    }
}

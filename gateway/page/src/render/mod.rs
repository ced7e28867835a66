//! What is shown, as HTML. Everything goes through `maud`, which escapes; nothing is put together by hand.

mod account;
mod curve;
mod health;
mod map;
mod page;
mod tables;
mod window;

pub(crate) use account::account;
pub(crate) use page::page;

use crate::{
    data::{Common, Map, Supply, WindowData, common::ReadError},
    units::{Shown, Units},
    view::View,
};
use coretime_types::{Timeslices, Window};
use maud::{Markup, html};

/// The parts of the page that change, by the ids of the elements that they are the content of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fragments(Vec<(&'static str, String)>);

impl Fragments {
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(id, content)| (*id, content.as_str()))
    }

    pub(crate) fn get(&self, wanted: &str) -> Option<&str> {
        self.iter().find_map(|(id, content)| (id == wanted).then_some(content))
    }
}

/// All of them.
pub(crate) fn fragments(
    units: &Units,
    view: &View,
    common: &Common,
    map: &Map,
    supply: &Supply,
    chosen: Option<&WindowData>,
) -> Fragments {
    let window = chosen.map(|chosen| window::window(units, view, common, chosen));
    Fragments(vec![
        ("status", health::status(units, common).into_string()),
        ("alarms", health::alarms(common).into_string()),
        ("map", map::map(units, view, common, map, supply, chosen.map(|chosen| chosen.window)).into_string()),
        ("curve", curve::curve(units, common, map).into_string()),
        ("window", window.unwrap_or_default().into_string()),
        ("trades", tables::trades(units, common).into_string()),
        ("settlement", tables::settlement(units, common).into_string()),
        ("reserves", health::reserves(units, common).into_string()),
    ])
}

/// When nothing can be read: said once, above what was shown last.
pub(crate) fn unavailable(error: &ReadError) -> Fragments {
    let alarms = html! { p.alarm role="alert" { strong { "unavailable" } " " (error) } };
    Fragments(vec![("alarms", alarms.into_string())])
}

/// A number to be read, with the exact one on hover and for screen readers.
fn number(shown: &Shown) -> Markup {
    html! { data.n title=(shown.exact) value=(shown.exact) { (shown.short) } }
}

/// A window in words, with its timeslices.
fn window_text(units: &Units, common: &Common, window: Window) -> String {
    let (begin, end) = (units.date_time(common.now, window.begin), units.date_time(common.now, window.end));
    format!(
        "about {begin} to {end}, {}: timeslices [{}, {})",
        units.span(window.duration()),
        window.begin,
        window.end
    )
}

/// Where a point of a stretch is, in thousandths of it.
fn thousandths(length: Timeslices, of: Timeslices) -> u64 {
    (u64::from(length.0) * 1_000).checked_div(u64::from(of.0)).unwrap_or(0).min(1_000)
}

/// A column's name with the token that its numbers are in. A price is for a core and day, everywhere.
fn in_token(units: &Units, what: &str) -> Markup {
    html! { (what) " " small { (units.token.symbol) } }
}

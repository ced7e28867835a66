//! The page around the fragments.

use super::Fragments;
use crate::view::{MAX_COUNT, Rows, Scale, View};
use coretime_types::Parts;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const LOTS: [(u32, &str); 4] = [(80, "whole cores"), (40, "halves"), (20, "quarters"), (8, "tenths")];

/// The whole page, complete without script.
pub(crate) fn page(view: &View, fragments: &Fragments) -> String {
    // What was rendered by maud before.
    let part = |id: &'static str| PreEscaped(fragments.get(id).unwrap_or_default().to_owned());
    let markup = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Coretime Exchange" }
                link rel="icon" href="/icon.svg" type="image/svg+xml";
                link rel="stylesheet" href="/page.css";
                script type="module" src="/page.js" {}
            }
            body {
                a.skip href="#map" { "Skip to the market" }
                header {
                    h1 { "Coretime Exchange" }
                    div #status { (part("status")) }
                    div.controls {
                        span #connection role="status" { "not live: without script" }
                        button #theme type="button" aria-label="Switch between dark and light" { "◐" }
                    }
                }
                div #alarms role="status" { (part("alarms")) }
                main {
                    section.wide aria-labelledby="map-title" {
                        div.head {
                            h2 #map-title { "Best price " small { "for a core and day" } }
                            (switches(view))
                        }
                        div #map { (part("map")) }
                    }
                    section.side aria-labelledby="window-title" {
                        h2 #window-title { "Window" }
                        (purchase(view))
                        div #window aria-live="polite" { (part("window")) }
                    }
                    section.wide aria-labelledby="curve-title" {
                        h2 #curve-title { "Forward curve " small { "for a core and day" } }
                        div #curve { (part("curve")) }
                    }
                    section.side aria-labelledby="trades-title" {
                        h2 #trades-title { "Last trades " small { "prices for a core and day" } }
                        div.scroll tabindex="0" #trades { (part("trades")) }
                    }
                    section.wide aria-labelledby="settlement-title" {
                        h2 #settlement-title { "Settlement on chain" }
                        div.scroll tabindex="0" #settlement { (part("settlement")) }
                    }
                    section.wide aria-labelledby="reserves-title" {
                        h2 #reserves-title { "Reserves" }
                        div #reserves { (part("reserves")) }
                    }
                    section.full aria-labelledby="account-title" {
                        h2 #account-title { "Your account" }
                        (key_form())
                        div #account aria-live="polite" {}
                    }
                }
                footer {
                    p { "Durable facts only. Times of day are about right; timeslices are exact. Numbers are exact on hover." }
                }
            }
        }
    };
    markup.into_string()
}

fn switches(view: &View) -> Markup {
    html! {
        nav.switches aria-label="What the map shows" {
            @for scale in Scale::ALL {
                a href=(View { scale, from: None, ..*view }.address()) data-set={ "scale=" (scale.name()) }
                    aria-current=[(scale == view.scale).then_some("true")] { (scale.label()) }
            }
            span.gap {}
            @for rows in Rows::ALL {
                a href=(View { rows, ..*view }.address()) data-set={ "rows=" (rows.name()) }
                    aria-current=[(rows == view.rows).then_some("true")] { (rows.label()) }
            }
        }
    }
}

fn purchase(view: &View) -> Markup {
    let lots = LOTS.iter().any(|(lot, _)| *lot == view.lot.0);
    html! {
        form #purchase method="get" action="/" {
            input type="hidden" name="scale" value=(view.scale.name());
            input type="hidden" name="rows" value=(view.rows.name());
            label { "Buy " input name="count" type="number" min="1" max=(MAX_COUNT) required value=(view.count); }
            label {
                span.hidden { "in " }
                select name="lot" aria-label="of" {
                    @for (lot, name) in LOTS {
                        option value=(lot) selected[Parts(lot) == view.lot] { (name) }
                    }
                    @if !lots { option value=(view.lot) selected { "of " (view.lot) "/80" } }
                }
            }
            label { "from timeslice " input name="begin" type="number" min="0" max="4294967295"
                value=[view.window.map(|window| window.begin)]; }
            label { "to " input name="end" type="number" min="0" max="4294967295"
                value=[view.window.map(|window| window.end)]; }
            button { "Show" }
        }
    }
}

fn key_form() -> Markup {
    html! {
        form #key-form {
            label for="key" { "A read-only API key " }
            input #key type="password" autocomplete="off" spellcheck="false" placeholder="ck_…" required;
            button { "Show" }
            button #forget type="button" hidden { "Forget" }
            p.note { "Stays in this tab's memory. A key that may do more than read is refused." }
        }
    }
}

//! The web page of the exchange: the market, settlement, reserves, the venue's health and an account's own view, live.
//!
//! ```text
//! MarketReader (the gateway's copy of the market) ─┐
//! VenueSource (health, store of fills)  ───────────┴─▶ live: once a tick, for each view that somebody looks at
//!                                                        data  ── what is shown, as values ──▶
//!                                                        render ── as fragments of HTML ──▶ all who look at that view
//! ```
//!
//! | path | what |
//! | --- | --- |
//! | `/` | the page, complete without script; the query says which view (`view.rs`) |
//! | `/live` | server-sent events: each is a fragment whose content replaces the element of that id |
//! | `/account` | the account of a read-only API key (`Authorization: Bearer`), as a fragment |
//! | `/page.css`, `/page.js` | the style and the script; both are ours, nothing is loaded from elsewhere |
//!
//! # What it promises
//!
//! - It shows durable facts only, read from the gateway's copy of the market: no order waits for it. What is drawn for
//!   one viewer is drawn for all who look at the same; a tick rests at least four times as long as it took.
//! - Whatever a viewer can make grow has a bound ([`Limits`]).
//! - Everything is escaped, and the browser is told to load and run nothing that is not from here.
//! - A key is taken only if it may read and nothing else; it is in no address and not kept.
//!
//! # What it does not do
//!
//! It takes no orders and holds no session. It is not encrypted: `--http` belongs on loopback or behind a TLS proxy.
//! Times of day are reckoned from the market's clock (`units`), so they are about right, and the timeslices beside them
//! exact. Known limit: for the calendar of cores all regions of the ledger are copied,
//! once a tick at most, for all views together and only if something has happened; streams wait as long as that takes
//! (milliseconds for 100,000 regions), orders do not.

mod account;
mod assets;
mod data;
mod live;
mod render;
mod server;
mod source;
mod units;
mod view;

pub use live::Limits;
pub use server::Page;
pub use source::{Alarm, Health, Reserves, SourceError, VenueSource};

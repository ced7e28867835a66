//! What is shown, as values.

pub(crate) mod columns;
pub(crate) mod common;
pub(crate) mod ledger;
pub(crate) mod map;
pub(crate) mod supply;
pub(crate) mod window;

pub(crate) use common::Common;
pub(crate) use ledger::Ledger;
pub(crate) use map::Map;
pub(crate) use supply::Supply;
pub(crate) use window::WindowData;

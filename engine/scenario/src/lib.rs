//! The scenario format (`market-rules` section 10): commands as JSON Lines in, events as JSON Lines out.
//!
//! It serves tests, auditors and bug reports, so it is kept stable: its structures are its own, apart from the
//! engine's types, and a test holds every line of the rules' tables.
//!
//! # What it promises
//!
//! - [`run`] numbers every line that is not blank, applies the command in it and prints one line with its events.
//! - A line that is not exactly a command of the rules changes nothing and is answered with `rejected`, reason
//!   `malformed`: bad JSON or UTF-8, a field missing, unknown or doubled, a number that is not written as an integer
//!   of its range (`1.0`, `1e3` and `-0` are not), a line longer than [`MAX_LINE_BYTES`]. Input never makes it panic.
//! - [`parse_command`] and [`format_command`] are each other's inverse, but for what the format leaves out: the signed
//!   bytes of a submitted extrinsic.
//!
//! # What it does not do
//!
//! It knows no rule of the market: what a well formed command does, and which field of a replace is meant for the
//! other side, is `coretime-market`'s business. It writes no log and reads no clock.
//!
//! # Where the rules leave room
//!
//! - A decimal string is digits only; leading zeros are allowed, as the value is plain.
//! - An order inside a quote may repeat the quote's `account`; another one is malformed.
//! - The engine's further events are printed too (a reader skips what it does not know): `funds_deposited`,
//!   `region_deposited`, `instruction_ended`, `mode_changed`.
//!
//! # Outflow limits
//!
//! The rules do not have them (see `coretime-market`), so neither have their tables:
//!
//! | `command` | fields |
//! | --- | --- |
//! | `limit_outflow` | `scope`: "venue", "each_account" or {"account": account}; `limit` [null: takes it away]: {`funds_planck` [null: no limit], `part_timeslices` [null: no limit]}, decimal strings |
//! | `approve_outflow` | `instruction` |
//!
//! The events are `instruction_held` and `instruction_released`, each with its `number`. The state line has `outflow` where
//! a limit is set or an instruction is held: the limits `venue`, `each_account` and `accounts`, what counts `today` by
//! account, and the numbers that are `held`.

mod command;
mod event;
mod format;
mod json;
mod malformed;
mod order;
mod run;
mod shapes;
mod state;
mod values;

pub use command::parse_command;
pub use event::{format_events, format_malformed};
pub use format::format_command;
pub use malformed::Malformed;
pub use run::{MAX_LINE_BYTES, run};
pub use state::format_state;

//! Two example bots on [`coretime_client`], to run as they are against a development venue and to start one's own from.
//!
//! - [`maker`]: a market maker. Bids for each window of a ladder while its inventory there is below a limit, the lower the
//!   more it has; offers all that it has. One command (a quote) a change.
//! - [`cover`]: a chain that keeps a number of cores covered for the next windows, each bought at the best price there is,
//!   at most what its limit allows: the limit rises the nearer a window comes.
//!
//! What a bot wants is a pure function ([`maker::change`], [`cover::next_purchase`]); the loop around it reads what is,
//! sends what is missing, and waits for news. It decides only on what it has read after the outcome of its last command
//! was known, so it never orders twice: not after a lost answer, a killed venue, or a restart of its own.
//!
//! Not investment advice: the fair price is a number that somebody gives it.

pub mod cover;
pub mod maker;
mod progress;
mod run;

pub use progress::Progress;
pub use run::RunArgs;

//! What is fast, measured.
//!
//! ```sh
//! cargo run --release -p benches --bin compare             # our market next to others; --quick, --json, --help
//! cargo run --release -p benches --bin load                # the gateway next to a bare tonic service; --siege, --help
//! cargo bench -p benches                                   # each command by itself (criterion)
//! ```
//!
//! Nothing here passes or fails by time. What is tested is that flows are what they say and that all trade alike.
//!
//! # Who plays
//!
//! | subject | what it is | what it does besides price-time priority |
//! | --- | --- | --- |
//! | `coretime-market` | our market, by [`coretime_market::Market::apply`]; no log, no thread | accounts, holds, fees, windows, shares, cuts, every event |
//! | `floor` | [`floor::FloorBook`]: array of levels, bitmap, slab, hashed ids | nothing: what any book must cost |
//! | `matchcore` | crate | checks sequence numbers and time, keeps totals of levels |
//! | `orderbook-rs` | crate | is safe for many threads, stamps orders with the system's time, numbers events |
//! | `rust_ob` | crate | decimal prices and quantities |
//! | `lobster` | crate | nothing |
//!
//! No peer keeps accounts, money, holds, fees, windows or shares, nor checks who sends an order. The crates are taken as
//! they are, with default settings and without default features. `matchcore` and `orderbook-rs` have an amend;
//! for `rust_ob` and `lobster` a replace is a cancel and a new order. Each peer cancels by the id that it knows natively:
//! the id given with the order, or, for `matchcore`, the sequence number of the command that placed it. Our market cancels
//! by its own order id and checks the account.
//!
//! # What is played
//!
//! - [`flow::plain`]: one window, as an ordinary order book has it. All play it.
//! - [`flow::windows`]: 5,000 windows, shares of all widths, flexible bids. Only our market can.
//! - [`adversary`]: the worst cases that we know of, each against a budget. Only our market can.
//!
//! Flows are seeded and made before any clock runs. The ids that cancels and replaces name are known by then, since our
//! market numbers orders from 1 as they come.
//!
//! # How it is measured
//!
//! - *plain* and *windows* begin with a book of 10,000, 100,000 or 1,000,000 resting orders, which is built unmeasured. Each
//!   subject keeps its book over all rounds; the flow holds the depth.
//! - A round is 100,000 messages. Before it, unmeasured, they are put into the subject's own form. Subjects play the same
//!   round in turns, A, B, C, A, B, C. First one round without a clock, then nine for throughput, then three for latency.
//! - `messages/s` is by the CPU time of the thread, the median of the rounds; `ours / it` is the median of the rounds'
//!   ratios, above 1 where ours is faster.
//! - `p50`, `p99` and `p99.9` are of single messages by the wall clock. A pair of stamps is part of each; what it costs is
//!   printed first.
//! - What a subject answers is read in every round. The trades (maker, taker, price, quantity) are compared with ours one by
//!   one in the rounds without a clock and for latency, and by a sum over quantities and prices in those for throughput.
//!   The remark says where they first differ, or that messages were refused.
//! - *windows* stands next to our own *plain* of the same run: `p50 / plain's` at the same depth, and `growth`, how many
//!   times the CPU time of a message at the least depth a message takes here, next to *plain*'s growth.
//! - An adversary's commands are stamped one by one; `p99 / budget` is of each command's time to its own budget.
//! - Who takes longer than `--limit` seconds for a round, or ten times that to build its book, is stopped, and the remark
//!   says so.
//!
//! # The lines of `--json`
//!
//! `{"flow", "depth", "subject", "peer", "messages_per_second", "ratio", "p50_ns", "p99_ns", "p999_ns"}`: the subject's own
//! figures, and next to a peer `ratio` = ours / peer. Each peer's own figures are in a line where it is the subject and the
//! peer is null. For an adversary the peer is `budget` and the ratio that of the budget to what 99 of 100 commands took at
//! most. What was not measured is null.

pub mod adversary;
pub mod alone;
pub mod contest;
pub mod floor;
pub mod flow;
pub mod load;
pub mod measure;
pub mod report;
pub mod subject;

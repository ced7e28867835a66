//! *windows*: what an ordinary book does not have.
//!
//! - Windows: 5,000 distinct ones over 28 days (5,040 timeslices). They come from random tilings of the month: into
//!   hours (8 to 22 timeslices), days (90 to 270), weeks (840 to 1,680), or the month itself. Of 20 regions or bids 6 are
//!   for hours, 8 for days, 5 for weeks and 1 for the month.
//! - Regions: a share of a core (80, 40, 20, 10, 5, 4, 2 or 1 parts, equally likely) is cut by one tiling, the next share
//!   lies beside it, and so on over as many cores as the depth needs. An ask sells in lots of one part and from one
//!   timeslice on; one in four only in all its parts, one in four (independently) only as long as it is.
//! - Bids: one of the 5,000 windows, parts like a share's; a third is flexible by up to half its length on either side.
//!   Half of the fixed ones take lots of one part, the others want all from one region.
//! - Prices: each day has its mid price, 1,000 to 1,540. An ask stands above the highest mid of the days that it touches,
//!   a bid at or below the lowest, by up to 300, densest near the mid. So nothing crosses that does not mean to.
//! - Messages: the shares of *plain*; up to one in eight of the new orders and cancels changes into the other, which holds
//!   the depth. A marketable bid aims at a piece of some resting ask: half of the time at all of its window, else at a
//!   window inside, which cuts it (where it may be cut); it has a high limit, so the best ask that contains the window
//!   is taken. A marketable ask sells at most 5 parts for at most 22 timeslices at a low limit, and what nobody wants
//!   comes back (immediate or cancel).
//! - Accounts and hands: as in *plain*.
//!
//! The flow is played through our market once to be made, since which piece a bid takes is our market's business.

mod generator;
mod orders;

use super::FlowError;
use coretime_market::Market;
use coretime_types::{Command, Side};
use generator::Generator;
use std::time::Duration;

/// The flow.
#[derive(Debug)]
pub struct Windows {
    /// Our market when the flow begins: money, regions, and the resting orders.
    pub market: Market,
    /// What is measured.
    pub messages: Vec<Command>,
    /// What came of it while it was made.
    pub counts: Counts,
}

/// What a flow was made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Orders that rest.
    pub new: usize,
    /// Cancels.
    pub cancels: usize,
    /// Orders that trade at once.
    pub marketable: usize,
    /// Replaces.
    pub replaces: usize,
    /// Flexible ones among the new bids.
    pub flexible: usize,
    /// New bids.
    pub bids: usize,
    /// Trades.
    pub trades: usize,
    /// The fewest orders that rested after a message.
    pub shallowest: usize,
    /// The most.
    pub deepest: usize,
}

impl Windows {
    /// Makes the flow: `depth` resting orders, then `messages` messages. Our market has `limit` for it.
    pub fn new(seed: u64, depth: usize, messages: usize, limit: Duration) -> Result<Windows, FlowError> {
        let mut generator = Generator::new(seed, depth, messages, limit)?;
        for n in 0..depth {
            let side = if n % 2 == 0 { Side::Bid } else { Side::Ask };
            let command = generator.new_order(side)?;
            generator.play(command)?;
        }
        let market = generator.market.clone();
        generator.counts = Counts { shallowest: usize::MAX, ..Counts::default() };
        let mut commands = Vec::with_capacity(messages);
        for _ in 0..messages {
            let command = generator.message()?;
            commands.push(command.clone());
            generator.play(command)?;
            let live = generator.bids.len() + generator.asks.len();
            generator.counts.shallowest = generator.counts.shallowest.min(live);
            generator.counts.deepest = generator.counts.deepest.max(live);
        }
        Ok(Windows { market, messages: commands, counts: generator.counts })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::account;
    use crate::flow::plain::MAKERS;
    use coretime_market::OrderDetail;
    use coretime_types::Event;

    const LONG: Duration = Duration::from_secs(600);

    #[test]
    fn one_seed_gives_one_flow() {
        let [one, again, other] = [1, 1, 2].map(|seed| Windows::new(seed, 200, 300, LONG).unwrap());
        assert_eq!(one.messages, again.messages);
        assert_eq!(one.market.state_hash(), again.market.state_hash());
        assert_ne!(one.messages, other.messages);
    }

    #[test]
    fn shares_and_depth_are_as_claimed_and_nothing_is_rejected() {
        // Making the flow fails if anything is rejected.
        let (depth, messages) = (2_000, 10_000);
        let counts = Windows::new(4, depth, messages, LONG).unwrap().counts;
        assert_eq!((counts.marketable, counts.replaces), (messages * 7 / 100, messages * 3 / 100));
        let new = counts.new * 100 / messages;
        assert!((43..=55).contains(&new), "{counts:?}");
        assert_eq!(counts.new + counts.cancels, messages * 90 / 100);
        assert!(counts.shallowest >= depth * 97 / 100 && counts.deepest <= depth * 103 / 100, "{counts:?}");
        assert!((28..=38).contains(&(counts.flexible * 100 / counts.bids)), "{counts:?}");
        assert!(counts.trades >= counts.marketable / 2, "{counts:?}");
    }

    #[test]
    fn a_market_that_takes_too_long_is_given_up() {
        let given_up = Windows::new(1, 1_000, 1_000, Duration::ZERO);
        assert!(matches!(given_up, Err(FlowError::OverLimit { .. })));
    }

    #[test]
    fn a_million_orders_fit_onto_the_cores() {
        assert!(Generator::new(1, 1_000_000, 1_300_000, LONG).is_ok());
    }

    #[test]
    fn thousands_of_windows_and_shares_of_all_widths_rest() {
        let market = Windows::new(6, 20_000, 0, LONG).unwrap().market;
        let mut windows = std::collections::BTreeSet::new();
        let mut widths = [0; 81];
        for order in market.orders() {
            match order.detail {
                OrderDetail::Ask { pieces, .. } => {
                    widths[pieces[0].region.mask.parts().0 as usize] += 1;
                    windows.extend(pieces.iter().map(|piece| (piece.region.begin, piece.region.end)));
                }
                OrderDetail::Bid { within, duration, .. } if within.duration() == duration => {
                    windows.insert((within.begin, within.end));
                }
                OrderDetail::Bid { .. } => {}
            }
        }
        assert!((4_500..=5_004).contains(&windows.len()), "{} windows", windows.len());
        for width in [80, 40, 20, 10, 5, 4, 2, 1] {
            assert!(widths[width] >= 10_000 / 8 / 4, "{} asks of {width} parts", widths[width]);
        }
    }

    #[test]
    fn only_marketable_orders_trade() {
        let flow = Windows::new(5, 1_000, 3_000, LONG).unwrap();
        let mut market = flow.market;
        let mut events = Vec::new();
        let makers: Vec<_> = (0..MAKERS).map(account).collect();
        for command in &flow.messages {
            events.clear();
            market.apply(command, &mut events);
            let trades = events.iter().filter(|event| matches!(event, Event::Trade(_))).count();
            match command {
                Command::PlaceBid(bid) if !makers.contains(&bid.account) => assert_eq!(trades, 1, "{bid:?}"),
                Command::PlaceAsk(ask) if !makers.contains(&ask.account) => {}
                _ => assert_eq!(trades, 0, "{command:?}"),
            }
        }
    }
}

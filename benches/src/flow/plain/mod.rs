//! *plain*: one window, as an ordinary order book has it.
//!
//! Every order is for the same window, every lot is one part and no ask may be partitioned, so price, then time is all
//! that decides, and an ordinary book's trades must be ours. An order is for 1 to 20 parts, the smaller of two equally
//! likely numbers (7.2 on average): then a million orders' regions fit into the cores of one window.
//!
//! - Prices: bids rest at 501 to 1,000, asks at 1,001 to 1,500, so 1,000 levels; densest at the touch (the distance is
//!   500 times the square of a number that is equally likely in 0 to 1).
//! - Messages: in each hundred 49 new resting orders, 41 cancels, 7 marketable orders, 3 replaces. A replace gives an
//!   order another price, so it enters again at the back of its new level. (Two peers can only cancel and place again,
//!   so a replace that keeps its place would not be the same for all.) Cancels and replaces choose among all live orders.
//! - A marketable order has a limit at the far end of the other side and is always filled whole. What would make the book
//!   deeper or shallower is steered away by its size and by the side of the next new order and cancel.
//! - Accounts: 48 makers whose orders rest, 16 takers whose orders trade at once: nobody meets himself.
//! - Every ask sells a region in hand: seven times in eight one that was not traded since it was deposited, else one that
//!   was bought in the flow or is the rest of one that was partly sold.
//! - Before each round, while no clock runs, most of what trades have cut up is withdrawn and fresh regions are deposited.
//!   So the ledger is as large as the depth makes it, and not as the length of the measurement does.

mod generator;

use super::{FlowError, account, ask, bid, cancel, reprice};
use coretime_types::{Command, CoreIndex, CoreMask, Region, RegionId, Side, Timeslice, Window};
use generator::Generator;

/// The window of all orders: a week, one week ahead.
pub const WINDOW: Window = Window { begin: Timeslice(1_260), end: Timeslice(2_520) };

/// Accounts whose orders rest.
pub const MAKERS: u16 = 48;
/// Accounts whose orders trade at once; their numbers follow the makers'.
pub const TAKERS: u16 = 16;
/// A share of a core during [`WINDOW`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// The core.
    pub core: CoreIndex,
    /// The parts of it.
    pub mask: CoreMask,
}

impl Share {
    fn region(self) -> Region {
        Region { core: self.core, begin: WINDOW.begin, end: WINDOW.end, mask: self.mask }
    }
}

/// A message to an order book, any order book. Order ids are those that our market gives: from 1, one for each order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// A new order.
    Place {
        /// Its id.
        order: u64,
        /// Who sends it.
        account: u16,
        /// How many orders its sender has placed with it: his own name for it.
        name: u64,
        /// The side.
        side: Side,
        /// The limit.
        price: u32,
        /// How much.
        parts: u32,
        /// What an ask sells.
        share: Share,
    },
    /// Takes a resting order out.
    Cancel {
        /// Which.
        order: u64,
        /// Whose.
        account: u16,
    },
    /// Gives a resting order another price.
    Replace {
        /// Which.
        order: u64,
        /// Whose.
        account: u16,
        /// Its side.
        side: Side,
        /// The new limit.
        price: u32,
        /// What rests of it now, and goes on to.
        parts: u32,
    },
}

impl Message {
    /// As our market takes it.
    pub fn command(&self) -> Command {
        match *self {
            Message::Place { account: from, name, side: Side::Bid, price, parts, .. } => Command::PlaceBid(
                bid(account(from), name, u64::from(price), (parts, 1), WINDOW, WINDOW.duration()),
            ),
            Message::Place { account: from, name, side: Side::Ask, price, share, .. } => {
                let Share { core, mask } = share;
                let region = RegionId { begin: WINDOW.begin, core, mask };
                let price = u64::from(price);
                Command::PlaceAsk(ask(account(from), name, price, region, 1, WINDOW.duration()))
            }
            Message::Cancel { order, account: from } => cancel(account(from), order),
            Message::Replace { order, account: from, price, .. } => {
                reprice(account(from), order, u64::from(price))
            }
        }
    }
}

/// What is played in one go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// What happens before, at our market only: money and regions come, regions go. Not measured.
    pub supply: Vec<Command>,
    /// What is measured.
    pub messages: Vec<Message>,
}

/// The flow.
#[derive(Clone, Debug)]
pub struct Plain {
    /// Orders that make the book as deep as was asked for.
    pub resting: Round,
    /// The rounds.
    pub rounds: Vec<Round>,
}

impl Plain {
    /// Makes the flow: `depth` resting orders, then so many rounds of `messages` messages each.
    pub fn new(seed: u64, depth: usize, rounds: usize, messages: usize) -> Result<Plain, FlowError> {
        let mut generator = Generator::new(seed, depth, rounds * messages);
        let mut resting = Round { supply: generator.money().collect(), messages: Vec::with_capacity(depth) };
        resting.supply.extend(generator.supply(depth / 2, 0)?);
        for n in 0..depth {
            let side = if n % 2 == 0 { Side::Bid } else { Side::Ask };
            resting.messages.push(generator.new_order(side)?);
        }
        let rounds = (0..rounds).map(|_| {
            let supply = generator.supply(0, messages)?;
            let messages = (0..messages).map(|_| generator.message()).collect::<Result<_, _>>()?;
            Ok(Round { supply, messages })
        });
        Ok(Plain { resting, rounds: rounds.collect::<Result<_, FlowError>>()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::floor::FloorBook;
    use coretime_market::Market;
    use coretime_types::Event;

    fn kind(message: &Message) -> &'static str {
        match message {
            Message::Place { account, .. } if *account < MAKERS => "new",
            Message::Place { .. } => "marketable",
            Message::Cancel { .. } => "cancel",
            Message::Replace { .. } => "replace",
        }
    }

    #[test]
    fn one_seed_gives_one_flow() {
        let [one, again, other] = [1, 1, 2].map(|seed| Plain::new(seed, 500, 2, 500).unwrap());
        assert_eq!((&one.resting, &one.rounds), (&again.resting, &again.rounds));
        assert_ne!(one.rounds, other.rounds);
    }

    #[test]
    fn shares_sizes_levels_and_depth_are_as_claimed() {
        let (depth, messages) = (10_000, 100_000);
        let flow = Plain::new(7, depth, 1, messages).unwrap();
        for (name, share) in [("new", 49), ("cancel", 41), ("marketable", 7), ("replace", 3)] {
            let count = flow.rounds[0].messages.iter().filter(|message| kind(message) == name).count();
            assert_eq!(count, messages / 100 * share, "{name}");
        }
        let mut book = FloorBook::default();
        let mut prices = std::collections::BTreeSet::new();
        let mut traded_at_once = 0;
        for (n, message) in flow.resting.messages.iter().chain(&flow.rounds[0].messages).enumerate() {
            match *message {
                Message::Place { order, account, side, price, parts, .. } => {
                    assert!((1..=20).contains(&parts));
                    let left = book.place(order, side, price, parts, &mut |_| {});
                    let expected = if account < MAKERS { Some(parts) } else { Some(0) };
                    assert_eq!(left, expected, "makers' orders rest, takers' trade whole");
                    traded_at_once += usize::from(left == Some(0));
                    if account < MAKERS {
                        prices.insert(price);
                    }
                }
                Message::Cancel { order, .. } => assert!(book.cancel(order)),
                Message::Replace { order, price, parts, .. } => {
                    assert_eq!(book.quantity(order), Some(parts));
                    assert_eq!(book.replace(order, price, parts, &mut |_| {}), Some(parts));
                }
            }
            if n >= depth {
                assert!(book.len().abs_diff(depth) <= depth / 50, "{} orders rest", book.len());
            }
        }
        assert_eq!(traded_at_once, messages / 100 * 7);
        assert!((980..=1_000).contains(&prices.len()), "{} levels", prices.len());
    }

    #[test]
    fn our_market_takes_every_command() {
        let flow = Plain::new(3, 1_000, 9, 5_000).unwrap();
        let mut market = Market::new();
        let mut events = Vec::new();
        let mut orders = 0;
        let mut regions = Vec::new();
        for round in std::iter::once(&flow.resting).chain(&flow.rounds) {
            let messages = round.messages.iter().map(Message::command);
            for command in round.supply.iter().cloned().chain(messages) {
                events.clear();
                market.apply(&command, &mut events);
                for event in &events {
                    match event {
                        Event::Rejected(rejection) => panic!("{command:?}: {rejection:?}"),
                        Event::Accepted { order_id } => {
                            orders += 1;
                            assert_eq!(order_id.0, orders, "ids are known before");
                        }
                        _ => {}
                    }
                }
            }
            regions.push(market.free_regions().count());
        }
        assert!(market.orders().count().abs_diff(1_000) <= 20);
        // Once hands are full, the ledger grows no more.
        assert!(regions[9] < regions[6] + 300, "{regions:?}");
    }

    #[test]
    fn a_million_orders_fit_into_one_window() {
        let flow = Plain::new(5, 1_000_000, 2, 50_000).unwrap();
        assert_eq!(flow.resting.messages.len(), 1_000_000);
    }
}

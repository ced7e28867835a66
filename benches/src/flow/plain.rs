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
//! - Every ask sells a region in hand: seven times in eight one that was deposited before the flow or that came back
//!   whole from a cancel, else one that was bought in the flow or is the rest of one that was partly sold.

use super::hands::{Hands, Held};
use super::{
    Cores, FlowError, Kind, References, Shares, account, ask, bid, cancel, deposit_funds, deposit_region,
    reprice,
};
use crate::floor::{Fill, FloorBook};
use coretime_types::{Command, CoreIndex, CoreMask, Parts, Region, RegionId, Side, Timeslice, Window};
use fastrand::Rng;

/// The window of all orders: a week, one week ahead.
pub const WINDOW: Window = Window { begin: Timeslice(1_260), end: Timeslice(2_520) };

/// Accounts whose orders rest.
pub const MAKERS: u16 = 48;
/// Accounts whose orders trade at once; their numbers follow the makers'.
pub const TAKERS: u16 = 16;

const BEST_BID: u32 = 1_000;
const LEVELS: u32 = 500;

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
            Message::Place { order, account: from, side: Side::Bid, price, parts, .. } => Command::PlaceBid(
                bid(account(from), order, u64::from(price), (parts, 1), WINDOW, WINDOW.duration()),
            ),
            Message::Place { order, account: from, side: Side::Ask, price, share, .. } => {
                let Share { core, mask } = share;
                let region = RegionId { begin: WINDOW.begin, core, mask };
                let price = u64::from(price);
                Command::PlaceAsk(ask(account(from), order, price, region, 1, WINDOW.duration()))
            }
            Message::Cancel { order, account: from } => cancel(account(from), order),
            Message::Replace { order, account: from, price, .. } => {
                reprice(account(from), order, u64::from(price))
            }
        }
    }
}

/// The flow.
#[derive(Clone, Debug)]
pub struct Plain {
    /// Money and regions, for our market only.
    pub deposits: Vec<Command>,
    /// Orders that make the book as deep as was asked for.
    pub resting: Vec<Message>,
    /// What is measured.
    pub messages: Vec<Message>,
}

impl Plain {
    /// Makes the flow: `depth` resting orders, then `messages` messages.
    pub fn new(seed: u64, depth: usize, messages: usize) -> Result<Plain, FlowError> {
        let mut maker = Maker::new(seed, depth, messages)?;
        let mut resting = Vec::with_capacity(depth);
        for n in 0..depth {
            let side = if n % 2 == 0 { Side::Bid } else { Side::Ask };
            resting.push(maker.new_order(side)?);
        }
        let messages = (0..messages).map(|_| maker.message()).collect::<Result<_, _>>()?;
        Ok(Plain { deposits: maker.deposits, resting, messages })
    }
}

/// What the flow knows of an order. `place` is where it is among the live ones of its side.
#[derive(Clone, Copy, Debug)]
struct Known {
    account: u16,
    side: Side,
    price: u32,
    share: Share,
    touched: bool,
    place: usize,
}

struct Maker {
    rng: Rng,
    shares: Shares,
    book: FloorBook,
    depth: usize,
    orders: Vec<Known>,
    live_bids: Vec<u64>,
    live_asks: Vec<u64>,
    makers: Hands<Share>,
    takers: Hands<Share>,
    deposits: Vec<Command>,
}

impl Maker {
    fn new(seed: u64, depth: usize, messages: usize) -> Result<Maker, FlowError> {
        let mut maker = Maker {
            rng: Rng::with_seed(seed),
            shares: Shares::default(),
            book: FloorBook::with_capacity(depth + depth / 8),
            depth,
            orders: Vec::with_capacity(depth + messages / 2),
            live_bids: Vec::with_capacity(depth),
            live_asks: Vec::with_capacity(depth),
            makers: Hands::default(),
            takers: Hands::default(),
            deposits: Vec::new(),
        };
        let mut references = References::default();
        for number in 0..MAKERS + TAKERS {
            maker.deposits.push(deposit_funds(account(number), &mut references));
        }
        // Enough that most asks of the flow, too, can sell a region as it was deposited.
        let for_makers = depth / 2 + messages / 16 + 1_000;
        let for_takers = messages / 24 + 1_000;
        let mut cores = Cores::default();
        for n in 0..for_makers + for_takers {
            let parts = maker.parts();
            let Some((core, mask)) = cores.share(parts) else {
                return Err(FlowError::TooManyRegions { regions: for_makers + for_takers });
            };
            let share = Share { core, mask };
            let owners = if n < for_makers { 0..MAKERS } else { MAKERS..MAKERS + TAKERS };
            let owner = maker.rng.u16(owners);
            maker.deposits.push(deposit_region(account(owner), share.region(), &mut references));
            maker.hands(owner).put(Held { account: owner, what: share, traded: false });
        }
        Ok(maker)
    }

    fn parts(&mut self) -> u32 {
        self.rng.u32(1..=20).min(self.rng.u32(1..=20))
    }

    fn price(&mut self, side: Side) -> u32 {
        let part = self.rng.u64(0..1 << 16);
        // Below 500: the square is below 2^32.
        let distance = u32::try_from((u64::from(LEVELS) * part * part) >> 32).unwrap_or(0);
        match side {
            Side::Bid => BEST_BID - distance,
            Side::Ask => BEST_BID + 1 + distance,
        }
    }

    fn hands(&mut self, account: u16) -> &mut Hands<Share> {
        if account < MAKERS { &mut self.makers } else { &mut self.takers }
    }

    fn live(&mut self, side: Side) -> &mut Vec<u64> {
        match side {
            Side::Bid => &mut self.live_bids,
            Side::Ask => &mut self.live_asks,
        }
    }

    fn known(&mut self, order: u64) -> Option<&mut Known> {
        usize::try_from(order).ok().and_then(|order| self.orders.get_mut(order.checked_sub(1)?))
    }

    /// Three times in four the side that has fewer orders, or more.
    fn side(&mut self, fewer: bool) -> Side {
        let bids_lack = self.live_bids.len() < self.live_asks.len();
        let bid = (bids_lack == fewer) != (self.rng.u8(0..4) == 0);
        if bid { Side::Bid } else { Side::Ask }
    }

    fn message(&mut self) -> Result<Message, FlowError> {
        match self.shares.deal(&mut self.rng) {
            Kind::New => {
                let side = self.side(true);
                self.new_order(side)
            }
            Kind::Cancel => self.cancel(),
            Kind::Marketable => self.marketable(),
            Kind::Replace => self.replace(),
        }
    }

    fn new_order(&mut self, side: Side) -> Result<Message, FlowError> {
        let price = self.price(side);
        let (account, parts, share) = match side {
            Side::Bid => (self.rng.u16(0..MAKERS), self.parts(), Share::default()),
            Side::Ask => {
                let Held { account, what: share, .. } = self.makers.draw(&mut self.rng)?;
                (account, share.mask.parts().0, share)
            }
        };
        let order = self.orders.len() as u64 + 1;
        let place = self.live(side).len();
        self.live(side).push(order);
        self.orders.push(Known { account, side, price, share, touched: false, place });
        self.book.place(order, side, price, parts, &mut |_| {});
        Ok(Message::Place { order, account, side, price, parts, share })
    }

    fn some_live(&mut self, side: Side) -> Result<(u64, Known), FlowError> {
        let count = self.live(side).len();
        if count == 0 {
            return Err(FlowError::Nothing("live order"));
        }
        let choice = self.rng.usize(0..count);
        let order = self.live(side)[choice];
        let known = self.known(order).copied().ok_or(FlowError::Nothing("live order"))?;
        Ok((order, known))
    }

    /// An order is no longer live; the last one of its side moves to its place.
    fn forget(&mut self, side: Side, place: usize) {
        let live = self.live(side);
        live.swap_remove(place);
        if let Some(moved) = live.get(place).copied()
            && let Some(known) = self.known(moved)
        {
            known.place = place;
        }
    }

    fn cancel(&mut self) -> Result<Message, FlowError> {
        let side = self.side(false);
        let (order, known) = self.some_live(side)?;
        self.book.cancel(order);
        self.forget(side, known.place);
        if side == Side::Ask {
            self.makers.put(Held { account: known.account, what: known.share, traded: known.touched });
        }
        Ok(Message::Cancel { order, account: known.account })
    }

    fn replace(&mut self) -> Result<Message, FlowError> {
        let side = if self.rng.bool() { Side::Bid } else { Side::Ask };
        let (order, known) = self.some_live(side)?;
        let mut price = self.price(side);
        while price == known.price {
            price = self.price(side);
        }
        let parts = self.book.quantity(order).ok_or(FlowError::Nothing("live order"))?;
        self.book.replace(order, price, parts, &mut |_| {});
        if let Some(known) = self.known(order) {
            known.price = price;
        }
        Ok(Message::Replace { order, account: known.account, side, price, parts })
    }

    fn marketable(&mut self) -> Result<Message, FlowError> {
        let too_deep = self.live_bids.len() + self.live_asks.len() > self.depth;
        // What the takers sell is small where it was bought in pieces, so they may have to sell more often than buy.
        let sells = self.live_bids.len() > self.live_asks.len();
        let (account, parts, share) = if sells {
            let first = self.takers.draw(&mut self.rng)?;
            let second = self.takers.draw(&mut self.rng)?;
            let first_is_larger = first.what.mask.parts() >= second.what.mask.parts();
            let (chosen, other) = if first_is_larger == too_deep { (first, second) } else { (second, first) };
            self.takers.put(other);
            (chosen.account, chosen.what.mask.parts().0, chosen.what)
        } else {
            let (one, other) = (self.rng.u32(1..=20), self.rng.u32(1..=20));
            let parts = if too_deep { one.max(other) } else { one.min(other) };
            (self.rng.u16(MAKERS..MAKERS + TAKERS), parts, Share::default())
        };
        let (side, price) =
            if sells { (Side::Ask, BEST_BID - LEVELS + 1) } else { (Side::Bid, BEST_BID + LEVELS) };
        let order = self.orders.len() as u64 + 1;
        self.orders.push(Known { account, side, price, share, touched: false, place: usize::MAX });
        let mut fills = Vec::new();
        let left = self.book.place(order, side, price, parts, &mut |fill| fills.push(fill));
        if left != Some(0) {
            return Err(FlowError::TooThin { order, left: left.unwrap_or(parts) });
        }
        for fill in fills {
            self.settle(order, account, side, fill)?;
        }
        Ok(Message::Place { order, account, side, price, parts, share })
    }

    /// Moves what was sold from the ask to the buyer's hand: the lowest parts of its share (rule 4.4).
    fn settle(&mut self, taker: u64, account: u16, side: Side, fill: Fill) -> Result<(), FlowError> {
        let missing = FlowError::Nothing("order");
        let maker_is_done = self.book.quantity(fill.maker).is_none();
        let Some(maker) = self.known(fill.maker).copied() else { return Err(missing) };
        let (ask, buyer) = if side == Side::Bid { (fill.maker, account) } else { (taker, maker.account) };
        let Some(ask) = self.known(ask) else { return Err(missing) };
        let Share { core, mask } = ask.share;
        let sold = mask.lowest(Parts(fill.quantity));
        ask.share.mask = mask.without(sold);
        ask.touched = true;
        let held = Held { account: buyer, what: Share { core, mask: sold }, traded: true };
        self.hands(buyer).put(held);
        if maker_is_done {
            self.forget(maker.side, maker.place);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let [one, again, other] = [1, 1, 2].map(|seed| Plain::new(seed, 500, 1_000).unwrap());
        assert_eq!((&one.resting, &one.messages), (&again.resting, &again.messages));
        assert_eq!(one.deposits, again.deposits);
        assert_ne!(one.messages, other.messages);
    }

    #[test]
    fn shares_sizes_levels_and_depth_are_as_claimed() {
        let (depth, messages) = (10_000, 100_000);
        let flow = Plain::new(7, depth, messages).unwrap();
        for (name, share) in [("new", 49), ("cancel", 41), ("marketable", 7), ("replace", 3)] {
            let count = flow.messages.iter().filter(|message| kind(message) == name).count();
            assert_eq!(count, messages / 100 * share, "{name}");
        }
        let mut book = FloorBook::default();
        let mut prices = std::collections::BTreeSet::new();
        let mut traded_at_once = 0;
        for (n, message) in flow.resting.iter().chain(&flow.messages).enumerate() {
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
        let flow = Plain::new(3, 1_000, 20_000).unwrap();
        let mut market = Market::new();
        let mut events = Vec::new();
        let messages = flow.resting.iter().chain(&flow.messages);
        let commands = flow.deposits.iter().cloned().chain(messages.map(Message::command));
        let mut orders = 0;
        for command in commands {
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
        assert!(market.orders().count().abs_diff(1_000) <= 20);
    }

    #[test]
    fn a_million_orders_fit_into_one_window() {
        let flow = Plain::new(5, 1_000_000, 100_000).unwrap();
        assert_eq!(flow.resting.len(), 1_000_000);
    }
}

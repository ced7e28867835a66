//! How *plain* is made: beside the floor book, which says what fills.

use super::{MAKERS, Message, Share, TAKERS};
use crate::floor::{Fill, FloorBook};
use crate::flow::Names;
use crate::flow::hands::{Hands, Held};
use crate::flow::{Cores, FlowError, Kind, References, Shares, account, deposit_funds, deposit_region};
use coretime_types::{BlockNumber, Command, InstructionNumber, Parts, Planck, SettlementConfirmed, Side};
use fastrand::Rng;

const BEST_BID: u32 = 1_000;
const LEVELS: u32 = 500;

/// How much of what was cut up by trades stays in the hands of makers, and of takers, from round to round.
const KEPT: usize = 2_000;

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

pub(super) struct Generator {
    rng: Rng,
    shares: Shares,
    book: FloorBook,
    depth: usize,
    orders: Vec<Known>,
    names: Names,
    live_bids: Vec<u64>,
    live_asks: Vec<u64>,
    makers: Hands<Share>,
    takers: Hands<Share>,
    cores: Cores,
    references: References,
    withdrawals: u64,
}

impl Generator {
    pub(super) fn new(seed: u64, depth: usize, messages: usize) -> Generator {
        Generator {
            rng: Rng::with_seed(seed),
            shares: Shares::default(),
            book: FloorBook::with_capacity(depth + depth / 8),
            depth,
            orders: Vec::with_capacity(depth + messages / 2),
            names: Names::default(),
            live_bids: Vec::with_capacity(depth),
            live_asks: Vec::with_capacity(depth),
            makers: Hands::default(),
            takers: Hands::default(),
            cores: Cores::default(),
            references: References::default(),
            withdrawals: 0,
        }
    }

    /// Money for everybody.
    pub(super) fn money(&mut self) -> impl Iterator<Item = Command> {
        (0..MAKERS + TAKERS).map(|number| deposit_funds(account(number), &mut self.references))
    }

    /// What accounts do before a round of `messages` messages, with `asks` besides to be placed by makers: most of what
    /// trades have cut up leaves custody, and enough comes that most asks can sell a region as it was deposited.
    pub(super) fn supply(&mut self, asks: usize, messages: usize) -> Result<Vec<Command>, FlowError> {
        let mut commands = Vec::new();
        let leaving: Vec<_> = self.makers.give_back(KEPT).chain(self.takers.give_back(KEPT)).collect();
        for Held { account: owner, what, .. } in leaving {
            self.withdrawals += 1;
            let instruction = InstructionNumber(self.withdrawals);
            let region = what.region().id();
            commands.push(Command::WithdrawRegion { account: account(owner), region, request_id: None });
            commands.push(Command::SettlementConfirmed(SettlementConfirmed {
                instruction,
                block: BlockNumber(0),
                extrinsic_index: 0,
                chain_fee: Planck::ZERO,
            }));
        }
        let for_makers = (asks + messages / 16 + 1_000).saturating_sub(self.makers.whole());
        let for_takers = (messages / 24 + 1_000).saturating_sub(self.takers.whole());
        for n in 0..for_makers + for_takers {
            let parts = self.parts();
            let Some((core, mask)) = self.cores.share(parts) else {
                return Err(FlowError::TooManyRegions { regions: for_makers + for_takers });
            };
            let share = Share { core, mask };
            let owners = if n < for_makers { 0..MAKERS } else { MAKERS..MAKERS + TAKERS };
            let owner = self.rng.u16(owners);
            commands.push(deposit_region(account(owner), share.region(), &mut self.references));
            self.hands(owner).put(Held { account: owner, what: share, traded: false });
        }
        Ok(commands)
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

    pub(super) fn message(&mut self) -> Result<Message, FlowError> {
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

    pub(super) fn new_order(&mut self, side: Side) -> Result<Message, FlowError> {
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
        let name = self.names.next(account);
        Ok(Message::Place { order, account, name, side, price, parts, share })
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
        let name = self.names.next(account);
        Ok(Message::Place { order, account, name, side, price, parts, share })
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

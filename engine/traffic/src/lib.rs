//! For tests: random commands, aimed at what is in the market, so that all of it is reached. The same seed gives the same.

use coretime_market::{Market, OrderDetail};
use coretime_types::{
    AccountId, Ask, Bid, BidTerms, BlockNumber, CancelTarget, ChainReference, ClientOrderId, Command,
    CoreIndex, CoreMask, Delivery, Event, FailureOutcome, OrderId, OutflowLimit, OutflowScope,
    PartTimeslices, Parts, Planck, Ppm, QuoteOrder, Region, Replace, SelfTrade, SettingsChange,
    SettlementConfirmed, Side, TaskId, TimeInForce, Timeslice, Timeslices, UnitPrice, Window,
};
use fastrand::Rng;

/// A command and what came of it.
pub type Told = (Command, Vec<Event>);

/// So many commands with their events, and the market after them.
pub fn told(seed: u64, commands: usize) -> (Vec<Told>, Market) {
    let mut traffic = Traffic::new(seed);
    let mut market = Market::new();
    let mut all = Vec::new();
    for _ in 0..commands {
        let command = traffic.next_command(&market);
        let mut events = Vec::new();
        market.apply(&command, &mut events);
        all.push((command, events));
    }
    (all, market)
}

/// Makes the commands.
pub struct Traffic {
    rng: Rng,
    event: u32,
    name: u64,
}

impl Traffic {
    /// Commands that this seed gives.
    pub fn new(seed: u64) -> Traffic {
        Traffic { rng: Rng::with_seed(seed), event: 0, name: 0 }
    }

    fn one_in(&mut self, n: u32) -> bool {
        self.rng.u32(0..n) == 0
    }

    fn account(&mut self) -> AccountId {
        AccountId([self.rng.u8(0..6); 32])
    }

    fn reference(&mut self) -> ChainReference {
        self.event += 1;
        // Now and then one that was seen before.
        let back = if self.one_in(20) { 3 } else { 0 };
        ChainReference { block: BlockNumber(1), event: self.event.saturating_sub(back) }
    }

    fn pick<T>(&mut self, items: impl IntoIterator<Item = T>) -> Option<T> {
        let mut items: Vec<T> = items.into_iter().collect();
        (!items.is_empty()).then(|| items.swap_remove(self.rng.usize(0..items.len())))
    }

    fn mask(&mut self) -> CoreMask {
        if self.rng.bool() { CoreMask::FULL } else { CoreMask::FULL.lowest(Parts(self.rng.u32(1..=80))) }
    }

    /// The next one, aimed at the state that the market is in.
    pub fn next_command(&mut self, market: &Market) -> Command {
        let now = market.tradable_from().0;
        match self.rng.u32(0..100) {
            0..6 => Command::DepositFunds {
                account: self.account(),
                amount: Planck(self.rng.u128(0..200_000)),
                reference: self.reference(),
            },
            6..18 => self.deposit_region(now),
            18..40 => self.ask(market).map_or_else(|| self.deposit_region(now), Command::PlaceAsk),
            40..68 => Command::PlaceBid(self.bid(market)),
            68..74 => self.replace(market),
            74..78 => self.cancel(market),
            78..81 => Command::Quote {
                account: self.account(),
                cancel: (0..self.rng.u32(0..3)).filter_map(|_| self.order(market)).collect(),
                place: (0..self.rng.u32(0..3)).map(|_| self.quoted(market)).collect(),
                request_id: None,
            },
            81..84 => Command::Basket {
                account: self.account(),
                legs: (0..self.rng.u32(1..4)).map(|_| self.terms(market)).collect(),
                request_id: None,
            },
            84..88 => self.cut_or_withdraw(market),
            88..92 => self.settle(market),
            92..94 => Command::AdvanceClock {
                tradable_from: Timeslice(
                    (now + self.rng.u32(0..4)).saturating_sub(u32::from(self.one_in(9))),
                ),
            },
            94..97 => self.configure(),
            _ => self.administer(market),
        }
    }

    fn deposit_region(&mut self, now: u32) -> Command {
        let begin = (now + self.rng.u32(0..30)).saturating_sub(4);
        let region = Region {
            core: CoreIndex(self.rng.u16(0..12)),
            begin: Timeslice(begin),
            end: Timeslice(begin + self.rng.u32(0..30)),
            mask: self.mask(),
        };
        let (account, renewable) = (self.account(), self.rng.bool());
        Command::DepositRegion { account, region, renewable, reference: self.reference() }
    }

    fn life(&mut self, now: u32) -> (TimeInForce, bool, Option<Timeslice>) {
        let force = match self.rng.u32(0..10) {
            0 => TimeInForce::FillOrKill,
            1 => TimeInForce::ImmediateOrCancel,
            _ => TimeInForce::GoodTillCancelled,
        };
        let expiry = Timeslice(now + self.rng.u32(0..20));
        (force, self.one_in(12), self.one_in(8).then_some(expiry))
    }

    fn name(&mut self) -> ClientOrderId {
        self.name += 1;
        ClientOrderId(if self.one_in(20) { self.rng.u64(0..self.name) } else { self.name })
    }

    fn price(&mut self) -> UnitPrice {
        UnitPrice(self.rng.u64(1..8))
    }

    fn self_trade(&mut self) -> SelfTrade {
        if self.rng.bool() { SelfTrade::CancelTaker } else { SelfTrade::CancelMaker }
    }

    fn ask(&mut self, market: &Market) -> Option<Ask> {
        let now = market.tradable_from();
        let free = self.pick(market.free_regions())?;
        let parts = free.region.mask.parts().0;
        let lots: Vec<u32> = (1..=parts).filter(|lot| parts.is_multiple_of(*lot)).collect();
        let (time_in_force, post_only, expire_at) = self.life(now.0);
        let left = free.region.effective_duration(now).0;
        Some(Ask {
            account: free.account,
            client_order_id: self.name(),
            unit_price: self.price(),
            region: free.region.id(),
            lot_parts: Parts(if self.rng.bool() { parts } else { self.pick(lots).unwrap_or(1) }),
            min_timeslices: Timeslices(if self.rng.bool() { 1 } else { self.rng.u32(0..=left) }),
            time_in_force,
            post_only,
            expire_at,
            self_trade: self.self_trade(),
        })
    }

    /// Mostly aimed at a piece that is on offer.
    fn terms(&mut self, market: &Market) -> BidTerms {
        let now = market.tradable_from();
        let asks = market.orders().filter_map(|order| match order.detail {
            OrderDetail::Ask { pieces, .. } => Some((order.unit_price, order.lot_parts, pieces)),
            OrderDetail::Bid { .. } => None,
        });
        let target = self.pick(asks).and_then(|(price, lot, pieces)| Some((price, lot, self.pick(pieces)?)));
        let (price, lot, from, to) = match target {
            Some((price, lot, piece)) => {
                (price, lot.0, piece.region.effective_begin(now).0, piece.region.end.0)
            }
            None => (self.price(), 80, now.0, now.0 + 20),
        };
        let from = if self.rng.bool() { from } else { from + self.rng.u32(0..4) };
        let to = to.max(from) + if self.one_in(4) { self.rng.u32(0..4) } else { 0 };
        let whole = to - from;
        let duration = if self.one_in(3) { self.rng.u32(0..=whole) } else { whole };
        let lot = if self.one_in(4) { self.rng.u32(1..=80) } else { lot };
        let times = if duration == whole { self.rng.u32(1..4) } else { 1 };
        let delivery = match self.rng.u32(0..4) {
            0 => Delivery::Transfer,
            1 => Delivery::Assign(TaskId(2_000)),
            _ => Delivery::Custody,
        };
        BidTerms {
            client_order_id: self.name(),
            unit_price: if self.one_in(3) { self.price() } else { UnitPrice(price.0 + self.rng.u64(0..2)) },
            parts: Parts(lot * times),
            lot_parts: Parts(lot),
            within: Window { begin: Timeslice(from), end: Timeslice(to) },
            duration: Timeslices(duration),
            require_renewable: self.one_in(12),
            delivery,
            self_trade: self.self_trade(),
        }
    }

    fn bid(&mut self, market: &Market) -> Bid {
        let (time_in_force, post_only, expire_at) = self.life(market.tradable_from().0);
        Bid { account: self.account(), terms: self.terms(market), time_in_force, post_only, expire_at }
    }

    fn quoted(&mut self, market: &Market) -> QuoteOrder {
        match self.ask(market).filter(|_| self.rng.bool()) {
            Some(ask) => QuoteOrder::Ask(ask),
            None => QuoteOrder::Bid(self.bid(market)),
        }
    }

    fn order(&mut self, market: &Market) -> Option<OrderId> {
        self.pick(market.orders().map(|order| order.order_id))
    }

    fn replace(&mut self, market: &Market) -> Command {
        let order = self.pick(market.orders());
        let (account, order_id, side) = order.map_or_else(
            || (self.account(), OrderId(1), Side::Bid),
            |order| (order.account, order.order_id, order.side()),
        );
        let parts = (side == Side::Bid && self.rng.bool()).then(|| Parts(self.rng.u32(1..200)));
        let least = (side == Side::Ask && self.rng.bool()).then(|| Timeslices(self.rng.u32(1..6)));
        Command::Replace(Replace {
            account,
            order_id,
            unit_price: self.rng.bool().then(|| self.price()),
            parts,
            min_timeslices: least,
            request_id: None,
        })
    }

    fn cancel(&mut self, market: &Market) -> Command {
        if self.one_in(10) {
            let side = self.pick([None, Some(Side::Bid), Some(Side::Ask)]).flatten();
            return Command::CancelAll { account: self.account(), side, request_id: None };
        }
        let Some(order) = self.pick(market.orders()) else { return self.administer(market) };
        let target = if self.rng.bool() {
            CancelTarget::Order(order.order_id)
        } else {
            CancelTarget::ClientOrder(order.client_order_id)
        };
        Command::Cancel { account: order.account, target, request_id: None }
    }

    fn cut_or_withdraw(&mut self, market: &Market) -> Command {
        let Some(free) = self.pick(market.free_regions()) else {
            let account = self.account();
            return Command::WithdrawFunds { account, amount: Planck(1_000), request_id: None };
        };
        let (account, region, request_id) = (free.account, free.region.id(), None);
        match self.rng.u32(0..4) {
            0 => {
                let pivot = Timeslice(self.rng.u32(free.region.begin.0..=free.region.end.0));
                Command::Partition { account, region, pivot, request_id }
            }
            1 => Command::Interlace { account, region, mask: self.mask(), request_id },
            2 => Command::WithdrawRegion { account, region, request_id },
            _ => Command::WithdrawFunds { account, amount: Planck(self.rng.u128(0..5_000)), request_id },
        }
    }

    fn settle(&mut self, market: &Market) -> Command {
        let number = self.pick(market.instructions().map(|instruction| instruction.number));
        let instruction = number.unwrap_or_default();
        let outcome = if self.rng.bool() { FailureOutcome::Returned } else { FailureOutcome::Lost };
        match self.rng.bool() {
            true => Command::SettlementConfirmed(SettlementConfirmed {
                instruction,
                block: BlockNumber(1),
                extrinsic_index: 0,
                chain_fee: Planck(7),
            }),
            false => Command::SettlementFailed { instruction, outcome, reason: String::new() },
        }
    }

    fn configure(&mut self) -> Command {
        Command::Configure(SettingsChange {
            taker_ppm: self.rng.bool().then(|| Ppm(self.rng.i32(0..60_000))),
            maker_ppm: self.rng.bool().then(|| Ppm(self.rng.i32(-50_000..50_000))),
            fee_account: self.one_in(4).then(|| self.account()),
            min_fill_notional: self.one_in(3).then(|| self.rng.u64(0..100)),
            delivery_fee: self.rng.bool().then(|| self.rng.u64(0..50)),
            withdrawal_fee: self.rng.bool().then(|| self.rng.u64(0..50)),
            interlacing: self.one_in(6).then(|| self.rng.bool()),
            ..SettingsChange::default()
        })
    }

    fn limit_outflow(&mut self) -> Command {
        let scope = match self.rng.u32(0..3) {
            0 => OutflowScope::Venue,
            1 => OutflowScope::EachAccount,
            _ => OutflowScope::Account(self.account()),
        };
        let limit = OutflowLimit {
            funds: self.rng.bool().then(|| Planck(self.rng.u128(0..20_000))),
            regions: self.rng.bool().then(|| PartTimeslices(self.rng.u128(0..20_000))),
        };
        Command::LimitOutflow { scope, limit: (!self.one_in(3)).then_some(limit) }
    }

    fn administer(&mut self, market: &Market) -> Command {
        let cause = || "cause".to_owned();
        match self.rng.u32(0..20) {
            16..18 => {
                let number = self.pick(market.held_instructions());
                Command::ApproveOutflow { instruction: number.unwrap_or_default() }
            }
            18..20 => self.limit_outflow(),
            0 => Command::Halt { cause: cause() },
            1 => Command::Freeze { cause: cause() },
            2..8 => Command::Resume { cause: cause() },
            8 => Command::Suspend { account: self.account() },
            9..14 => Command::Unsuspend { account: self.account() },
            14 => Command::Compensate {
                account: self.account(),
                amount: Planck(self.rng.u128(0..200)),
                reason: String::new(),
            },
            _ => Command::BlockSeen {
                number: market.last_block().map_or(BlockNumber(0), |(number, _)| number),
                hash: String::new(),
            },
        }
    }
}

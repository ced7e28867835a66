//! Orders: placed, replaced, cancelled; baskets and quotes.

use super::{Generator, Profile, id_of};
use crate::model::{Ask as LiveAsk, Model, Parcel};
use coretime_types::{
    AccountId, Ask, Bid, BidTerms, CancelTarget, ClientOrderId, Command, Delivery, OrderId, Parts,
    QuoteOrder, Replace, SelfTrade, Side, TaskId, TimeInForce, Timeslice, Timeslices, UnitPrice, Window,
};

const LOTS: [u32; 12] = [1, 2, 3, 4, 5, 8, 10, 16, 20, 40, 80, 80];

impl Generator {
    fn price(&mut self) -> UnitPrice {
        let price = self.rng.u64(1..7);
        if self.profile == Profile::Rich { UnitPrice(price << self.rng.u32(0..62)) } else { UnitPrice(price) }
    }

    /// Mostly new; sometimes one of few, so that names collide.
    fn name(&mut self) -> ClientOrderId {
        ClientOrderId(if self.one_in(12) { self.rng.u64(0..40) } else { self.rng.u64(..) })
    }

    fn self_trade(&mut self) -> SelfTrade {
        self.choose([SelfTrade::CancelTaker, SelfTrade::CancelMaker])
    }

    /// How long an order may wait, with what goes along with it: mostly in valid combinations.
    fn life(&mut self, model: &Model) -> (TimeInForce, bool, Option<Timeslice>) {
        let mut force = match self.rng.u32(0..10) {
            0..2 => TimeInForce::ImmediateOrCancel,
            2..4 => TimeInForce::FillOrKill,
            _ => TimeInForce::GoodTillCancelled,
        };
        let post_only = self.one_in(14);
        let expires = self.one_in(10);
        if (post_only || expires) && !self.one_in(4) {
            force = TimeInForce::GoodTillCancelled;
        }
        let expire_at = expires.then(|| Timeslice(model.now.saturating_add(self.rng.u32(0..12))));
        (force, post_only, expire_at)
    }

    fn delivery(&mut self) -> Delivery {
        match self.rng.u32(0..6) {
            0 => Delivery::Transfer,
            1 => Delivery::Assign(TaskId(self.rng.u32(2000..2003))),
            _ => Delivery::Custody,
        }
    }

    /// A window to buy: around a region of the ledger if there is one to aim at.
    fn wanted(&mut self, model: &Model, target: Option<&Parcel>) -> (Window, Timeslices) {
        let from = model.now.saturating_sub(3);
        let random = || (from, from.saturating_add(24));
        let (begin, end) = target.map_or_else(random, |piece| (piece.begin, piece.end));
        let (begin, end) = match self.rng.u32(0..8) {
            // All of it.
            0..2 => (begin, end),
            // What is left of it.
            2 => (begin.max(model.now), end),
            // Wider than it.
            3 => (begin.saturating_sub(self.rng.u32(0..5)), end.saturating_add(self.rng.u32(0..5))),
            // Beside it.
            4 => (begin.saturating_add(self.rng.u32(0..4)), end.saturating_add(self.rng.u32(0..4))),
            // Inside it.
            _ => (begin.saturating_add(self.rng.u32(0..3)), end.saturating_sub(self.rng.u32(0..3))),
        };
        let length = end.saturating_sub(begin);
        let duration = match self.rng.u32(0..12) {
            0 => self.rng.u32(0..14),
            1..4 if length > 1 => self.rng.u32(1..length),
            4..7 => end.saturating_sub(begin.max(model.now)),
            _ => length,
        };
        (Window { begin: Timeslice(begin), end: Timeslice(end) }, Timeslices(duration))
    }

    /// A bid that the piece it is aimed at can fill, at least in part.
    fn aimed_terms(&mut self, model: &Model) -> Option<BidTerms> {
        let live = |ask: &&LiveAsk| ask.has_live_piece(model.now);
        let asks: Vec<_> = model.asks.iter().filter(live).collect();
        let ask = self.pick(&asks)?;
        let pieces: Vec<_> = ask.pieces.iter().filter(|piece| ask.is_live(piece, model.now)).collect();
        let piece = self.pick(&pieces)?;
        let (from, left) = (piece.effective_begin(model.now), piece.effective_duration(model.now));
        let duration = if self.rng.bool() { left } else { self.rng.u32(ask.min_timeslices..=left) };
        let begin = from + self.rng.u32(0..=left - duration);
        let spare = if self.one_in(3) { self.rng.u32(0..4) } else { 0 };
        let end = (begin + duration).saturating_add(spare);
        let flexible = end - begin != duration;
        let lots = piece.parts() / ask.head.lot;
        let more = if flexible { 1 } else { self.choose([1, 1, 2, 3, 4, 6]) };
        let lot =
            if flexible || self.rng.bool() { ask.head.lot * self.rng.u32(1..=lots) } else { ask.head.lot };
        let core = piece.renewable && lot == 80 && self.rng.bool();
        Some(BidTerms {
            client_order_id: self.name(),
            unit_price: UnitPrice(ask.head.price.saturating_add(self.rng.u64(0..3))),
            parts: Parts(lot * more),
            lot_parts: Parts(lot),
            within: Window { begin: Timeslice(begin), end: Timeslice(end) },
            duration: Timeslices(duration),
            require_renewable: core,
            delivery: self.delivery(),
            self_trade: self.self_trade(),
        })
    }

    fn bid_terms(&mut self, model: &Model, aim: bool) -> BidTerms {
        let terms = if aim { self.aimed_terms(model) } else { None };
        terms.unwrap_or_else(|| self.any_terms(model))
    }

    fn any_terms(&mut self, model: &Model) -> BidTerms {
        let asks: Vec<_> = model.asks.iter().collect();
        let aim = self.pick(&asks).filter(|_| self.rng.u32(0..10) < 8);
        let piece = aim.and_then(|ask| self.pick(&ask.pieces));
        let (within, duration) = self.wanted(model, piece.as_ref());
        let mut lot = match aim {
            Some(ask) if self.rng.bool() => ask.head.lot,
            _ => self.choose(LOTS),
        };
        let mut parts = lot;
        if duration == within.duration() || self.one_in(10) {
            parts = lot * self.choose([1, 1, 2, 3, 4, 6]);
        }
        let wants_core = piece.is_some_and(|piece| piece.renewable && piece.parts() == 80);
        let require_renewable = if wants_core { self.rng.bool() } else { self.one_in(40) };
        if require_renewable && !self.one_in(4) {
            (lot, parts) = (80, 80);
        }
        if self.one_in(30) {
            parts += 1;
        }
        let aimed = aim.filter(|_| self.rng.u32(0..3) > 0);
        let unit_price = aimed.map_or_else(|| self.price(), |ask| UnitPrice(ask.head.price));
        BidTerms {
            client_order_id: self.name(),
            unit_price,
            parts: Parts(parts),
            lot_parts: Parts(lot),
            within,
            duration,
            require_renewable,
            delivery: self.delivery(),
            self_trade: self.self_trade(),
        }
    }

    fn bid(&mut self, model: &Model, account: AccountId) -> Bid {
        let (time_in_force, post_only, expire_at) = self.life(model);
        let aim = self.one_in(3);
        let terms = self.bid_terms(model, aim);
        Bid { account, terms, time_in_force, post_only, expire_at }
    }

    fn ask(&mut self, model: &Model, account: AccountId, parcel: &Parcel) -> Ask {
        let (time_in_force, post_only, expire_at) = self.life(model);
        let parts = parcel.parts();
        let divisors: Vec<_> = (1..=parts).filter(|lot| parts.is_multiple_of(*lot)).collect();
        let whole = !self.one_in(6) && !model.settings.interlacing || self.one_in(4);
        let small = divisors.iter().filter(|lot| **lot >= model.settings.min_lot_parts.0).copied();
        let divisors: Vec<_> = if self.one_in(10) { divisors } else { small.collect() };
        let lot = if whole { parts } else { self.pick(&divisors).unwrap_or(1) };
        let lot = if self.one_in(30) { self.rng.u32(0..82) } else { lot };
        let left = parcel.effective_duration(model.now);
        let least = match self.rng.u32(0..8) {
            0..4 => 1,
            4..6 => self.rng.u32(1..5),
            6 => left,
            _ => self.rng.u32(0..16),
        };
        let least = if self.one_in(8) { least } else { least.min(left) };
        Ask {
            account,
            client_order_id: self.name(),
            unit_price: self.price(),
            region: id_of(parcel),
            lot_parts: Parts(lot),
            min_timeslices: Timeslices(least),
            time_in_force,
            post_only,
            expire_at,
            self_trade: self.self_trade(),
        }
    }

    pub(super) fn place_bid(&mut self, model: &Model) -> Command {
        let account = self.any_account();
        Command::PlaceBid(self.bid(model, account))
    }

    pub(super) fn place_ask(&mut self, model: &Model) -> Command {
        let (account, parcel) = self.free_region(model);
        Command::PlaceAsk(self.ask(model, account, &parcel))
    }

    /// A live order and its account; now and then another account, or no such order.
    fn live_order(&mut self, model: &Model) -> (AccountId, u64) {
        let bids = model.bids.iter().map(|bid| (bid.head.account, bid.head.id));
        let asks = model.asks.iter().map(|ask| (ask.head.account, ask.head.id));
        let live: Vec<_> = bids.chain(asks).collect();
        let (mut account, mut id) =
            self.pick(&live).unwrap_or_else(|| (self.any_account(), self.rng.u64(0..20)));
        if self.one_in(20) {
            account = self.any_account();
        }
        if self.one_in(20) {
            id = self.rng.u64(0..model.next_order + 2);
        }
        (account, id)
    }

    pub(super) fn replace(&mut self, model: &Model) -> Command {
        let (account, id) = self.live_order(model);
        let bid = model.bids.iter().find(|bid| bid.head.id == id);
        let mut change = Replace {
            account,
            order_id: OrderId(id),
            unit_price: self.rng.bool().then(|| self.price()),
            parts: None,
            min_timeslices: None,
            request_id: self.request(),
        };
        if bid.is_some() != self.one_in(30) {
            let (lot, parts) = bid.map_or((1, 1), |bid| (bid.head.lot, bid.remaining));
            let parts = match self.rng.u32(0..8) {
                0..3 => None,
                3..5 => Some(lot),
                5 => Some(parts.saturating_add(lot)),
                6 => Some(parts),
                _ => Some(self.rng.u32(0..200)),
            };
            change.parts = parts.map(Parts);
        } else {
            change.min_timeslices =
                self.rng.bool().then(|| Timeslices(self.choose([0, 1, 1, 1, 2, 3, 4, 8])));
        }
        Command::Replace(change)
    }

    pub(super) fn cancel(&mut self, model: &Model) -> Command {
        let (account, id) = self.live_order(model);
        let request_id = self.request();
        if self.one_in(8) {
            let side = self.choose([None, Some(Side::Bid), Some(Side::Ask)]);
            return Command::CancelAll { account, side, request_id };
        }
        let heads = model.bids.iter().map(|bid| &bid.head).chain(model.asks.iter().map(|ask| &ask.head));
        let name = heads.filter(|head| head.id == id).map(|head| head.name).next();
        let target = match name.filter(|_| self.rng.bool()) {
            Some(name) => CancelTarget::ClientOrder(name),
            None if self.one_in(8) => CancelTarget::ClientOrder(self.name()),
            None => CancelTarget::Order(OrderId(id)),
        };
        Command::Cancel { account, target, request_id }
    }

    fn leg(&mut self, model: &Model) -> BidTerms {
        let aim = !self.one_in(8);
        let mut terms = self.bid_terms(model, aim);
        if !self.one_in(3) {
            // One lot is easier to get.
            terms.parts = terms.lot_parts;
        }
        terms
    }

    pub(super) fn basket(&mut self, model: &Model) -> Command {
        let count = match self.rng.u32(0..20) {
            0 => self.choose([0, 1, 65]),
            1 => 64,
            _ => self.rng.usize(2..5),
        };
        let mut legs: Vec<_> = (0..count).map(|_| self.leg(model)).collect();
        if self.one_in(10) && count > 1 {
            // The same name twice.
            legs[1].client_order_id = legs[0].client_order_id;
        }
        Command::Basket { account: self.any_account(), legs, request_id: self.request() }
    }

    pub(super) fn quote(&mut self, model: &Model) -> Command {
        let (account, id) = self.live_order(model);
        let (cancels, places) = match self.rng.u32(0..20) {
            0 => (0, 0),
            1 => (200, 57),
            _ => (self.rng.usize(0..3), self.rng.usize(0..4)),
        };
        let own = model.orders_of(account);
        let mut cancel: Vec<_> = (0..cancels).filter_map(|_| self.pick(&own)).map(OrderId).collect();
        cancel.resize(cancels, OrderId(id));
        let place = (0..places).map(|_| {
            let account = if self.one_in(20) { self.any_account() } else { account };
            if self.rng.bool() {
                return QuoteOrder::Bid(self.bid(model, account));
            }
            let (_, parcel) = self.free_region(model);
            QuoteOrder::Ask(self.ask(model, account, &parcel))
        });
        Command::Quote { account, cancel, place: place.collect(), request_id: self.request() }
    }
}

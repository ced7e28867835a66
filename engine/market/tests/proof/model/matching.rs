//! Sections 4 and 6: what is compatible, which window, how it is cut, and who pays what.

use super::orders::notional;
use super::{Ask, Bid, Model, Parcel, lowest_bits};
use crate::coverage::Rare;
use coretime_types::{
    Call, Delivery, DoneReason, Event, InstructionNumber, OrderId, Parts, Planck, SelfTrade, TimeInForce,
    Timeslice, Trade, TradeId, UnitPrice, Window,
};

/// What a bid would take of a piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fill {
    pub(crate) parts: u32,
    pub(crate) begin: u32,
    pub(crate) end: u32,
}

/// The smallest multiple of both.
fn lcm(a: u32, b: u32) -> u32 {
    (1..=b).map(|times| a * times).find(|multiple| multiple % b == 0).expect("a times b is one")
}

impl Model {
    /// Rules 4.2, 4.3 and 4.6, in the letters of the rules.
    pub(crate) fn fit(&self, bid: &Bid, ask: &Ask, piece: &Parcel) -> Option<Fill> {
        let a = u64::from(piece.effective_begin(self.now));
        let b = u64::from(piece.end);
        let e_ = u64::from(bid.earliest.max(self.now));
        let l = u64::from(bid.latest);
        let d = u64::from(bid.duration);
        if bid.head.price < ask.head.price || e_.max(a) + d > l.min(b) || d < u64::from(ask.min_timeslices) {
            return None;
        }
        let m = lcm(bid.head.lot, ask.head.lot);
        let q = bid.remaining.min(piece.parts()) / m * m;
        if q == 0 || notional(ask.head.price, q, bid.duration) < ask.min_fill_notional {
            return None;
        }
        let s = if a >= e_ {
            a
        } else if b <= l {
            b - d
        } else {
            e_
        };
        if bid.require_renewable {
            let whole = piece.parts() == 80 && q == 80;
            let uncut = s == u64::from(piece.begin) && s + d == b;
            if !(piece.renewable && whole && piece.begin >= self.now && uncut) {
                return None;
            }
        }
        Some(Fill { parts: q, begin: s as u32, end: (s + d) as u32 })
    }

    /// Of an ask's pieces, the earliest that fits.
    fn earliest_fit(&self, bid: &Bid, ask: &Ask) -> Option<(usize, Fill)> {
        let pieces = ask.pieces.iter().enumerate();
        let fits = pieces.filter_map(|(index, piece)| Some((index, self.fit(bid, ask, piece)?)));
        fits.min_by_key(|(index, _)| ask.pieces[*index].begin)
    }

    /// The ask that an incoming bid trades with next: the lowest price, then the lowest priority.
    pub(crate) fn best_ask(&self, bid: &Bid) -> Option<(usize, usize, Fill)> {
        let asks = self.asks.iter().enumerate();
        let fits = asks.filter_map(|(index, ask)| {
            let (piece, fill) = self.earliest_fit(bid, ask)?;
            Some((index, piece, fill))
        });
        fits.min_by_key(|found| (self.asks[found.0].head.price, self.asks[found.0].head.priority))
    }

    /// The bid that an incoming ask trades with next: the highest price, then the lowest priority.
    pub(crate) fn best_bid(&self, ask: &Ask) -> Option<(usize, usize, Fill)> {
        let bids = self.bids.iter().enumerate();
        let fits = bids.filter_map(|(index, bid)| {
            let (piece, fill) = self.earliest_fit(bid, ask)?;
            Some((index, piece, fill))
        });
        fits.min_by_key(|found| (u64::MAX - self.bids[found.0].head.price, self.bids[found.0].head.priority))
    }

    /// Rule 4.5 for an incoming bid. Whether it was stopped by an order of the same account.
    pub(crate) fn match_bid(&mut self, bid: &mut Bid, force: TimeInForce, events: &mut Vec<Event>) -> bool {
        while let Some((index, piece, fill)) = self.best_ask(bid) {
            let maker = &self.asks[index].head;
            if maker.account == bid.head.account {
                let (id, stop) = (maker.id, self.meets_itself(bid.head.self_trade, force));
                if stop {
                    return true;
                }
                self.end_live(id, DoneReason::SelfTrade, events);
                continue;
            }
            let mut ask = self.asks.swap_remove(index);
            self.trade(bid, &mut ask, piece, fill, true, events);
            if ask.has_live_piece(self.now) {
                self.asks.push(ask);
            } else {
                self.end_ask(ask, DoneReason::Filled, events);
            }
        }
        false
    }

    /// Rule 4.5 for an incoming ask.
    pub(crate) fn match_ask(&mut self, ask: &mut Ask, force: TimeInForce, events: &mut Vec<Event>) -> bool {
        while let Some((index, piece, fill)) = self.best_bid(ask) {
            let maker = &self.bids[index].head;
            if maker.account == ask.head.account {
                let (id, stop) = (maker.id, self.meets_itself(ask.head.self_trade, force));
                if stop {
                    return true;
                }
                self.end_live(id, DoneReason::SelfTrade, events);
                continue;
            }
            let mut bid = self.bids.swap_remove(index);
            self.trade(&mut bid, ask, piece, fill, false, events);
            let (id, left) = (bid.head.id, bid.remaining);
            self.bids.push(bid);
            if left == 0 {
                self.end_live(id, DoneReason::Filled, events);
            }
        }
        false
    }

    /// Rule 4.7: whether the taker stops.
    fn meets_itself(&mut self, mode: SelfTrade, force: TimeInForce) -> bool {
        let stop = mode == SelfTrade::CancelTaker;
        match (stop, force == TimeInForce::FillOrKill) {
            (true, false) => self.meet(Rare::SelfTradeCancelsTaker),
            (false, false) => self.meet(Rare::SelfTradeCancelsMaker),
            (true, true) => self.meet(Rare::SelfTradeStopsFok),
            (false, true) => self.meet(Rare::SelfTradeInFokCancelsMaker),
        }
        stop
    }

    /// One trade: money, then the region (rules 4.4 and section 6).
    fn trade(
        &mut self,
        bid: &mut Bid,
        ask: &mut Ask,
        piece: usize,
        fill: Fill,
        bid_takes: bool,
        events: &mut Vec<Event>,
    ) {
        let (maker, taker) = if bid_takes { (&ask.head, &bid.head) } else { (&bid.head, &ask.head) };
        let (maker_id, taker_id, price) = (maker.id, taker.id, maker.price);
        let notional = notional(price, fill.parts, fill.end - fill.begin);
        let fee = |ppm: i32| notional * u128::from(ppm.unsigned_abs()) / 1_000_000;
        let taker_fee = fee(taker.taker_ppm);
        let maker_fee = if maker.maker_ppm >= 0 {
            fee(maker.maker_ppm) as i128
        } else {
            -(fee(maker.maker_ppm).min(taker_fee) as i128)
        };
        if maker.maker_ppm < 0 && fee(maker.maker_ppm) > taker_fee && taker_fee > 0 {
            self.meet(Rare::RebateCapped);
        }
        if maker_fee < 0 {
            self.meet(Rare::Rebate);
        }
        let (buyer_fee, seller_fee) =
            if bid_takes { (taker_fee as i128, maker_fee) } else { (maker_fee, taker_fee as i128) };
        let delivery_fee = if bid.delivery == Delivery::Custody { 0 } else { bid.delivery_fee };

        let before = bid.hold(bid.remaining).expect("covered");
        bid.remaining -= fill.parts;
        bid.fills += 1;
        let after = bid.hold(bid.remaining).expect("covered");
        let released = before - after + buyer_fee.min(0).unsigned_abs();
        self.account(bid.head.account).free += released - notional - buyer_fee.max(0) as u128 - delivery_fee;
        self.account(ask.head.account).free +=
            notional + seller_fee.min(0).unsigned_abs() - seller_fee.max(0) as u128;
        let fee_account = self.settings.fee_account;
        self.account(fee_account).free += (taker_fee as i128 + maker_fee) as u128 + delivery_fee;

        let bought = self.carve(ask, piece, fill);
        events.push(Event::Trade(Trade {
            trade_id: TradeId(self.next_trade),
            maker: OrderId(maker_id),
            taker: OrderId(taker_id),
            unit_price: UnitPrice(price),
            parts: Parts(fill.parts),
            window: Window { begin: Timeslice(fill.begin), end: Timeslice(fill.end) },
            region: bought.region(),
            notional: Planck(notional),
            maker_fee,
            taker_fee: Planck(taker_fee),
            buyer: bid.head.account,
            seller: ask.head.account,
            maker_is_bid: !bid_takes,
        }));
        self.next_trade += 1;
        let (to, region) = (bid.head.account, bought.region());
        match bid.delivery {
            Delivery::Custody => self.give_free(to, bought),
            Delivery::Transfer => self.instruct(to, Call::Transfer { region, to }, Some(bought), events),
            Delivery::Assign(task) => self.instruct(to, Call::Assign { region, task }, Some(bought), events),
        }
        self.note_rare_fill(bid, fill);
    }

    fn note_rare_fill(&mut self, bid: &Bid, fill: Fill) {
        if bid.fills == 3 && !bid.is_flexible() {
            self.meet(Rare::FixedBidFilledByThree);
        }
        if bid.require_renewable {
            self.meet(Rare::RenewableFill);
        }
        if fill.parts == 80 && bid.remaining > 0 {
            self.meet(Rare::CoreByCore);
        }
    }

    /// Rule 4.4: cuts the fill out of the piece, keeps the live rests, gives back the others.
    fn carve(&mut self, ask: &mut Ask, piece: usize, fill: Fill) -> Parcel {
        let now = self.now;
        let whole = ask.pieces.swap_remove(piece);
        let mut bought = whole;
        let mut rests = Vec::new();
        if fill.begin > whole.effective_begin(now) {
            rests.push(Parcel { end: fill.begin, renewable: false, ..bought });
            bought = Parcel { begin: fill.begin, renewable: false, ..bought };
            let at_the_end = fill.end == whole.end;
            self.meet(if at_the_end { Rare::WindowFlushWithEnd } else { Rare::WindowInTheMiddle });
        } else if whole.begin < now {
            self.meet(Rare::ExpiredHeadGoesAlong);
        }
        if fill.end < whole.end {
            rests.push(Parcel { begin: fill.end, renewable: false, ..bought });
            bought = Parcel { end: fill.end, renewable: false, ..bought };
        }
        if fill.parts < whole.parts() {
            let lowest = lowest_bits(whole.bits, fill.parts);
            rests.push(Parcel { bits: whole.bits & !lowest, ..bought });
            bought.bits = lowest;
        }
        let cuts = rests.len();
        let (live, dead): (Vec<_>, Vec<_>) = rests.into_iter().partition(|rest| ask.is_live(rest, now));
        match (cuts, dead.len()) {
            (3, 0) => self.meet(Rare::ThreeRests),
            (3, 1) => self.meet(Rare::ThreeRestsOneReturned),
            _ => {}
        }
        ask.pieces.extend(live);
        for rest in dead {
            self.give_free(ask.head.account, rest);
        }
        bought
    }

    pub(crate) fn instruct(
        &mut self,
        account: coretime_types::AccountId,
        call: Call,
        parcel: Option<Parcel>,
        events: &mut Vec<Event>,
    ) {
        let number = self.next_instruction;
        self.next_instruction += 1;
        self.totals.regions_instructed += parcel.map_or(0, |parcel| parcel.part_timeslices());
        let is_fill = matches!(events.last(), Some(Event::Trade(_)));
        let held = self.is_held_back(account, &call, is_fill);
        self.instructions.push(super::Instruction { number, account, call, parcel, submission: None, held });
        let number = InstructionNumber(number);
        events.push(Event::Instruction { number, call });
        if held {
            events.push(Event::InstructionHeld { number });
        }
    }
}

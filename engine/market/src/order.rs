//! Orders that are live, and how they are found.

use crate::accounts::AccountIndex;
use crate::directory::Directory;
use crate::groups::Groups;
use crate::pool::Pool;
use crate::slots::{OrderSlot, RegionSlot, Slot};
use crate::table::{Key, NEIGHBOUR_BITS, Seeds, neighbour};
use codec::{Decode, Encode};
use coretime_types::{
    ClientOrderId, Delivery, OrderId, Parts, Planck, Ppm, Priority, SelfTrade, Settings, Side, Timeslice,
    Timeslices, UnitPrice, Window,
};

impl Key for OrderId {
    fn hash(self, seeds: &Seeds) -> u64 {
        seeds.mix(self.0 >> NEIGHBOUR_BITS, 0)
    }

    fn neighbour(self) -> usize {
        neighbour(self.0)
    }
}

/// What the venue asked for when an order was accepted or last entered again (sections 4.2 and 6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Terms {
    pub(crate) taker_ppm: Ppm,
    pub(crate) maker_ppm: Ppm,
    /// For each fill of a bid that leaves custody.
    pub(crate) delivery_fee: Planck,
    pub(crate) min_fill_notional: Planck,
}

impl Terms {
    pub(crate) fn of(settings: &Settings) -> Terms {
        Terms {
            taker_ppm: settings.taker_ppm,
            maker_ppm: settings.maker_ppm,
            delivery_fee: settings.delivery_fee,
            min_fill_notional: settings.min_fill_notional,
        }
    }
}

/// Which terms: most orders share them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TermsIndex(pub(crate) u32);

/// An accepted order: resting, or coming in as a taker.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order {
    pub(crate) order_id: OrderId,
    pub(crate) account: AccountIndex,
    pub(crate) client_order_id: ClientOrderId,
    pub(crate) priority: Priority,
    pub(crate) unit_price: UnitPrice,
    pub(crate) lot_parts: Parts,
    pub(crate) expire_at: Option<Timeslice>,
    pub(crate) post_only: bool,
    pub(crate) self_trade: SelfTrade,
    pub(crate) terms: TermsIndex,
    /// Whether it can be found by its id; a taker that has only come in cannot.
    pub(crate) is_resting: bool,
    pub(crate) detail: Detail,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Detail {
    Bid(BidDetail),
    Ask(AskDetail),
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct BidDetail {
    pub(crate) remaining: Parts,
    pub(crate) within: Window,
    pub(crate) duration: Timeslices,
    pub(crate) require_renewable: bool,
    pub(crate) delivery: Delivery,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct AskDetail {
    /// The others follow it, by begin (rule 4.1).
    pub(crate) first_piece: Option<RegionSlot>,
    pub(crate) live_pieces: u32,
    pub(crate) min_timeslices: Timeslices,
}

impl Order {
    pub(crate) fn side(&self) -> Side {
        match self.detail {
            Detail::Bid(_) => Side::Bid,
            Detail::Ask(_) => Side::Ask,
        }
    }

    /// Whether nothing is left to trade.
    pub(crate) fn is_filled(&self) -> bool {
        match self.detail {
            Detail::Bid(bid) => bid.remaining.0 == 0,
            Detail::Ask(ask) => ask.live_pieces == 0,
        }
    }
}

impl BidDetail {
    pub(crate) fn is_flexible(&self) -> bool {
        self.duration != self.within.duration()
    }
}

/// All live orders.
#[derive(Clone, Debug, Default)]
pub(crate) struct Orders {
    slots: Pool<Order>,
    /// Those that rest.
    by_id: Directory<OrderId, OrderSlot>,
    by_account: Groups,
    by_expiry: Groups,
}

impl Orders {
    pub(crate) fn get(&self, slot: OrderSlot) -> &Order {
        &self.slots[slot.index()]
    }

    /// `None` if the order has ended and no other has come to its slot.
    pub(crate) fn get_live(&self, slot: OrderSlot) -> Option<&Order> {
        self.slots.get(slot.index())
    }

    pub(crate) fn get_mut(&mut self, slot: OrderSlot) -> &mut Order {
        &mut self.slots[slot.index()]
    }

    /// Fetches what [`Orders::find`] will read, without waiting for it.
    pub(crate) fn look_at_id(&self, id: OrderId) {
        self.by_id.look_at(id);
    }

    /// Fetches an order and its links, without waiting for them.
    pub(crate) fn look_at(&self, slot: OrderSlot) {
        self.slots.look_at(slot.index());
        self.by_account.look_at(slot.number());
    }

    /// Fetches what taking an order out will change, without waiting for it.
    pub(crate) fn look_around(&self, slot: OrderSlot) {
        self.by_account.look_around(slot.number());
    }

    /// How many rest.
    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn find(&self, order_id: OrderId) -> Option<OrderSlot> {
        self.by_id.find(order_id, |slot| self.get(slot).order_id == order_id)
    }

    /// Probably the resting order of this id, without reading it.
    pub(crate) fn guess(&self, order_id: OrderId) -> Option<OrderSlot> {
        self.by_id.find(order_id, |_| true)
    }

    /// Takes an order in. After a removal it gets the slot that became empty last.
    pub(crate) fn insert(&mut self, order: Order) -> OrderSlot {
        let slot = OrderSlot::new(self.slots.insert(order));
        if order.is_resting {
            self.register(slot);
        }
        slot
    }

    pub(crate) fn remove(&mut self, slot: OrderSlot) -> Order {
        let order = self.slots.remove(slot.index());
        if order.is_resting {
            self.by_id.remove(order.order_id, slot);
            self.by_account.remove(order.account.0, slot.number());
            if let Some(expiry) = order.expire_at {
                self.by_expiry.remove(expiry.0, slot.number());
            }
        }
        order
    }

    /// From now on it rests.
    pub(crate) fn rest(&mut self, slot: OrderSlot) {
        self.get_mut(slot).is_resting = true;
        self.register(slot);
    }

    fn register(&mut self, slot: OrderSlot) {
        let Order { order_id, account, expire_at, .. } = *self.get(slot);
        self.by_id.insert(order_id, slot);
        self.by_account.insert(account.0, slot.number());
        if let Some(expiry) = expire_at {
            self.by_expiry.insert(expiry.0, slot.number());
        }
    }

    /// In no particular order.
    pub(crate) fn of_account(&self, account: AccountIndex) -> impl Iterator<Item = OrderSlot> {
        self.by_account.of(account.0).map(OrderSlot::new)
    }

    /// Those whose `expire_at` is after `before` and not after `now`.
    pub(crate) fn expired(&self, before: Timeslice, now: Timeslice) -> Vec<OrderSlot> {
        self.by_expiry.within(before.0.saturating_add(1), now.0).into_iter().map(OrderSlot::new).collect()
    }

    /// By id.
    pub(crate) fn sorted(&self) -> Vec<&Order> {
        let mut orders: Vec<&Order> = self.slots.iter().collect();
        orders.sort_unstable_by_key(|order| order.order_id);
        orders
    }
}

//! Looking ahead: several commands' waits for memory at once.
//!
//! In a large market most of a command's time is spent waiting for memory, one line after the other: the name, the order,
//! the region, their neighbours. Who has several commands at hand lets the market read what all of them will need, in
//! stages: a stage asks for the memory that the next one reads, and within a stage no read depends on another, so the
//! processor waits for all of them together. It is a hint and nothing else: whether it guessed right makes no difference to
//! any result. Where it found what the commands name it keeps, so that they need not look it up again if it is still there.

use crate::accounts::AccountIndex;
use crate::fit::{Offer, Want};
use crate::market::Market;
use crate::order::{AskDetail, Detail, Order};
use crate::regions::Holding;
use crate::slots::{OrderSlot, RegionSlot, Slot};
use coretime_types::{AccountId, CancelTarget, ClientOrderId, Command, OrderId, RegionId};

/// As many commands are looked at together. More would throw out of the nearest memory what was just read.
pub const LOOK_AHEAD: usize = 16;

/// What a command is about, as far as it is known.
#[derive(Clone, Copy, Debug, Default)]
struct Glance {
    account: Option<AccountIndex>,
    /// An order that it names, or will meet.
    order: Option<OrderSlot>,
    /// A region that it names, or will meet.
    region: Option<RegionSlot>,
}

/// Where the accounts, orders and regions are that the coming commands name. What is found there is compared with the
/// name, so a hint may be wrong, or another command's.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Hints {
    coming: [Glance; LOOK_AHEAD],
    next: usize,
    now: Glance,
}

impl Hints {
    /// The next command begins.
    #[inline]
    pub(crate) fn advance(&mut self) {
        self.now = self.coming.get(self.next).copied().unwrap_or_default();
        self.next += 1;
    }
}

impl Market {
    /// The account of this key.
    #[inline]
    pub(crate) fn account_of(&self, id: AccountId) -> Option<AccountIndex> {
        let accounts = &self.state.accounts;
        let hint = self.hints.now.account.filter(|index| accounts.get(*index).id == id);
        hint.or_else(|| accounts.find(id))
    }

    /// The resting order of this id.
    #[inline]
    pub(crate) fn resting_order(&self, id: OrderId) -> Option<OrderSlot> {
        let orders = &self.state.orders;
        let is_it = |order: &Order| order.order_id == id && order.is_resting;
        let hint = self.hints.now.order.filter(|slot| orders.get_live(*slot).is_some_and(is_it));
        hint.or_else(|| orders.find(id))
    }

    /// The region of this id.
    #[inline]
    pub(crate) fn region_of(&self, id: RegionId) -> Option<RegionSlot> {
        let regions = &self.state.regions;
        let is_it = |holding: &Holding| holding.region().id() == id;
        let hint = self.hints.now.region.filter(|slot| regions.get_kept(*slot).is_some_and(is_it));
        hint.or_else(|| regions.find(id))
    }
}

impl Market {
    /// Reads what the first [`LOOK_AHEAD`] of these commands will need, if they are applied next and in this order.
    pub fn look_ahead<'a>(&mut self, commands: impl Iterator<Item = &'a Command> + Clone) {
        let mut glances = [Glance::default(); LOOK_AHEAD];
        for (glance, command) in glances.iter_mut().zip(commands.clone()) {
            self.look_at_names(glance, command);
        }
        for (glance, command) in glances.iter_mut().zip(commands.clone()) {
            self.look_at_records(glance, command);
        }
        self.hints = Hints { coming: glances, ..Hints::default() };
        for (glance, command) in glances.iter_mut().zip(commands) {
            self.look_at_neighbours(glance, command);
        }
        for order in glances.iter().filter_map(|glance| glance.order) {
            self.look_at_counterpart(order);
        }
    }

    /// The tables in which names are looked up.
    fn look_at_names(&self, glance: &mut Glance, command: &Command) {
        let order_id = match command {
            Command::PlaceBid(bid) => {
                self.look_at_name(glance, bid.account, bid.terms.client_order_id);
                None
            }
            Command::PlaceAsk(ask) => {
                self.look_at_name(glance, ask.account, ask.client_order_id);
                self.state.regions.look_at_id(ask.region);
                None
            }
            Command::Cancel { account, target, .. } => {
                glance.account = self.state.accounts.find(*account);
                glance.account.inspect(|account| self.state.accounts.look_at_oldest(*account));
                self.order_id(glance.account, *target)
            }
            Command::Replace(replace) => Some(replace.order_id),
            _ => None,
        };
        if let Some(order_id) = order_id {
            self.state.orders.look_at_id(order_id);
        }
    }

    fn look_at_name(&self, glance: &mut Glance, account: AccountId, name: ClientOrderId) {
        glance.account = self.state.accounts.find(account);
        glance.account.inspect(|account| self.state.accounts.look_at_name(*account, name));
    }

    fn order_id(&self, account: Option<AccountIndex>, target: CancelTarget) -> Option<OrderId> {
        match target {
            CancelTarget::Order(order_id) => Some(order_id),
            CancelTarget::ClientOrder(name) => self.state.accounts.order_named(account?, name),
        }
    }

    /// The orders and regions that are named, and the piece that a bid will take.
    fn look_at_records(&self, glance: &mut Glance, command: &Command) {
        let order_id = match command {
            Command::PlaceBid(bid) => {
                // Only a bid that will be accepted can be searched for.
                let meets = self.state.meets_ask(bid.terms.unit_price);
                if meets && self.check_bid(bid, glance.account).is_ok() {
                    glance.region = self.state.best_piece(&Want::new(&bid.terms));
                }
                None
            }
            Command::PlaceAsk(ask) => {
                glance.region = self.state.regions.guess(ask.region);
                None
            }
            Command::Cancel { target, .. } => self.order_id(glance.account, *target),
            Command::Replace(replace) => Some(replace.order_id),
            _ => None,
        };
        glance.order = order_id.and_then(|order_id| self.state.orders.guess(order_id));
        if let Some(order) = glance.order {
            self.state.orders.look_at(order);
            self.state.bids.look_at(order.number());
        }
        if let Some(region) = glance.region {
            self.state.regions.look_at(region);
            self.state.asks.look_at(region.number());
        }
    }

    /// Those that come before and after in the groups that they are in; an ask's first piece, or the ask that a piece is
    /// under, or the bid that an ask will meet.
    fn look_at_neighbours(&self, glance: &mut Glance, command: &Command) {
        if let Some(order) = glance.order {
            self.state.orders.look_around(order);
            if let Detail::Ask(AskDetail { first_piece: Some(piece), .. }) =
                self.state.orders.get(order).detail
            {
                self.state.regions.look_at(piece);
                self.state.asks.look_at(piece.number());
            }
            glance.order = None;
        }
        let Some(region) = glance.region else { return };
        match command {
            Command::PlaceBid(_) => {
                self.state.regions.look_around(region);
                glance.order = self.state.regions.get(region).under;
            }
            Command::PlaceAsk(ask) if self.state.meets_bid(ask.unit_price) && self.check_ask(ask).is_ok() => {
                let offer = Offer::new(ask, self.state.terms(self.state.terms_today()));
                glance.order = self.state.best_bid(&offer, &self.state.regions.get(region).piece);
            }
            _ => {}
        }
        if let Some(order) = glance.order {
            self.state.orders.look_at(order);
            self.state.bids.look_at(order.number());
        }
    }

    /// What will be needed of an order that another one will meet, should it end.
    fn look_at_counterpart(&self, order: OrderSlot) {
        self.state.orders.look_around(order);
        self.state.bids.look_at(order.number());
        let order = self.state.orders.get(order);
        self.state.orders.look_at_id(order.order_id);
        self.state.accounts.look_at_oldest(order.account);
    }
}

//! What the ledger knows of an account.

use codec::Encode;
use coretime_types::{ClientOrderId, OrderId, Planck, RegionId, RequestId};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How many ended orders' names, and how many requests, an account's duplicates are looked for in (section 3).
pub(crate) const REMEMBERED: usize = 4_096;

/// An account's money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode)]
pub struct Funds {
    /// What can be spent or withdrawn.
    pub free: Planck,
    /// What open bids hold.
    pub held: Planck,
}

/// An account of the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode)]
pub(crate) struct Account {
    pub(crate) funds: Funds,
    pub(crate) suspended: bool,
    pub(crate) free_regions: BTreeSet<RegionId>,
    pub(crate) live_orders: BTreeSet<OrderId>,
    /// Pieces under this account's live asks.
    pub(crate) pieces: u64,
    /// Names of live orders and of those that ended not long ago.
    pub(crate) client_orders: BTreeMap<ClientOrderId, OrderId>,
    /// Names of ended orders, the longest ended first.
    pub(crate) ended: VecDeque<ClientOrderId>,
    /// Names of accepted requests, the oldest first.
    pub(crate) requests: VecDeque<RequestId>,
    /// The same, to look them up.
    request_set: BTreeSet<RequestId>,
}

impl Account {
    /// How many regions it has: free ones and pieces under asks.
    pub(crate) fn regions(&self) -> u64 {
        self.free_regions.len() as u64 + self.pieces
    }

    pub(crate) fn knows_request(&self, request_id: RequestId) -> bool {
        self.request_set.contains(&request_id)
    }

    pub(crate) fn remember_request(&mut self, request_id: RequestId) {
        self.request_set.insert(request_id);
        self.requests.push_back(request_id);
        if self.requests.len() > REMEMBERED
            && let Some(oldest) = self.requests.pop_front()
        {
            self.request_set.remove(&oldest);
        }
    }

    /// The name of an order that ended goes to the ring; the oldest name there is forgotten and returned.
    pub(crate) fn end_name(&mut self, client_order_id: ClientOrderId) -> Option<(ClientOrderId, OrderId)> {
        self.ended.push_back(client_order_id);
        if self.ended.len() <= REMEMBERED {
            return None;
        }
        let oldest = self.ended.pop_front()?;
        self.client_orders.remove(&oldest).map(|order_id| (oldest, order_id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_names_are_forgotten_first() {
        let mut account = Account::default();
        for n in 0..REMEMBERED as u64 {
            account.client_orders.insert(ClientOrderId(n), OrderId(n + 1));
            assert_eq!(account.end_name(ClientOrderId(n)), None);
        }
        account.client_orders.insert(ClientOrderId(9_999), OrderId(9_999));
        assert_eq!(account.end_name(ClientOrderId(9_999)), Some((ClientOrderId(0), OrderId(1))));
        assert!(!account.client_orders.contains_key(&ClientOrderId(0)));
        assert!(account.client_orders.contains_key(&ClientOrderId(1)));

        for n in 0..=REMEMBERED as u64 {
            account.remember_request(RequestId(n));
        }
        assert!(!account.knows_request(RequestId(0)));
        assert!(account.knows_request(RequestId(1)));
    }
}

//! What the ledger knows of accounts.

use codec::{Decode, Encode};
use coretime_types::{AccountId, ClientOrderId, OrderId, Planck, RequestId};
use hashbrown::{HashMap, HashSet};
use std::collections::VecDeque;

/// How many ended orders' names, and how many requests, an account's duplicates are looked for in (section 3).
pub(crate) const REMEMBERED: usize = 4_096;

/// An account's money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Funds {
    /// What can be spent or withdrawn.
    pub free: Planck,
    /// What open bids hold.
    pub held: Planck,
}

/// An account's place in the ledger's list: given once, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct AccountIndex(pub(crate) u32);

/// An account of the ledger.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) funds: Funds,
    pub(crate) suspended: bool,
    pub(crate) live_orders: u32,
    /// Free regions and pieces under its asks.
    pub(crate) regions: u32,
    /// Names of ended orders, the longest ended first.
    pub(crate) ended: VecDeque<(ClientOrderId, OrderId)>,
    /// Names of accepted requests, the oldest first.
    pub(crate) requests: VecDeque<RequestId>,
}

/// All accounts that anything was ever accepted for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accounts {
    list: Vec<Account>,
    index: HashMap<AccountId, AccountIndex>,
    /// Names of live orders and of those that ended not long ago.
    names: HashMap<(AccountIndex, ClientOrderId), OrderId>,
    requests: HashSet<(AccountIndex, RequestId)>,
}

impl Accounts {
    pub(crate) fn find(&self, id: AccountId) -> Option<AccountIndex> {
        self.index.get(&id).copied()
    }

    pub(crate) fn find_or_add(&mut self, id: AccountId) -> AccountIndex {
        *self.index.entry(id).or_insert_with(|| {
            self.list.push(Account { id, ..Account::default() });
            AccountIndex((self.list.len() - 1) as u32)
        })
    }

    pub(crate) fn get(&self, index: AccountIndex) -> &Account {
        &self.list[index.0 as usize]
    }

    pub(crate) fn get_mut(&mut self, index: AccountIndex) -> &mut Account {
        &mut self.list[index.0 as usize]
    }

    /// By key.
    pub(crate) fn sorted(&self) -> Vec<&Account> {
        let mut accounts: Vec<&Account> = self.list.iter().collect();
        accounts.sort_unstable_by_key(|account| account.id);
        accounts
    }

    // --- names of orders ---

    /// The order of this name, live or among the most recently ended ones.
    pub(crate) fn order_named(&self, account: AccountIndex, name: ClientOrderId) -> Option<OrderId> {
        self.names.get(&(account, name)).copied()
    }

    pub(crate) fn name_order(&mut self, account: AccountIndex, name: ClientOrderId, order_id: OrderId) {
        self.names.insert((account, name), order_id);
    }

    pub(crate) fn forget_name(&mut self, account: AccountIndex, name: ClientOrderId) {
        self.names.remove(&(account, name));
    }

    /// The name of an order that ended is remembered; the oldest one may be forgotten for it, and is returned.
    pub(crate) fn end_name(
        &mut self,
        account: AccountIndex,
        name: ClientOrderId,
        order_id: OrderId,
    ) -> Option<(ClientOrderId, OrderId)> {
        let ended = &mut self.list[account.0 as usize].ended;
        let forgotten = if ended.len() >= REMEMBERED { ended.pop_front() } else { None };
        ended.push_back((name, order_id));
        if let Some((oldest, _)) = forgotten {
            self.names.remove(&(account, oldest));
        }
        forgotten
    }

    /// Takes `end_name` back.
    pub(crate) fn revive_name(&mut self, account: AccountIndex, forgotten: Option<(ClientOrderId, OrderId)>) {
        let ended = &mut self.list[account.0 as usize].ended;
        ended.pop_back();
        if let Some((name, order_id)) = forgotten {
            ended.push_front((name, order_id));
            self.names.insert((account, name), order_id);
        }
    }

    // --- requests ---

    pub(crate) fn knows_request(&self, account: AccountIndex, request_id: RequestId) -> bool {
        self.requests.contains(&(account, request_id))
    }

    pub(crate) fn remember_request(&mut self, account: AccountIndex, request_id: RequestId) {
        let requests = &mut self.list[account.0 as usize].requests;
        let forgotten = if requests.len() >= REMEMBERED { requests.pop_front() } else { None };
        requests.push_back(request_id);
        if let Some(oldest) = forgotten {
            self.requests.remove(&(account, oldest));
        }
        self.requests.insert((account, request_id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_names_are_forgotten_first() {
        let mut accounts = Accounts::default();
        let account = accounts.find_or_add(AccountId([1; 32]));
        let mut end = |n: u64| {
            accounts.name_order(account, ClientOrderId(n), OrderId(n + 1));
            accounts.end_name(account, ClientOrderId(n), OrderId(n + 1))
        };
        for n in 0..REMEMBERED as u64 {
            assert_eq!(end(n), None);
        }
        let forgotten = end(9_999);
        assert_eq!(forgotten, Some((ClientOrderId(0), OrderId(1))));
        assert_eq!(accounts.order_named(account, ClientOrderId(0)), None);
        assert_eq!(accounts.order_named(account, ClientOrderId(1)), Some(OrderId(2)));
        accounts.revive_name(account, forgotten);
        assert_eq!(accounts.order_named(account, ClientOrderId(0)), Some(OrderId(1)));

        for n in 0..=REMEMBERED as u64 {
            accounts.remember_request(account, RequestId(n));
        }
        assert!(!accounts.knows_request(account, RequestId(0)));
        assert!(accounts.knows_request(account, RequestId(1)));
    }
}

//! What the ledger knows of accounts.

use crate::table::{Key, NEIGHBOUR_BITS, Seeds, Table, Value, neighbour};
use codec::{Decode, Encode};
use coretime_types::{AccountId, ClientOrderId, OrderId, Planck, RequestId};
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct AccountIndex(pub(crate) u32);

impl Value for AccountIndex {
    const NONE: AccountIndex = AccountIndex(u32::MAX);
}

/// An account's key as numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct AccountKey([u64; 4]);

impl From<AccountId> for AccountKey {
    fn from(id: AccountId) -> Self {
        let (words, _) = id.0.as_chunks();
        AccountKey(std::array::from_fn(|i| u64::from_le_bytes(words[i])))
    }
}

impl Key for AccountKey {
    fn hash(self, seeds: &Seeds) -> u64 {
        let [a, b, c, d] = self.0;
        seeds.mix(a, b) ^ seeds.mix(c, d).rotate_left(32)
    }
}

impl Key for ClientOrderId {
    fn hash(self, seeds: &Seeds) -> u64 {
        seeds.mix(self.0 >> NEIGHBOUR_BITS, 0)
    }

    fn neighbour(self) -> usize {
        neighbour(self.0)
    }
}

impl Key for RequestId {
    fn hash(self, seeds: &Seeds) -> u64 {
        seeds.mix(self.0 >> NEIGHBOUR_BITS, 0)
    }

    fn neighbour(self) -> usize {
        neighbour(self.0)
    }
}

impl Value for OrderId {
    /// Ids begin with 1.
    const NONE: OrderId = OrderId(0);
}

/// An account of the ledger.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) funds: Funds,
    pub(crate) suspended: bool,
    pub(crate) live_orders: u32,
    /// Free regions and pieces under its asks.
    pub(crate) regions: u32,
    /// Names of live orders and of those that ended not long ago.
    names: Table<ClientOrderId, OrderId>,
    /// Names of ended orders, the longest ended first.
    pub(crate) ended: VecDeque<ClientOrderId>,
    /// Names of accepted requests, the oldest first.
    pub(crate) requests: VecDeque<RequestId>,
    /// How often a request is remembered: once.
    known_requests: Table<RequestId, u32>,
}

/// All accounts that anything was ever accepted for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Accounts {
    list: Vec<Account>,
    index: Table<AccountKey, AccountIndex>,
}

impl Accounts {
    pub(crate) fn find(&self, id: AccountId) -> Option<AccountIndex> {
        self.index.get(id.into())
    }

    pub(crate) fn find_or_add(&mut self, id: AccountId) -> AccountIndex {
        self.find(id).unwrap_or_else(|| {
            let index = AccountIndex(self.list.len() as u32);
            self.list.push(Account { id, ..Account::default() });
            self.index.insert(id.into(), index);
            index
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

    /// Fetches what [`Accounts::order_named`] will read, without waiting for it.
    pub(crate) fn look_at_name(&self, account: AccountIndex, name: ClientOrderId) {
        self.get(account).names.look_at(name);
    }

    /// Fetches what [`Accounts::end_name`] will change, without waiting for it.
    pub(crate) fn look_at_oldest(&self, account: AccountIndex) {
        let Account { ended, names, .. } = self.get(account);
        if ended.len() >= REMEMBERED
            && let Some(name) = ended.front()
        {
            names.look_at(*name);
        }
    }

    /// The order of this name, live or among the most recently ended ones.
    pub(crate) fn order_named(&self, account: AccountIndex, name: ClientOrderId) -> Option<OrderId> {
        self.get(account).names.get(name)
    }

    pub(crate) fn name_order(&mut self, account: AccountIndex, name: ClientOrderId, order_id: OrderId) {
        self.get_mut(account).names.insert(name, order_id);
    }

    pub(crate) fn forget_name(&mut self, account: AccountIndex, name: ClientOrderId) {
        self.get_mut(account).names.remove(name);
    }

    /// Section 3: the name of an order that ended is remembered, one of 4,096; the oldest one may be forgotten for it,
    /// and is returned.
    pub(crate) fn end_name(
        &mut self,
        account: AccountIndex,
        name: ClientOrderId,
    ) -> Option<(ClientOrderId, OrderId)> {
        let Account { ended, names, .. } = self.get_mut(account);
        let oldest = if ended.len() >= REMEMBERED { ended.pop_front() } else { None };
        ended.push_back(name);
        let oldest = oldest?;
        let order_id = names.remove(oldest)?;
        Some((oldest, order_id))
    }

    /// Takes `end_name` back.
    pub(crate) fn revive_name(&mut self, account: AccountIndex, forgotten: Option<(ClientOrderId, OrderId)>) {
        let Account { ended, names, .. } = self.get_mut(account);
        ended.pop_back();
        if let Some((name, order_id)) = forgotten {
            ended.push_front(name);
            names.insert(name, order_id);
        }
    }

    // --- requests ---

    pub(crate) fn knows_request(&self, account: AccountIndex, request_id: RequestId) -> bool {
        self.get(account).known_requests.get(request_id).is_some()
    }

    /// Section 3: an accepted request is remembered, one of 4,096.
    pub(crate) fn remember_request(&mut self, account: AccountIndex, request_id: RequestId) {
        let Account { requests, known_requests, .. } = self.get_mut(account);
        let forgotten = if requests.len() >= REMEMBERED { requests.pop_front() } else { None };
        requests.push_back(request_id);
        if let Some(oldest) = forgotten {
            known_requests.remove(oldest);
        }
        known_requests.insert(request_id, 1);
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
            accounts.end_name(account, ClientOrderId(n))
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

//! API keys, authorised keys and allowed tasks: what owners have made, kept in the journal.

use super::{
    AuthError,
    authorised::{AuthorisedKey, AuthorisedOnChain, PublicKey},
    hash_token,
    journal::{Change, Journal, JournalEntry, JournalError},
    random_bytes,
    session::{Caller, CallerKind, Scopes, TokenHash},
    unix_time_ms,
};
use coretime_types::{AccountId, BlockNumber, Command, Delivery, QuoteOrder, TaskId};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Mutex, PoisonError, RwLock},
};

/// Of each kind.
pub(super) const MAX_KEYS: usize = 32;
const MAX_TASKS: usize = 256;
/// Tells an API key from a session's token.
const PREFIX: &str = "ck_";

/// An API key, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiKey {
    pub(crate) id: u64,
    pub(crate) label: String,
    pub(crate) scopes: Scopes,
    pub(crate) created_ms: u64,
    /// 0: never.
    pub(crate) expires_ms: u64,
    hash: TokenHash,
}

/// API keys and allowed tasks of all accounts.
pub(crate) struct Keys {
    /// Taken before `made`, for the whole of a change.
    journal: Mutex<Journal>,
    made: RwLock<Made>,
}

#[derive(Default)]
struct Made {
    by_token: BTreeMap<TokenHash, (AccountId, u64)>,
    accounts: BTreeMap<AccountId, Account>,
}

#[derive(Clone, Default)]
struct Account {
    last_id: u64,
    keys: BTreeMap<u64, ApiKey>,
    authorised: AuthorisedOnChain,
    tasks: BTreeSet<TaskId>,
}

impl Keys {
    /// Reads the journal; without one, nothing is kept.
    pub(crate) fn open(path: Option<&Path>) -> Result<Keys, JournalError> {
        let mut made = Made::default();
        let journal = match path {
            None => Journal::in_memory(),
            Some(path) => {
                let (journal, entries) = Journal::open(path)?;
                for (number, entry) in entries.into_iter().enumerate() {
                    let damaged = JournalError::Damaged { path: path.to_owned(), line: number + 1 };
                    made.apply(entry).ok_or(damaged)?;
                }
                journal
            }
        };
        Ok(Keys { journal: Mutex::new(journal), made: RwLock::new(made) })
    }

    /// Who calls with this token.
    pub(crate) fn find(&self, token: &str, now_ms: u64) -> Option<Caller> {
        token.starts_with(PREFIX).then(|| self.find_hash(hash_token(token), now_ms)).flatten()
    }

    pub(crate) fn find_hash(&self, hash: TokenHash, now_ms: u64) -> Option<Caller> {
        let made = self.made.read().unwrap_or_else(PoisonError::into_inner);
        let (account, id) = made.by_token.get(&hash).copied()?;
        let key = made.accounts.get(&account)?.keys.get(&id)?;
        let expires_ms = if key.expires_ms == 0 { u64::MAX } else { key.expires_ms };
        let caller =
            Caller { account, expires_ms, scopes: key.scopes, kind: CallerKind::ApiKey, token: hash };
        (now_ms < expires_ms).then_some(caller)
    }

    /// Makes an API key; its secret is told this once.
    pub(crate) fn create(
        &self,
        account: AccountId,
        label: String,
        scopes: Scopes,
        expires_ms: u64,
    ) -> Result<(String, ApiKey), AuthError> {
        let token = format!("{PREFIX}{}", hex::encode(random_bytes::<32>()?));
        let token_hash = hex::encode(hash_token(&token));
        let scopes = scopes.names().map(str::to_owned).collect();
        let key = self.change(account, |of| {
            if of.keys.len() >= MAX_KEYS {
                return Err(AuthError::TooManyApiKeys);
            }
            let id = of.last_id.saturating_add(1);
            Ok(Some(Change::ApiKeyCreated { id, label, token_hash, scopes, expires_ms }))
        })?;
        let key = key.and_then(|of| of.keys.last_key_value().map(|(_, key)| key.clone()));
        key.map(|key| (token, key)).ok_or(AuthError::CredentialsInvalid)
    }

    /// The account's keys, by number.
    pub(crate) fn list(&self, account: AccountId) -> Vec<ApiKey> {
        let made = self.made.read().unwrap_or_else(PoisonError::into_inner);
        made.accounts.get(&account).map(|of| of.keys.values().cloned().collect()).unwrap_or_default()
    }

    pub(crate) fn revoke(&self, account: AccountId, id: u64) -> Result<(), AuthError> {
        self.change(account, |of| match of.keys.contains_key(&id) {
            true => Ok(Some(Change::ApiKeyRevoked { id })),
            false => Err(AuthError::UnknownApiKey),
        })
        .map(drop)
    }

    /// Takes up that an account has authorised a key in this block. What was read before changes nothing.
    pub(crate) fn authorise(
        &self,
        account: AccountId,
        public_key: PublicKey,
        key: AuthorisedKey,
        block: BlockNumber,
    ) -> Result<(), AuthError> {
        let now_ms = unix_time_ms();
        self.change(account, |of| of.authorised.authorise(public_key, key, block, now_ms)).map(drop)
    }

    /// Takes up that an account has revoked a key in this block.
    pub(crate) fn revoke_authorised(
        &self,
        account: AccountId,
        public_key: PublicKey,
        block: BlockNumber,
    ) -> Result<(), AuthError> {
        self.change(account, |of| Ok(of.authorised.revoke(public_key, block))).map(drop)
    }

    /// What a key may do that the account has authorised.
    pub(crate) fn authorised(
        &self,
        account: AccountId,
        public_key: &PublicKey,
        now_ms: u64,
    ) -> Option<AuthorisedKey> {
        let made = self.made.read().unwrap_or_else(PoisonError::into_inner);
        made.accounts.get(&account)?.authorised.find(public_key, now_ms)
    }

    pub(crate) fn allow_task(&self, account: AccountId, task: TaskId) -> Result<(), AuthError> {
        self.change(account, |of| {
            if of.tasks.len() >= MAX_TASKS && !of.tasks.contains(&task) {
                return Err(AuthError::TooManyTasks);
            }
            Ok((!of.tasks.contains(&task)).then_some(Change::TaskAllowed { task: task.0 }))
        })
        .map(drop)
    }

    pub(crate) fn disallow_task(&self, account: AccountId, task: TaskId) -> Result<(), AuthError> {
        self.change(account, |of| {
            Ok(of.tasks.contains(&task).then_some(Change::TaskDisallowed { task: task.0 }))
        })
        .map(drop)
    }

    pub(crate) fn tasks(&self, account: AccountId) -> Vec<TaskId> {
        let made = self.made.read().unwrap_or_else(PoisonError::into_inner);
        made.accounts.get(&account).map(|of| of.tasks.iter().copied().collect()).unwrap_or_default()
    }

    /// Keeps which operator did what.
    pub(crate) fn note_operator(
        &self,
        operator: AccountId,
        rpc: &str,
        request: String,
        sequence: u64,
    ) -> Result<(), AuthError> {
        let rpc = rpc.to_owned();
        self.change(operator, |_| Ok(Some(Change::OperatorCommand { rpc, request, sequence }))).map(drop)
    }

    /// Whether these credentials may have a command's orders delivered where they say.
    pub(crate) fn may_deliver(&self, caller: &Caller, command: &Command) -> bool {
        if caller.scopes.withdraw {
            return true;
        }
        let mut tasks = tasks_of(command).peekable();
        if tasks.peek().is_none() {
            return true;
        }
        let made = self.made.read().unwrap_or_else(PoisonError::into_inner);
        let of = made.accounts.get(&caller.account);
        tasks.all(|task| of.is_some_and(|of| of.tasks.contains(&task)))
    }

    /// Decides on a change, writes it down, and only then makes it. Gives what the account has then; `None`: nothing
    /// was to be changed.
    fn change(
        &self,
        account: AccountId,
        decide: impl FnOnce(&Account) -> Result<Option<Change>, AuthError>,
    ) -> Result<Option<Account>, AuthError> {
        let mut journal = self.journal.lock().unwrap_or_else(PoisonError::into_inner);
        let decided = {
            let made = self.made.read().unwrap_or_else(PoisonError::into_inner);
            decide(made.accounts.get(&account).unwrap_or(&Account::default()))?
        };
        let Some(change) = decided else { return Ok(None) };
        let entry = JournalEntry::new(account, unix_time_ms(), change);
        journal.write(&entry).map_err(AuthError::Journal)?;
        let mut made = self.made.write().unwrap_or_else(PoisonError::into_inner);
        made.apply(entry);
        Ok(made.accounts.get(&account).cloned())
    }
}

impl Made {
    /// `None`: no entry of ours.
    fn apply(&mut self, entry: JournalEntry) -> Option<()> {
        let account: AccountId = entry.account.parse().ok()?;
        let of = self.accounts.entry(account).or_default();
        match entry.change {
            Change::ApiKeyCreated { id, label, token_hash, scopes, expires_ms } => {
                let mut hash = TokenHash::default();
                hex::decode_to_slice(token_hash, &mut hash).ok()?;
                let scopes = Scopes::named(scopes.iter().map(String::as_str))?;
                let created_ms = entry.time_ms;
                of.last_id = of.last_id.max(id);
                of.keys.insert(id, ApiKey { id, label, scopes, created_ms, expires_ms, hash });
                self.by_token.insert(hash, (account, id));
            }
            Change::ApiKeyRevoked { id } => {
                let key = of.keys.remove(&id)?;
                self.by_token.remove(&key.hash);
            }
            Change::KeyAuthorised { .. } | Change::KeyRevoked { .. } => {
                of.authorised.apply(entry.change, entry.time_ms)?;
            }
            Change::TaskAllowed { task } => {
                of.tasks.insert(TaskId(task));
            }
            Change::TaskDisallowed { task } => {
                of.tasks.remove(&TaskId(task));
            }
            Change::OperatorCommand { .. } => {}
        }
        Some(())
    }
}

/// The tasks that what a command buys is to be assigned to.
fn tasks_of(command: &Command) -> impl Iterator<Item = TaskId> {
    let task = |delivery: &Delivery| match delivery {
        Delivery::Assign(task) => Some(*task),
        Delivery::Custody | Delivery::Transfer => None,
    };
    let (one, legs, place) = match command {
        Command::PlaceBid(bid) => (Some(&bid.terms.delivery), &[][..], &[][..]),
        Command::Basket { legs, .. } => (None, &legs[..], &[][..]),
        Command::Quote { place, .. } => (None, &[][..], &place[..]),
        _ => (None, &[][..], &[][..]),
    };
    let place = place.iter().filter_map(|order| match order {
        QuoteOrder::Bid(bid) => Some(&bid.terms.delivery),
        QuoteOrder::Ask(_) => None,
    });
    one.into_iter().chain(legs.iter().map(|leg| &leg.delivery)).chain(place).filter_map(task)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: AccountId = AccountId([1; 32]);
    const BOB: AccountId = AccountId([2; 32]);
    const TRADE: Scopes = Scopes { read: false, trade: true, withdraw: false };

    #[test]
    fn keys_and_tasks_outlive_a_restart_and_revoked_ones_do_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let keys = Keys::open(Some(&path)).unwrap();
        let (kept, _) = keys.create(ALICE, "bot".into(), TRADE, 0).unwrap();
        let (gone, key) = keys.create(ALICE, "old".into(), Scopes::ALL, 0).unwrap();
        keys.revoke(ALICE, key.id).unwrap();
        assert!(matches!(keys.revoke(BOB, 1), Err(AuthError::UnknownApiKey)));
        keys.allow_task(ALICE, TaskId(2_000)).unwrap();
        keys.allow_task(ALICE, TaskId(2_001)).unwrap();
        keys.disallow_task(ALICE, TaskId(2_001)).unwrap();
        for keys in [keys, Keys::open(Some(&path)).unwrap()] {
            let found = keys.find(&kept, 5).unwrap();
            assert_eq!((found.account, found.scopes, found.kind), (ALICE, TRADE, CallerKind::ApiKey));
            assert!(keys.find(&gone, 5).is_none());
            assert_eq!(keys.tasks(ALICE), [TaskId(2_000)]);
            assert_eq!(keys.list(ALICE).len(), 1);
        }
        // Numbers are not used again.
        let (_, next) = Keys::open(Some(&path)).unwrap().create(ALICE, String::new(), TRADE, 0).unwrap();
        assert_eq!(next.id, 3);
        let secret = kept.strip_prefix(PREFIX).unwrap();
        assert!(!std::fs::read_to_string(&path).unwrap().contains(secret), "the secret is not kept");
    }

    #[test]
    fn keys_expire_and_are_bounded() {
        let keys = Keys::open(None).unwrap();
        let (token, _) = keys.create(ALICE, String::new(), TRADE, 100).unwrap();
        assert!(keys.find(&token, 99).is_some() && keys.find(&token, 100).is_none());
        for _ in 1..MAX_KEYS {
            keys.create(ALICE, String::new(), TRADE, 0).unwrap();
        }
        assert!(matches!(keys.create(ALICE, String::new(), TRADE, 0), Err(AuthError::TooManyApiKeys)));
        keys.create(BOB, String::new(), TRADE, 0).unwrap();
    }
}

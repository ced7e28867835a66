//! Sessions: which token acts for which account, and until when.

use super::{AuthError, authorised::PublicKey, hash_token, random_bytes};
use coretime_types::AccountId;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{PoisonError, RwLock},
};

/// Who calls: found by its token, attached to the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) account: AccountId,
    pub(crate) expires_ms: u64,
    pub(crate) scopes: Scopes,
    pub(crate) kind: CallerKind,
    /// To find out later whether it is still good.
    pub(crate) token: TokenHash,
}

/// What a caller has shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallerKind {
    /// A session that a signature has opened.
    Session,
    /// A session of a key that the account has authorised on chain. What it may do is what the key may do now.
    Authorised(PublicKey),
    /// A key that a session has made.
    ApiKey,
}

/// What a caller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scopes {
    pub(crate) read: bool,
    pub(crate) trade: bool,
    pub(crate) withdraw: bool,
}

impl Scopes {
    pub(crate) const ALL: Scopes = Scopes { read: true, trade: true, withdraw: true };
    const NONE: Scopes = Scopes { read: false, trade: false, withdraw: false };

    /// As the journal writes them.
    pub(crate) fn names(self) -> impl Iterator<Item = &'static str> {
        let all = [(self.read, "read"), (self.trade, "trade"), (self.withdraw, "withdraw")];
        all.into_iter().filter_map(|(has, name)| has.then_some(name))
    }

    pub(crate) fn named<'a>(names: impl Iterator<Item = &'a str>) -> Option<Scopes> {
        let mut scopes = Scopes::NONE;
        for name in names {
            match name {
                "read" => scopes.read = true,
                "trade" => scopes.trade = true,
                "withdraw" => scopes.withdraw = true,
                _ => return None,
            }
        }
        Some(scopes)
    }
}

/// All sessions. Tokens are kept hashed: who reads the memory cannot act for anyone, and finding one by its hash takes
/// no time that tells of the token.
pub(crate) struct Sessions {
    lifetime_ms: u64,
    max_sessions: usize,
    max_per_account: usize,
    open: RwLock<Open>,
}

/// The hash of a token.
pub(crate) type TokenHash = [u8; 32];

#[derive(Default)]
struct Open {
    by_token: BTreeMap<TokenHash, Caller>,
    /// The oldest first.
    by_account: BTreeMap<AccountId, VecDeque<TokenHash>>,
}

impl Sessions {
    pub(crate) fn new(lifetime_ms: u64, max_sessions: usize, max_per_account: usize) -> Sessions {
        Sessions { lifetime_ms, max_sessions, max_per_account, open: RwLock::default() }
    }

    /// Opens a session; its token is told this once.
    pub(crate) fn open(
        &self,
        account: AccountId,
        kind: CallerKind,
        now_ms: u64,
    ) -> Result<(String, Caller), AuthError> {
        let token = hex::encode(random_bytes::<32>()?);
        let hash = hash_token(&token);
        let session = Caller {
            account,
            expires_ms: now_ms.saturating_add(self.lifetime_ms),
            scopes: Scopes::ALL,
            kind,
            token: hash,
        };
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        if open.count_of(account) >= self.max_per_account {
            open.end_oldest(account);
        }
        if open.by_token.len() >= self.max_sessions {
            open.end_expired(now_ms);
        }
        if open.by_token.len() >= self.max_sessions {
            return Err(AuthError::TooManySessions);
        }
        open.by_token.insert(hash, session);
        open.by_account.entry(account).or_default().push_back(hash);
        Ok((token, session))
    }

    /// The session of a token.
    pub(crate) fn find(&self, token: &str, now_ms: u64) -> Result<Caller, AuthError> {
        self.find_hash(hash_token(token), now_ms)
    }

    /// The session of a token, by its hash.
    pub(crate) fn find_hash(&self, token: TokenHash, now_ms: u64) -> Result<Caller, AuthError> {
        let open = self.open.read().unwrap_or_else(PoisonError::into_inner);
        let session = open.by_token.get(&token).copied();
        session.filter(|session| now_ms < session.expires_ms).ok_or(AuthError::CredentialsInvalid)
    }

    /// Ends a session.
    pub(crate) fn end(&self, account: AccountId, token: TokenHash) {
        let mut open = self.open.write().unwrap_or_else(PoisonError::into_inner);
        open.by_token.remove(&token);
        if let Some(hashes) = open.by_account.get_mut(&account) {
            hashes.retain(|hash| *hash != token);
        }
    }
}

impl Open {
    fn count_of(&self, account: AccountId) -> usize {
        self.by_account.get(&account).map_or(0, VecDeque::len)
    }

    fn end_oldest(&mut self, account: AccountId) {
        let oldest = self.by_account.get_mut(&account).and_then(VecDeque::pop_front);
        if let Some(hash) = oldest {
            self.by_token.remove(&hash);
        }
    }

    fn end_expired(&mut self, now_ms: u64) {
        self.by_token.retain(|_, session| now_ms < session.expires_ms);
        let by_token = &self.by_token;
        self.by_account.retain(|_, hashes| {
            hashes.retain(|hash| by_token.contains_key(hash));
            !hashes.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: AccountId = AccountId([1; 32]);
    const BOB: AccountId = AccountId([2; 32]);

    #[test]
    fn a_token_finds_its_account_until_it_expires() {
        let sessions = Sessions::new(1_000, 10, 10);
        let (alice, session) = sessions.open(ALICE, CallerKind::Session, 50).unwrap();
        let (bob, _) = sessions.open(BOB, CallerKind::Session, 50).unwrap();
        assert_eq!(session.expires_ms, 1_050);
        assert_eq!(sessions.find(&alice, 1_049).unwrap().account, ALICE);
        assert_eq!(sessions.find(&bob, 1_049).unwrap().account, BOB);
        assert!(sessions.find(&alice, 1_050).is_err());
        for wrong in ["", "x", &alice[1..], &alice.to_uppercase()] {
            assert!(sessions.find(wrong, 60).is_err(), "{wrong}");
        }
    }

    #[test]
    fn one_more_of_an_account_ends_its_oldest() {
        let sessions = Sessions::new(1_000, 10, 2);
        let tokens: Vec<_> =
            (0..3).map(|_| sessions.open(ALICE, CallerKind::Session, 0).unwrap().0).collect();
        assert!(sessions.find(&tokens[0], 1).is_err());
        assert!(sessions.find(&tokens[1], 1).is_ok() && sessions.find(&tokens[2], 1).is_ok());
    }

    #[test]
    fn sessions_are_bounded_and_expired_ones_make_room() {
        let sessions = Sessions::new(1_000, 2, 2);
        sessions.open(ALICE, CallerKind::Session, 0).unwrap();
        let (bob, _) = sessions.open(BOB, CallerKind::Session, 500).unwrap();
        let carol = AccountId([3; 32]);
        assert!(matches!(sessions.open(carol, CallerKind::Session, 999), Err(AuthError::TooManySessions)));
        sessions.open(carol, CallerKind::Session, 1_000).unwrap();
        assert!(sessions.find(&bob, 1_000).is_ok());
    }
}

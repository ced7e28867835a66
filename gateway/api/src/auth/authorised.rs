//! Keys that an account has authorised on chain, by a remark. They sign the account's challenges, and their sessions may do
//! what the remark says.
//!
//! Blocks may be read again after a crash. An account's remarks come in the order of blocks, so one from an older block
//! than the last that it had a say in is known already; within one block the last counts, however often it is read.

use super::{
    AuthError,
    access::Credentials,
    journal::{Change, JournalError},
    keys::MAX_KEYS,
    session::Scopes,
};
use coretime_types::{AccountId, BlockNumber};
use std::{collections::BTreeMap, sync::Arc};

/// The key's 32 bytes; of an ECDSA key, its account.
pub(crate) type PublicKey = [u8; 32];

/// What an authorised key may do, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AuthorisedKey {
    pub(crate) scopes: Scopes,
    pub(crate) expires_ms: u64,
}

/// Takes up what accounts say on chain about keys, in the order of blocks; what comes again changes nothing.
#[derive(Clone)]
pub struct AuthorisedKeys(pub(crate) Arc<Credentials>);

impl AuthorisedKeys {
    /// The account lets this key act for it until then, within these scopes (`read`, `trade`, `withdraw`). One with an
    /// unknown scope is passed over, and so is one more than an account may have. It is on disk when this returns.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn authorise(
        &self,
        account: AccountId,
        public_key: [u8; 32],
        scopes: &[String],
        expires_at_s: u64,
        block: BlockNumber,
    ) -> Result<(), JournalError> {
        let Some(scopes) = Scopes::named(scopes.iter().map(String::as_str)) else {
            tracing::warn!(%account, ?scopes, "a key is authorised for a scope that there is not: passed over");
            return Ok(());
        };
        let key = AuthorisedKey { scopes, expires_ms: expires_at_s.saturating_mul(1_000) };
        self.done(account, self.0.keys.authorise(account, public_key, key, block))
    }

    /// The account takes that back; the key's sessions end.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn revoke(
        &self,
        account: AccountId,
        public_key: [u8; 32],
        block: BlockNumber,
    ) -> Result<(), JournalError> {
        self.done(account, self.0.keys.revoke_authorised(account, public_key, block))
    }

    fn done(&self, account: AccountId, outcome: Result<(), AuthError>) -> Result<(), JournalError> {
        match outcome {
            Ok(()) => {}
            Err(AuthError::Journal(error)) => return Err(error),
            Err(error) => tracing::warn!(%account, %error, "an authorised key is passed over"),
        }
        self.0.some_have_ended();
        Ok(())
    }
}

/// All of one account.
#[derive(Clone, Debug, Default)]
pub(super) struct AuthorisedOnChain {
    keys: BTreeMap<PublicKey, AuthorisedKey>,
    /// The last block with a remark that changed anything.
    last_block: BlockNumber,
}

impl AuthorisedOnChain {
    pub(super) fn find(&self, public_key: &PublicKey, now_ms: u64) -> Option<AuthorisedKey> {
        self.keys.get(public_key).copied().filter(|key| now_ms < key.expires_ms)
    }

    /// The change that an authorisation makes, if any.
    pub(super) fn authorise(
        &self,
        public_key: PublicKey,
        key: AuthorisedKey,
        block: BlockNumber,
        now_ms: u64,
    ) -> Result<Option<Change>, AuthError> {
        if block < self.last_block || self.keys.get(&public_key) == Some(&key) {
            return Ok(None);
        }
        let others = self.keys.iter().filter(|(other, one)| **other != public_key && now_ms < one.expires_ms);
        if others.count() >= MAX_KEYS {
            return Err(AuthError::TooManyApiKeys);
        }
        Ok(Some(Change::KeyAuthorised {
            public_key: hex::encode(public_key),
            scopes: key.scopes.names().map(str::to_owned).collect(),
            expires_ms: key.expires_ms,
            block: block.0,
        }))
    }

    /// The change that a revocation makes, if any.
    pub(super) fn revoke(&self, public_key: PublicKey, block: BlockNumber) -> Option<Change> {
        let is_news = block >= self.last_block && self.keys.contains_key(&public_key);
        is_news.then(|| Change::KeyRevoked { public_key: hex::encode(public_key), block: block.0 })
    }

    /// Makes a change of the journal. `None`: it is none of these, or damaged.
    pub(super) fn apply(&mut self, change: Change, time_ms: u64) -> Option<()> {
        let block = match change {
            Change::KeyAuthorised { public_key, scopes, expires_ms, block } => {
                let scopes = Scopes::named(scopes.iter().map(String::as_str))?;
                self.keys.retain(|_, key| time_ms < key.expires_ms);
                self.keys.insert(parse(&public_key)?, AuthorisedKey { scopes, expires_ms });
                block
            }
            Change::KeyRevoked { public_key, block } => {
                self.keys.remove(&parse(&public_key)?);
                block
            }
            _ => return None,
        };
        self.last_block = BlockNumber(block);
        Some(())
    }
}

fn parse(public_key: &str) -> Option<PublicKey> {
    let mut bytes = PublicKey::default();
    hex::decode_to_slice(public_key, &mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::keys::Keys;

    const MULTISIG: AccountId = AccountId([1; 32]);
    const KEY: PublicKey = [5; 32];
    const TRADE: Scopes = Scopes { read: true, trade: true, withdraw: false };

    fn until(expires_ms: u64) -> AuthorisedKey {
        AuthorisedKey { scopes: TRADE, expires_ms }
    }

    #[test]
    fn the_newest_remark_counts_and_what_is_read_again_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let keys = Keys::open(Some(&path)).unwrap();
        let all = AuthorisedKey { scopes: Scopes::ALL, ..until(u64::MAX) };
        keys.authorise(MULTISIG, KEY, until(u64::MAX), BlockNumber(7)).unwrap();
        keys.authorise(MULTISIG, KEY, all, BlockNumber(8)).unwrap();
        keys.authorise(MULTISIG, KEY, until(u64::MAX), BlockNumber(7)).unwrap();
        assert_eq!(keys.authorised(MULTISIG, &KEY, 5), Some(all));
        assert_eq!(keys.authorised(MULTISIG, &[6; 32], 5), None);
        assert_eq!(keys.authorised(AccountId(KEY), &KEY, 5), None, "for nobody else");
        keys.revoke_authorised(MULTISIG, KEY, BlockNumber(9)).unwrap();
        keys.authorise(MULTISIG, KEY, all, BlockNumber(8)).unwrap();
        assert_eq!(keys.authorised(MULTISIG, &KEY, 5), None, "revoked is revoked");
        drop(keys);
        let keys = Keys::open(Some(&path)).unwrap();
        keys.authorise(MULTISIG, KEY, all, BlockNumber(8)).unwrap();
        assert_eq!(keys.authorised(MULTISIG, &KEY, 5), None, "after a restart, too");
        keys.authorise(MULTISIG, KEY, until(100), BlockNumber(9)).unwrap();
        assert_eq!(keys.authorised(MULTISIG, &KEY, 99), Some(until(100)));
        assert_eq!(keys.authorised(MULTISIG, &KEY, 100), None);
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert_eq!(lines, 4, "what changes nothing is not written");
    }

    #[test]
    fn one_account_has_so_many_at_most() {
        let keys = Keys::open(None).unwrap();
        let key = |number: usize| [u8::try_from(number).unwrap(); 32];
        for number in 0..MAX_KEYS {
            keys.authorise(MULTISIG, key(number), until(u64::MAX), BlockNumber(1)).unwrap();
        }
        let more = keys.authorise(MULTISIG, key(MAX_KEYS), until(u64::MAX), BlockNumber(1));
        assert!(matches!(more, Err(AuthError::TooManyApiKeys)));
        keys.authorise(MULTISIG, key(0), until(1), BlockNumber(1)).unwrap();
        keys.authorise(MULTISIG, key(MAX_KEYS), until(u64::MAX), BlockNumber(1)).unwrap();
    }
}

//! Accounts that cannot sign a challenge (multisigs, pure proxies, sovereign accounts) authorise an API key on chain, by
//! a remark that is sent from the account:
//! `coretime-exchange v1 authorise <genesis> <custody> <public key> <scopes> <expiry>`, and take it back by
//! `coretime-exchange v1 revoke <genesis> <custody> <public key>`. Genesis, custody and key are `0x` and 64 hex digits
//! (custody may be an address), the expiry is in seconds since 1970.

use crate::{anchor::PREFIX, parse_account};
use coretime_types::{AccountId, BlockNumber};
use std::{error::Error, str};

/// The least and the most that a remark may be to be looked at.
pub(crate) const MAX_REMARK_BYTES: usize = 1_024;

/// An account allows a key to act for it, as read from a finalised block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorisation {
    /// Who allows it: the account that the chain says the remark came from.
    pub account: AccountId,
    /// The key that may act (ed25519 or sr25519: for whoever uses it to know).
    pub public_key: [u8; 32],
    /// What it may do: words separated by commas, as they were written, each once.
    pub scopes: Vec<String>,
    /// Until when, in seconds since 1970.
    pub expires_at_s: u64,
    /// The block that it stands in.
    pub block: BlockNumber,
}

/// An account takes back what it allowed a key, as read from a finalised block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Who takes it back.
    pub account: AccountId,
    /// The key that may act no more.
    pub public_key: [u8; 32],
    /// The block that it stands in.
    pub block: BlockNumber,
}

/// What a remark says about a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KeyRemark {
    Authorise(Authorisation),
    Revoke(Revocation),
}

/// Takes authorisations and revocations up, in the order in which they stand on chain.
///
/// It is called before the block counts as read, so each reaches it at least once; after a crash some come again. An
/// error stops settlement, since going on would lose what was read.
pub trait AuthorisationSink: Send + Sync {
    /// Takes one up, durably.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn authorised(&self, authorisation: Authorisation) -> Result<(), Box<dyn Error + Send + Sync>>;

    /// Takes up that one was taken back, durably.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn revoked(&self, revocation: Revocation) -> Result<(), Box<dyn Error + Send + Sync>>;
}

/// Reads a remark of `account`. None if it is about no key, or for another venue.
pub(crate) fn parse(
    remark: &[u8],
    account: AccountId,
    block: BlockNumber,
    genesis: [u8; 32],
    custody: AccountId,
) -> Option<KeyRemark> {
    let mut words = str::from_utf8(remark).ok()?.strip_prefix(PREFIX)?.split(' ');
    let (verb, for_genesis, for_custody, public_key) =
        (words.next()?, words.next()?, words.next()?, words.next()?);
    if bytes32(for_genesis)? != genesis || parse_account(for_custody).ok()? != custody {
        return None;
    }
    let public_key = bytes32(public_key)?;
    match (verb, words.next(), words.next(), words.next()) {
        ("authorise", Some(scopes), Some(expiry), None) => {
            let (scopes, expires_at_s) = (parse_scopes(scopes)?, parse_expiry(expiry)?);
            Some(KeyRemark::Authorise(Authorisation { account, public_key, scopes, expires_at_s, block }))
        }
        ("revoke", None, ..) => Some(KeyRemark::Revoke(Revocation { account, public_key, block })),
        _ => None,
    }
}

fn parse_scopes(scopes: &str) -> Option<Vec<String>> {
    let scopes: Vec<String> = scopes.split(',').map(str::to_owned).collect();
    let distinct: std::collections::BTreeSet<&String> = scopes.iter().collect();
    let is_word = |scope: &String| {
        !scope.is_empty() && scope.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    (distinct.len() == scopes.len() && scopes.iter().all(is_word)).then_some(scopes)
}

fn parse_expiry(expiry: &str) -> Option<u64> {
    // No sign before it.
    expiry.bytes().all(|byte| byte.is_ascii_digit()).then(|| expiry.parse().ok())?
}

fn bytes32(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text.strip_prefix("0x")?, &mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUSTODY: AccountId = AccountId([1; 32]);
    const SENDER: AccountId = AccountId([2; 32]);

    fn read(text: &str) -> Option<KeyRemark> {
        parse(text.as_bytes(), SENDER, BlockNumber(9), [7; 32], CUSTODY)
    }

    fn hex32(byte: u8) -> String {
        format!("0x{}", hex::encode([byte; 32]))
    }

    #[test]
    fn an_authorisation_for_this_venue_is_read_and_no_other() {
        let (genesis, custody, key) = (hex32(7), hex32(1), hex32(5));
        let text =
            format!("coretime-exchange v1 authorise {genesis} {custody} {key} trade,withdraw 1800000000");
        let expected = Authorisation {
            account: SENDER,
            public_key: [5; 32],
            scopes: vec!["trade".into(), "withdraw".into()],
            expires_at_s: 1_800_000_000,
            block: BlockNumber(9),
        };
        assert_eq!(read(&text), Some(KeyRemark::Authorise(expected)));
        let revoke = format!("coretime-exchange v1 revoke {genesis} {custody} {key}");
        let revoked = Revocation { account: SENDER, public_key: [5; 32], block: BlockNumber(9) };
        assert_eq!(read(&revoke), Some(KeyRemark::Revoke(revoked)));
        let others = [
            text.replace(&genesis, &hex32(8)),
            text.replace(&custody, &hex32(8)),
            text.replace(&key, "0x00"),
            text.replace("trade,withdraw", "trade,,withdraw"),
            text.replace("trade,withdraw", "trade,trade"),
            text.replace("trade,withdraw", "Trade"),
            text.replace("1800000000", "+1800000000"),
            text.replace("1800000000", "99999999999999999999"),
            format!("{text} more"),
            text.replace("authorise", "revoke"),
            revoke.replace("revoke", "authorise"),
            revoke.replace(&custody, &hex32(8)),
            format!("{revoke} "),
        ];
        for other in others {
            assert_eq!(read(&other), None, "{other}");
        }
    }
}

//! The text that an account signs to log in.
//!
//! Nothing is kept for a challenge that was made: the text carries a seal, keyed by a secret of this process, so that
//! asking for challenges costs no memory. Only those that were *used* are remembered, until they expire.

use super::{AuthError, random_bytes};
use crate::venue_info::VenueInfo;
use coretime_types::AccountId;
use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

const EXPIRES: &str = "Expires at (Unix milliseconds): ";
const NONCE: &str = "Nonce: ";
const SEAL: &str = "Seal: ";

type Nonce = [u8; 16];

/// Makes challenges and lets each be used once.
pub(crate) struct Challenges {
    secret: [u8; 32],
    genesis_hash: [u8; 32],
    custody: AccountId,
    lifetime_ms: u64,
    max_used: usize,
    /// By expiry, so that those that are over are at the front.
    used: Mutex<BTreeSet<(u64, Nonce)>>,
}

/// A challenge that this process made for this account and that has not expired.
#[derive(Debug)]
pub(crate) struct Genuine {
    expires_ms: u64,
    nonce: Nonce,
}

impl Challenges {
    pub(crate) fn new(venue: &VenueInfo, lifetime_ms: u64, max_used: usize) -> Result<Self, AuthError> {
        let used = Mutex::new(BTreeSet::new());
        let (genesis_hash, custody) = (venue.genesis_hash, venue.custody);
        Ok(Challenges { secret: random_bytes()?, genesis_hash, custody, lifetime_ms, max_used, used })
    }

    /// A new challenge, and when it expires.
    pub(crate) fn create(&self, account: AccountId, now_ms: u64) -> Result<(String, u64), AuthError> {
        let expires_ms = now_ms.saturating_add(self.lifetime_ms);
        let body = self.body(account, expires_ms, random_bytes()?);
        let seal = blake3::keyed_hash(&self.secret, body.as_bytes()).to_hex();
        Ok((format!("{body}{SEAL}{seal}"), expires_ms))
    }

    /// Whether the text is a challenge that was made here for this account and can still be used.
    pub(crate) fn check(&self, account: AccountId, text: &str, now_ms: u64) -> Result<Genuine, AuthError> {
        let (body, seal) = text.rsplit_once(SEAL).ok_or(AuthError::ChallengeInvalid)?;
        // Only as it was written: the same challenge has one form.
        if seal.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(AuthError::ChallengeInvalid);
        }
        let seal = blake3::Hash::from_hex(seal).map_err(|_| AuthError::ChallengeInvalid)?;
        // The comparison takes the same time wherever the two differ.
        if seal != blake3::keyed_hash(&self.secret, body.as_bytes()) {
            return Err(AuthError::ChallengeInvalid);
        }
        let expires_ms = line(body, EXPIRES).and_then(|text| text.parse().ok());
        let expires_ms = expires_ms.ok_or(AuthError::ChallengeInvalid)?;
        let mut nonce = Nonce::default();
        let digits = line(body, NONCE).ok_or(AuthError::ChallengeInvalid)?;
        hex::decode_to_slice(digits, &mut nonce).map_err(|_| AuthError::ChallengeInvalid)?;
        // Made again, it must be the same text: so the account in it is this one.
        if body != self.body(account, expires_ms, nonce) {
            return Err(AuthError::ChallengeInvalid);
        }
        if expires_ms <= now_ms {
            return Err(AuthError::ChallengeExpired);
        }
        Ok(Genuine { expires_ms, nonce })
    }

    /// Uses a challenge up; fails if it was used before.
    pub(crate) fn use_up(&self, challenge: Genuine, now_ms: u64) -> Result<(), AuthError> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        while used.first().is_some_and(|(expires_ms, _)| *expires_ms <= now_ms) {
            used.pop_first();
        }
        let key = (challenge.expires_ms, challenge.nonce);
        if used.contains(&key) {
            return Err(AuthError::ChallengeUsed);
        }
        // Forgetting one early would let it be used twice: rather let nobody in for a moment.
        if used.len() >= self.max_used {
            return Err(AuthError::TooManySessions);
        }
        used.insert(key);
        Ok(())
    }

    fn body(&self, account: AccountId, expires_ms: u64, nonce: Nonce) -> String {
        let (custody, genesis) = (self.custody, hex::encode(self.genesis_hash));
        let nonce = hex::encode(nonce);
        format!(
            "Log in to Coretime Exchange\n\
             \n\
             Signing this text opens a session. It moves no funds and costs nothing.\n\
             \n\
             Account: {account}\n\
             Custody account of the venue: {custody}\n\
             Genesis hash of the chain: 0x{genesis}\n\
             {EXPIRES}{expires_ms}\n\
             {NONCE}{nonce}\n"
        )
    }
}

fn line<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    text.lines().find_map(|line| line.strip_prefix(label))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const ALICE: AccountId = AccountId([1; 32]);
    const NOW_MS: u64 = 1_000_000;

    fn venue(genesis: u8) -> VenueInfo {
        VenueInfo {
            genesis_hash: [genesis; 32],
            custody: AccountId([9; 32]),
            token_symbol: "DOT".into(),
            token_decimals: 10,
            ss58_prefix: 0,
            timeslice_duration: Duration::from_secs(480),
        }
    }

    fn challenges(genesis: u8, max_used: usize) -> Challenges {
        Challenges::new(&venue(genesis), 60_000, max_used).unwrap()
    }

    #[test]
    fn a_challenge_names_everything_it_binds() {
        let (text, expires_ms) = challenges(7, 10).create(ALICE, NOW_MS).unwrap();
        assert_eq!(expires_ms, NOW_MS + 60_000);
        for part in [ALICE.to_string(), AccountId([9; 32]).to_string(), "07".repeat(32), "1060000".into()] {
            assert!(text.contains(&part), "{part} in {text}");
        }
    }

    #[test]
    fn a_challenge_can_be_used_once() {
        let challenges = challenges(7, 10);
        let (text, _) = challenges.create(ALICE, NOW_MS).unwrap();
        challenges.use_up(challenges.check(ALICE, &text, NOW_MS).unwrap(), NOW_MS).unwrap();
        let again = challenges.check(ALICE, &text, NOW_MS).unwrap();
        assert!(matches!(challenges.use_up(again, NOW_MS), Err(AuthError::ChallengeUsed)));
    }

    #[test]
    fn a_challenge_expires_to_the_millisecond() {
        let challenges = challenges(7, 10);
        let (text, expires_ms) = challenges.create(ALICE, NOW_MS).unwrap();
        assert!(challenges.check(ALICE, &text, expires_ms - 1).is_ok());
        assert!(matches!(challenges.check(ALICE, &text, expires_ms), Err(AuthError::ChallengeExpired)));
    }

    #[test]
    fn what_was_made_elsewhere_or_for_another_or_changed_is_refused() {
        let ours = challenges(7, 10);
        let (text, _) = ours.create(ALICE, NOW_MS).unwrap();
        let (foreign, _) = challenges(8, 10).create(ALICE, NOW_MS).unwrap();
        let (restarted, _) = challenges(7, 10).create(ALICE, NOW_MS).unwrap();
        let later = text.replace("1060000", "9960000");
        let (body, seal) = text.rsplit_once(SEAL).unwrap();
        let upper = format!("{body}{SEAL}{}", seal.to_uppercase());
        for wrong in [
            "",
            "Seal: ",
            &foreign,
            &restarted,
            &later,
            &upper,
            &format!("{text}\n"),
            &text[..text.len() - 1],
        ] {
            assert!(matches!(ours.check(ALICE, wrong, NOW_MS), Err(AuthError::ChallengeInvalid)), "{wrong}");
        }
        let bob = AccountId([2; 32]);
        assert!(matches!(ours.check(bob, &text, NOW_MS), Err(AuthError::ChallengeInvalid)));
    }

    #[test]
    fn used_challenges_are_bounded_and_forgotten_when_over() {
        let challenges = challenges(7, 1);
        let one = |now_ms| {
            let (text, _) = challenges.create(ALICE, now_ms).unwrap();
            challenges.use_up(challenges.check(ALICE, &text, now_ms).unwrap(), now_ms)
        };
        one(NOW_MS).unwrap();
        assert!(matches!(one(NOW_MS), Err(AuthError::TooManySessions)));
        one(NOW_MS + 60_000).unwrap();
    }
}

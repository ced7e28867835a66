//! Checking an on-chain key's signature of a text.

use super::AuthError;
use blake2::{Blake2b, Digest, digest::consts::U32};
use coretime_types::AccountId;

/// How a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Sr25519,
    Ed25519,
    Ecdsa,
}

impl Scheme {
    /// How long its signatures are.
    pub(crate) fn signature_bytes(self) -> usize {
        if self == Scheme::Ecdsa { 65 } else { 64 }
    }
}

/// What Substrate's keys sign under.
const SIGNING_CONTEXT: &[u8] = b"substrate";

/// Checks a signature over the text, or over the text as wallets wrap it.
pub(crate) fn verify(
    account: AccountId,
    scheme: Scheme,
    text: &str,
    signature: &[u8],
) -> Result<(), AuthError> {
    let wrapped = format!("<Bytes>{text}</Bytes>");
    let signed = [text, &wrapped].into_iter().any(|message| match scheme {
        Scheme::Sr25519 => sr25519(account, message.as_bytes(), signature),
        Scheme::Ed25519 => ed25519(account, message.as_bytes(), signature),
        Scheme::Ecdsa => ecdsa(account, message.as_bytes(), signature),
    });
    if signed { Ok(()) } else { Err(AuthError::SignatureInvalid) }
}

fn sr25519(account: AccountId, message: &[u8], signature: &[u8]) -> bool {
    let key = schnorrkel::PublicKey::from_bytes(&account.0);
    let signature = schnorrkel::Signature::from_bytes(signature);
    let (Ok(key), Ok(signature)) = (key, signature) else { return false };
    key.verify_simple(SIGNING_CONTEXT, message, &signature).is_ok()
}

fn ed25519(account: AccountId, message: &[u8], signature: &[u8]) -> bool {
    let Ok(key) = ed25519_dalek::VerifyingKey::from_bytes(&account.0) else { return false };
    // Strict: keys of small order, for which anyone can sign, are refused.
    let Ok(signature) = ed25519_dalek::Signature::from_slice(signature) else { return false };
    key.verify_strict(message, &signature).is_ok()
}

/// The key is recovered from the signature, as the chain does it; the account is the key's hash.
fn ecdsa(account: AccountId, message: &[u8], signature: &[u8]) -> bool {
    let Some((&recovery_id, signature)) = signature.split_last() else { return false };
    let recovery_id = k256::ecdsa::RecoveryId::from_byte(recovery_id);
    let signature = k256::ecdsa::Signature::from_slice(signature);
    let (Some(recovery_id), Ok(signature)) = (recovery_id, signature) else { return false };
    // One of the two forms that every signature has: so nobody can make another of one that he saw.
    if signature.normalize_s().is_some() {
        return false;
    }
    let key = k256::ecdsa::VerifyingKey::recover_from_prehash(&blake2_256(message), &signature, recovery_id);
    key.is_ok_and(|key| blake2_256(key.to_encoded_point(true).as_bytes()) == account.0)
}

fn blake2_256(bytes: &[u8]) -> [u8; 32] {
    Blake2b::<U32>::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::Signer;

    fn sr_pair() -> (schnorrkel::Keypair, AccountId) {
        let mini = schnorrkel::MiniSecretKey::from_bytes(&[3; 32]).unwrap();
        let pair = mini.expand_to_keypair(schnorrkel::ExpansionMode::Ed25519);
        let account = AccountId(pair.public.to_bytes());
        (pair, account)
    }

    #[test]
    fn both_schemes_sign_raw_and_wrapped() {
        let (pair, account) = sr_pair();
        let key = ed25519_dalek::SigningKey::from_bytes(&[4; 32]);
        let ed_account = AccountId(key.verifying_key().to_bytes());
        for message in ["hello", "<Bytes>hello</Bytes>"] {
            let signature = pair.sign_simple(SIGNING_CONTEXT, message.as_bytes()).to_bytes();
            assert!(verify(account, Scheme::Sr25519, "hello", &signature).is_ok());
            assert!(verify(account, Scheme::Ed25519, "hello", &signature).is_err());
            let signature = key.sign(message.as_bytes()).to_bytes();
            assert!(verify(ed_account, Scheme::Ed25519, "hello", &signature).is_ok());
            assert!(verify(ed_account, Scheme::Sr25519, "hello", &signature).is_err());
        }
    }

    #[test]
    fn ecdsa_keys_are_recovered_and_signatures_have_one_form() {
        let key = k256::ecdsa::SigningKey::from_slice(&[6; 32]).unwrap();
        let account = AccountId(blake2_256(key.verifying_key().to_encoded_point(true).as_bytes()));
        for message in ["hello", "<Bytes>hello</Bytes>"] {
            let prehash = blake2_256(message.as_bytes());
            let (signature, recovery) = key.sign_prehash_recoverable(&prehash).unwrap();
            let mut bytes = signature.to_bytes().to_vec();
            bytes.push(recovery.to_byte());
            assert!(verify(account, Scheme::Ecdsa, "hello", &bytes).is_ok());
            assert!(verify(account, Scheme::Ecdsa, "hallo", &bytes).is_err());
            assert!(verify(AccountId([5; 32]), Scheme::Ecdsa, "hello", &bytes).is_err());
            assert!(verify(account, Scheme::Ecdsa, "hello", &bytes[..64]).is_err());
            // The same signature with the other s.
            let (r, s) = signature.split_scalars();
            let other = k256::ecdsa::Signature::from_scalars(r, -*s.as_ref()).unwrap();
            let mut bytes = other.to_bytes().to_vec();
            bytes.push(recovery.to_byte() ^ 1);
            assert!(verify(account, Scheme::Ecdsa, "hello", &bytes).is_err());
        }
        for wrong in [vec![], vec![0; 65], vec![0xff; 65], vec![1; 65]] {
            assert!(verify(account, Scheme::Ecdsa, "hello", &wrong).is_err());
        }
    }

    #[test]
    fn nothing_else_verifies() {
        let (pair, account) = sr_pair();
        let signature = pair.sign_simple(SIGNING_CONTEXT, b"hello").to_bytes();
        assert!(verify(account, Scheme::Sr25519, "hallo", &signature).is_err());
        assert!(verify(AccountId([5; 32]), Scheme::Sr25519, "hello", &signature).is_err());
        let other_context = pair.sign_simple(b"other", b"hello").to_bytes();
        assert!(verify(account, Scheme::Sr25519, "hello", &other_context).is_err());
        for scheme in [Scheme::Sr25519, Scheme::Ed25519] {
            for filler in [0, 1, 0xff] {
                // The zero account is a key of small order.
                assert!(verify(AccountId([0; 32]), scheme, "hello", &[filler; 64]).is_err());
                assert!(verify(account, scheme, "hello", &[filler; 64]).is_err());
            }
        }
    }
}

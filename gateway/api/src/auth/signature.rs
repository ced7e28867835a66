//! Checking an on-chain key's signature of a text.

use super::AuthError;
use coretime_types::AccountId;

/// How a key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    Sr25519,
    Ed25519,
}

/// What Substrate's keys sign under.
const SIGNING_CONTEXT: &[u8] = b"substrate";

/// Checks a signature over the text, or over the text as wallets wrap it.
pub(crate) fn verify(
    account: AccountId,
    scheme: Scheme,
    text: &str,
    signature: &[u8; 64],
) -> Result<(), AuthError> {
    let wrapped = format!("<Bytes>{text}</Bytes>");
    let signed = [text, &wrapped].into_iter().any(|message| match scheme {
        Scheme::Sr25519 => sr25519(account, message.as_bytes(), signature),
        Scheme::Ed25519 => ed25519(account, message.as_bytes(), signature),
    });
    if signed { Ok(()) } else { Err(AuthError::SignatureInvalid) }
}

fn sr25519(account: AccountId, message: &[u8], signature: &[u8; 64]) -> bool {
    let key = schnorrkel::PublicKey::from_bytes(&account.0);
    let signature = schnorrkel::Signature::from_bytes(signature);
    let (Ok(key), Ok(signature)) = (key, signature) else { return false };
    key.verify_simple(SIGNING_CONTEXT, message, &signature).is_ok()
}

fn ed25519(account: AccountId, message: &[u8], signature: &[u8; 64]) -> bool {
    let Ok(key) = ed25519_dalek::VerifyingKey::from_bytes(&account.0) else { return false };
    // Strict: keys of small order, for which anyone can sign, are refused.
    key.verify_strict(message, &ed25519_dalek::Signature::from_bytes(signature)).is_ok()
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

//! The signer's key, and addresses as people write them.

use coretime_types::AccountId;
use std::{
    fmt, fs, io,
    path::{Path, PathBuf},
};
use subxt::utils::AccountId32;
use subxt_signer::{SecretUri, sr25519::Keypair};

/// Why a key or an address cannot be used. None of these shows any of the key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read.
    #[error("cannot read the signer's key from {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Others may read the file.
    #[error("{path} has mode {mode:03o}: the signer's key must be for its owner only (mode 0600)")]
    Permissions {
        /// The file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The environment has no such variable.
    #[error("the environment variable {0} is not set, or not text")]
    NoVariable(String),
    /// It is no key.
    #[error("the signer's key is not a secret URI (//Name), a 0x seed of 64 hex digits, or a mnemonic")]
    NoKey,
    /// It is no address.
    #[error("{0:?} is not an address: SS58, or 0x and 64 hex digits")]
    NoAddress(String),
}

/// The key that signs settlement's extrinsics (sr25519).
#[derive(Clone)]
pub struct SignerKey(Keypair);

impl SignerKey {
    /// From a file that only its owner may read.
    ///
    /// # Errors
    /// When it cannot be read, others may read it too, or it holds no key.
    pub fn from_file(path: &Path) -> Result<SignerKey, KeyError> {
        let failed = |source| KeyError::Read { path: path.into(), source };
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(path).map_err(failed)?.permissions().mode() & 0o777;
            if mode & 0o077 != 0 {
                return Err(KeyError::Permissions { path: path.into(), mode });
            }
        }
        SignerKey::from_text(&fs::read_to_string(path).map_err(failed)?)
    }

    /// From an environment variable.
    ///
    /// # Errors
    /// When it is not set, or holds no key.
    pub fn from_env(name: &str) -> Result<SignerKey, KeyError> {
        SignerKey::from_text(&std::env::var(name).map_err(|_| KeyError::NoVariable(name.into()))?)
    }

    /// From a secret URI, a seed or a mnemonic; blanks around it do not matter. Not for anything from a command line,
    /// which others can read.
    ///
    /// # Errors
    /// When it is no key.
    pub fn from_text(text: &str) -> Result<SignerKey, KeyError> {
        let text = text.trim();
        if text.is_empty() {
            // Nothing at all would stand for the development phrase, which everybody knows.
            return Err(KeyError::NoKey);
        }
        let uri: SecretUri = text.parse().map_err(|_| KeyError::NoKey)?;
        Keypair::from_uri(&uri).map(SignerKey).map_err(|_| KeyError::NoKey)
    }

    /// The account that it signs for.
    pub fn account(&self) -> AccountId {
        AccountId(self.0.public_key().0)
    }

    pub(crate) fn keypair(&self) -> &Keypair {
        &self.0
    }
}

impl From<Keypair> for SignerKey {
    fn from(key: Keypair) -> Self {
        SignerKey(key)
    }
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignerKey({})", self.account())
    }
}

/// An account from SS58, of any network, or from `0x` and 64 hex digits.
///
/// # Errors
/// When it is neither.
pub fn parse_account(text: &str) -> Result<AccountId, KeyError> {
    let text = text.trim();
    text.parse::<AccountId>()
        .ok()
        .or_else(|| text.parse::<AccountId32>().ok().map(|account| AccountId(account.0)))
        .ok_or_else(|| KeyError::NoAddress(text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";

    #[test]
    fn keys_come_as_uri_seed_or_mnemonic() {
        let mnemonic = "bottom drive obey lake curtain smoke basket hold race lonely fit walk//Alice";
        let seed = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";
        for text in ["//Alice", " //Alice\n", mnemonic, seed] {
            assert_eq!(SignerKey::from_text(text).unwrap().account().to_string(), ALICE, "{text}");
        }
        for text in ["", "0x12", "not a mnemonic"] {
            assert!(SignerKey::from_text(text).is_err(), "{text}");
        }
        assert_eq!(format!("{:?}", SignerKey::from_text("//Alice").unwrap()), format!("SignerKey({ALICE})"));
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_is_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        fs::write(&path, "//Alice\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(SignerKey::from_file(&path), Err(KeyError::Permissions { mode: 0o640, .. })));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(SignerKey::from_file(&path).unwrap().account().to_string(), ALICE);
        assert!(matches!(SignerKey::from_file(&folder.path().join("none")), Err(KeyError::Read { .. })));
    }

    #[test]
    fn addresses_come_as_ss58_or_hex() {
        let alice = parse_account(ALICE).unwrap();
        for text in [
            "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
            "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5",
        ] {
            assert_eq!(parse_account(text).unwrap(), alice, "{text}");
        }
        for text in ["", "0x12", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ"] {
            assert!(matches!(parse_account(text), Err(KeyError::NoAddress(_))), "{text}");
        }
    }
}

//! What is hashed, and how: each kind of thing under its own key, so that none can stand for another.

use crate::{Liability, Statement};
use coretime_types::{AccountId, PartTimeslices, Planck};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::fmt;

const LEAF: &str = "coretime-exchange v1 proof of reserves: leaf";
const NODE: &str = "coretime-exchange v1 proof of reserves: node";
const ROOT: &str = "coretime-exchange v1 proof of reserves: root";
const SALT: &str = "coretime-exchange v1 proof of reserves: salt";

/// A BLAKE3 hash; in text 64 hex digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hash(pub [u8; 32]);

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(&text, &mut bytes).map_err(|_| D::Error::custom("a hash is 64 hex digits"))?;
        Ok(Hash(bytes))
    }
}

/// A node's hash and the sums below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) hash: Hash,
    pub(crate) funds: Planck,
    pub(crate) core_time: PartTimeslices,
}

/// An account's own salt: nobody can guess the leaf of another account, or find it again in the next tree.
pub(crate) fn account_salt(secret: &[u8; 32], account: AccountId) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key(SALT);
    hasher.update(secret).update(&account.0);
    *hasher.finalize().as_bytes()
}

pub(crate) fn leaf(liability: &Liability, salt: &[u8; 32]) -> Node {
    let mut hasher = blake3::Hasher::new_derive_key(LEAF);
    hasher.update(salt).update(&liability.account.0);
    hasher.update(&liability.funds.0.to_be_bytes()).update(&liability.core_time.0.to_be_bytes());
    Node { hash: Hash(*hasher.finalize().as_bytes()), funds: liability.funds, core_time: liability.core_time }
}

/// None if the sums do not fit.
pub(crate) fn node(left: &Node, right: &Node) -> Option<Node> {
    let mut hasher = blake3::Hasher::new_derive_key(NODE);
    for child in [left, right] {
        hasher.update(&child.hash.0);
        hasher.update(&child.funds.0.to_be_bytes()).update(&child.core_time.0.to_be_bytes());
    }
    Some(Node {
        hash: Hash(*hasher.finalize().as_bytes()),
        funds: left.funds.checked_add(right.funds)?,
        core_time: PartTimeslices(left.core_time.0.checked_add(right.core_time.0)?),
    })
}

/// Binds the tree's top to the place where it was compared.
pub(crate) fn root(top: &Node, statement: &Statement) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key(ROOT);
    hasher.update(&top.hash.0).update(&top.funds.0.to_be_bytes()).update(&top.core_time.0.to_be_bytes());
    hasher.update(&statement.genesis.0).update(&statement.custody.0);
    hasher.update(&statement.block.to_be_bytes()).update(&statement.block_hash.0);
    hasher.update(&statement.sequence.to_be_bytes()).update(&statement.chain_hash.0);
    Hash(*hasher.finalize().as_bytes())
}

//! The states of recent blocks: one store of trie nodes that they share, each node counted.
//!
//! A block adds nodes at once; the nodes that it made stale are only taken out when the state before it is
//! discarded. So keeping a thousand states costs what they differ by.

use std::{collections::HashMap, ops::Deref, sync::Arc};

use coretime_dev_runtime::Hash;
use parking_lot::RwLock;
use sp_core::storage::{StateVersion, Storage as GenesisStorage, well_known_keys};
use sp_runtime::traits::BlakeTwo256;
use sp_state_machine::{Backend as _, BackendTransaction, Storage, TrieBackend, TrieBackendBuilder};

use crate::runtime::{ChainRuntime, Runtimes};

/// How values are laid out in the trie; `system_version` 1 of the runtime.
pub(crate) const STATE_VERSION: StateVersion = StateVersion::V1;

/// A state's storage.
type StoredState = TrieBackend<Arc<dyn Storage<BlakeTwo256>>, BlakeTwo256>;

/// A state to read from and to compute on, by the runtime that it belongs to.
pub(crate) struct StateBackend {
    stored: StoredState,
    pub(crate) runtime: Arc<dyn ChainRuntime>,
}

impl Deref for StateBackend {
    type Target = StoredState;

    fn deref(&self) -> &StoredState {
        &self.stored
    }
}

/// A node's place: the path to it and its hash.
type NodeKey = Vec<u8>;

/// The nodes that a block made stale.
#[derive(Debug, Default)]
pub(crate) struct StaleNodes(Vec<NodeKey>);

/// The trie nodes of all states that are kept.
pub(crate) struct NodeStore {
    runtimes: Runtimes,
    nodes: RwLock<HashMap<NodeKey, Node>>,
}

struct Node {
    bytes: Vec<u8>,
    references: i32,
}

impl NodeStore {
    /// A store with block 0's state, and its root.
    pub(crate) fn with_genesis(runtimes: Runtimes, storage: GenesisStorage) -> (Arc<Self>, Hash) {
        let empty = sp_state_machine::InMemoryBackend::<BlakeTwo256>::default();
        let pairs = storage.top.iter().map(|(key, value)| (&key[..], Some(&value[..])));
        let (root, transaction) = empty.storage_root(pairs, STATE_VERSION);
        let store = Arc::new(Self { runtimes, nodes: RwLock::default() });
        store.add(transaction);
        (store, root)
    }

    /// The state with this root.
    pub(crate) fn at(self: &Arc<Self>, root: Hash) -> StateBackend {
        let storage: Arc<dyn Storage<BlakeTwo256>> = self.clone();
        let stored = TrieBackendBuilder::new(storage, root).build();
        // A state that cannot be read says so to whoever reads it.
        let code = stored.storage(well_known_keys::CODE).ok().flatten();
        StateBackend { stored, runtime: self.runtimes.of(code.as_deref()) }
    }

    /// Adds a block's new nodes; gives back those that it no longer needs.
    pub(crate) fn add(&self, mut transaction: BackendTransaction<BlakeTwo256>) -> StaleNodes {
        let mut nodes = self.nodes.write();
        let mut stale = Vec::new();
        transaction.drain().into_iter().for_each(|(key, (bytes, references))| {
            if references > 0 {
                nodes.entry(key).or_insert(Node { bytes, references: 0 }).references += references;
            } else {
                stale.extend((references..0).map(|_| key.clone()));
            }
        });
        StaleNodes(stale)
    }

    /// Takes out what a block made stale, once the state before it is not wanted any more.
    pub(crate) fn discard(&self, stale: StaleNodes) {
        let mut nodes = self.nodes.write();
        for key in stale.0 {
            if let Some(node) = nodes.get_mut(&key) {
                node.references -= 1;
                if node.references <= 0 {
                    nodes.remove(&key);
                }
            }
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.nodes.read().len()
    }
}

impl Storage<BlakeTwo256> for NodeStore {
    fn get(&self, hash: &Hash, (path, half): (&[u8], Option<u8>)) -> Result<Option<Vec<u8>>, String> {
        // The key is laid out as in `memory_db::prefixed_key`, which the transactions use.
        let mut key = Vec::with_capacity(path.len() + 1 + hash.0.len());
        key.extend_from_slice(path);
        key.extend(half);
        key.extend_from_slice(&hash.0);
        Ok(self.nodes.read().get(&key).map(|node| node.bytes.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn genesis(last: u8) -> GenesisStorage {
        let mut storage = GenesisStorage::default();
        // Values of more than 32 bytes are nodes of their own.
        storage.top.extend((0..100).map(|key: u8| (vec![key; 32], vec![key; 40])));
        storage.top.insert(vec![7; 32], vec![last; 40]);
        storage
    }

    #[test]
    fn discarded_states_leave_nothing_behind_and_kept_ones_can_be_read() {
        let runtime = crate::runtime::DevRuntime(coretime_dev_runtime::Profile::Kusama);
        let runtimes = Runtimes { first: Arc::new(runtime), upgrades: Arc::new([]) };
        let (store, mut root) = NodeStore::with_genesis(runtimes.clone(), genesis(0));
        let mut kept = Vec::new();
        for value in 1..=50 {
            let (key, bytes) = ([7; 32], [value; 40]);
            let changes = [(&key[..], Some(&bytes[..]))].into_iter();
            let (next, nodes) = store.at(root).storage_root(changes, STATE_VERSION);
            kept.push((root, store.add(nodes)));
            root = next;
        }
        for (value, (root, _)) in (0..).zip(&kept) {
            assert_eq!(store.at(*root).storage(&[7; 32]), Ok(Some(vec![value; 40])));
        }
        kept.into_iter().for_each(|(_, stale)| store.discard(stale));
        let (fresh, fresh_root) = NodeStore::with_genesis(runtimes, genesis(50));
        assert_eq!((store.len(), root), (fresh.len(), fresh_root));
        assert_eq!(store.at(root).storage(&[9; 32]), Ok(Some(vec![9; 40])));
    }
}

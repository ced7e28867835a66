//! The transactions that wait for a block, by sender and nonce.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap},
};

use coretime_dev_runtime::{AccountId, Hash, Nonce};
use sp_runtime::transaction_validity::TransactionValidityError;
use tokio::sync::mpsc;

use crate::{
    chain::{Heads, SealedBlock},
    watch::{TxStatus, Watchers},
};

/// The most that the pool holds.
const MAX_TRANSACTIONS: usize = 8_192;
const MAX_BYTES: usize = 20 * 1024 * 1024;
/// For how many blocks a transaction's watchers wait for its block to become final.
const FINALITY_TIMEOUT_BLOCKS: u32 = 512;

/// Why the pool does not take a transaction.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum PoolError {
    #[error("extrinsic has invalid format: {0}")]
    Format(String),
    #[error("{0:?}")]
    Validity(TransactionValidityError),
    #[error("the runtime could not validate it: {0}")]
    Runtime(String),
    #[error("unsigned transactions have no place in the pool")]
    NoTags,
    #[error("already imported")]
    AlreadyImported(Hash),
    #[error("priority is too low: ({old} vs {new})")]
    TooLowPriority { old: u64, new: u64 },
    #[error("the pool is full")]
    Full,
}

/// A transaction that the runtime found valid.
#[derive(Clone, Debug)]
pub(crate) struct ValidTx {
    pub(crate) hash: Hash,
    pub(crate) bytes: Vec<u8>,
    pub(crate) sender: AccountId,
    pub(crate) nonce: Nonce,
    pub(crate) priority: u64,
    /// The last block that it may be in.
    pub(crate) valid_until: u32,
    /// The sender's next nonce in the state that it was validated on.
    pub(crate) account_nonce: Nonce,
}

struct PooledTx {
    tx: ValidTx,
    arrival: u64,
    is_ready: bool,
    watchers: Watchers,
}

#[derive(Default)]
struct SenderQueue {
    /// The nonce that the chain expects next.
    account_nonce: Nonce,
    by_nonce: BTreeMap<Nonce, PooledTx>,
}

/// A transaction in a block that is not final yet, and who waits for that.
struct AwaitingFinality {
    block: u32,
    block_hash: Hash,
    watchers: Watchers,
}

/// The transactions that wait for a block.
#[derive(Default)]
pub(crate) struct Pool {
    senders: BTreeMap<AccountId, SenderQueue>,
    by_hash: HashMap<Hash, (AccountId, Nonce)>,
    bytes: usize,
    arrivals: u64,
    awaiting: Vec<AwaitingFinality>,
}

impl Pool {
    /// Takes a transaction, with somebody who watches it or without.
    pub(crate) fn submit(
        &mut self,
        tx: ValidTx,
        watch: bool,
    ) -> Result<Option<mpsc::UnboundedReceiver<TxStatus>>, PoolError> {
        if self.by_hash.contains_key(&tx.hash) {
            return Err(PoolError::AlreadyImported(tx.hash));
        }
        let rival = self.senders.get(&tx.sender).and_then(|queue| queue.by_nonce.get(&tx.nonce));
        if let Some(old) = rival
            && old.tx.priority >= tx.priority
        {
            return Err(PoolError::TooLowPriority { old: old.tx.priority, new: tx.priority });
        }
        self.make_room(&tx)?;
        let mut watchers = Watchers::default();
        let receiver = watch.then(|| watchers.add());
        let (sender, nonce, hash) = (tx.sender.clone(), tx.nonce, tx.hash);
        self.bytes += tx.bytes.len();
        self.arrivals += 1;
        self.by_hash.insert(hash, (sender.clone(), nonce));
        let queue = self.senders.entry(sender.clone()).or_default();
        // Blocks may have come since it was validated; the nonce never goes back.
        queue.account_nonce = queue.account_nonce.max(tx.account_nonce);
        let pooled = PooledTx { tx, arrival: self.arrivals, is_ready: false, watchers };
        if let Some(mut usurped) = queue.by_nonce.insert(nonce, pooled) {
            self.by_hash.remove(&usurped.tx.hash);
            self.bytes -= usurped.tx.bytes.len();
            usurped.watchers.send(&TxStatus::Usurped(hash));
        }
        queue.promote();
        if let Some(pooled) = queue.by_nonce.get_mut(&nonce)
            && !pooled.is_ready
        {
            pooled.watchers.send(&TxStatus::Future);
        }
        Ok(receiver)
    }

    /// The transactions that the next block may have: each sender's in the order of their nonces, and among
    /// senders by priority, then by arrival.
    pub(crate) fn ready(&self) -> Vec<ValidTx> {
        let mut heads: BinaryHeap<_> = self
            .senders
            .iter()
            .filter_map(|(sender, queue)| queue.head(sender, queue.account_nonce))
            .collect();
        let mut ordered = Vec::new();
        while let Some((_, _, sender, nonce)) = heads.pop() {
            let Some(queue) = self.senders.get(sender) else { continue };
            ordered.extend(queue.by_nonce.get(&nonce).map(|pooled| pooled.tx.clone()));
            heads.extend(queue.head(sender, nonce.saturating_add(1)));
        }
        ordered
    }

    pub(crate) fn has_ready(&self) -> bool {
        self.senders.values().any(|queue| queue.by_nonce.contains_key(&queue.account_nonce))
    }

    /// Every transaction's bytes, those that are ready first.
    pub(crate) fn pending(&self) -> Vec<Vec<u8>> {
        let ready = self.ready();
        let all = self.senders.values().flat_map(|queue| queue.by_nonce.values());
        let future = all.filter(|pooled| !pooled.is_ready).map(|pooled| pooled.tx.bytes.clone());
        ready.into_iter().map(|tx| tx.bytes).chain(future).collect()
    }

    /// The nonce that the sender's next transaction should have, given what the chain expects.
    pub(crate) fn next_nonce(&self, sender: &AccountId, account_nonce: Nonce) -> Nonce {
        let Some(queue) = self.senders.get(sender) else { return account_nonce };
        let mut next = account_nonce.max(queue.account_nonce);
        while queue.by_nonce.contains_key(&next) {
            next += 1;
        }
        next
    }

    /// Takes out a transaction that can not be in any block.
    pub(crate) fn remove_invalid(&mut self, hash: Hash) {
        if let Some(mut pooled) = self.remove(hash) {
            pooled.watchers.send(&TxStatus::Invalid);
        }
    }

    /// A block has been sealed with these transactions in it.
    pub(crate) fn on_block(&mut self, block: &SealedBlock, included: &[Hash]) {
        for hash in included {
            let Some(mut pooled) = self.remove(*hash) else { continue };
            if let Some(queue) = self.senders.get_mut(&pooled.tx.sender) {
                queue.account_nonce = queue.account_nonce.max(pooled.tx.nonce + 1);
            }
            pooled.watchers.send(&TxStatus::InBlock(block.hash));
            if !pooled.watchers.is_empty() {
                self.awaiting.push(AwaitingFinality {
                    block: block.header.number,
                    block_hash: block.hash,
                    watchers: pooled.watchers,
                });
            }
        }
        self.drop_outdated(block.header.number);
        self.senders.retain(|_, queue| {
            queue.promote();
            !queue.by_nonce.is_empty()
        });
    }

    /// Blocks have become final, or have not.
    pub(crate) fn on_heads(&mut self, heads: Heads) {
        self.awaiting.retain_mut(|tx| {
            if tx.block <= heads.finalized {
                tx.watchers.send(&TxStatus::Finalized(tx.block_hash));
                false
            } else if heads.best - tx.block > FINALITY_TIMEOUT_BLOCKS {
                tx.watchers.send(&TxStatus::FinalityTimeout(tx.block_hash));
                false
            } else {
                !tx.watchers.is_empty()
            }
        });
    }

    /// Forgets everything, the nonces too: the chain has gone back.
    pub(crate) fn clear(&mut self) {
        let Pool { senders, awaiting, .. } = std::mem::take(self);
        let waiting = senders.into_values().flat_map(|queue| queue.by_nonce.into_values());
        waiting.for_each(|mut pooled| pooled.watchers.send(&TxStatus::Dropped));
        awaiting.into_iter().for_each(|mut tx| tx.watchers.send(&TxStatus::Dropped));
    }

    /// Drops what the next block can not have: its era is over, or its nonce is used up.
    fn drop_outdated(&mut self, best: u32) {
        let outdated: Vec<Hash> = self
            .senders
            .values()
            .flat_map(|queue| queue.by_nonce.values().map(move |pooled| (queue, pooled)))
            .filter(|(queue, pooled)| best >= pooled.tx.valid_until || pooled.tx.nonce < queue.account_nonce)
            .map(|(_, pooled)| pooled.tx.hash)
            .collect();
        outdated.into_iter().for_each(|hash| self.remove_invalid(hash));
    }

    /// Drops what has least priority until there is room for a transaction with more. Only a sender's last
    /// transaction is dropped, since those after another could not be used without it.
    fn make_room(&mut self, tx: &ValidTx) -> Result<(), PoolError> {
        while self.by_hash.len() >= MAX_TRANSACTIONS || self.bytes + tx.bytes.len() > MAX_BYTES {
            let last_ones = self.senders.values().filter_map(|queue| queue.by_nonce.values().last());
            let least = last_ones.min_by_key(|pooled| (pooled.tx.priority, Reverse(pooled.arrival)));
            let least = least.filter(|pooled| pooled.tx.priority < tx.priority);
            let hash = least.ok_or(PoolError::Full)?.tx.hash;
            if let Some(mut dropped) = self.remove(hash) {
                dropped.watchers.send(&TxStatus::Dropped);
            }
        }
        Ok(())
    }

    fn remove(&mut self, hash: Hash) -> Option<PooledTx> {
        let (sender, nonce) = self.by_hash.remove(&hash)?;
        let queue = self.senders.get_mut(&sender)?;
        let pooled = queue.by_nonce.remove(&nonce)?;
        self.bytes -= pooled.tx.bytes.len();
        // What came after it waits again.
        queue.by_nonce.range_mut(nonce..).for_each(|(_, later)| later.is_ready = false);
        Some(pooled)
    }
}

impl SenderQueue {
    /// How the transaction with this nonce stands among those of other senders.
    fn head<'a>(
        &self,
        sender: &'a AccountId,
        nonce: Nonce,
    ) -> Option<(u64, Reverse<u64>, &'a AccountId, Nonce)> {
        let pooled = self.by_nonce.get(&nonce)?;
        Some((pooled.tx.priority, Reverse(pooled.arrival), sender, nonce))
    }

    /// Tells those that have become ready.
    fn promote(&mut self) {
        let mut due = self.account_nonce;
        while let Some(pooled) = self.by_nonce.get_mut(&due) {
            if !pooled.is_ready {
                pooled.is_ready = true;
                pooled.watchers.send(&TxStatus::Ready);
            }
            due = due.saturating_add(1);
        }
    }
}

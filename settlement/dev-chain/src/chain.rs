//! The blocks of the chain, which of them are final, and whose states are still kept.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use coretime_dev_runtime::{Hash, Header};

use crate::state::{NodeStore, StaleNodes, StateBackend};

/// How many final blocks keep their state, on a chain that is no archive.
const KEPT_FINAL_STATES: u32 = 1_024;

/// A block that will not change any more.
#[derive(Clone, Debug)]
pub(crate) struct SealedBlock {
    pub(crate) hash: Hash,
    pub(crate) header: Header,
    /// Encoded extrinsics, inherents first.
    pub(crate) body: Vec<Vec<u8>>,
}

/// The heights that everybody waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Heads {
    pub(crate) best: u32,
    pub(crate) finalized: u32,
}

/// Why a state cannot be read.
#[derive(Clone, Debug, thiserror::Error)]
pub(crate) enum StateError {
    #[error("Api called for an unknown Block: Header was not found in the database: {0:?}")]
    UnknownBlock(Hash),
    #[error("UnknownBlock: State already discarded for {0:?}")]
    Discarded(Hash),
}

/// All blocks since genesis, one on another.
pub(crate) struct Chain {
    blocks: Vec<Arc<SealedBlock>>,
    numbers: HashMap<Hash, u32>,
    finality_lag: u32,
    is_archive: bool,
    finalizing: bool,
    finalized: u32,
    states: Arc<NodeStore>,
    /// What each block after `oldest_state` made stale, in order.
    stale: VecDeque<StaleNodes>,
    oldest_state: u32,
}

impl Chain {
    pub(crate) fn new(
        genesis: SealedBlock,
        states: Arc<NodeStore>,
        finality_lag: u32,
        is_archive: bool,
    ) -> Self {
        Self {
            numbers: HashMap::from([(genesis.hash, 0)]),
            blocks: vec![Arc::new(genesis)],
            finality_lag,
            is_archive,
            finalizing: true,
            finalized: 0,
            states,
            stale: VecDeque::new(),
            oldest_state: 0,
        }
    }

    /// Appends the next block; its state must be in the node store already.
    pub(crate) fn push(&mut self, block: Arc<SealedBlock>, stale: StaleNodes) {
        debug_assert_eq!(block.header.parent_hash, self.best().hash, "blocks stand on one another");
        self.numbers.insert(block.hash, block.header.number);
        self.blocks.push(block);
        self.stale.push_back(stale);
        self.finalize();
    }

    /// Lets finality go on or stand still. When it goes on, it catches up at once.
    pub(crate) fn set_finalizing(&mut self, finalizing: bool) {
        self.finalizing = finalizing;
        self.finalize();
    }

    fn finalize(&mut self) {
        if !self.finalizing {
            return;
        }
        self.finalized = self.finalized.max(self.best_number().saturating_sub(self.finality_lag));
        while !self.is_archive && self.oldest_state + KEPT_FINAL_STATES <= self.finalized {
            let Some(stale) = self.stale.pop_front() else { break };
            self.states.discard(stale);
            self.oldest_state += 1;
        }
    }

    /// Takes back all blocks that are not final; gives how many. What they added to the node store stays there.
    pub(crate) fn give_up_unfinalized(&mut self) -> u32 {
        let mut given_up = 0;
        while self.best_number() > self.finalized {
            let Some(block) = self.blocks.pop() else { break };
            self.numbers.remove(&block.hash);
            self.stale.pop_back();
            given_up += 1;
        }
        given_up
    }

    pub(crate) fn heads(&self) -> Heads {
        Heads { best: self.best_number(), finalized: self.finalized }
    }

    pub(crate) fn best(&self) -> &Arc<SealedBlock> {
        &self.blocks[self.blocks.len() - 1]
    }

    fn best_number(&self) -> u32 {
        self.best().header.number
    }

    pub(crate) fn finalized(&self) -> Option<&Arc<SealedBlock>> {
        self.by_number(self.finalized)
    }

    pub(crate) fn by_number(&self, number: u32) -> Option<&Arc<SealedBlock>> {
        self.blocks.get(usize::try_from(number).ok()?)
    }

    pub(crate) fn by_hash(&self, hash: Hash) -> Option<&Arc<SealedBlock>> {
        self.by_number(*self.numbers.get(&hash)?)
    }

    /// The state after a block; after the best block if none is named.
    pub(crate) fn state_at(
        &self,
        hash: Option<Hash>,
    ) -> Result<(Arc<SealedBlock>, StateBackend), StateError> {
        let block = match hash {
            None => self.best(),
            Some(hash) => self.by_hash(hash).ok_or(StateError::UnknownBlock(hash))?,
        };
        if block.header.number < self.oldest_state {
            return Err(StateError::Discarded(block.hash));
        }
        Ok((block.clone(), self.states.at(block.header.state_root)))
    }
}

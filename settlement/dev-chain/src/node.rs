//! The thread that makes blocks: on a timer, on demand, and to let time pass.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use codec::Decode as _;
use coretime_dev_runtime::{Hash, Header, TIMESLICE_PERIOD_RELAY_BLOCKS};
use parking_lot::{Mutex, RwLock};
use sp_core::storage::Storage;
use sp_runtime::traits::Header as _;
use sp_state_machine::Backend as _;
use tokio::sync::{oneshot, watch};

use crate::{
    author::{Applied, AuthorError, BlockBuilder, MadeBlock, run_block},
    block_file::BlockFile,
    chain::{Chain, Heads, SealedBlock},
    config::{Config, NodeError, StartError},
    folder::{Folder, RELAY_BLOCK_AT_GENESIS, fleeting_settings},
    pool::Pool,
    runtime::{ChainRuntime, ClockOrigin, DevRuntime, Runtimes},
    state::{NodeStore, StaleNodes, StateBackend},
};

/// How many empty blocks share one write to disk while time passes.
const BLOCKS_PER_WRITE: u32 = 64;
/// After how many transactions that do not fit a block counts as full: a smaller one may still fit.
const FULL_BLOCK_ATTEMPTS: u32 = 8;

/// A chain of another runtime.
pub struct Foreign {
    /// What it begins with.
    pub runtime: Arc<dyn ChainRuntime>,
    /// What it may be upgraded to, by whoever sets `:code`.
    pub upgrades: Vec<Arc<dyn ChainRuntime>>,
    /// The storage that block 0 has, its relay-chain clock at [`Foreign::RELAY_BLOCK_AT_GENESIS`].
    pub genesis: Storage,
}

impl Foreign {
    /// Where the relay chain's clock stands when a chain begins.
    pub const RELAY_BLOCK_AT_GENESIS: u32 = RELAY_BLOCK_AT_GENESIS;
}

/// What the chain's thread and its servers share.
pub(crate) struct Shared {
    pub(crate) chain: RwLock<Chain>,
    pub(crate) pool: Mutex<Pool>,
    pub(crate) heads: watch::Sender<Heads>,
    pub(crate) clock_origin: ClockOrigin,
    pub(crate) stopping: AtomicBool,
}

/// What the chain's thread is told to do.
pub(crate) enum Command {
    NewBlocks { count: u32, reply: oneshot::Sender<Result<Hash, NodeError>> },
    AdvanceTimeslices { count: u32, reply: oneshot::Sender<Result<Hash, NodeError>> },
    SetFinalization { finalizing: bool, reply: oneshot::Sender<()> },
    Reorganise { reply: oneshot::Sender<Result<u32, NodeError>> },
    Stop,
}

/// The chain's thread: the only one that writes.
pub(crate) struct Node {
    shared: Arc<Shared>,
    states: Arc<NodeStore>,
    file: Option<BlockFile>,
    /// Keeps the folder locked.
    _folder: Option<Folder>,
    block_time: Option<Duration>,
    relay_blocks_per_block: u32,
    clock_origin: ClockOrigin,
    tip: Tip,
}

/// The block that the next one stands on.
struct Tip {
    block: Arc<SealedBlock>,
    relay_block: u32,
}

/// A block that is made but neither on disk nor known to anybody.
struct Unannounced {
    block: Arc<SealedBlock>,
    stale: StaleNodes,
    included: Vec<Hash>,
}

impl Node {
    /// Opens the chain's folder and runs its blocks, or begins a chain.
    pub(crate) fn open(config: &Config, foreign: Option<Foreign>) -> Result<Self, StartError> {
        if !(1..=TIMESLICE_PERIOD_RELAY_BLOCKS).contains(&config.relay_blocks_per_block) {
            return Err(StartError::ClockStep { value: config.relay_blocks_per_block });
        }
        let folder = config.data.as_deref().map(Folder::open).transpose()?;
        let settings = match &folder {
            Some(folder) => folder.settings(config)?,
            None => fleeting_settings(config),
        };
        let settings_path = config.data.clone().unwrap_or_default().join("genesis.json");
        let (runtimes, storage) = match foreign {
            Some(Foreign { runtime, upgrades, genesis }) => {
                (Runtimes { first: runtime, upgrades: upgrades.into() }, genesis)
            }
            None => {
                let genesis = settings.genesis(&settings_path)?.build()?;
                (Runtimes { first: Arc::new(DevRuntime(config.profile)), upgrades: Arc::new([]) }, genesis)
            }
        };
        let (states, root) = NodeStore::with_genesis(runtimes, storage);
        let genesis = genesis_block(root);
        let genesis_hash = genesis.hash;
        let clock_origin = settings.clock_origin();
        let chain = Chain::new(genesis, states.clone(), config.finality_lag_blocks, config.is_archive);
        let tip = Tip { block: chain.best().clone(), relay_block: clock_origin.relay_block };
        let shared = Arc::new(Shared {
            heads: watch::channel(chain.heads()).0,
            chain: RwLock::new(chain),
            pool: Mutex::default(),
            clock_origin,
            stopping: AtomicBool::new(false),
        });
        let mut node = Self {
            shared,
            states,
            file: None,
            _folder: None,
            block_time: config.block_time,
            relay_blocks_per_block: config.relay_blocks_per_block,
            clock_origin,
            tip,
        };
        if let Some(folder) = folder {
            let (file, blocks) = BlockFile::open(&folder.blocks_path(), genesis_hash)?;
            node.replay(blocks, file.path().to_owned())?;
            node.file = Some(file);
            node._folder = Some(folder);
        }
        Ok(node)
    }

    pub(crate) fn shared(&self) -> Arc<Shared> {
        self.shared.clone()
    }

    fn replay(&mut self, blocks: Vec<SealedBlock>, path: PathBuf) -> Result<(), StartError> {
        for block in blocks {
            let number = block.header.number;
            let failed = |reason: String| StartError::Replay { path: path.clone(), number, reason };
            if block.header.parent_hash != self.tip.block.hash {
                return Err(failed("it does not stand on the block before".into()));
            }
            let state = self.states.at(self.tip.block.header.state_root);
            let made = run_block(&state, block).map_err(|error| failed(error.to_string()))?;
            let made = self.add(made, Vec::new()).map_err(|error| failed(error.to_string()))?;
            self.shared.chain.write().push(made.block, made.stale);
        }
        self.shared.heads.send_replace(self.shared.chain.read().heads());
        Ok(())
    }

    /// Makes blocks until told to stop.
    pub(crate) fn run(mut self, commands: &Receiver<Command>) {
        let mut due = self.block_time.map(|time| Instant::now() + time);
        while !self.shared.stopping.load(Ordering::Acquire) {
            let received = match due {
                Some(due) => commands.recv_timeout(due.saturating_duration_since(Instant::now())),
                None => commands.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            let outcome = match received {
                Ok(Command::NewBlocks { count, reply }) => {
                    answer(reply, self.seal_many(count, self.relay_blocks_per_block))
                }
                Ok(Command::AdvanceTimeslices { count, reply }) => {
                    answer(reply, self.advance_timeslices(count))
                }
                Ok(Command::SetFinalization { finalizing, reply }) => {
                    self.shared.chain.write().set_finalizing(finalizing);
                    self.announce_heads();
                    // Whoever asked may have gone.
                    let _ = reply.send(());
                    Ok(())
                }
                Ok(Command::Reorganise { reply }) => answer(reply, self.reorganise()),
                Err(RecvTimeoutError::Timeout) => {
                    // A slow block delays the next one instead of making up for it.
                    due = self.block_time.map(|time| Instant::now() + time);
                    self.seal_many(1, self.relay_blocks_per_block).map(|_| ())
                }
                Ok(Command::Stop) | Err(RecvTimeoutError::Disconnected) => break,
            };
            match outcome {
                Err(error @ NodeError::Write { .. }) => {
                    tracing::error!(%error, "the development chain stops");
                    break;
                }
                Err(error) => tracing::error!(%error, "no block"),
                Ok(()) => {}
            }
        }
        self.shared.stopping.store(true, Ordering::Release);
    }

    /// Gives up all blocks that are not final, and what is in the pool.
    fn reorganise(&mut self) -> Result<u32, NodeError> {
        let (best, given_up) = {
            let mut chain = self.shared.chain.write();
            let given_up = chain.give_up_unfinalized();
            (chain.best().clone(), given_up)
        };
        let number = best.header.number;
        if let Some(file) = &mut self.file {
            file.keep(number).map_err(|error| NodeError::Write { number, reason: error.to_string() })?;
        }
        let relay_block = relay_block(&self.states.at(best.header.state_root))
            .map_err(|error| NodeError::Seal { number, reason: error.to_string() })?;
        self.tip = Tip { block: best, relay_block };
        self.shared.pool.lock().clear();
        self.announce_heads();
        Ok(given_up)
    }

    /// Lets timeslices pass, one a block, since the broker works off one a block.
    fn advance_timeslices(&mut self, count: u32) -> Result<Hash, NodeError> {
        self.seal_many(count, TIMESLICE_PERIOD_RELAY_BLOCKS)?;
        // The broker looks at the clock before the block sets it: one more block for it to see the last step.
        self.seal_many(1, 0)
    }

    /// Seals blocks, each `relay_blocks` after the one before. Transactions go into the first that has room;
    /// empty blocks are written together.
    fn seal_many(&mut self, count: u32, relay_blocks: u32) -> Result<Hash, NodeError> {
        let mut left = count;
        while left > 0 {
            if self.shared.stopping.load(Ordering::Acquire) {
                return Err(NodeError::Stopped);
            }
            let together = if self.shared.pool.lock().has_ready() { 1 } else { left.min(BLOCKS_PER_WRITE) };
            let mut made = Vec::new();
            for index in 0..together {
                match self.make(relay_blocks, index == 0) {
                    Ok(block) => made.push(block),
                    Err(error) => {
                        let number = self.tip.block.header.number + 1;
                        self.announce(made)?;
                        return Err(NodeError::Seal { number, reason: error.to_string() });
                    }
                }
            }
            self.announce(made)?;
            left -= together;
        }
        Ok(self.tip.block.hash)
    }

    fn make(&mut self, relay_blocks: u32, with_pool: bool) -> Result<Unannounced, AuthorError> {
        let state = self.states.at(self.tip.block.header.state_root);
        let relay_blocks = relay_blocks.max(state.runtime.least_step());
        let clock = self.clock_origin.at(self.tip.relay_block.saturating_add(relay_blocks));
        let mut builder = BlockBuilder::new(&self.tip.block, &state, clock)?;
        let included = if with_pool { self.fill(&mut builder) } else { Vec::new() };
        let made = builder.seal()?;
        self.add(made, included)
    }

    /// Puts the pool's transactions into the block, as many as fit.
    fn fill(&self, builder: &mut BlockBuilder<'_>) -> Vec<Hash> {
        let ready = self.shared.pool.lock().ready();
        let mut included = Vec::new();
        let mut waiting = std::collections::BTreeSet::new();
        let mut attempts = FULL_BLOCK_ATTEMPTS;
        for tx in ready {
            // What comes after one that waits would come too early.
            if waiting.contains(&tx.sender) {
                continue;
            }
            match builder.apply(tx.bytes) {
                Applied::Included => included.push(tx.hash),
                Applied::Full => {
                    waiting.insert(tx.sender);
                    attempts -= 1;
                    if attempts == 0 {
                        break;
                    }
                }
                Applied::Refused(error) => {
                    tracing::debug!(hash = ?tx.hash, ?error, "a transaction became invalid");
                    self.shared.pool.lock().remove_invalid(tx.hash);
                    waiting.insert(tx.sender);
                }
            }
        }
        included
    }

    /// Makes a block the tip; nobody knows of it yet.
    fn add(&mut self, made: MadeBlock, included: Vec<Hash>) -> Result<Unannounced, AuthorError> {
        let stale = self.states.add(made.nodes);
        let block = Arc::new(made.block);
        let relay_block = relay_block(&self.states.at(block.header.state_root))?;
        // After an upgrade it stands elsewhere, and is set by the next block.
        self.tip = Tip { block: block.clone(), relay_block: relay_block.max(self.tip.relay_block) };
        Ok(Unannounced { block, stale, included })
    }

    /// Writes blocks and then tells everybody.
    fn announce(&mut self, made: Vec<Unannounced>) -> Result<(), NodeError> {
        let Some(first) = made.first() else { return Ok(()) };
        if let Some(file) = &mut self.file {
            let number = first.block.header.number;
            file.append(made.iter().map(|made| &*made.block))
                .map_err(|error| NodeError::Write { number, reason: error.to_string() })?;
        }
        for Unannounced { block, stale, included } in made {
            self.shared.chain.write().push(block.clone(), stale);
            self.shared.pool.lock().on_block(&block, &included);
            self.announce_heads();
        }
        Ok(())
    }

    fn announce_heads(&self) {
        let heads = self.shared.chain.read().heads();
        self.shared.pool.lock().on_heads(heads);
        self.shared.heads.send_replace(heads);
    }
}

fn answer<Answer: Clone>(
    reply: oneshot::Sender<Result<Answer, NodeError>>,
    outcome: Result<Answer, NodeError>,
) -> Result<(), NodeError> {
    // Whoever asked may have gone.
    let _ = reply.send(outcome.clone());
    outcome.map(|_| ())
}

fn genesis_block(state_root: Hash) -> SealedBlock {
    let no_extrinsics = sp_core::H256(sp_core::hex2array!(
        "03170a2e7597b7b7e3d84c05391d139a62b157e78786d8c082f29dcf4c111314"
    ));
    let header = Header::new(0, no_extrinsics, state_root, Hash::zero(), sp_runtime::Digest::default());
    SealedBlock { hash: header.hash(), header, body: Vec::new() }
}

/// Where a state's relay-chain clock stands.
pub(crate) fn relay_block(state: &StateBackend) -> Result<u32, AuthorError> {
    let key = state.runtime.relay_block_key();
    let value = state.storage(&key).map_err(|error| AuthorError::State(error.to_string()))?;
    value
        .and_then(|value| u32::decode(&mut &value[..]).ok())
        .ok_or_else(|| AuthorError::State("has no relay-chain clock".into()))
}

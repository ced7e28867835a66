//! The loop: connect, read blocks, settle, again.

use crate::{
    ChainError, ChainInfo, SettlementConfig, SettlementError, Status,
    attempts::Attempts,
    authorise::AuthorisationSink,
    behind::AnchorCheck,
    chain::{Chain, required},
    held_back::HeldBackList,
    ledger::Ledger,
    operator::{self, Operator, Request},
    silence,
};
use coretime_sequencer::Engine;
use coretime_types::{BlockNumber, ExtrinsicHash, Timeslice};
use futures::FutureExt as _;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use subxt::{SubstrateConfig, client::Blocks};
use tokio::sync::{mpsc, watch};

const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Settlement, connected and ready to run.
pub struct Settlement {
    pub(crate) config: SettlementConfig,
    pub(crate) info: ChainInfo,
    pub(crate) ledger: Ledger,
    pub(crate) status: watch::Sender<Status>,
    pub(crate) attempts: Attempts,
    /// Where the clock stands, as far as this worker has moved it.
    pub(crate) tradable_from: Timeslice,
    /// The block at which each batch under way was last given to this node.
    pub(crate) submitted_at: BTreeMap<ExtrinsicHash, BlockNumber>,
    pub(crate) held_back: HeldBackList,
    pub(crate) requests: mpsc::Receiver<Request>,
    operator: Operator,
    /// Whether anything has crossed the ledger's border since it was last compared with the chain.
    pub(crate) moved: bool,
    pub(crate) compared_at: Option<BlockNumber>,
    pub(crate) authorisations: Option<Arc<dyn AuthorisationSink>>,
    /// The connection made by `connect`, for the first session.
    first: Option<Chain>,
}

impl Settlement {
    /// Connects to the node, checks that the chain has what settlement needs, and reads what the venue must know.
    ///
    /// # Errors
    /// When the configuration makes no sense, the node cannot be reached, the chain cannot be used, or custody's newest
    /// batches come from another log than this one.
    pub async fn connect(config: SettlementConfig, engine: Engine) -> Result<Settlement, SettlementError> {
        config.check().map_err(SettlementError::Configuration)?;
        let ledger = Ledger(engine);
        let chain = Chain::connect(&config.chain_url, config.node_timeout).await?;
        check_genesis(&chain, config.genesis_hash)?;
        let at = chain.newest_finalised().await?;
        required::check(&at)?;
        let check = AnchorCheck {
            chain: &chain,
            ledger: &ledger,
            custody: config.custody,
            signer: config.signer.account(),
        };
        let newest = BlockNumber(at.block_number());
        check.at_start(newest, config.first_block, config.anchor_search_blocks).await?;
        let info = ChainInfo::read(&chain, &at, &config.signer, config.can_interlace).await?;
        if config.proxy_for().is_none() {
            tracing::warn!("the signer is custody itself: whoever takes its key takes everything");
        }
        let held_back = HeldBackList::open(config.held_back_file.clone())?;
        let status = Status { connected: true, held_back: held_back.items().to_vec(), ..Status::default() };
        let (operator, requests) = mpsc::channel(operator::MAX_WAITING);
        let tradable_from = ledger.query(|market| market.tradable_from()).await?;
        Ok(Settlement {
            config,
            info,
            ledger,
            status: watch::Sender::new(status),
            attempts: Attempts::default(),
            tradable_from,
            submitted_at: BTreeMap::new(),
            held_back,
            requests,
            operator: Operator(operator),
            moved: false,
            compared_at: None,
            authorisations: None,
            first: Some(chain),
        })
    }

    /// Gives every authorisation and revocation of a key that is read from the chain to `sink`.
    #[must_use]
    pub fn with_authorisations(mut self, sink: Arc<dyn AuthorisationSink>) -> Settlement {
        self.authorisations = Some(sink);
        self
    }

    /// What the rest of the venue needs to know about the chain.
    pub fn info(&self) -> &ChainInfo {
        &self.info
    }

    /// For what the operator tells it to do.
    pub fn operator(&self) -> Operator {
        self.operator.clone()
    }

    /// How it is doing, from now on.
    pub fn status(&self) -> watch::Receiver<Status> {
        self.status.subscribe()
    }

    /// Runs until `shutdown` becomes true or its sender is gone. A lost connection is made anew, for ever.
    ///
    /// # Errors
    /// When the engine stops, or the chain turns out to be another one than the ledger was built on.
    pub async fn run(self, shutdown: watch::Receiver<bool>) -> Result<(), SettlementError> {
        let silence = silence::watch(self.ledger.clone(), self.status(), self.config.silent_after);
        tokio::select! {
            ended = self.follow(shutdown) => ended,
            ended = silence => ended,
        }
    }

    async fn follow(mut self, mut shutdown: watch::Receiver<bool>) -> Result<(), SettlementError> {
        let mut pause = FIRST_PAUSE;
        loop {
            let before = self.status.borrow().finalised_block;
            let error = match self.session(&mut shutdown).await {
                Ok(()) => return Ok(()),
                Err(SettlementError::Chain(error)) if error.is_passing() => error,
                Err(error) => return Err(error),
            };
            if self.status.borrow().finalised_block != before {
                pause = FIRST_PAUSE;
            }
            tracing::warn!(%error, retry_in = ?pause, "settlement has lost the chain");
            self.status.send_modify(|status| {
                status.connected = false;
                status.last_error = Some(error.to_string());
            });
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = stopped(&mut shutdown) => return Ok(()),
            }
            pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        }
    }

    /// One connection's life. Ends well only on shutdown.
    async fn session(&mut self, shutdown: &mut watch::Receiver<bool>) -> Result<(), SettlementError> {
        let chain = match self.first.take() {
            Some(chain) => chain,
            None => tokio::select! {
                chain = Chain::connect(&self.config.chain_url, self.config.node_timeout) => chain?,
                () = stopped(shutdown) => return Ok(()),
            },
        };
        check_genesis(&chain, Some(self.info.genesis_hash))?;
        let limit = self.config.node_timeout;
        self.submitted_at.clear();
        let mut heads = chain.finalised_heads().await?;
        let mut newest = BlockNumber(chain.newest_finalised().await?.block_number());
        let last = self
            .ledger
            .query(|market| market.last_block().map(|(number, hash)| (number, hash.to_owned())))
            .await?;
        if let Some((number, expected)) = &last {
            // A node that is still catching up.
            while newest < *number {
                newest = tokio::select! {
                    found = newest_of(&chain, &mut heads, limit) => found?,
                    () = stopped(shutdown) => return Ok(()),
                };
            }
            check_history(&chain, *number, expected).await?;
        }
        let mut next = match &last {
            Some((number, _)) => BlockNumber(number.0.saturating_add(1)),
            None => self.config.first_block.unwrap_or(newest),
        };
        self.status.send_modify(|status| {
            status.connected = true;
            status.last_error = None;
        });
        tracing::info!(from = %next, to = %newest, "settlement follows the chain");
        if next > newest && last.is_some() {
            // Nothing is to be read, but this node may not have what another one was sent.
            self.settle(&chain, &chain.at(newest).await?).await?;
        }
        loop {
            while next <= newest {
                if *shutdown.borrow() {
                    return Ok(());
                }
                // Given up in the middle it is as after a crash: what was not reported is read again.
                let at = chain.at(next).await?;
                self.read_block(&at, next == newest).await?;
                if next == newest {
                    self.compare(&at).await?;
                    self.settle(&chain, &at).await?;
                }
                next = BlockNumber(next.0.saturating_add(1));
            }
            self.status.send_modify(|status| status.caught_up = true);
            newest = tokio::select! {
                found = newest_of(&chain, &mut heads, limit) => found?,
                () = stopped(shutdown) => return Ok(()),
            };
        }
    }
}

fn check_genesis(chain: &Chain, expected: Option<[u8; 32]>) -> Result<(), ChainError> {
    let found = chain.genesis_hash();
    match expected {
        Some(expected) if expected != found => Err(ChainError::OtherChain { expected, found }),
        _ => Ok(()),
    }
}

/// The last block that was read must still be what it was.
async fn check_history(chain: &Chain, number: BlockNumber, expected: &str) -> Result<(), ChainError> {
    let found = crate::block::hash_of(&chain.at(number).await?);
    if found == expected {
        return Ok(());
    }
    Err(ChainError::OtherHistory { number, expected: expected.to_owned(), found })
}

/// Waits for the next finalised head and takes the newest that is there. Without news for half the time, the node is
/// asked: a node, or what stands before it, may forget a subscription while it answers calls.
async fn newest_of(
    chain: &Chain,
    heads: &mut Blocks<SubstrateConfig>,
    limit: Duration,
) -> Result<BlockNumber, SettlementError> {
    let ended = || ChainError::Node {
        action: "follow finalised blocks",
        source: "the node ended the subscription".into(),
    };
    let failed = ChainError::node::<subxt::error::BlocksError>;
    let mut head = match tokio::time::timeout(limit / 2, heads.next()).await {
        Err(_) => return Ok(BlockNumber(chain.newest_finalised().await?.block_number())),
        Ok(head) => head.ok_or_else(ended)?.map_err(failed("follow finalised blocks"))?,
    };
    while let Some(newer) = heads.next().now_or_never() {
        head = newer.ok_or_else(ended)?.map_err(failed("follow finalised blocks"))?;
    }
    Ok(BlockNumber(head.number()))
}

/// Waits until it is time to stop.
pub(crate) async fn stopped(shutdown: &mut watch::Receiver<bool>) {
    // An error means that nobody is left to say so.
    let _ = shutdown.wait_for(|stop| *stop).await;
}

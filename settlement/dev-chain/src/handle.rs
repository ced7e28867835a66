//! A running chain, as those who started it see it.

use std::{
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{self, Sender},
    },
    thread::{Builder, JoinHandle},
};

use coretime_dev_runtime::Hash;
use tokio::sync::oneshot;

use crate::{
    config::{Config, NodeError, StartError},
    executor::RUNTIME_STACK_BYTES,
    node::{Command, Foreign, Node, Shared},
    rpc::Server,
};

/// A running development chain. It stops when it is dropped.
pub struct DevChain {
    shared: Arc<Shared>,
    commands: Sender<Command>,
    thread: Option<JoinHandle<()>>,
    server: Option<Server>,
    genesis_hash: Hash,
}

impl DevChain {
    /// Starts a chain, or goes on with the one in the data folder. Returns when its sale is open and its server
    /// answers. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// When the configuration, the data folder or the address is not usable.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        Self::start_any(config, None).await
    }

    /// Starts a chain of another runtime. Of the configuration the profile, the accounts and the sale do not apply.
    ///
    /// # Errors
    /// When the configuration, the data folder or the address is not usable.
    pub async fn start_foreign(config: Config, foreign: Foreign) -> Result<Self, StartError> {
        Self::start_any(config, Some(foreign)).await
    }

    async fn start_any(config: Config, foreign: Option<Foreign>) -> Result<Self, StartError> {
        let (commands, received) = mpsc::channel();
        let (opened, open) = oneshot::channel();
        let for_thread = config.clone();
        let thread = Builder::new()
            .name("dev-chain".into())
            .stack_size(RUNTIME_STACK_BYTES)
            .spawn(move || match Node::open(&for_thread, foreign) {
                Ok(node) => {
                    // Whoever is starting the chain may have given up.
                    if opened.send(Ok(node.shared())).is_ok() {
                        node.run(&received);
                    }
                }
                Err(error) => {
                    let _ = opened.send(Err(error));
                }
            })
            .map_err(|error| StartError::Thread(error.to_string()))?;
        let shared = open.await.map_err(|error| StartError::Thread(error.to_string()))??;
        let genesis_hash = shared.chain.read().by_number(0).map(|block| block.hash);
        let mut chain = Self {
            shared,
            commands,
            thread: Some(thread),
            server: None,
            genesis_hash: genesis_hash.unwrap_or_default(),
        };
        if let Some(address) = config.listen {
            let shared = chain.shared.clone();
            chain.server = Some(Server::start(address, shared, chain.commands.clone()).await?);
        }
        Ok(chain)
    }

    /// Where to connect, as `ws://127.0.0.1:12345`; `None` if nothing is served.
    pub fn ws_url(&self) -> Option<String> {
        self.server.as_ref().map(|server| format!("ws://{}", server.address()))
    }

    /// The hash of block 0, which names the chain.
    pub fn genesis_hash(&self) -> [u8; 32] {
        self.genesis_hash.0
    }

    /// Seals a block now, with what is in the pool, and gives its hash.
    ///
    /// # Errors
    /// When no block can be made.
    pub async fn new_block(&self) -> Result<[u8; 32], NodeError> {
        let hash = ask(&self.commands, |reply| Command::NewBlocks { count: 1, reply }).await??;
        Ok(hash.0)
    }

    /// Lets timeslices pass, a block each, so that the broker misses none; gives the last block's hash.
    ///
    /// # Errors
    /// When a block on the way can not be made; the ones before it stay.
    pub async fn advance_timeslices(&self, count: u32) -> Result<[u8; 32], NodeError> {
        let hash = ask(&self.commands, |reply| Command::AdvanceTimeslices { count, reply }).await??;
        Ok(hash.0)
    }

    /// Lets finality stand still, or go on from where the lag says that it should be.
    ///
    /// # Errors
    /// When the chain has stopped.
    pub async fn set_finalization(&self, finalizing: bool) -> Result<(), NodeError> {
        ask(&self.commands, |reply| Command::SetFinalization { finalizing, reply }).await
    }

    /// A fork: all blocks that are not final are given up, and others come in their place. Their transactions, and
    /// those in the pool, are gone until they are submitted again. Gives how many blocks were given up.
    ///
    /// # Errors
    /// When the chain has stopped, or stops because of it.
    pub async fn reorganise(&self) -> Result<u32, NodeError> {
        ask(&self.commands, |reply| Command::Reorganise { reply }).await?
    }

    /// Stops the chain and its server, and returns when the data folder is free.
    pub async fn shutdown(mut self) {
        let server = self.server.take();
        let thread = self.stop();
        // Joining waits for at most one block, though not on a thread that others need.
        let _ = tokio::task::spawn_blocking(move || thread.map(JoinHandle::join)).await;
        if let Some(server) = server {
            server.stopped().await;
        }
    }

    fn stop(&mut self) -> Option<JoinHandle<()>> {
        self.shared.stopping.store(true, Ordering::Release);
        // It has stopped already if nobody listens.
        let _ = self.commands.send(Command::Stop);
        self.thread.take()
    }
}

impl Drop for DevChain {
    fn drop(&mut self) {
        if let Some(thread) = self.stop() {
            // A panic of the thread has been told by the panic hook.
            let _ = thread.join();
        }
    }
}

/// Tells the chain's thread something and waits for its answer.
pub(crate) async fn ask<Answer>(
    commands: &Sender<Command>,
    command: impl FnOnce(oneshot::Sender<Answer>) -> Command,
) -> Result<Answer, NodeError> {
    let (reply, answer) = oneshot::channel();
    commands.send(command(reply)).map_err(|_| NodeError::Stopped)?;
    answer.await.map_err(|_| NodeError::Stopped)
}

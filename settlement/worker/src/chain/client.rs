//! The connection to a node.

use super::ChainError;
use coretime_types::BlockNumber;
use jsonrpsee::{core::client::async_client::PingConfig, ws_client::WsClientBuilder};
use std::{sync::Arc, time::Duration};
use subxt::{
    OnlineClient, SubstrateConfig, backend::LegacyBackend, client::Blocks, client::OnlineClientAtBlock,
    config::RpcConfigFor, utils::H256,
};
use subxt_rpcs::{RpcClient, methods::legacy::LegacyRpcMethods, utils::validate_url_is_secure};

/// How long a node may usually take over one answer.
pub(crate) const USUAL_NODE_TIMEOUT: Duration = Duration::from_secs(60);
/// Headers that may wait to be read. Who falls further behind is told so by the end of the subscription.
const MAX_WAITING_HEADERS: usize = 4_096;

/// The chain's state at one block, with the metadata that holds there.
pub(crate) type AtBlock = OnlineClientAtBlock<SubstrateConfig>;

/// A connection to a node. It does not mend itself: after an error of the connection, connect again.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    client: OnlineClient<SubstrateConfig>,
    pub(crate) rpc: LegacyRpcMethods<RpcConfigFor<SubstrateConfig>>,
}

impl Chain {
    /// Whatever the node is asked over this connection, it answers within `timeout` or the request fails. A connection
    /// that has died without a word ends within twice that time, also while nothing is asked.
    pub(crate) async fn connect(url: &str, timeout: Duration) -> Result<Chain, ChainError> {
        // Beyond this machine only encrypted: whoever sits in between could make deposits up.
        validate_url_is_secure(url).map_err(ChainError::node("connect to the node"))?;
        // Without pings a subscription to a node that is gone would just be silent.
        let pings = PingConfig::new().ping_interval(timeout / 3).inactive_limit(timeout);
        let client = WsClientBuilder::new()
            .request_timeout(timeout)
            .enable_ws_ping(pings)
            .max_buffer_capacity_per_subscription(MAX_WAITING_HEADERS);
        // The client's own limit is for TCP only, and not for what is said next.
        let client = tokio::time::timeout(timeout, client.build(url)).await;
        let client = client
            .map_err(ChainError::node("connect to the node"))?
            .map_err(ChainError::node("connect to the node"))?;
        let rpc_client = RpcClient::new(client);
        // The methods that every node has; settlement needs none of the newer ones, which pin blocks.
        let backend = LegacyBackend::builder().build(rpc_client.clone());
        let client = OnlineClient::from_backend(Arc::new(backend))
            .await
            .map_err(ChainError::node("connect to the node"))?;
        Ok(Chain { client, rpc: LegacyRpcMethods::new(rpc_client) })
    }

    pub(crate) fn genesis_hash(&self) -> [u8; 32] {
        self.client.genesis_hash().0
    }

    pub(crate) async fn newest_finalised(&self) -> Result<AtBlock, ChainError> {
        self.client.at_current_block().await.map_err(ChainError::node("read the newest finalised block"))
    }

    /// A block by number, which must be a final one.
    pub(crate) async fn at(&self, number: BlockNumber) -> Result<AtBlock, ChainError> {
        self.client.at_block(number.0).await.map_err(ChainError::node("read a block"))
    }

    /// Tells of finalised blocks, as something to wake up by.
    pub(crate) async fn finalised_heads(&self) -> Result<Blocks<SubstrateConfig>, ChainError> {
        self.client.stream_blocks().await.map_err(ChainError::node("follow finalised blocks"))
    }

    /// Gives signed bytes to the node. An error says nothing about whether they will be included.
    pub(crate) async fn submit(&self, extrinsic: &[u8]) -> Result<(), ChainError> {
        self.rpc
            .author_submit_extrinsic(extrinsic)
            .await
            .map(|_| ())
            .map_err(ChainError::node("submit an extrinsic"))
    }
}

/// A hash as the log and the store have it.
pub(crate) fn hash_text(hash: H256) -> String {
    format!("0x{}", hex::encode(hash.0))
}

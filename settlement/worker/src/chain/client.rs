//! The connection to a node.

use super::ChainError;
use coretime_types::BlockNumber;
use std::sync::Arc;
use subxt::{
    OnlineClient, SubstrateConfig, backend::LegacyBackend, client::Blocks, client::OnlineClientAtBlock,
    config::RpcConfigFor, utils::H256,
};
use subxt_rpcs::{RpcClient, methods::legacy::LegacyRpcMethods};

/// The chain's state at one block, with the metadata that holds there.
pub(crate) type AtBlock = OnlineClientAtBlock<SubstrateConfig>;

/// A connection to a node. It does not mend itself: after an error of the connection, connect again.
#[derive(Clone, Debug)]
pub(crate) struct Chain {
    client: OnlineClient<SubstrateConfig>,
    pub(crate) rpc: LegacyRpcMethods<RpcConfigFor<SubstrateConfig>>,
}

impl Chain {
    pub(crate) async fn connect(url: &str) -> Result<Chain, ChainError> {
        // Beyond this machine only encrypted: whoever sits in between could make deposits up.
        let rpc_client = RpcClient::from_url(url).await.map_err(ChainError::node("connect to the node"))?;
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

//! The JSON-RPC front, as Substrate nodes have it, over WebSocket and HTTP on one port.

mod author;
mod chain;
mod dev;
mod error;
mod payment;
mod state;
mod submit;
mod subscription;
mod system;

use std::{
    net::SocketAddr,
    sync::{Arc, mpsc::Sender},
};

use coretime_dev_runtime::Hash;
use jsonrpsee::{
    RpcModule,
    core::{RegisterMethodError, RpcResult},
    server::{RandomStringIdProvider, Server as JsonRpcServer, ServerConfig, ServerHandle},
    types::Params,
};
use serde::de::DeserializeOwned;

use crate::{
    chain::SealedBlock,
    config::StartError,
    executor::{CallError, on_runtime_stack},
    node::{Command, Shared},
    state::StateBackend,
};

const MAX_REQUEST_BYTES: u32 = 15 * 1024 * 1024;
const MAX_RESPONSE_BYTES: u32 = 64 * 1024 * 1024;
const MAX_CONNECTIONS: u32 = 256;
const MAX_SUBSCRIPTIONS_PER_CONNECTION: u32 = 1_024;
const ID_LENGTH: usize = 16;

/// What every method has at hand.
pub(crate) struct Context {
    shared: Arc<Shared>,
    commands: Sender<Command>,
}

/// A running server.
pub(crate) struct Server {
    address: SocketAddr,
    handle: ServerHandle,
}

impl Server {
    /// Serves the chain on `address`.
    pub(crate) async fn start(
        address: SocketAddr,
        shared: Arc<Shared>,
        commands: Sender<Command>,
    ) -> Result<Self, StartError> {
        let failed = |reason: String| StartError::Listen { address, reason };
        let config = ServerConfig::builder()
            .max_request_body_size(MAX_REQUEST_BYTES)
            .max_response_body_size(MAX_RESPONSE_BYTES)
            .max_connections(MAX_CONNECTIONS)
            .max_subscriptions_per_connection(MAX_SUBSCRIPTIONS_PER_CONNECTION)
            .set_id_provider(RandomStringIdProvider::new(ID_LENGTH))
            // A small answer would wait 40 ms for company.
            .set_tcp_no_delay(true)
            .build();
        let server = JsonRpcServer::builder()
            .set_config(config)
            .build(address)
            .await
            .map_err(|error| failed(error.to_string()))?;
        let bound = server.local_addr().map_err(|error| failed(error.to_string()))?;
        let module = module(Context { shared, commands }).map_err(|e| failed(e.to_string()))?;
        Ok(Self { address: bound, handle: server.start(module) })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops the server and returns when its connections are closed.
    pub(crate) async fn stopped(self) {
        // It fails only when it is stopped already.
        let _ = self.handle.stop();
        self.handle.stopped().await;
    }
}

fn module(context: Context) -> Result<RpcModule<Context>, RegisterMethodError> {
    let mut module = RpcModule::new(context);
    author::register(&mut module)?;
    chain::register(&mut module)?;
    dev::register(&mut module)?;
    payment::register(&mut module)?;
    state::register(&mut module)?;
    system::register(&mut module)?;
    let mut methods: Vec<_> = module.method_names().chain(["rpc_methods"]).collect();
    methods.sort_unstable();
    let methods = serde_json::json!({ "methods": methods });
    module.register_method("rpc_methods", move |_, _, _| methods.clone())?;
    Ok(module)
}

impl Context {
    /// The state after a block (the best one if none is named), on a stack that the runtime can use.
    fn with_state<T: Send>(
        &self,
        at: Option<Hash>,
        work: impl FnOnce(&SealedBlock, &StateBackend) -> RpcResult<T> + Send,
    ) -> RpcResult<T> {
        let (block, state) = self.shared.chain.read().state_at(at).map_err(error::state)?;
        on_runtime_stack(|| work(&block, &state)).map_err(error::call)?
    }

    /// Calls a runtime function that changes nothing.
    fn call<Answer: codec::Decode + Send>(
        &self,
        at: Option<Hash>,
        function: &str,
        arguments: &(impl codec::Encode + Sync),
    ) -> RpcResult<Answer> {
        self.with_state(at, |_, state| {
            let answer: Result<Answer, CallError> =
                crate::executor::call(state, &mut Default::default(), function, arguments);
            answer.map_err(error::call)
        })
    }
}

/// A method's only parameter, which may be left out.
fn optional<T: DeserializeOwned>(params: &Params<'_>) -> RpcResult<Option<T>> {
    params.sequence().optional_next()
}

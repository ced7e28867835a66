//! `state_*`: storage, metadata and calls into the runtime.

use coretime_dev_runtime::Hash;
use jsonrpsee::{
    RpcModule,
    core::{RegisterMethodError, RpcResult},
};
use serde_json::{Value, json};
use sp_core::{Bytes, OpaqueMetadata};
use sp_runtime::traits::{BlakeTwo256, Hash as _};
use sp_state_machine::{Backend as _, IterArgs};

use super::{Context, error, optional, subscription};
use crate::{executor::call_raw, state::StateBackend};

/// How many keys are given, asked for, or watched at once.
const MAX_KEYS: u32 = 1_000;

pub(super) fn register(module: &mut RpcModule<Context>) -> Result<(), RegisterMethodError> {
    register_storage(module)?;
    module.register_blocking_method("state_getMetadata", |params, context, _| {
        let metadata: OpaqueMetadata = context.call(optional(&params)?, "Metadata_metadata", &())?;
        RpcResult::Ok(Bytes(metadata.to_vec()))
    })?;
    module.register_method("state_getRuntimeVersion", |params, context, _| {
        let at: Option<Hash> = optional(&params)?;
        let (_, state) = context.shared.chain.read().state_at(at).map_err(error::state)?;
        RpcResult::Ok(state.runtime.version())
    })?;
    module.register_alias("chain_getRuntimeVersion", "state_getRuntimeVersion")?;
    module.register_blocking_method("state_call", |params, context, _| {
        let mut params = params.sequence();
        let (function, arguments): (String, Bytes) = (params.next()?, params.next()?);
        context.with_state(params.optional_next()?, |_, state| {
            call_raw(state, &mut Default::default(), &function, &arguments).map(Bytes).map_err(error::call)
        })
    })?;
    module.register_alias("state_callAt", "state_call")?;
    module.register_subscription(
        "state_subscribeRuntimeVersion",
        "state_runtimeVersion",
        "state_unsubscribeRuntimeVersion",
        |_, pending, context, _| subscription::runtime_version(pending, context),
    )?;
    module.register_alias("chain_subscribeRuntimeVersion", "state_subscribeRuntimeVersion")?;
    module.register_alias("chain_unsubscribeRuntimeVersion", "state_unsubscribeRuntimeVersion")?;
    Ok(())
}

fn register_storage(module: &mut RpcModule<Context>) -> Result<(), RegisterMethodError> {
    module.register_blocking_method("state_getStorage", |params, context, _| {
        value(&context, &params, |value| Ok(value.map(Bytes)))
    })?;
    module.register_alias("state_getStorageAt", "state_getStorage")?;
    module.register_blocking_method("state_getStorageHash", |params, context, _| {
        value(&context, &params, |value| Ok(value.map(|value| BlakeTwo256::hash(&value))))
    })?;
    module.register_alias("state_getStorageHashAt", "state_getStorageHash")?;
    module.register_blocking_method("state_getStorageSize", |params, context, _| {
        value(&context, &params, |value| Ok(value.map(|value| value.len())))
    })?;
    module.register_alias("state_getStorageSizeAt", "state_getStorageSize")?;
    module.register_blocking_method("state_getKeysPaged", |params, context, _| {
        let mut params = params.sequence();
        let prefix: Bytes = params.next()?;
        let (count, start): (u32, Option<Bytes>) = (params.next()?, params.optional_next()?);
        if count > MAX_KEYS {
            return Err(error::count(count, MAX_KEYS));
        }
        context.with_state(params.optional_next()?, |_, state| keys(state, &prefix, count, start.as_deref()))
    })?;
    module.register_alias("state_getKeysPagedAt", "state_getKeysPaged")?;
    module.register_blocking_method("state_queryStorageAt", |params, context, _| {
        let mut params = params.sequence();
        let keys: Vec<Bytes> = limited(params.next()?)?;
        context.with_state(params.optional_next()?, |block, state| {
            let changes: Vec<(&Bytes, Option<Bytes>)> = keys
                .iter()
                .map(|key| Ok((key, state.storage(key).map_err(error::storage)?.map(Bytes))))
                .collect::<RpcResult<_>>()?;
            Ok::<Value, _>(json!([{ "block": block.hash, "changes": changes }]))
        })
    })?;
    module.register_subscription(
        "state_subscribeStorage",
        "state_storage",
        "state_unsubscribeStorage",
        |params, pending, context, _| async move {
            match params.one().and_then(limited) {
                Ok(keys) => subscription::storage(pending, context, keys).await,
                Err(refusal) => {
                    pending.reject(refusal).await;
                    Ok(())
                }
            }
        },
    )?;
    Ok(())
}

fn limited(keys: Vec<Bytes>) -> RpcResult<Vec<Bytes>> {
    let count = u32::try_from(keys.len()).unwrap_or(u32::MAX);
    if count > MAX_KEYS { Err(error::count(count, MAX_KEYS)) } else { Ok(keys) }
}

/// Something about the value at a key: the first parameter, at the block that the second names.
fn value<T: Send>(
    context: &Context,
    params: &jsonrpsee::types::Params<'_>,
    of: impl FnOnce(Option<Vec<u8>>) -> RpcResult<T> + Send,
) -> RpcResult<T> {
    let mut params = params.sequence();
    let (key, at): (Bytes, Option<Hash>) = (params.next()?, params.optional_next()?);
    context.with_state(at, |_, state| of(state.storage(&key).map_err(error::storage)?))
}

/// The keys under a prefix, after `start`.
fn keys(state: &StateBackend, prefix: &[u8], count: u32, start: Option<&[u8]>) -> RpcResult<Vec<Bytes>> {
    let mut arguments = IterArgs::default();
    arguments.prefix = Some(prefix);
    arguments.start_at = start;
    arguments.start_at_exclusive = true;
    let keys = state.keys(arguments).map_err(error::storage)?;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    keys.take(count).map(|key| key.map(Bytes).map_err(error::storage)).collect()
}

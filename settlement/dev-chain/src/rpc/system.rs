//! `system_*`: what chain and node this is, and accounts' nonces.

use codec::Encode as _;
use coretime_dev_runtime::{AccountId, Hash, Nonce};
use jsonrpsee::{
    RpcModule,
    core::{RegisterMethodError, RpcResult},
};
use serde_json::json;
use sp_core::Bytes;

use super::{Context, error};
use crate::{author::BlockBuilder, runtime::Properties};

pub(super) fn register(module: &mut RpcModule<Context>) -> Result<(), RegisterMethodError> {
    module.register_method("system_chain", |_, context, _| RpcResult::Ok(properties(context)?.name))?;
    module.register_method("system_name", |_, _, _| "Coretime Development Chain")?;
    module.register_method("system_version", |_, _, _| env!("CARGO_PKG_VERSION"))?;
    module.register_method("system_chainType", |_, _, _| "Development")?;
    module.register_method("system_nodeRoles", |_, _, _| json!(["Authority"]))?;
    module.register_method("system_peers", |_, _, _| json!([]))?;
    module.register_method(
        "system_health",
        |_, _, _| json!({ "peers": 0, "isSyncing": false, "shouldHavePeers": false }),
    )?;
    module.register_method("system_properties", |_, context, _| {
        let properties = properties(context)?;
        RpcResult::Ok(json!({
            "ss58Format": properties.ss58_prefix,
            "tokenDecimals": properties.token_decimals,
            "tokenSymbol": properties.token_symbol,
        }))
    })?;
    module.register_method("system_syncState", |_, context, _| {
        let best = context.shared.chain.read().heads().best;
        json!({ "startingBlock": 0, "currentBlock": best, "highestBlock": best })
    })?;
    module.register_blocking_method("system_accountNextIndex", |params, context, _| {
        let account: AccountId = params.one()?;
        account_next_index(&context, &account)
    })?;
    module.register_alias("account_nextIndex", "system_accountNextIndex")?;
    module.register_blocking_method("system_dryRun", |params, context, _| {
        let mut params = params.sequence();
        let (extrinsic, at): (Bytes, Option<Hash>) = (params.next()?, params.optional_next()?);
        dry_run(&context, extrinsic, at)
    })?;
    module.register_alias("system_dryRunAt", "system_dryRun")?;
    Ok(())
}

fn account_next_index(context: &Context, account: &AccountId) -> RpcResult<Nonce> {
    let nonce: Nonce = context.call(None, "AccountNonceApi_account_nonce", account)?;
    Ok(context.shared.pool.lock().next_nonce(account, nonce))
}

fn properties(context: &Context) -> RpcResult<Properties> {
    let (_, state) = context.shared.chain.read().state_at(None).map_err(error::state)?;
    Ok(state.runtime.properties())
}

/// The runtime's answer to the transaction, as if it were the next block's first.
fn dry_run(context: &Context, extrinsic: Bytes, at: Option<Hash>) -> RpcResult<Bytes> {
    super::submit::form(context, &extrinsic).map_err(error::pool)?;
    let origin = context.shared.clock_origin;
    context.with_state(at, |block, state| {
        let relay_block = crate::node::relay_block(state).map_err(error::storage)?;
        let mut builder = BlockBuilder::new(
            block,
            state,
            origin.at(relay_block.saturating_add(state.runtime.least_step())),
        )
        .map_err(error::storage)?;
        let answer = builder.apply_raw(extrinsic.0).map_err(error::call)?;
        Ok(Bytes(answer.encode()))
    })
}

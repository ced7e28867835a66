//! `dev_*`: sealing on demand, time that passes, finality that stands still.

use jsonrpsee::{
    RpcModule,
    core::{RegisterMethodError, RpcResult},
};
use serde::Deserialize;

use super::{Context, error, optional};
use crate::{handle::ask, node::Command};

/// How much one request may ask for: it is answered only when all is done.
const MAX_BLOCKS_PER_REQUEST: u32 = 100_000;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct NewBlock {
    count: Option<u32>,
}

pub(super) fn register(module: &mut RpcModule<Context>) -> Result<(), RegisterMethodError> {
    module.register_async_method("dev_newBlock", |params, context, _| async move {
        let count = optional::<NewBlock>(&params)?.unwrap_or_default().count.unwrap_or(1);
        let count = checked(count)?;
        let made = ask(&context.commands, |reply| Command::NewBlocks { count, reply }).await;
        made.and_then(|made| made).map_err(|error| error::node(&error))
    })?;
    module.register_async_method("dev_advanceTimeslices", |params, context, _| async move {
        let count = checked(params.one()?)?;
        let made = ask(&context.commands, |reply| Command::AdvanceTimeslices { count, reply }).await;
        made.and_then(|made| made).map_err(|error| error::node(&error))
    })?;
    module.register_async_method("dev_setFinalization", |params, context, _| async move {
        let finalizing = params.one()?;
        ask(&context.commands, |reply| Command::SetFinalization { finalizing, reply })
            .await
            .map_err(|error| error::node(&error))?;
        RpcResult::Ok(finalizing)
    })?;
    Ok(())
}

fn checked(count: u32) -> RpcResult<u32> {
    if (1..=MAX_BLOCKS_PER_REQUEST).contains(&count) {
        Ok(count)
    } else {
        Err(error::invalid_params(format!("the count must be 1 to {MAX_BLOCKS_PER_REQUEST}")))
    }
}

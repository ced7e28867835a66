//! `author_*`: transactions on their way into a block.

use jsonrpsee::{
    RpcModule,
    core::{RegisterMethodError, RpcResult},
};
use sp_core::Bytes;

use super::{Context, error, submit::submit, subscription};

pub(super) fn register(module: &mut RpcModule<Context>) -> Result<(), RegisterMethodError> {
    module.register_blocking_method("author_submitExtrinsic", |params, context, _| {
        let extrinsic: Bytes = params.one()?;
        let (hash, _) = submit(&context, extrinsic.0, false).map_err(error::pool)?;
        RpcResult::Ok(hash)
    })?;
    module.register_method("author_pendingExtrinsics", |_, context, _| {
        let pending = context.shared.pool.lock().pending();
        pending.into_iter().map(Bytes).collect::<Vec<_>>()
    })?;
    module.register_subscription(
        "author_submitAndWatchExtrinsic",
        "author_extrinsicUpdate",
        "author_unwatchExtrinsic",
        |params, pending, context, _| async move {
            match params.one() {
                Ok(extrinsic) => subscription::transaction(pending, context, extrinsic).await,
                Err(refusal) => {
                    pending.reject(refusal).await;
                    Ok(())
                }
            }
        },
    )?;
    Ok(())
}

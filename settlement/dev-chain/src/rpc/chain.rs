//! `chain_*`: headers, blocks and heads.

use coretime_dev_runtime::{Hash, Header};
use jsonrpsee::{
    RpcModule,
    core::{RegisterMethodError, RpcResult},
};
use serde::Deserialize;
use serde_json::{Value, json};
use sp_core::Bytes;

use super::{Context, error, optional, subscription};
use crate::chain::SealedBlock;

/// A block number as clients write it.
#[derive(Deserialize)]
#[serde(untagged)]
enum NumberOrHex {
    Number(u32),
    Hex(String),
}

/// One block number or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(NumberOrHex),
    Many(Vec<Option<NumberOrHex>>),
}

pub(super) fn register(module: &mut RpcModule<Context>) -> Result<(), RegisterMethodError> {
    module.register_method("chain_getHeader", |params, context, _| {
        let header = |block: &SealedBlock| block.header.clone();
        RpcResult::Ok(context.block(optional(&params)?).as_deref().map(header))
    })?;
    module.register_method("chain_getBlock", |params, context, _| {
        RpcResult::Ok(context.block(optional(&params)?).as_deref().map(block_json))
    })?;
    module.register_method("chain_getBlockHash", |params, context, _| {
        block_hash(context, optional(&params)?)
    })?;
    module.register_alias("chain_getHead", "chain_getBlockHash")?;
    module.register_method("chain_getFinalizedHead", |_, context, _| {
        context.shared.chain.read().finalized().map(|block| block.hash)
    })?;
    module.register_alias("chain_getFinalisedHead", "chain_getFinalizedHead")?;
    register_subscriptions(module)
}

fn register_subscriptions(module: &mut RpcModule<Context>) -> Result<(), RegisterMethodError> {
    module.register_subscription(
        "chain_subscribeNewHeads",
        "chain_newHead",
        "chain_unsubscribeNewHeads",
        |_, pending, context, _| subscription::headers(pending, context, |heads| heads.best),
    )?;
    module.register_subscription(
        "chain_subscribeAllHeads",
        "chain_allHead",
        "chain_unsubscribeAllHeads",
        |_, pending, context, _| subscription::headers(pending, context, |heads| heads.best),
    )?;
    module.register_subscription(
        "chain_subscribeFinalizedHeads",
        "chain_finalizedHead",
        "chain_unsubscribeFinalizedHeads",
        |_, pending, context, _| subscription::headers(pending, context, |heads| heads.finalized),
    )?;
    for (alias, method) in [
        ("chain_subscribeNewHead", "chain_subscribeNewHeads"),
        ("subscribe_newHead", "chain_subscribeNewHeads"),
        ("chain_unsubscribeNewHead", "chain_unsubscribeNewHeads"),
        ("unsubscribe_newHead", "chain_unsubscribeNewHeads"),
        ("chain_subscribeFinalisedHeads", "chain_subscribeFinalizedHeads"),
        ("chain_unsubscribeFinalisedHeads", "chain_unsubscribeFinalizedHeads"),
    ] {
        module.register_alias(alias, method)?;
    }
    Ok(())
}

fn block_json(block: &SealedBlock) -> Value {
    let extrinsics: Vec<_> = block.body.iter().cloned().map(Bytes).collect();
    let header: &Header = &block.header;
    json!({ "block": { "header": header, "extrinsics": extrinsics }, "justifications": null })
}

/// The hash of the best block, of one by number, or of each of a list.
fn block_hash(context: &Context, asked: Option<OneOrMany>) -> RpcResult<Value> {
    let chain = context.shared.chain.read();
    let one = |number: Option<NumberOrHex>| -> RpcResult<Option<Hash>> {
        let Some(number) = number else { return Ok(Some(chain.best().hash)) };
        let number = match number {
            NumberOrHex::Number(number) => number,
            NumberOrHex::Hex(text) => u32::from_str_radix(text.trim_start_matches("0x"), 16)
                .map_err(|_| error::invalid_params(format!("`{text}` is not a block number")))?,
        };
        Ok(chain.by_number(number).map(|block| block.hash))
    };
    Ok(match asked {
        None => json!(one(None)?),
        Some(OneOrMany::One(number)) => json!(one(Some(number))?),
        Some(OneOrMany::Many(numbers)) => {
            json!(numbers.into_iter().map(one).collect::<RpcResult<Vec<_>>>()?)
        }
    })
}

impl Context {
    /// A block; the best one if none is named.
    fn block(&self, hash: Option<Hash>) -> Option<std::sync::Arc<SealedBlock>> {
        let chain = self.shared.chain.read();
        match hash {
            None => Some(chain.best().clone()),
            Some(hash) => chain.by_hash(hash).cloned(),
        }
    }
}

//! Subscriptions: each a place in the chain that moves on, so that nothing is skipped and nothing buffered.

use std::sync::Arc;

use coretime_dev_runtime::Hash;
use jsonrpsee::{PendingSubscriptionSink, SubscriptionSink, core::SubscriptionResult};
use serde::Serialize;
use serde_json::json;
use sp_core::Bytes;
use sp_state_machine::Backend as _;
use tokio::sync::mpsc;

use super::{Context, error};
use crate::{chain::Heads, watch::TxStatus};

/// Sends the header at a height that moves, and then each next one.
pub(super) async fn headers(
    pending: PendingSubscriptionSink,
    context: Arc<Context>,
    height: impl Fn(Heads) -> u32 + Send,
) -> SubscriptionResult {
    let mut heads = context.shared.heads.subscribe();
    // Before the client knows of the subscription, so that it misses nothing of what it does next.
    let mut next = height(*heads.borrow_and_update());
    let sink = pending.accept().await?;
    loop {
        let newest = height(*heads.borrow_and_update());
        // Blocks that were given up are followed by others.
        next = next.min(newest.saturating_add(1));
        while next <= newest {
            let block = context.shared.chain.read().by_number(next).cloned();
            let Some(block) = block else { break };
            send(&sink, &block.header).await?;
            next += 1;
        }
        tokio::select! {
            () = sink.closed() => return Ok(()),
            changed = heads.changed() => changed?,
        }
    }
}

/// Sends the values of some keys, and then those that a block changes.
pub(super) async fn storage(
    pending: PendingSubscriptionSink,
    context: Arc<Context>,
    keys: Vec<Bytes>,
) -> SubscriptionResult {
    let mut heads = context.shared.heads.subscribe();
    let mut next = heads.borrow_and_update().best;
    let mut known: Vec<Option<Option<Bytes>>> = vec![None; keys.len()];
    let sink = pending.accept().await?;
    loop {
        while next <= heads.borrow_and_update().best {
            let Some((block, values)) = values_at(&context, next, &keys) else { break };
            let mut changes = Vec::new();
            for ((key, value), known) in keys.iter().zip(values).zip(&mut known) {
                if known.as_ref() != Some(&value) {
                    changes.push((key, value.clone()));
                    *known = Some(value);
                }
            }
            if !changes.is_empty() {
                send(&sink, &json!({ "block": block, "changes": changes })).await?;
            }
            next += 1;
        }
        tokio::select! {
            () = sink.closed() => return Ok(()),
            changed = heads.changed() => changed?,
        }
    }
}

fn values_at(context: &Context, number: u32, keys: &[Bytes]) -> Option<(Hash, Vec<Option<Bytes>>)> {
    let chain = context.shared.chain.read();
    let hash = chain.by_number(number)?.hash;
    let (_, state) = chain.state_at(Some(hash)).ok()?;
    let value = |key: &Bytes| state.storage(key).ok().flatten().map(Bytes);
    Some((hash, keys.iter().map(value).collect()))
}

/// Sends the runtime's version, and each one after it.
pub(super) async fn runtime_version(
    pending: PendingSubscriptionSink,
    context: Arc<Context>,
) -> SubscriptionResult {
    let mut heads = context.shared.heads.subscribe();
    let mut known = None;
    let sink = pending.accept().await?;
    loop {
        heads.borrow_and_update();
        let version =
            context.shared.chain.read().state_at(None).ok().map(|(_, state)| state.runtime.version());
        if version != known {
            send(&sink, &version).await?;
            known = version;
        }
        tokio::select! {
            () = sink.closed() => return Ok(()),
            changed = heads.changed() => changed?,
        }
    }
}

/// Puts a transaction into the pool and sends what happens to it.
pub(super) async fn transaction(
    pending: PendingSubscriptionSink,
    context: Arc<Context>,
    extrinsic: Bytes,
) -> SubscriptionResult {
    let for_pool = context.clone();
    let submitted =
        tokio::task::spawn_blocking(move || super::submit::submit(&for_pool, extrinsic.0, true)).await?;
    let mut statuses = match submitted {
        Ok((_, Some(statuses))) => statuses,
        Ok((_, None)) => return Ok(()),
        Err(refusal) => {
            pending.reject(error::pool(refusal)).await;
            return Ok(());
        }
    };
    let sink = pending.accept().await?;
    send_statuses(&sink, &mut statuses).await
}

async fn send_statuses(
    sink: &SubscriptionSink,
    statuses: &mut mpsc::UnboundedReceiver<TxStatus>,
) -> SubscriptionResult {
    loop {
        tokio::select! {
            () = sink.closed() => return Ok(()),
            status = statuses.recv() => {
                let Some(status) = status else { return Ok(()) };
                send(sink, &status).await?;
                if status.is_last() {
                    return Ok(());
                }
            }
        }
    }
}

async fn send(sink: &SubscriptionSink, message: &impl Serialize) -> SubscriptionResult {
    Ok(sink.send(serde_json::value::to_raw_value(message)?).await?)
}

//! The private stream of an account's events.

use super::Api;
use crate::{
    auth::session::Caller,
    convert::{
        common::{position_message, record_receipt},
        instruction::ledger_instruction,
        order_view::live_order,
    },
    feed::{AccountReader, Entry, Replica},
    status,
    streams::stream as follow,
};
use coretime_proto::v1::{self, stream_order_events_response::Message};
use coretime_types::{AccountId, Sequence};
use futures::stream::BoxStream;
use std::iter;
use tonic::Status;

/// Orders and instructions in one message, at most: none is near the size that clients take by default.
const SNAPSHOT_PART: usize = 1_000;

/// Follows the account's events, from a snapshot on or from where the client left off.
pub(super) async fn stream(
    api: &Api,
    caller: Caller,
    request: v1::StreamOrderEventsRequest,
) -> Result<BoxStream<'static, Result<v1::StreamOrderEventsResponse, Status>>, Status> {
    let account = caller.account;
    let guards = api.guards(Some(caller)).await?;
    let (reader, start, snapshot) = begin(api, account, request.resume_after_sequence)?;
    let snapshot = snapshot.into_iter().map(Message::Snapshot);
    let first = iter::once(Message::Start(start)).chain(snapshot).map(message).collect();
    Ok(follow(guards, reader, first, move |entry| {
        batch(entry, account).map(|batch| message(Message::Batch(batch))).into_iter().collect()
    }))
}

/// Where an account's stream begins, and what the account has there, unless it is resumed.
pub(super) fn begin(
    api: &Api,
    account: AccountId,
    resume_after: Option<u64>,
) -> Result<(AccountReader, v1::StreamStart, Vec<v1::AccountSnapshot>), Status> {
    let look = |replica: &Replica| match resume_after {
        Some(sequence) => (v1::Position { sequence, chain_hash: Vec::new() }, Vec::new()),
        None => (position_message(replica.position()), snapshot(replica, account)),
    };
    let followed = api.0.feed.follow_account(account, resume_after.map(Sequence), look);
    let (reader, (position, snapshot)) = followed.map_err(|_| status::resume_too_old())?;
    Ok((reader, v1::StreamStart { position: Some(position) }, snapshot))
}

/// What the account has, in parts of which the last is complete.
fn snapshot(replica: &Replica, account: AccountId) -> Vec<v1::AccountSnapshot> {
    let market = replica.market();
    let orders: Vec<v1::Order> = market.orders_of(account).map(live_order).collect();
    let outstanding = market.instructions().filter(|instruction| instruction.account == account);
    let instructions: Vec<v1::Instruction> =
        outstanding.map(|instruction| ledger_instruction(instruction.clone(), market)).collect();
    let orders = orders
        .chunks(SNAPSHOT_PART)
        .map(|orders| v1::AccountSnapshot { orders: orders.to_vec(), ..v1::AccountSnapshot::default() });
    let instructions = instructions.chunks(SNAPSHOT_PART).map(|instructions| v1::AccountSnapshot {
        instructions: instructions.to_vec(),
        ..v1::AccountSnapshot::default()
    });
    let mut parts: Vec<_> = orders.chain(instructions).collect();
    match parts.last_mut() {
        Some(last) => last.complete = true,
        None => parts.push(v1::AccountSnapshot { complete: true, ..v1::AccountSnapshot::default() }),
    }
    parts
}

/// What the account sees of a record; `None`: nothing.
pub(super) fn batch(entry: &Entry, account: AccountId) -> Option<v1::OrderEventBatch> {
    let events = entry.events_of(account);
    let receipt = Some(record_receipt(&entry.record));
    (!events.is_empty()).then_some(v1::OrderEventBatch { receipt, events })
}

fn message(message: Message) -> v1::StreamOrderEventsResponse {
    v1::StreamOrderEventsResponse { message: Some(message) }
}

//! The private stream of an account's events.

use super::Api;
use crate::{
    auth::session::Session,
    convert::{
        common::{position_message, receipt_message},
        event::{Origin, Own, OwnReader},
    },
};
use coretime_market::Market;
use coretime_proto::v1::{self, stream_order_events_response::Message};
use coretime_sequencer::{Receipt, Record};
use coretime_types::Sequence;
use futures::stream::BoxStream;
use tonic::Status;

/// Follows the account's events from now on.
///
/// Events name orders, not accounts, so the stream must know which orders are the account's before it begins:
/// 1. it subscribes at some position P,
/// 2. asks the engine what the account has, which is answered at some later state Q,
/// 3. announces the durable position R as its start, which is not before Q (answers come after they are durable).
///
/// Records from P to R only bring its knowledge up to R; doing so again from P to Q does no harm. Every event after R
/// is given, and every read made after the start shows what happened up to R.
pub(super) async fn stream(
    api: &Api,
    session: Session,
) -> Result<BoxStream<'static, Result<v1::StreamOrderEventsResponse, Status>>, Status> {
    let account = session.account;
    let follow = api.follow(Some(session))?;
    let (mut own, _) = api.query(move |market| own_of(market, account)).await?;
    let start = api.0.engine.durable_position();
    let start_message = Message::Start(v1::StreamStart { position: Some(position_message(start)) });
    Ok(follow.stream(message(start_message), move |record| {
        let reader = OwnReader::new(account, &mut own, Origin::of(&record.command));
        let events = reader.read_all(&record.events);
        batch(record, start.sequence, events)
    }))
}

fn own_of(market: &Market, account: coretime_types::AccountId) -> Own {
    let instructions = market.instructions().filter(|instruction| instruction.account == account);
    Own {
        orders: market.orders_of(account).map(|order| order.order_id).collect(),
        instructions: instructions.map(|instruction| instruction.number).collect(),
    }
}

fn batch(
    record: &Record,
    start: Sequence,
    events: Vec<v1::OrderEvent>,
) -> Option<v1::StreamOrderEventsResponse> {
    if record.sequence <= start || events.is_empty() {
        return None;
    }
    let receipt = Some(record_receipt(record));
    Some(message(Message::Batch(v1::OrderEventBatch { receipt, events })))
}

/// Where a record is.
pub(super) fn record_receipt(record: &Record) -> v1::Receipt {
    receipt_message(&Receipt {
        sequence: record.sequence,
        chain_hash: record.chain_hash,
        time_ms: record.time_ms,
        events: record.events.clone(),
    })
}

fn message(message: Message) -> v1::StreamOrderEventsResponse {
    v1::StreamOrderEventsResponse { message: Some(message) }
}

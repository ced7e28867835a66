//! Order sessions that are kept busy: so many commands on their way at any time.

use super::{Load, LoadError, cancel, echo::STREAM, resting_bid, unary::Target, venue::connect};
use coretime_proto::v1 as pb;
use futures::{
    future::ready,
    stream::{BoxStream, StreamExt, TryStreamExt},
};
use pb::{order_session_request::Message as Command, order_session_response::Message};
use std::time::{Duration, Instant};
use tokio::{sync::mpsc, task::JoinSet};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Status, client::Grpc};
use tonic_prost::ProstCodec;

pub(super) type Requests = mpsc::Sender<pb::OrderSessionRequest>;

/// The message that has this number: a bid, or the end of the one before.
pub(super) fn command(number: u64) -> pb::OrderSessionRequest {
    let message = if number % 2 == 1 {
        Command::PlaceBid(pb::PlaceBidRequest { bid: Some(resting_bid(number)) })
    } else {
        Command::CancelOrder(cancel(number - 1))
    };
    pb::OrderSessionRequest { correlation_id: number, message: Some(message) }
}

pub(super) fn start() -> pb::OrderSessionRequest {
    let start = pb::OrderSessionStart { cancel_on_disconnect: true, ..Default::default() };
    pb::OrderSessionRequest { correlation_id: 0, message: Some(Command::Start(start)) }
}

/// Answers a second over all connections, each with `window` commands on their way.
///
/// # Errors
/// When a client is not let in, or a session ends, or answers come out of order or as errors.
pub async fn throughput(target: Target<'_>, load: Load, window: usize) -> Result<u64, LoadError> {
    let mut sessions = JoinSet::new();
    let ends = Instant::now() + load.duration;
    for number in 0..load.connections {
        match &target {
            Target::Echo(address) => {
                let mut grpc = Grpc::new(connect(*address).await?);
                grpc.ready().await?;
                sessions.spawn(async move {
                    let (sender, receiver) = mpsc::channel(window * 2);
                    let path = http::uri::PathAndQuery::from_static(STREAM);
                    let codec = ProstCodec::<pb::OrderSessionRequest, pb::OrderSessionResponse>::default();
                    let requests = Request::new(ReceiverStream::new(receiver));
                    let responses = grpc.streaming(requests, path, codec).await?.into_inner();
                    let answers = responses.try_filter_map(|message| ready(answer(message)));
                    pump(sender, window, ends, answers.boxed()).await
                });
            }
            Target::Exchange(venue) => {
                let mut trader = venue.trader(1_000 + u32::try_from(number).unwrap_or(u32::MAX)).await?;
                sessions.spawn(async move {
                    let (sender, receiver) = mpsc::channel(window * 2);
                    send(&sender, start()).await?;
                    let requests = ReceiverStream::new(receiver);
                    let responses = trader.orders.order_session(requests).await?.into_inner();
                    let answers = responses.try_filter_map(|message| ready(answer(message)));
                    pump(sender, window, ends, answers.boxed()).await
                });
            }
        }
    }
    let began = Instant::now();
    let mut answers = 0_u64;
    while let Some(session) = sessions.join_next().await {
        answers += session.map_err(|error| LoadError::Measure(error.to_string()))??;
    }
    let elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    Ok(answers.saturating_mul(1_000) / elapsed_ms.max(1))
}

/// Keeps a window of commands on their way; how many were answered, in order.
async fn pump(
    sender: Requests,
    window: usize,
    ends: Instant,
    mut answers: BoxStream<'static, Result<u64, Status>>,
) -> Result<u64, Status> {
    let mut sent = 0_u64;
    for _ in 0..window {
        sent += 1;
        send(&sender, command(sent)).await?;
    }
    let mut answered = 0_u64;
    while let Some(number) = answers.try_next().await? {
        answered += 1;
        if number != answered {
            return Err(Status::internal(format!("answer {answered} is for message {number}")));
        }
        if Instant::now() < ends {
            sent += 1;
            send(&sender, command(sent)).await?;
        } else if answered == sent {
            break;
        }
    }
    Ok(answered)
}

async fn send(sender: &Requests, request: pb::OrderSessionRequest) -> Result<(), Status> {
    sender.send(request).await.map_err(|_| Status::unavailable("the session has ended"))
}

/// The number of the next answer.
pub(super) async fn answered(
    responses: &mut tonic::Streaming<pb::OrderSessionResponse>,
) -> Result<Option<u64>, Status> {
    while let Some(message) = responses.message().await? {
        if let Some(number) = answer(message)? {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

/// The number of an answer; `None`: it is none.
fn answer(message: pb::OrderSessionResponse) -> Result<Option<u64>, Status> {
    let Some(Message::Answer(answer)) = message.message else { return Ok(None) };
    if let Some(pb::order_session_answer::Result::Error(error)) = &answer.result {
        return Err(Status::aborted(format!("{}: {}", error.reason, error.description)));
    }
    Ok(Some(answer.correlation_id))
}

/// Sessions do not wait longer than this for anything.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

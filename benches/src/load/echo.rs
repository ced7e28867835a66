//! A bare tonic service: what a request costs that is not looked at. What it answers has the exchange's form and size.

use super::LoadError;
use coretime_proto::v1 as pb;
use futures::{Stream, StreamExt, TryStreamExt, future::BoxFuture, stream::BoxStream};
use http::{Request as HttpRequest, Response as HttpResponse};
use pb::order_session_answer::Result as Outcome;
use std::{
    convert::Infallible,
    net::SocketAddr,
    task::{Context, Poll},
};
use tokio::net::TcpListener;
use tonic::{
    Request, Response, Status, Streaming,
    body::Body,
    server::{Grpc, NamedService, StreamingService, UnaryService},
    transport::{Server, server::TcpIncoming},
};
use tonic_prost::ProstCodec;
use tower::Service;

/// Answers as the exchange would, and does nothing: a `PlaceBidRequest` by a `PlaceBidResponse` for each call,
/// `OrderSessionRequest`s by `OrderSessionResponse`s on streams.
#[derive(Clone)]
pub struct Echo;

pub(super) const UNARY: &str = "/bench.Echo/Unary";
pub(super) const STREAM: &str = "/bench.Echo/Stream";

impl NamedService for Echo {
    const NAME: &'static str = "bench.Echo";
}

impl Echo {
    /// Serves on the loopback until the process ends.
    ///
    /// # Errors
    /// When there is no port.
    pub async fn serve() -> Result<SocketAddr, LoadError> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        tokio::spawn(Server::builder().add_service(Echo).serve_with_incoming(incoming));
        Ok(address)
    }
}

impl UnaryService<pb::PlaceBidRequest> for Echo {
    type Response = pb::PlaceBidResponse;
    type Future = BoxFuture<'static, Result<Response<pb::PlaceBidResponse>, Status>>;

    fn call(&mut self, request: Request<pb::PlaceBidRequest>) -> Self::Future {
        Box::pin(async move {
            let terms = request.into_inner().bid.and_then(|bid| bid.terms);
            Ok(Response::new(placed(terms.map_or(0, |terms| terms.client_order_id))))
        })
    }
}

impl StreamingService<pb::OrderSessionRequest> for Echo {
    type Response = pb::OrderSessionResponse;
    type ResponseStream = BoxStream<'static, Result<pb::OrderSessionResponse, Status>>;
    type Future = BoxFuture<'static, Result<Response<Self::ResponseStream>, Status>>;

    fn call(&mut self, request: Request<Streaming<pb::OrderSessionRequest>>) -> Self::Future {
        Box::pin(async { Ok(Response::new(boxed(request.into_inner().map_ok(answer)))) })
    }
}

/// The answer to a bid.
fn placed(number: u64) -> pb::PlaceBidResponse {
    let accepted = pb::OrderAccepted { order_id: number, client_order_id: number };
    let event = pb::OrderEvent { event: Some(pb::order_event::Event::Accepted(accepted)) };
    pb::PlaceBidResponse { receipt: Some(receipt(number)), order_id: number, events: vec![event] }
}

/// The answer to a message of a session.
fn answer(request: pb::OrderSessionRequest) -> pb::OrderSessionResponse {
    let number = request.correlation_id;
    let result = match request.message {
        Some(pb::order_session_request::Message::PlaceBid(_)) => Outcome::PlaceBid(placed(number)),
        _ => {
            Outcome::CancelOrder(pb::CancelOrderResponse { receipt: Some(receipt(number)), order_id: number })
        }
    };
    let answer = pb::OrderSessionAnswer { correlation_id: number, result: Some(result) };
    pb::OrderSessionResponse { message: Some(pb::order_session_response::Message::Answer(answer)) }
}

fn receipt(number: u64) -> pb::Receipt {
    pb::Receipt { sequence: number, chain_hash: vec![7; 32], time_unix_ms: 1_790_000_000_000 }
}

fn boxed<S: Stream + Send + 'static>(stream: S) -> BoxStream<'static, S::Item> {
    stream.boxed()
}

impl Service<HttpRequest<Body>> for Echo {
    type Response = HttpResponse<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<HttpResponse<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequest<Body>) -> Self::Future {
        Box::pin(async move {
            Ok(match request.uri().path() {
                UNARY => {
                    let codec = ProstCodec::<pb::PlaceBidResponse, pb::PlaceBidRequest>::default();
                    Grpc::new(codec).unary(Echo, request).await
                }
                STREAM => {
                    let codec = ProstCodec::<pb::OrderSessionResponse, pb::OrderSessionRequest>::default();
                    Grpc::new(codec).streaming(Echo, request).await
                }
                _ => Status::unimplemented("there is nothing else").into_http(),
            })
        })
    }
}

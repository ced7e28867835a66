//! A bare tonic service: what a request costs that is not looked at.

use super::LoadError;
use coretime_proto::v1 as pb;
use futures::{Stream, StreamExt, future::BoxFuture, stream::BoxStream};
use http::{Request as HttpRequest, Response as HttpResponse};
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

/// Gives back what it gets: a `PlaceBidRequest` for each call, `OrderSessionRequest`s on streams.
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
    type Response = pb::PlaceBidRequest;
    type Future = BoxFuture<'static, Result<Response<pb::PlaceBidRequest>, Status>>;

    fn call(&mut self, request: Request<pb::PlaceBidRequest>) -> Self::Future {
        Box::pin(async { Ok(Response::new(request.into_inner())) })
    }
}

impl StreamingService<pb::OrderSessionRequest> for Echo {
    type Response = pb::OrderSessionRequest;
    type ResponseStream = BoxStream<'static, Result<pb::OrderSessionRequest, Status>>;
    type Future = BoxFuture<'static, Result<Response<Self::ResponseStream>, Status>>;

    fn call(&mut self, request: Request<Streaming<pb::OrderSessionRequest>>) -> Self::Future {
        Box::pin(async { Ok(Response::new(boxed(request.into_inner()))) })
    }
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
                    let codec = ProstCodec::<pb::PlaceBidRequest, pb::PlaceBidRequest>::default();
                    Grpc::new(codec).unary(Echo, request).await
                }
                STREAM => {
                    let codec = ProstCodec::<pb::OrderSessionRequest, pb::OrderSessionRequest>::default();
                    Grpc::new(codec).streaming(Echo, request).await
                }
                _ => Status::unimplemented("there is nothing else").into_http(),
            })
        })
    }
}

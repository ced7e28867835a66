//! Every call gets an id, a span in the log, and its place in the metrics.
//!
//! The id is the client's own `x-request-id`, where it sends one that can be one, else the gateway's. It is answered in
//! the same header, and whatever is logged on the call's behalf has it.

use crate::{auth::access::RPCS, metrics::GatewayMetrics};
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderValue, Request, Response};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Instant,
};
use tonic::Code;
use tower::{Layer, Service};
use tracing::{Instrument, field::Empty};

const REQUEST_ID: &str = "x-request-id";
/// A client's own id is not longer.
const MAX_ID_BYTES: usize = 64;

/// Puts it in front of all services.
#[derive(Clone)]
pub(crate) struct RequestLogLayer {
    metrics: GatewayMetrics,
    /// The names that metrics have for paths: nobody makes others.
    rpcs: Arc<HashMap<&'static str, &'static str>>,
    ids: Arc<Ids>,
}

impl RequestLogLayer {
    /// `start` is another one after each start of the process.
    pub(crate) fn new(metrics: GatewayMetrics, start: u64) -> RequestLogLayer {
        let names = RPCS.iter().map(|(path, _)| (*path, path.trim_start_matches('/')));
        let ids = Ids { start, next: AtomicU64::new(1) };
        RequestLogLayer { metrics, rpcs: Arc::new(names.collect()), ids: Arc::new(ids) }
    }
}

/// The gateway's own ids.
struct Ids {
    start: u64,
    next: AtomicU64,
}

impl Ids {
    fn of(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let own = headers.get(REQUEST_ID).filter(|id| {
            let bytes = id.as_bytes();
            !bytes.is_empty() && bytes.len() <= MAX_ID_BYTES && bytes.iter().all(u8::is_ascii_graphic)
        });
        own.cloned().or_else(|| {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            HeaderValue::from_str(&format!("{:016x}-{number:x}", self.start)).ok()
        })
    }
}

impl<S> Layer<S> for RequestLogLayer {
    type Service = RequestLog<S>;

    fn layer(&self, inner: S) -> RequestLog<S> {
        RequestLog { layer: self.clone(), inner }
    }
}

/// A service whose calls are logged.
#[derive(Clone)]
pub(crate) struct RequestLog<S> {
    layer: RequestLogLayer,
    inner: S,
}

impl<S, B, R> Service<Request<B>> for RequestLog<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
    R: Send + 'static,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response<R>, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let began = Instant::now();
        let rpc = self.layer.rpcs.get(request.uri().path()).copied().unwrap_or("unknown");
        let id = self.layer.ids.of(request.headers());
        let text = id.as_ref().and_then(|id| id.to_str().ok()).unwrap_or_default();
        let span = tracing::info_span!("call", id = text, rpc, account = Empty);
        let answer = span.in_scope(|| self.inner.call(request));
        let metrics = self.layer.metrics.clone();
        let answered = async move {
            let mut answer = answer.await?;
            if let Some(id) = id {
                answer.headers_mut().insert(REQUEST_ID, id);
            }
            let code = code_name(answer.headers());
            let took = began.elapsed();
            metrics.called(rpc, code, took);
            tracing::debug!(code, took_us = took.as_micros(), "answered");
            Ok(answer)
        };
        Box::pin(answered.instrument(span))
    }
}

/// A call that fails says so at once; one that goes well, behind its answer.
fn code_name(headers: &HeaderMap) -> &'static str {
    match headers.get("grpc-status").map_or(Code::Ok, |status| Code::from_bytes(status.as_bytes())) {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_names_its_call_unless_the_name_is_none() {
        let ids = Ids { start: 10, next: AtomicU64::new(1) };
        let with = |text: &str| {
            let value = HeaderValue::from_str(text).unwrap();
            ids.of(&HeaderMap::from_iter([(http::HeaderName::from_static(REQUEST_ID), value)])).unwrap()
        };
        assert_eq!(with("bot-7/order-1"), "bot-7/order-1");
        assert_eq!(with(&"x".repeat(65)), "000000000000000a-1");
        assert_eq!(with("two words"), "000000000000000a-2");
        assert_eq!(ids.of(&HeaderMap::new()).unwrap(), "000000000000000a-3");
    }
}

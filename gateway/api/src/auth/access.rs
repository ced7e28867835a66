//! What each call needs, checked before its request is looked at.

use super::{AuthError, session::Sessions, unix_time_ms};
use crate::status;
use futures::future::{Either, Ready, ready};
use http::{Request, Response, header::AUTHORIZATION};
use std::{
    sync::Arc,
    task::{Context, Poll},
};
use tonic::Status;
use tower::{Layer, Service};

/// What a call needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Public,
    /// A session; the call acts for its account.
    Session,
}

/// Every call there is, by its path. What is not here is not answered.
pub const RPCS: &[(&str, Access)] = &[
    ("/coretime.exchange.v1.AuthService/CreateChallenge", Access::Public),
    ("/coretime.exchange.v1.AuthService/CreateSession", Access::Public),
    ("/coretime.exchange.v1.OrderService/PlaceBid", Access::Session),
    ("/coretime.exchange.v1.OrderService/PlaceAsk", Access::Session),
    ("/coretime.exchange.v1.OrderService/PlaceBasket", Access::Session),
    ("/coretime.exchange.v1.OrderService/PlaceQuotes", Access::Session),
    ("/coretime.exchange.v1.OrderService/ReplaceOrder", Access::Session),
    ("/coretime.exchange.v1.OrderService/CancelOrder", Access::Session),
    ("/coretime.exchange.v1.OrderService/CancelAllOrders", Access::Session),
    ("/coretime.exchange.v1.OrderService/GetOrder", Access::Session),
    ("/coretime.exchange.v1.OrderService/ListOrders", Access::Session),
    ("/coretime.exchange.v1.OrderService/StreamOrderEvents", Access::Session),
    ("/coretime.exchange.v1.OrderService/OrderSession", Access::Session),
    ("/coretime.exchange.v1.AccountService/GetAccount", Access::Session),
    ("/coretime.exchange.v1.AccountService/ListRegions", Access::Session),
    ("/coretime.exchange.v1.AccountService/GetDepositInstructions", Access::Session),
    ("/coretime.exchange.v1.AccountService/PartitionRegion", Access::Session),
    ("/coretime.exchange.v1.AccountService/InterlaceRegion", Access::Session),
    ("/coretime.exchange.v1.AccountService/WithdrawFunds", Access::Session),
    ("/coretime.exchange.v1.AccountService/WithdrawRegion", Access::Session),
    ("/coretime.exchange.v1.SettlementService/ListFills", Access::Session),
    ("/coretime.exchange.v1.SettlementService/GetInstruction", Access::Session),
    ("/coretime.exchange.v1.SettlementService/ListInstructions", Access::Session),
    ("/coretime.exchange.v1.MarketDataService/GetBook", Access::Public),
    ("/coretime.exchange.v1.MarketDataService/GetCurve", Access::Public),
    ("/coretime.exchange.v1.MarketDataService/StreamTrades", Access::Public),
    ("/coretime.exchange.v1.MarketDataService/StreamBook", Access::Public),
    ("/coretime.exchange.v1.VenueService/GetVenue", Access::Public),
    ("/grpc.health.v1.Health/Check", Access::Public),
    ("/grpc.health.v1.Health/Watch", Access::Public),
    ("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Access::Public),
    ("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", Access::Public),
];

/// Puts the check in front of all services.
#[derive(Clone)]
pub(crate) struct AccessLayer {
    sessions: Arc<Sessions>,
}

impl AccessLayer {
    pub(crate) fn new(sessions: Arc<Sessions>) -> AccessLayer {
        AccessLayer { sessions }
    }

    /// Checks a request by its path and metadata, and attaches the session to it.
    pub(super) fn admit<B>(&self, request: &mut Request<B>) -> Result<(), Status> {
        let path = request.uri().path();
        let access = RPCS.iter().find(|(rpc, _)| *rpc == path).map(|(_, access)| *access);
        match access {
            None => Err(status::unknown_rpc(path)),
            Some(Access::Public) => Ok(()),
            Some(Access::Session) => {
                let header = request.headers().get(AUTHORIZATION).ok_or(AuthError::CredentialsMissing);
                let session = header.and_then(|value| {
                    let token = value.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
                    self.sessions.find(token.ok_or(AuthError::CredentialsInvalid)?, unix_time_ms())
                });
                request.extensions_mut().insert(session.map_err(status::not_admitted)?);
                Ok(())
            }
        }
    }
}

impl<S> Layer<S> for AccessLayer {
    type Service = AccessService<S>;

    fn layer(&self, inner: S) -> AccessService<S> {
        AccessService { access: self.clone(), inner }
    }
}

/// A service behind the check.
#[derive(Clone)]
pub(crate) struct AccessService<S> {
    access: AccessLayer,
    inner: S,
}

impl<S, B, R> Service<Request<B>> for AccessService<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Default,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = Either<S::Future, Ready<Result<Response<R>, S::Error>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        match self.access.admit(&mut request) {
            Ok(()) => Either::Left(self.inner.call(request)),
            Err(status) => Either::Right(ready(Ok(status.into_http()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message;
    use std::collections::BTreeSet;

    #[test]
    fn the_table_has_every_rpc_of_the_interface_once() {
        let set = prost_types::FileDescriptorSet::decode(coretime_proto::FILE_DESCRIPTOR_SET).unwrap();
        let services = set.file.iter().flat_map(|file| &file.service);
        let paths = services.flat_map(|service| {
            let path = |method: &str| format!("/coretime.exchange.v1.{}/{method}", service.name());
            service.method.iter().map(move |method| path(method.name())).collect::<Vec<_>>()
        });
        let interface: BTreeSet<String> = paths.collect();
        let table: BTreeSet<String> = RPCS.iter().map(|(path, _)| (*path).to_owned()).collect();
        assert_eq!(table.len(), RPCS.len());
        let missing: Vec<_> = interface.difference(&table).collect();
        let others: Vec<_> =
            table.difference(&interface).filter(|path| !path.starts_with("/grpc.")).collect();
        assert!(missing.is_empty() && others.is_empty(), "missing {missing:?}, unknown {others:?}");
    }
}

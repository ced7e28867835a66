//! What each call needs, checked before its request is looked at.

use super::{
    AuthError,
    authorised::AuthorisedKey,
    keys::Keys,
    session::{Caller, CallerKind, Sessions},
    unix_time_ms,
};
use crate::{
    config::GatewayConfig,
    connection::ConnectionInfo,
    rate::{AccountRates, Exceeded, Left},
    status,
};
use coretime_types::AccountId;
use futures::future::{BoxFuture, ready};
use http::{HeaderMap, Request, Response, header::AUTHORIZATION};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
    task::{Context, Poll},
};
use tokio::sync::watch;
use tonic::{Status, transport::server::TlsConnectInfo};
use tower::{Layer, Service};

/// What a call needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Public,
    /// To read what is the account's own.
    Read,
    /// To act on orders and cut regions.
    Trade,
    /// To withdraw.
    Withdraw,
    /// A session that a signature has opened, not an API key.
    Owner,
    /// Such a session of an operator's account.
    Operator,
}

/// Every call there is, by its path. What is not here is not answered.
pub const RPCS: &[(&str, Access)] = &[
    ("/coretime.exchange.v1.AuthService/CreateChallenge", Access::Public),
    ("/coretime.exchange.v1.AuthService/CreateSession", Access::Public),
    ("/coretime.exchange.v1.AuthService/EndSession", Access::Owner),
    ("/coretime.exchange.v1.AuthService/CreateApiKey", Access::Owner),
    ("/coretime.exchange.v1.AuthService/ListApiKeys", Access::Owner),
    ("/coretime.exchange.v1.AuthService/RevokeApiKey", Access::Owner),
    ("/coretime.exchange.v1.AuthService/AllowTask", Access::Owner),
    ("/coretime.exchange.v1.AuthService/DisallowTask", Access::Owner),
    ("/coretime.exchange.v1.AuthService/ListAllowedTasks", Access::Owner),
    ("/coretime.exchange.v1.OrderService/PlaceBid", Access::Trade),
    ("/coretime.exchange.v1.OrderService/PlaceAsk", Access::Trade),
    ("/coretime.exchange.v1.OrderService/PlaceBasket", Access::Trade),
    ("/coretime.exchange.v1.OrderService/PlaceQuotes", Access::Trade),
    ("/coretime.exchange.v1.OrderService/ReplaceOrder", Access::Trade),
    ("/coretime.exchange.v1.OrderService/CancelOrder", Access::Trade),
    ("/coretime.exchange.v1.OrderService/CancelAllOrders", Access::Trade),
    ("/coretime.exchange.v1.OrderService/GetOrder", Access::Read),
    ("/coretime.exchange.v1.OrderService/ListOrders", Access::Read),
    ("/coretime.exchange.v1.OrderService/StreamOrderEvents", Access::Read),
    ("/coretime.exchange.v1.OrderService/OrderSession", Access::Trade),
    ("/coretime.exchange.v1.AccountService/GetAccount", Access::Read),
    ("/coretime.exchange.v1.AccountService/ListRegions", Access::Read),
    ("/coretime.exchange.v1.AccountService/ListLedgerEntries", Access::Read),
    ("/coretime.exchange.v1.AccountService/GetDepositInstructions", Access::Read),
    ("/coretime.exchange.v1.AccountService/PartitionRegion", Access::Trade),
    ("/coretime.exchange.v1.AccountService/InterlaceRegion", Access::Trade),
    ("/coretime.exchange.v1.AccountService/WithdrawFunds", Access::Withdraw),
    ("/coretime.exchange.v1.AccountService/WithdrawRegion", Access::Withdraw),
    ("/coretime.exchange.v1.SettlementService/ListFills", Access::Read),
    ("/coretime.exchange.v1.SettlementService/GetInstruction", Access::Read),
    ("/coretime.exchange.v1.SettlementService/ListInstructions", Access::Read),
    ("/coretime.exchange.v1.MarketDataService/GetBook", Access::Public),
    ("/coretime.exchange.v1.MarketDataService/GetCurve", Access::Public),
    ("/coretime.exchange.v1.MarketDataService/StreamTrades", Access::Public),
    ("/coretime.exchange.v1.MarketDataService/StreamBook", Access::Public),
    ("/coretime.exchange.v1.VenueService/GetVenue", Access::Public),
    ("/coretime.exchange.v1.AuditService/StreamReceipts", Access::Public),
    ("/coretime.exchange.v1.AuditService/StreamLog", Access::Operator),
    ("/coretime.exchange.v1.AuditService/GetReserves", Access::Read),
    ("/coretime.exchange.v1.OperatorService/Halt", Access::Operator),
    ("/coretime.exchange.v1.OperatorService/Freeze", Access::Operator),
    ("/coretime.exchange.v1.OperatorService/Resume", Access::Operator),
    ("/coretime.exchange.v1.OperatorService/Configure", Access::Operator),
    ("/coretime.exchange.v1.OperatorService/Suspend", Access::Operator),
    ("/coretime.exchange.v1.OperatorService/Unsuspend", Access::Operator),
    ("/coretime.exchange.v1.OperatorService/Compensate", Access::Operator),
    ("/coretime.exchange.v1.OperatorService/SetOutflowLimit", Access::Operator),
    ("/coretime.exchange.v1.OperatorService/ApproveOutflow", Access::Operator),
    ("/coretime.exchange.v1.OperatorService/ListOutflowLimits", Access::Operator),
    ("/coretime.exchange.v1.OperatorService/ListHeldInstructions", Access::Operator),
    ("/coretime.exchange.v1.OperatorService/ListUnattributed", Access::Operator),
    ("/coretime.exchange.v1.OperatorService/CreditUnattributed", Access::Operator),
    ("/coretime.exchange.v1.OperatorService/ReturnUnattributed", Access::Operator),
    ("/grpc.health.v1.Health/Check", Access::Public),
    ("/grpc.health.v1.Health/Watch", Access::Public),
    ("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Access::Public),
    ("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", Access::Public),
];

/// Who is known, and as what.
pub(crate) struct Credentials {
    pub(crate) sessions: Sessions,
    pub(crate) keys: Keys,
    /// How often each account may ask.
    pub(crate) rates: AccountRates,
    operators: BTreeSet<AccountId>,
    /// Changes whenever credentials may have ended before their time.
    ended: watch::Sender<()>,
}

impl Credentials {
    pub(crate) fn new(sessions: Sessions, keys: Keys, config: &GatewayConfig) -> Credentials {
        Credentials {
            sessions,
            keys,
            rates: AccountRates::new(config.account_rate),
            operators: config.operators.iter().copied().collect(),
            ended: watch::Sender::new(()),
        }
    }

    /// Who calls with this token.
    fn find(&self, token: &str) -> Result<Caller, AuthError> {
        let now_ms = unix_time_ms();
        let session = || self.as_authorised(self.sessions.find(token, now_ms)?, now_ms);
        self.keys.find(token, now_ms).map_or_else(session, Ok)
    }

    /// A session of an authorised key may do what the key may do now, and ends with it.
    fn as_authorised(&self, session: Caller, now_ms: u64) -> Result<Caller, AuthError> {
        let CallerKind::Authorised(public_key) = session.kind else { return Ok(session) };
        let key = self.keys.authorised(session.account, &public_key, now_ms);
        let AuthorisedKey { scopes, expires_ms } = key.ok_or(AuthError::CredentialsInvalid)?;
        Ok(Caller { scopes, expires_ms: expires_ms.min(session.expires_ms), ..session })
    }

    /// Who shows this API key, if it may read and nothing else.
    pub(crate) fn read_only_caller(&self, token: &str) -> Result<Caller, AuthError> {
        let caller = self.keys.find(token, unix_time_ms()).ok_or(AuthError::CredentialsInvalid)?;
        let only_reads = caller.scopes.read && !caller.scopes.trade && !caller.scopes.withdraw;
        if only_reads { Ok(caller) } else { Err(AuthError::ScopeMissing) }
    }

    /// Whether who has called is still known.
    pub(crate) fn is_good(&self, caller: &Caller) -> bool {
        let now_ms = unix_time_ms();
        match caller.kind {
            CallerKind::Session | CallerKind::Authorised(_) => {
                let session = self.sessions.find_hash(caller.token, now_ms);
                let now = session.and_then(|session| self.as_authorised(session, now_ms));
                // What was let in by an authorisation that has changed since must come in anew.
                now.is_ok_and(|now| (now.scopes, now.expires_ms) == (caller.scopes, caller.expires_ms))
            }
            CallerKind::ApiKey => self.keys.find_hash(caller.token, now_ms).is_some(),
        }
    }

    /// Tells streams to look whether their credentials are still good.
    pub(crate) fn some_have_ended(&self) {
        self.ended.send_replace(());
    }

    pub(crate) fn ends(&self) -> watch::Receiver<()> {
        self.ended.subscribe()
    }

    fn allow(&self, caller: &Caller, access: Access) -> bool {
        let is_owner = caller.kind == CallerKind::Session;
        match access {
            Access::Public => true,
            Access::Read => caller.scopes.read,
            Access::Trade => caller.scopes.trade,
            Access::Withdraw => caller.scopes.withdraw,
            Access::Owner => is_owner,
            Access::Operator => is_owner && self.operators.contains(&caller.account),
        }
    }
}

/// Puts the check in front of all services.
#[derive(Clone)]
pub(crate) struct AccessLayer {
    credentials: Arc<Credentials>,
    rpcs: Arc<HashMap<&'static str, Access>>,
}

impl AccessLayer {
    pub(crate) fn new(credentials: Arc<Credentials>) -> AccessLayer {
        AccessLayer { credentials, rpcs: Arc::new(RPCS.iter().copied().collect()) }
    }

    /// Checks a request by its path and metadata, and attaches the caller to it.
    pub(super) fn admit<B>(&self, request: &mut Request<B>) -> Result<(), Status> {
        let path = request.uri().path();
        let access = *self.rpcs.get(path).ok_or_else(|| status::unknown_rpc(path))?;
        if access == Access::Public {
            return Ok(());
        }
        let header = request.headers().get(AUTHORIZATION).ok_or(AuthError::CredentialsMissing);
        let caller = header.and_then(|value| {
            let token = value.to_str().ok().and_then(|text| text.strip_prefix("Bearer "));
            self.credentials.find(token.ok_or(AuthError::CredentialsInvalid)?)
        });
        let caller = caller.map_err(status::not_admitted)?;
        if !self.credentials.allow(&caller, access) {
            return Err(status::not_admitted(AuthError::ScopeMissing));
        }
        tracing::Span::current().record("account", hex::encode(caller.account.0));
        request.extensions_mut().insert(caller);
        Ok(())
    }

    /// Takes one from the connection's bucket, checks the request, and takes one from the caller's; tells what is left
    /// in the lower one. The connection's comes first: so whoever tries out tokens is slowed down, too.
    fn let_in<B>(&self, request: &mut Request<B>) -> Result<Option<Left>, Status> {
        let connection = take_of_connection(request).transpose().map_err(status::rate_exceeded)?;
        self.admit(request)?;
        let caller = request.extensions().get::<Caller>();
        let account = caller.map(|caller| self.credentials.rates.take(caller.account));
        let account = account.transpose().map_err(status::rate_exceeded)?;
        Ok(connection.into_iter().chain(account).min_by_key(|left| left.remaining))
    }
}

fn take_of_connection<B>(request: &Request<B>) -> Option<Result<Left, Exceeded>> {
    let extensions = request.extensions();
    let plain = extensions.get::<ConnectionInfo>();
    let connection =
        plain.or_else(|| extensions.get::<TlsConnectInfo<ConnectionInfo>>().map(TlsConnectInfo::get_ref));
    connection.map(|connection| connection.rate.take())
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
    S::Future: Send + 'static,
    S::Error: Send + 'static,
    R: Default + Send + 'static,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response<R>, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        match self.access.let_in(&mut request) {
            Ok(left) => {
                let answer = self.inner.call(request);
                Box::pin(async move {
                    let mut answer = answer.await?;
                    if let Some(left) = left {
                        tell(answer.headers_mut(), left);
                    }
                    Ok(answer)
                })
            }
            Err(status) => Box::pin(ready(Ok(status.into_http()))),
        }
    }
}

/// The draft standard's names for what is left.
const LIMIT: &str = "ratelimit-limit";
const REMAINING: &str = "ratelimit-remaining";

fn tell(headers: &mut HeaderMap, left: Left) {
    headers.insert(LIMIT, left.limit.into());
    headers.insert(REMAINING, left.remaining.into());
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

//! The venue's services, called with a session's token.

use crate::error::{ClientError, wrong_answer};
use coretime_proto::v1::account_service_client::AccountServiceClient;
use coretime_proto::v1::audit_service_client::AuditServiceClient;
use coretime_proto::v1::auth_service_client::AuthServiceClient;
use coretime_proto::v1::operator_service_client::OperatorServiceClient;
use coretime_proto::v1::order_service_client::OrderServiceClient;
use coretime_proto::v1::settlement_service_client::SettlementServiceClient;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Status};

/// Puts the session's token into every request.
#[derive(Clone)]
pub struct Bearer(MetadataValue<Ascii>);

impl Bearer {
    pub(crate) fn new(token: &str) -> Result<Bearer, ClientError> {
        let mut value: MetadataValue<Ascii> =
            format!("Bearer {token}").parse().map_err(|_| wrong_answer("the session token is not ASCII"))?;
        value.set_sensitive(true);
        Ok(Bearer(value))
    }
}

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

/// A channel that shows the session's token.
pub type Session = InterceptedService<Channel, Bearer>;

/// The venue's services, called with a session's token.
#[derive(Clone)]
pub struct Services(Session);

impl Services {
    pub(crate) fn new(channel: Channel, bearer: Bearer) -> Services {
        Services(InterceptedService::new(channel, bearer))
    }

    /// Orders.
    pub fn orders(&self) -> OrderServiceClient<Session> {
        OrderServiceClient::new(self.0.clone())
    }

    /// Money and regions.
    pub fn accounts(&self) -> AccountServiceClient<Session> {
        AccountServiceClient::new(self.0.clone())
    }

    /// Fills and deliveries.
    pub fn settlement(&self) -> SettlementServiceClient<Session> {
        SettlementServiceClient::new(self.0.clone())
    }

    /// Sessions, API keys and allowed tasks.
    pub fn auth(&self) -> AuthServiceClient<Session> {
        AuthServiceClient::new(self.0.clone())
    }

    /// What lets others check the venue.
    pub fn audit(&self) -> AuditServiceClient<Session> {
        AuditServiceClient::new(self.0.clone())
    }

    /// What operators may do.
    pub fn operator(&self) -> OperatorServiceClient<Session> {
        OperatorServiceClient::new(self.0.clone())
    }
}

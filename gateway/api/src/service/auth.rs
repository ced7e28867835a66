//! Logging in.

use super::Api;
use crate::{
    auth::{AuthError, signature, unix_time_ms},
    convert::{FieldError, account, common::time_message, common::unknown_value},
    status,
};
use coretime_proto::v1::{self, auth_service_server::AuthService};
use signature::Scheme;
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl AuthService for Api {
    async fn create_challenge(
        &self,
        request: Request<v1::CreateChallengeRequest>,
    ) -> Result<Response<v1::CreateChallengeResponse>, Status> {
        let account = account::parse(&request.get_ref().account, "account").map_err(status::invalid_field)?;
        let made = self.0.challenges.create(account, unix_time_ms());
        let (challenge, expires_ms) = made.map_err(status::not_admitted)?;
        let expire_time_unix_ms = time_message(expires_ms);
        Ok(Response::new(v1::CreateChallengeResponse { challenge, expire_time_unix_ms }))
    }

    async fn create_session(
        &self,
        request: Request<v1::CreateSessionRequest>,
    ) -> Result<Response<v1::CreateSessionResponse>, Status> {
        let request = request.into_inner();
        let account = account::parse(&request.account, "account").map_err(status::invalid_field)?;
        let scheme = scheme(request.scheme).map_err(status::invalid_field)?;
        let signature = signature_bytes(&request.signature).map_err(status::invalid_field)?;
        let opened = self.log_in(account, &request.challenge, scheme, &signature);
        let (session_token, session) = opened.map_err(status::not_admitted)?;
        Ok(Response::new(v1::CreateSessionResponse {
            session_token,
            account: session.account.to_string(),
            expire_time_unix_ms: time_message(session.expires_ms),
        }))
    }
}

impl Api {
    fn log_in(
        &self,
        account: coretime_types::AccountId,
        challenge: &str,
        scheme: Scheme,
        signature: &[u8; 64],
    ) -> Result<(String, crate::auth::session::Session), AuthError> {
        let now_ms = unix_time_ms();
        let genuine = self.0.challenges.check(account, challenge, now_ms)?;
        signature::verify(account, scheme, challenge, signature)?;
        // After the signature: so nobody can use up another's challenge.
        self.0.challenges.use_up(genuine, now_ms)?;
        self.0.sessions.open(account, now_ms)
    }
}

fn scheme(value: i32) -> Result<Scheme, FieldError> {
    match v1::SignatureScheme::try_from(value) {
        Ok(v1::SignatureScheme::Sr25519) => Ok(Scheme::Sr25519),
        Ok(v1::SignatureScheme::Ed25519) => Ok(Scheme::Ed25519),
        Ok(v1::SignatureScheme::Unspecified) => Err(FieldError::new("scheme", "is missing")),
        Err(_) => Err(unknown_value(value, "scheme")),
    }
}

fn signature_bytes(bytes: &[u8]) -> Result<[u8; 64], FieldError> {
    let wrong = |_| FieldError::new("signature", format!("has {} bytes; it must have 64", bytes.len()));
    bytes.try_into().map_err(wrong)
}

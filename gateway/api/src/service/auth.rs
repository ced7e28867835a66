//! Logging in.

use super::{Api, caller, open};
use crate::{
    auth::{
        AuthError,
        keys::ApiKey,
        session::{Caller, CallerKind, Scopes},
        signature, unix_time_ms,
    },
    convert::{FieldError, account, common::time_message, common::unknown_value},
    status,
};
use coretime_proto::v1::{self, auth_service_server::AuthService};
use coretime_types::{AccountId, TaskId};
use signature::Scheme;
use tokio::task::spawn_blocking;
use tonic::{Request, Response, Status};

const MAX_LABEL_BYTES: usize = 100;

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
        has_right_length(scheme, &request.signature).map_err(status::invalid_field)?;
        let signer = match request.signer.as_str() {
            "" => account,
            signer => account::parse(signer, "signer").map_err(status::invalid_field)?,
        };
        let opened = self.log_in(account, signer, &request.challenge, scheme, &request.signature);
        let (session_token, session) = opened.map_err(status::not_admitted)?;
        Ok(Response::new(v1::CreateSessionResponse {
            session_token,
            account: session.account.to_string(),
            expire_time_unix_ms: time_message(session.expires_ms),
        }))
    }

    async fn end_session(
        &self,
        request: Request<v1::EndSessionRequest>,
    ) -> Result<Response<v1::EndSessionResponse>, Status> {
        let caller = caller(&request)?;
        self.0.credentials.sessions.end(caller.account, caller.token);
        self.0.credentials.some_have_ended();
        Ok(Response::new(v1::EndSessionResponse {}))
    }

    async fn create_api_key(
        &self,
        request: Request<v1::CreateApiKeyRequest>,
    ) -> Result<Response<v1::CreateApiKeyResponse>, Status> {
        let (account, request) = open(request)?;
        if request.label.len() > MAX_LABEL_BYTES {
            return Err(status::invalid_field(FieldError::new("label", "has more than 100 bytes")));
        }
        let scopes = scopes(&request.scopes).map_err(status::invalid_field)?;
        let expires_ms = expiry(request.expire_time_unix_ms).map_err(status::invalid_field)?;
        let credentials = self.0.credentials.clone();
        let create = move || credentials.keys.create(account, request.label, scopes, expires_ms);
        let (api_key, key) = journaled(create).await?;
        Ok(Response::new(v1::CreateApiKeyResponse { api_key, info: Some(api_key_message(&key)) }))
    }

    async fn list_api_keys(
        &self,
        request: Request<v1::ListApiKeysRequest>,
    ) -> Result<Response<v1::ListApiKeysResponse>, Status> {
        let (account, _) = open(request)?;
        let api_keys = self.0.credentials.keys.list(account).iter().map(api_key_message).collect();
        Ok(Response::new(v1::ListApiKeysResponse { api_keys }))
    }

    async fn revoke_api_key(
        &self,
        request: Request<v1::RevokeApiKeyRequest>,
    ) -> Result<Response<v1::RevokeApiKeyResponse>, Status> {
        let (account, request) = open(request)?;
        let credentials = self.0.credentials.clone();
        journaled(move || credentials.keys.revoke(account, request.api_key_id)).await?;
        self.0.credentials.some_have_ended();
        Ok(Response::new(v1::RevokeApiKeyResponse {}))
    }

    async fn allow_task(
        &self,
        request: Request<v1::AllowTaskRequest>,
    ) -> Result<Response<v1::AllowTaskResponse>, Status> {
        let (account, request) = open(request)?;
        let credentials = self.0.credentials.clone();
        journaled(move || credentials.keys.allow_task(account, TaskId(request.task_id))).await?;
        Ok(Response::new(v1::AllowTaskResponse {}))
    }

    async fn disallow_task(
        &self,
        request: Request<v1::DisallowTaskRequest>,
    ) -> Result<Response<v1::DisallowTaskResponse>, Status> {
        let (account, request) = open(request)?;
        let credentials = self.0.credentials.clone();
        journaled(move || credentials.keys.disallow_task(account, TaskId(request.task_id))).await?;
        Ok(Response::new(v1::DisallowTaskResponse {}))
    }

    async fn list_allowed_tasks(
        &self,
        request: Request<v1::ListAllowedTasksRequest>,
    ) -> Result<Response<v1::ListAllowedTasksResponse>, Status> {
        let (account, _) = open(request)?;
        let task_ids = self.0.credentials.keys.tasks(account).into_iter().map(|task| task.0).collect();
        Ok(Response::new(v1::ListAllowedTasksResponse { task_ids }))
    }
}

impl Api {
    fn log_in(
        &self,
        account: AccountId,
        signer: AccountId,
        challenge: &str,
        scheme: Scheme,
        signature: &[u8],
    ) -> Result<(String, Caller), AuthError> {
        let now_ms = unix_time_ms();
        let genuine = self.0.challenges.check(account, challenge, now_ms)?;
        signature::verify(signer, scheme, challenge, signature)?;
        let kind = if signer == account {
            CallerKind::Session
        } else {
            let keys = &self.0.credentials.keys;
            keys.authorised(account, &signer.0, now_ms).ok_or(AuthError::SignatureInvalid)?;
            CallerKind::Authorised(signer.0)
        };
        // After the signature: so nobody can use up another's challenge.
        self.0.challenges.use_up(genuine, now_ms)?;
        let opened = self.0.credentials.sessions.open(account, kind, now_ms);
        self.0.credentials.rates.tidy();
        // It may have ended the account's oldest.
        self.0.credentials.some_have_ended();
        opened
    }
}

fn scheme(value: i32) -> Result<Scheme, FieldError> {
    match v1::SignatureScheme::try_from(value) {
        Ok(v1::SignatureScheme::Sr25519) => Ok(Scheme::Sr25519),
        Ok(v1::SignatureScheme::Ed25519) => Ok(Scheme::Ed25519),
        Ok(v1::SignatureScheme::Ecdsa) => Ok(Scheme::Ecdsa),
        Ok(v1::SignatureScheme::Unspecified) => Err(FieldError::new("scheme", "is missing")),
        Err(_) => Err(unknown_value(value, "scheme")),
    }
}

fn has_right_length(scheme: Scheme, signature: &[u8]) -> Result<(), FieldError> {
    let (found, right) = (signature.len(), scheme.signature_bytes());
    if found == right {
        return Ok(());
    }
    Err(FieldError::new("signature", format!("has {found} bytes; it must have {right}")))
}

fn scopes(values: &[i32]) -> Result<Scopes, FieldError> {
    if values.is_empty() {
        return Err(FieldError::new("scopes", "is missing"));
    }
    let name = |(i, value): (usize, &i32)| match v1::Scope::try_from(*value) {
        Ok(v1::Scope::Read) => Ok("read"),
        Ok(v1::Scope::Trade) => Ok("trade"),
        Ok(v1::Scope::Withdraw) => Ok("withdraw"),
        Ok(v1::Scope::Unspecified) | Err(_) => Err(unknown_value(*value, &format!("scopes[{i}]"))),
    };
    let names = values.iter().enumerate().map(name).collect::<Result<Vec<_>, _>>()?;
    Scopes::named(names.into_iter()).ok_or_else(|| FieldError::new("scopes", "is unknown"))
}

fn expiry(expire_time_unix_ms: i64) -> Result<u64, FieldError> {
    match u64::try_from(expire_time_unix_ms) {
        Ok(expires_ms) if expires_ms == 0 || expires_ms > unix_time_ms() => Ok(expires_ms),
        _ => Err(FieldError::new("expire_time_unix_ms", "is neither 0 nor in the future")),
    }
}

fn api_key_message(key: &ApiKey) -> v1::ApiKey {
    let scope = |name: &str| match name {
        "read" => v1::Scope::Read,
        "trade" => v1::Scope::Trade,
        _ => v1::Scope::Withdraw,
    };
    v1::ApiKey {
        api_key_id: key.id,
        label: key.label.clone(),
        scopes: key.scopes.names().map(|name| scope(name).into()).collect(),
        create_time_unix_ms: time_message(key.created_ms),
        expire_time_unix_ms: time_message(key.expires_ms),
    }
}

/// Writes to the journal, where waiting for the disk does no harm.
async fn journaled<T: Send + 'static>(
    write: impl FnOnce() -> Result<T, AuthError> + Send + 'static,
) -> Result<T, Status> {
    let written = spawn_blocking(write).await.map_err(|_| status::engine_stopped())?;
    written.map_err(status::not_admitted)
}

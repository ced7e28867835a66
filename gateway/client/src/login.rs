//! Logging in with an on-chain key.

use crate::error::ClientError;
use coretime_proto::v1 as pb;
use coretime_proto::v1::auth_service_client::AuthServiceClient;
use coretime_types::AccountId;
use subxt_signer::sr25519::Keypair;
use tonic::transport::Channel;

/// A session that was opened.
#[derive(Clone)]
pub struct Login {
    /// Who it acts for.
    pub account: AccountId,
    /// The token: a secret.
    pub token: String,
    /// When it expires, in milliseconds since the Unix epoch.
    pub expire_time_unix_ms: i64,
}

/// Signs the venue's challenge and opens a session.
pub async fn log_in(channel: Channel, key: &Keypair) -> Result<Login, ClientError> {
    let account = AccountId(key.public_key().0);
    let mut auth = AuthServiceClient::new(channel);
    let asked = pb::CreateChallengeRequest { account: account.to_string() };
    let challenge = auth.create_challenge(asked).await?.into_inner().challenge;
    let signature = key.sign(challenge.as_bytes()).0.to_vec();
    let signed = pb::CreateSessionRequest {
        account: account.to_string(),
        challenge,
        signature,
        scheme: pb::SignatureScheme::Sr25519.into(),
        signer: String::new(),
    };
    let session = auth.create_session(signed).await?.into_inner();
    let expire_time_unix_ms = session.expire_time_unix_ms;
    Ok(Login { account, token: session.session_token, expire_time_unix_ms })
}

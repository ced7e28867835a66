//! A client that keeps its session.

use crate::account_feed::AccountFeed;
use crate::backoff::Backoff;
use crate::book_feed::BookFeed;
use crate::error::{ClientError, Fate};
use crate::login::log_in;
use crate::receipt_feed::ReceiptFeed;
use crate::services::{Bearer, Services};
use coretime_proto::v1::audit_service_client::AuditServiceClient;
use coretime_proto::v1::market_data_service_client::MarketDataServiceClient;
use coretime_proto::v1::venue_service_client::VenueServiceClient;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use subxt_signer::sr25519::Keypair;
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};
use tonic::transport::{Channel, ClientTlsConfig, Endpoint};
use tonic::{Response, Status};

/// A connection that says nothing for so long is asked whether it is alive.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(10);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Who the client is.
#[derive(Clone)]
pub enum Credentials {
    /// A key: the client logs in with it, again and again.
    Key(Box<Keypair>),
    /// An API key, or the token of a session that was opened elsewhere: once it is not valid any more, calls end with
    /// [`ClientError::LoggedOut`].
    Token(String),
}

/// How patient the client is.
#[derive(Clone, Copy, Debug)]
pub struct ClientConfig {
    /// After this a call is taken for lost.
    pub call_timeout: Duration,
    /// For so long it goes on trying.
    pub give_up_after: Duration,
}

impl Default for ClientConfig {
    /// 10 seconds a call, 5 minutes altogether: longer than a venue takes to start again.
    fn default() -> Self {
        ClientConfig { call_timeout: Duration::from_secs(10), give_up_after: Duration::from_secs(300) }
    }
}

/// A client that keeps its session. Clones share it.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    channel: Channel,
    credentials: Credentials,
    config: ClientConfig,
    session: Mutex<Option<Kept>>,
}

/// A session that is open, as far as is known.
#[derive(Clone)]
struct Kept {
    bearer: Bearer,
    /// Tells it from those before and after it.
    number: u64,
    renew_at: Option<Instant>,
}

/// Where to connect to: `http://` for this machine, else `https://`, checked by the machine's own certificates or those
/// that are given.
///
/// # Errors
/// [`ClientError::Address`].
pub fn endpoint(url: &str, ca_pem: Option<Vec<u8>>) -> Result<Endpoint, ClientError> {
    let wrong = |error: tonic::transport::Error| {
        let reason = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
        ClientError::Address { url: url.to_owned(), reason }
    };
    let endpoint = Endpoint::from_shared(url.to_owned())
        .map_err(wrong)?
        .tcp_nodelay(true)
        .connect_timeout(CONNECT_TIMEOUT)
        .http2_keep_alive_interval(KEEP_ALIVE_INTERVAL)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
        .keep_alive_while_idle(true);
    if !url.starts_with("https://") {
        return Ok(endpoint);
    }
    let tls = match ca_pem {
        Some(pem) => ClientTlsConfig::new().ca_certificate(tonic::transport::Certificate::from_pem(pem)),
        None => ClientTlsConfig::new().with_native_roots(),
    };
    endpoint.tls_config(tls).map_err(wrong)
}

impl Client {
    /// A client of the venue at this address. Connects with the first call.
    ///
    /// # Errors
    /// [`ClientError::Address`].
    pub fn new(url: &str, credentials: Credentials, config: ClientConfig) -> Result<Client, ClientError> {
        Ok(Client::on(endpoint(url, None)?.connect_lazy(), credentials, config))
    }

    /// A client on a channel that was made elsewhere, with [`endpoint`] for example.
    pub fn on(channel: Channel, credentials: Credentials, config: ClientConfig) -> Client {
        let shared = Shared { channel, credentials, config, session: Mutex::new(None) };
        Client { shared: Arc::new(shared) }
    }

    /// What everyone may see of the market.
    pub fn market_data(&self) -> MarketDataServiceClient<Channel> {
        MarketDataServiceClient::new(self.shared.channel.clone())
    }

    /// The venue itself.
    pub fn venue(&self) -> VenueServiceClient<Channel> {
        VenueServiceClient::new(self.shared.channel.clone())
    }

    /// Follows the account's orders, instructions and fills.
    pub fn account_feed(&self) -> AccountFeed {
        AccountFeed::new(self.clone())
    }

    /// Follows the whole book.
    pub fn book_feed(&self) -> BookFeed {
        BookFeed::new(self.clone())
    }

    /// What lets others check the venue, as far as everyone may see it.
    pub fn audit(&self) -> AuditServiceClient<Channel> {
        AuditServiceClient::new(self.shared.channel.clone())
    }

    /// Follows everyone's receipts, after this place or from now on.
    pub fn receipt_feed(&self, after: Option<u64>) -> ReceiptFeed {
        ReceiptFeed::new(self.clone(), after)
    }

    /// The services with the session of now, which is opened or renewed if it must be.
    ///
    /// # Errors
    /// What logging in ends with; [`ClientError::LoggedOut`] if there is no key.
    pub async fn services(&self) -> Result<Services, ClientError> {
        Ok(self.numbered_services().await?.1)
    }

    async fn numbered_services(&self) -> Result<(u64, Services), ClientError> {
        let shared = &*self.shared;
        // Others wait here while one logs in: a session is enough for all.
        let mut session = shared.session.lock().await;
        let is_good = |kept: &Kept| kept.renew_at.is_none_or(|at| Instant::now() < at);
        let last_number = session.as_ref().map_or(0, |kept| kept.number);
        if let Some(kept) = session.as_ref().filter(|kept| is_good(kept)) {
            return Ok((kept.number, Services::new(shared.channel.clone(), kept.bearer.clone())));
        }
        let kept = match &shared.credentials {
            // It was used and is forgotten: there is no other.
            Credentials::Token(_) if last_number > 0 => return Err(ClientError::LoggedOut),
            Credentials::Token(token) => Kept { bearer: Bearer::new(token)?, number: 1, renew_at: None },
            Credentials::Key(key) => {
                let login = timeout(shared.config.call_timeout, log_in(shared.channel.clone(), key))
                    .await
                    .map_err(|_| too_long())??;
                tracing::debug!(account = %login.account, "logged in");
                let bearer = Bearer::new(&login.token)?;
                Kept { bearer, number: last_number + 1, renew_at: Some(renewal(login.expire_time_unix_ms)) }
            }
        };
        let services = Services::new(shared.channel.clone(), kept.bearer.clone());
        let number = kept.number;
        *session = Some(kept);
        Ok((number, services))
    }

    /// The venue does not know the session of this number any more. Another one may be open by now.
    async fn forget(&self, number: u64) {
        let mut session = self.shared.session.lock().await;
        if let Some(kept) = session.as_mut().filter(|kept| kept.number == number) {
            kept.renew_at = Some(Instant::now());
        }
    }

    /// Calls until there is an answer, or a refusal that trying again would not change. `once` is told whether an earlier
    /// attempt may have been carried out.
    ///
    /// Only for what can be sent again: reads, and commands with an id.
    pub(crate) async fn until_answered<T, F, Fut>(&self, once: F) -> Result<T, ClientError>
    where
        F: Fn(Services, bool) -> Fut,
        Fut: Future<Output = Result<T, ClientError>>,
    {
        let began = Instant::now();
        let (mut backoff, mut open) = (Backoff::default(), false);
        loop {
            let (number, outcome) = match self.numbered_services().await {
                Ok((number, services)) => {
                    let call = timeout(self.shared.config.call_timeout, once(services, open));
                    (number, call.await.unwrap_or_else(|_| Err(too_long())))
                }
                // Nothing was sent.
                Err(ClientError::Status(status)) if Fate::of(&status) == Fate::Open => {
                    (0, Err(ClientError::Status(status)))
                }
                Err(ClientError::Status(status)) => match Fate::of(&status) {
                    Fate::NotNow(_) => (0, Err(ClientError::Status(status))),
                    _ => return Err(status.into()),
                },
                Err(error) => return Err(error),
            };
            let status = match outcome {
                Err(ClientError::Status(status)) => status,
                other => return other,
            };
            let pause = match Fate::of(&status) {
                Fate::Refused => return Err(ClientError::Status(status)),
                Fate::NotNow(delay) => delay.unwrap_or_default().max(backoff.next()),
                Fate::LoggedOut => {
                    self.forget(number).await;
                    backoff.next()
                }
                Fate::Open => {
                    open |= number > 0;
                    backoff.next()
                }
            };
            let after = began.elapsed();
            if after + pause > self.shared.config.give_up_after {
                return Err(ClientError::GaveUp { after, open, last: status });
            }
            tracing::debug!(?pause, open, status = status.message(), "trying again");
            sleep(pause).await;
        }
    }

    /// Reads until there is an answer: for calls that change nothing.
    ///
    /// # Errors
    /// What the venue refuses; [`ClientError::GaveUp`], [`ClientError::LoggedOut`].
    pub async fn read<T, F, Fut>(&self, once: F) -> Result<T, ClientError>
    where
        F: Fn(Services) -> Fut,
        Fut: Future<Output = Result<Response<T>, Status>>,
    {
        let answer = self.until_answered(|services, _| {
            let call = once(services);
            async { Ok(call.await?.into_inner()) }
        });
        answer.await.map_err(|error| match error {
            // Nothing can have been carried out.
            ClientError::GaveUp { after, last, .. } => ClientError::GaveUp { after, open: false, last },
            other => other,
        })
    }

    /// What a stream that was not opened, or has ended, asks for before it is opened again.
    pub(crate) async fn after_stream_ended(
        &self,
        status: &Status,
        backoff: &mut Backoff,
    ) -> Result<(), ClientError> {
        match Fate::of(status) {
            Fate::Refused => return Err(ClientError::Status(Box::new(status.clone()))),
            Fate::LoggedOut => {
                let number = self.shared.session.lock().await.as_ref().map_or(0, |kept| kept.number);
                self.forget(number).await;
            }
            Fate::NotNow(_) | Fate::Open => {}
        }
        let pause = backoff.next();
        tracing::debug!(?pause, status = status.message(), "the stream is opened again");
        sleep(pause).await;
        Ok(())
    }
}

fn too_long() -> ClientError {
    Status::deadline_exceeded("no answer came in time").into()
}

/// Nine tenths of its life from now.
fn renewal(expire_time_unix_ms: i64) -> Instant {
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let expires = Duration::from_millis(u64::try_from(expire_time_unix_ms).unwrap_or_default());
    Instant::now() + expires.saturating_sub(now_ms) / 10 * 9
}

//! A trader with a session.

use coretime_proto::v1 as pb;
use coretime_proto::v1::account_service_client::AccountServiceClient;
use coretime_proto::v1::auth_service_client::AuthServiceClient;
use coretime_proto::v1::order_service_client::OrderServiceClient;
use coretime_proto::v1::settlement_service_client::SettlementServiceClient;
use coretime_types::{AccountId, Planck};
use subxt_signer::sr25519::Keypair;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::Channel;
use tonic::{Request, Status};

/// The largest page that the venue gives.
const PAGE_SIZE: i32 = 1_000;

/// Why a call gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The venue refused, or could not be reached.
    #[error("{0}")]
    Status(#[from] Box<Status>),
    /// The venue's answer does not keep to the interface.
    #[error("the venue's answer is wrong: {0}")]
    Answer(String),
}

impl From<Status> for ClientError {
    fn from(status: Status) -> Self {
        ClientError::Status(Box::new(status))
    }
}

/// Puts the session's token into every request.
#[derive(Clone)]
pub struct Bearer(MetadataValue<Ascii>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

/// A channel that shows the session's token.
pub type Session = InterceptedService<Channel, Bearer>;

/// A trader with a session.
#[derive(Clone)]
pub struct Trader {
    /// Who it is, for people.
    pub name: String,
    /// Who it is.
    pub account: AccountId,
    /// What it signs with.
    pub key: Keypair,
    /// Orders.
    pub orders: OrderServiceClient<Session>,
    /// Money and regions.
    pub accounts: AccountServiceClient<Session>,
    /// Fills and deliveries.
    pub settlement: SettlementServiceClient<Session>,
    last_client_order_id: u64,
}

impl Trader {
    /// Signs the venue's challenge and opens a session.
    pub async fn log_in(channel: Channel, name: &str, key: Keypair) -> Result<Trader, ClientError> {
        let account = AccountId(key.public_key().0);
        let mut auth = AuthServiceClient::new(channel.clone());
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
        let token = auth.create_session(signed).await?.into_inner().session_token;
        let bearer =
            format!("Bearer {token}").parse().map_err(|_| wrong("the session token is not ASCII"))?;
        let session = InterceptedService::new(channel, Bearer(bearer));
        Ok(Trader {
            name: name.to_owned(),
            account,
            key,
            orders: OrderServiceClient::new(session.clone()),
            accounts: AccountServiceClient::new(session.clone()),
            settlement: SettlementServiceClient::new(session),
            last_client_order_id: 0,
        })
    }

    /// A client order id that this session has not given out yet, from 1. A venue that knows the account's earlier orders
    /// may know it: a bot that logs in again keeps its own count.
    pub fn next_client_order_id(&mut self) -> u64 {
        self.last_client_order_id = self.last_client_order_id.wrapping_add(1);
        self.last_client_order_id
    }

    /// Places a bid.
    pub async fn bid(&mut self, bid: pb::Bid) -> Result<pb::PlaceBidResponse, Status> {
        Ok(self.orders.place_bid(pb::PlaceBidRequest { bid: Some(bid) }).await?.into_inner())
    }

    /// Places an ask.
    pub async fn ask(&mut self, ask: pb::Ask) -> Result<pb::PlaceAskResponse, Status> {
        Ok(self.orders.place_ask(pb::PlaceAskRequest { ask: Some(ask) }).await?.into_inner())
    }

    /// The account's money: free and held.
    pub async fn funds(&mut self) -> Result<(Planck, Planck), ClientError> {
        let account = self.accounts.get_account(pb::GetAccountRequest {}).await?.into_inner();
        Ok((planck(&account.free_planck)?, planck(&account.held_planck)?))
    }

    /// The account's free regions, by begin, core and mask.
    pub async fn regions(&mut self) -> Result<Vec<pb::Region>, ClientError> {
        let mut regions = Vec::new();
        let mut page_token = String::new();
        loop {
            let asked = pb::ListRegionsRequest { page_size: PAGE_SIZE, page_token };
            let page = self.accounts.list_regions(asked).await?.into_inner();
            regions.extend(page.regions.into_iter().filter_map(|owned| owned.region));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(regions);
            }
        }
    }

    /// The account's instructions and how far they have come, by number.
    pub async fn instructions(&mut self) -> Result<Vec<pb::Instruction>, ClientError> {
        let mut instructions = Vec::new();
        let mut page_token = String::new();
        loop {
            let asked = pb::ListInstructionsRequest { page_size: PAGE_SIZE, page_token };
            let page = self.settlement.list_instructions(asked).await?.into_inner();
            instructions.extend(page.instructions);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(instructions);
            }
        }
    }

    /// The account's fills, as they are in the venue's store, in the order in which they happened.
    pub async fn fills(&mut self) -> Result<Vec<pb::RecordedFill>, ClientError> {
        let mut fills = Vec::new();
        let mut page_token = String::new();
        loop {
            let asked = pb::ListFillsRequest { page_size: PAGE_SIZE, page_token, order_id: 0 };
            let page = self.settlement.list_fills(asked).await?.into_inner();
            fills.extend(page.fills);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(fills);
            }
        }
    }
}

/// An amount as the interface writes it.
fn planck(text: &str) -> Result<Planck, ClientError> {
    text.parse().map(Planck).map_err(|_| wrong(&format!("{text:?} is not an amount of planck")))
}

fn wrong(what: &str) -> ClientError {
    ClientError::Answer(what.to_owned())
}

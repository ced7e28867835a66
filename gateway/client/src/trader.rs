//! A trader with a session.

use crate::error::ClientError;
use crate::login;
use crate::pages::{PAGE_SIZE, all, planck};
use crate::services::{Bearer, Services, Session};
use coretime_proto::v1 as pb;
use coretime_proto::v1::account_service_client::AccountServiceClient;
use coretime_proto::v1::order_service_client::OrderServiceClient;
use coretime_proto::v1::settlement_service_client::SettlementServiceClient;
use coretime_types::{AccountId, Planck};
use subxt_signer::sr25519::Keypair;
use tonic::Status;
use tonic::transport::Channel;

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
        let login = login::log_in(channel.clone(), &key).await?;
        let services = Services::new(channel, Bearer::new(&login.token)?);
        Ok(Trader {
            name: name.to_owned(),
            account: login.account,
            key,
            orders: services.orders(),
            accounts: services.accounts(),
            settlement: services.settlement(),
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
        let regions = all(|page_token| {
            let mut accounts = self.accounts.clone();
            async move {
                let asked = pb::ListRegionsRequest { page_size: PAGE_SIZE, page_token };
                let page = accounts.list_regions(asked).await?.into_inner();
                Ok((page.regions, page.next_page_token))
            }
        });
        Ok(regions.await?.into_iter().filter_map(|owned| owned.region).collect())
    }

    /// The account's instructions and how far they have come, by number.
    pub async fn instructions(&mut self) -> Result<Vec<pb::Instruction>, ClientError> {
        all(|page_token| {
            let mut settlement = self.settlement.clone();
            async move {
                let asked = pb::ListInstructionsRequest { page_size: PAGE_SIZE, page_token };
                let page = settlement.list_instructions(asked).await?.into_inner();
                Ok((page.instructions, page.next_page_token))
            }
        })
        .await
    }

    /// The account's fills, as they are in the venue's store, in the order in which they happened.
    pub async fn fills(&mut self) -> Result<Vec<pb::RecordedFill>, ClientError> {
        all(|page_token| {
            let mut settlement = self.settlement.clone();
            async move {
                let asked = pb::ListFillsRequest { page_size: PAGE_SIZE, page_token, order_id: 0 };
                let page = settlement.list_fills(asked).await?.into_inner();
                Ok((page.fills, page.next_page_token))
            }
        })
        .await
    }
}

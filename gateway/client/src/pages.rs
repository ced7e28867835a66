//! Lists that come in pages.

use crate::backoff::Backoff;
use crate::client::Client;
use crate::error::{ClientError, wrong_answer};
use crate::services::Services;
use coretime_proto::v1 as pb;
use coretime_types::Planck;
use std::future::Future;
use tokio::time::sleep;
use tonic::{Response, Status};

/// The largest page that the venue gives.
pub(crate) const PAGE_SIZE: i32 = 1_000;

/// All pages of a list: `page` reads the one of a token, and gives the next one's, empty after the last.
pub(crate) async fn all<T, F, Fut>(mut page: F) -> Result<Vec<T>, ClientError>
where
    F: FnMut(String) -> Fut,
    Fut: Future<Output = Result<(Vec<T>, String), ClientError>>,
{
    let (mut list, mut page_token) = (Vec::new(), String::new());
    loop {
        let (elements, next) = page(page_token).await?;
        list.extend(elements);
        if next.is_empty() {
            return Ok(list);
        }
        page_token = next;
    }
}

/// An amount as the interface writes it.
pub(crate) fn planck(text: &str) -> Result<Planck, ClientError> {
    text.parse().map(Planck).map_err(|_| wrong_answer(format!("{text:?} is not an amount of planck")))
}

impl Client {
    /// The account's money and standing.
    ///
    /// # Errors
    /// As [`Client::read`], for this and the calls below.
    pub async fn account(&self) -> Result<pb::GetAccountResponse, ClientError> {
        self.read(|services| async move { services.accounts().get_account(pb::GetAccountRequest {}).await })
            .await
    }

    /// The account's money in planck: free and held.
    pub async fn funds(&self) -> Result<(Planck, Planck), ClientError> {
        let account = self.account().await?;
        Ok((planck(&account.free_planck)?, planck(&account.held_planck)?))
    }

    /// The account's free regions, by begin, core and mask.
    pub async fn regions(&self) -> Result<Vec<pb::OwnedRegion>, ClientError> {
        all(|page_token| {
            let asked = pb::ListRegionsRequest { page_size: PAGE_SIZE, page_token };
            async move {
                let page = self.read(|services| {
                    let asked = asked.clone();
                    async move { services.accounts().list_regions(asked).await }
                });
                let page = page.await?;
                Ok((page.regions, page.next_page_token))
            }
        })
        .await
    }

    /// The account's live orders, in the order of their ids.
    pub async fn orders(&self) -> Result<Vec<pb::Order>, ClientError> {
        all(|page_token| {
            let asked = pb::ListOrdersRequest { page_size: PAGE_SIZE, page_token };
            async move {
                let page = self.read(|services| {
                    let asked = asked.clone();
                    async move { services.orders().list_orders(asked).await }
                });
                let page = page.await?;
                Ok((page.orders, page.next_page_token))
            }
        })
        .await
    }

    /// The account's instructions and how far they have come, by number.
    pub async fn instructions(&self) -> Result<Vec<pb::Instruction>, ClientError> {
        all(|page_token| {
            let asked = pb::ListInstructionsRequest { page_size: PAGE_SIZE, page_token };
            async move {
                let page = self.read(|services| {
                    let asked = asked.clone();
                    async move { services.settlement().list_instructions(asked).await }
                });
                let page = page.await?;
                Ok((page.instructions, page.next_page_token))
            }
        })
        .await
    }

    /// The account's fills, or those of one order, in the order in which they happened: all that were recorded before the
    /// call. The venue reads them from a store that follows the log; this waits for it.
    pub async fn fills(&self, order_id: Option<u64>) -> Result<Vec<pb::RecordedFill>, ClientError> {
        let recorded = self.account().await?.position.unwrap_or_default().sequence;
        all(|page_token| {
            let order_id = order_id.unwrap_or(0);
            let asked = pb::ListFillsRequest { page_size: PAGE_SIZE, page_token, order_id };
            async move {
                let page = self.stored(
                    recorded,
                    |services| {
                        let asked = asked.clone();
                        async move { services.settlement().list_fills(asked).await }
                    },
                    |page| page.position.as_ref(),
                );
                let page = page.await?;
                Ok((page.fills, page.next_page_token))
            }
        })
        .await
    }

    /// The account's ledger entries after a record of the log (0: all), in the order in which they happened: all that were
    /// recorded before the call. Waits for the store, too.
    pub async fn ledger_entries(&self, after_sequence: u64) -> Result<Vec<pb::LedgerEntry>, ClientError> {
        let recorded = self.account().await?.position.unwrap_or_default().sequence;
        all(|page_token| {
            let asked = pb::ListLedgerEntriesRequest { page_size: PAGE_SIZE, page_token, after_sequence };
            async move {
                let page = self.stored(
                    recorded,
                    |services| {
                        let asked = asked.clone();
                        async move { services.accounts().list_ledger_entries(asked).await }
                    },
                    |page| page.position.as_ref(),
                );
                let page = page.await?;
                Ok((page.entries, page.next_page_token))
            }
        })
        .await
    }

    /// For operators: all outflow limits in one answer, those of single accounts by key, and what has left today.
    pub async fn outflow_limits(&self) -> Result<pb::ListOutflowLimitsResponse, ClientError> {
        let mut asked = pb::ListOutflowLimitsRequest { page_size: PAGE_SIZE, ..Default::default() };
        let mut accounts = Vec::new();
        loop {
            let mut page = self
                .read(|services| {
                    let asked = asked.clone();
                    async move { services.operator().list_outflow_limits(asked).await }
                })
                .await?;
            accounts.append(&mut page.accounts);
            asked.page_token = std::mem::take(&mut page.next_page_token);
            if asked.page_token.is_empty() {
                return Ok(pb::ListOutflowLimitsResponse { accounts, ..page });
            }
        }
    }

    /// For operators: what waits for an approval, of all accounts, by number.
    pub async fn held_instructions(&self) -> Result<Vec<pb::HeldInstruction>, ClientError> {
        all(|page_token| {
            let asked = pb::ListHeldInstructionsRequest { page_size: PAGE_SIZE, page_token };
            async move {
                let page = self.read(|services| {
                    let asked = asked.clone();
                    async move { services.operator().list_held_instructions(asked).await }
                });
                let page = page.await?;
                Ok((page.instructions, page.next_page_token))
            }
        })
        .await
    }

    /// Reads from the venue's store until it has what was recorded at `recorded`.
    async fn stored<T, F, Fut>(
        &self,
        recorded: u64,
        read: F,
        position: impl Fn(&T) -> Option<&pb::Position>,
    ) -> Result<T, ClientError>
    where
        F: Fn(Services) -> Fut,
        Fut: Future<Output = Result<Response<T>, Status>>,
    {
        let mut backoff = Backoff::default();
        loop {
            let page = self.read(&read).await?;
            if position(&page).is_some_and(|position| position.sequence >= recorded) {
                return Ok(page);
            }
            sleep(backoff.next()).await;
        }
    }
}

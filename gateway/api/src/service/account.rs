//! Money and regions of an account.

use super::{Api, command::Accepted, open};
use crate::{
    convert::{
        account::to_ss58,
        common::{
            cut_by_share, cut_in_time, mask, owned_region_message, planck, position_message, receipt_message,
            region_id, region_id_message, request_id,
        },
        ledger::entry_message,
        outflow, page,
    },
    fill_source::FillSource,
    status,
};
use coretime_market::Market;
use coretime_proto::v1::{self, account_service_server::AccountService};
use coretime_types::{Command, LedgerPlace, RejectReason as Reason, Sequence, Timeslice};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl AccountService for Api {
    async fn get_account(
        &self,
        request: Request<v1::GetAccountRequest>,
    ) -> Result<Response<v1::GetAccountResponse>, Status> {
        let (account, _) = open(request)?;
        let read = move |market: &Market| {
            let funds = market.funds(account);
            v1::GetAccountResponse {
                account: account.to_string(),
                free_planck: funds.free.to_string(),
                held_planck: funds.held.to_string(),
                suspended: market.is_suspended(account),
                position: None,
                outflow_limit: Some(outflow::limit_message(market.outflow_limit_of(account))),
                outflow_today: Some(outflow::outflow_message(market.outflow_today_of(account))),
                outflow_day_ends_timeslice: outflow::day_end(market.tradable_from()).0,
            }
        };
        let (response, position) = self.query(read).await?;
        Ok(Response::new(v1::GetAccountResponse { position: Some(position_message(position)), ..response }))
    }

    async fn list_regions(
        &self,
        request: Request<v1::ListRegionsRequest>,
    ) -> Result<Response<v1::ListRegionsResponse>, Status> {
        let (account, request) = open(request)?;
        let size = page::page_size(request.page_size).map_err(status::invalid_field)?;
        let after = page::region_token(&request.page_token).map_err(status::invalid_field)?;
        let read = move |market: &Market| {
            let regions = market.free_regions_of(account);
            let rest = regions.skip_while(|free| after.is_some_and(|after| free.region.id() <= after));
            rest.take(size + 1).collect::<Vec<_>>()
        };
        let (regions, position) = self.query(read).await?;
        let (regions, more) = page::cut(regions, size);
        let last = regions.last().filter(|_| more);
        Ok(Response::new(v1::ListRegionsResponse {
            next_page_token: last.map(|free| page::region_token_text(free.region.id())).unwrap_or_default(),
            regions: regions.iter().map(|free| owned_region_message(free.region, free.renewable)).collect(),
            position: Some(position_message(position)),
        }))
    }

    async fn list_ledger_entries(
        &self,
        request: Request<v1::ListLedgerEntriesRequest>,
    ) -> Result<Response<v1::ListLedgerEntriesResponse>, Status> {
        let (account, request) = open(request)?;
        let size = page::page_size(request.page_size).map_err(status::invalid_field)?;
        let token = page::ledger_token(&request.page_token).map_err(status::invalid_field)?;
        let whole_record = |number| LedgerPlace { sequence: Sequence(number), index: u32::MAX };
        let first = (request.after_sequence != 0).then(|| whole_record(request.after_sequence));
        let after = token.max(first);
        let read = move |store: &dyn FillSource| {
            let position = store.position()?;
            Ok((position, store.ledger_entries_of(account, after, size + 1)?))
        };
        let (position, entries) = self.read_store(read).await?;
        let (entries, more) = page::cut(entries, size);
        let last = entries.last().filter(|_| more);
        Ok(Response::new(v1::ListLedgerEntriesResponse {
            next_page_token: last.map(|last| page::ledger_token_text(last.place)).unwrap_or_default(),
            entries: entries.iter().map(entry_message).collect(),
            position: Some(position_message(position)),
        }))
    }

    async fn get_deposit_instructions(
        &self,
        request: Request<v1::GetDepositInstructionsRequest>,
    ) -> Result<Response<v1::GetDepositInstructionsResponse>, Status> {
        open(request)?;
        let venue = &self.0.venue;
        let genesis = hex::encode(venue.genesis_hash);
        Ok(Response::new(v1::GetDepositInstructionsResponse {
            genesis_hash: format!("0x{genesis}"),
            custody_account: venue.custody.to_string(),
            custody_address: to_ss58(venue.custody, venue.ss58_prefix),
        }))
    }

    async fn partition_region(
        &self,
        request: Request<v1::PartitionRegionRequest>,
    ) -> Result<Response<v1::PartitionRegionResponse>, Status> {
        let (account, request) = open(request)?;
        let region = region_id(request.region_id, "region_id").map_err(status::invalid_field)?;
        let pivot = Timeslice(request.pivot_timeslice);
        let request_id = request_id(request.request_id);
        let command = Command::Partition { account, region, pivot, request_id };
        let Accepted { receipt, .. } = self.execute(account, command, partition_field).await?;
        let [first, second] = cut_in_time(region, pivot).map(region_id_message);
        Ok(Response::new(v1::PartitionRegionResponse {
            receipt: Some(receipt_message(&receipt)),
            first: Some(first),
            second: Some(second),
        }))
    }

    async fn interlace_region(
        &self,
        request: Request<v1::InterlaceRegionRequest>,
    ) -> Result<Response<v1::InterlaceRegionResponse>, Status> {
        let (account, request) = open(request)?;
        let region = region_id(request.region_id, "region_id").map_err(status::invalid_field)?;
        let mask = mask(&request.core_mask, "core_mask").map_err(status::invalid_field)?;
        let command =
            Command::Interlace { account, region, mask, request_id: request_id(request.request_id) };
        let Accepted { receipt, .. } = self.execute(account, command, interlace_field).await?;
        let [first, second] = cut_by_share(region, mask).map(region_id_message);
        Ok(Response::new(v1::InterlaceRegionResponse {
            receipt: Some(receipt_message(&receipt)),
            first: Some(first),
            second: Some(second),
        }))
    }

    async fn withdraw_funds(
        &self,
        request: Request<v1::WithdrawFundsRequest>,
    ) -> Result<Response<v1::WithdrawFundsResponse>, Status> {
        let (account, request) = open(request)?;
        let amount = planck(&request.amount_planck, "amount_planck").map_err(status::invalid_field)?;
        let command = Command::WithdrawFunds { account, amount, request_id: request_id(request.request_id) };
        let accepted = self.execute(account, command, withdraw_field).await?;
        let receipt = Some(receipt_message(&accepted.receipt));
        Ok(Response::new(v1::WithdrawFundsResponse { receipt, instruction: Some(accepted.instruction()?) }))
    }

    async fn withdraw_region(
        &self,
        request: Request<v1::WithdrawRegionRequest>,
    ) -> Result<Response<v1::WithdrawRegionResponse>, Status> {
        let (account, request) = open(request)?;
        let region = region_id(request.region_id, "region_id").map_err(status::invalid_field)?;
        let command = Command::WithdrawRegion { account, region, request_id: request_id(request.request_id) };
        let accepted = self.execute(account, command, withdraw_field).await?;
        let receipt = Some(receipt_message(&accepted.receipt));
        Ok(Response::new(v1::WithdrawRegionResponse { receipt, instruction: Some(accepted.instruction()?) }))
    }
}

fn partition_field(reason: Reason) -> Option<&'static str> {
    if reason == Reason::InvalidPivot { Some("pivot_timeslice") } else { region_field(reason) }
}

fn interlace_field(reason: Reason) -> Option<&'static str> {
    if reason == Reason::InvalidPivot { Some("core_mask") } else { region_field(reason) }
}

fn region_field(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::DuplicateRequest => Some("request_id"),
        Reason::RegionUnavailable => Some("region_id"),
        _ => None,
    }
}

fn withdraw_field(reason: Reason) -> Option<&'static str> {
    if reason == Reason::InvalidAmount { Some("amount_planck") } else { region_field(reason) }
}

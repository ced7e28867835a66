//! What was traded, and what became of it on chain.

use super::{Api, open};
use crate::{
    convert::{
        common::{position_message, time_message},
        event::fills_of,
        instruction::{ledger_instruction, recorded_instruction},
        not_zero, page,
    },
    fill_source::{FillSource, FillSourceError, RecordedFill},
    status,
};
use coretime_market::Market;
use coretime_proto::v1::{self, settlement_service_server::SettlementService};
use coretime_types::{AccountId, InstructionNumber, OrderId, TradeId};
use tonic::{Request, Response, Status};

/// Fills read at a time when looking for those of one order, and how many are looked at for one page at most: a page
/// may come out short, but a call never reads without end.
const BLOCK: usize = 1_000;
const MAX_BLOCKS: usize = 10;

#[tonic::async_trait]
impl SettlementService for Api {
    async fn list_fills(
        &self,
        request: Request<v1::ListFillsRequest>,
    ) -> Result<Response<v1::ListFillsResponse>, Status> {
        let (account, request) = open(request)?;
        let size = page::page_size(request.page_size).map_err(status::invalid_field)?;
        let order_id = (request.order_id != 0).then_some(OrderId(request.order_id));
        let after = page::fill_token(&request.page_token, order_id).map_err(status::invalid_field)?;
        let read = move |fills: &dyn FillSource| {
            let position = fills.position()?;
            let filter = Filter { account, order_id };
            Ok((position, filter.page(fills, after, size)?))
        };
        let (position, (fills, last)) = self.read_store(read).await?;
        Ok(Response::new(v1::ListFillsResponse {
            fills,
            next_page_token: last.map(|last| page::fill_token_text(last, order_id)).unwrap_or_default(),
            position: Some(position_message(position)),
        }))
    }

    async fn get_instruction(
        &self,
        request: Request<v1::GetInstructionRequest>,
    ) -> Result<Response<v1::GetInstructionResponse>, Status> {
        let (account, request) = open(request)?;
        let number = not_zero(request.number, "number").map_err(status::invalid_field)?;
        let number = InstructionNumber(number);
        // The ledger has those that have not ended, and is ahead of the store.
        let read = move |market: &Market| {
            let own = market.instruction(number).filter(|found| found.account == account);
            own.map(|found| ledger_instruction(found.clone(), market))
        };
        let (outstanding, _) = self.query(read).await?;
        let instruction = match outstanding {
            Some(instruction) => instruction,
            None => {
                let recorded = self.read_store(move |fills| fills.instruction(number)).await?;
                let own = recorded.filter(|recorded| recorded.account == account);
                recorded_instruction(own.ok_or_else(status::unknown_instruction)?)
            }
        };
        Ok(Response::new(v1::GetInstructionResponse { instruction: Some(instruction) }))
    }

    async fn list_instructions(
        &self,
        request: Request<v1::ListInstructionsRequest>,
    ) -> Result<Response<v1::ListInstructionsResponse>, Status> {
        let (account, request) = open(request)?;
        let size = page::page_size(request.page_size).map_err(status::invalid_field)?;
        let after = page::number_token(&request.page_token).map_err(status::invalid_field)?;
        let read = move |fills: &dyn FillSource| {
            let position = fills.position()?;
            Ok((position, fills.instructions_of(account, after.map(InstructionNumber), size + 1)?))
        };
        let (position, instructions) = self.read_store(read).await?;
        let (instructions, more) = page::cut(instructions, size);
        let next_page_token =
            instructions.last().filter(|_| more).map(|last| last.number.to_string()).unwrap_or_default();
        let mut instructions: Vec<v1::Instruction> =
            instructions.into_iter().map(recorded_instruction).collect();
        let numbers: Vec<u64> = instructions.iter().map(|one| one.number).collect();
        let holds = move |market: &Market| {
            numbers.iter().map(|number| market.is_held(InstructionNumber(*number))).collect::<Vec<_>>()
        };
        let (held, _) = self.query(holds).await?;
        instructions.iter_mut().zip(held).for_each(|(instruction, held)| instruction.awaits_approval = held);
        Ok(Response::new(v1::ListInstructionsResponse {
            next_page_token,
            instructions,
            position: Some(position_message(position)),
        }))
    }
}

/// Whose fills are asked for.
struct Filter {
    account: AccountId,
    order_id: Option<OrderId>,
}

impl Filter {
    /// A page of fills after `after`, and the trade where the next page goes on, unless this is the last.
    fn page(
        &self,
        fills: &dyn FillSource,
        mut after: Option<TradeId>,
        size: usize,
    ) -> Result<(Vec<v1::RecordedFill>, Option<TradeId>), FillSourceError> {
        let mut found = Vec::new();
        for _ in 0..MAX_BLOCKS {
            let block = fills.fills_of(self.account, after, BLOCK)?;
            for recorded in &block {
                // A page is full only when there is one more: so a next page is never promised in vain.
                if found.len() >= size {
                    return Ok((found, after));
                }
                found.extend(self.matching(recorded));
                after = Some(recorded.trade.trade_id);
            }
            if block.len() < BLOCK {
                return Ok((found, None));
            }
        }
        Ok((found, after))
    }

    fn matching(&self, recorded: &RecordedFill) -> Option<v1::RecordedFill> {
        let mut own = fills_of(self.account, &recorded.trade);
        let fill = own.find(|fill| self.order_id.is_none_or(|order_id| fill.order_id == order_id.0))?;
        let delivered = recorded.instruction.filter(|_| recorded.trade.buyer == self.account);
        Some(v1::RecordedFill {
            sequence: recorded.sequence.0,
            time_unix_ms: time_message(recorded.time_ms),
            fill: Some(fill),
            instruction_number: delivered.map_or(0, |number| number.0),
        })
    }
}

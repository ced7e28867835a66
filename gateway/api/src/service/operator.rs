//! What the venue's operators may do: commands in the log, and who gave them in the journal.

use super::{Api, caller, command::Accepted, open, unattributed::Refusal};
use crate::{
    auth::session::Caller,
    convert::{
        FieldError, account,
        common::{planck, position_message, receipt_message},
        instruction::ledger_instruction,
        not_zero, outflow, page,
    },
    status,
};
use coretime_market::{Instruction, Market};
use coretime_proto::v1::{self, operator_service_server::OperatorService};
use coretime_sequencer::Receipt;
use coretime_types::{
    AccountId, Command, InstructionNumber, OutflowScope, Parts, Ppm, RejectReason, Sequence, SettingsChange,
};
use std::fmt::Debug;
use tokio::task::spawn_blocking;
use tonic::{Request, Response, Status};

const MAX_TEXT_BYTES: usize = 200;

#[tonic::async_trait]
impl OperatorService for Api {
    async fn halt(&self, request: Request<v1::HaltRequest>) -> Result<Response<v1::HaltResponse>, Status> {
        let command = |request: &v1::HaltRequest| Ok(Command::Halt { cause: text(&request.cause, "cause")? });
        let receipt = self.operate("Halt", request, command).await?;
        Ok(Response::new(v1::HaltResponse { receipt }))
    }

    async fn freeze(
        &self,
        request: Request<v1::FreezeRequest>,
    ) -> Result<Response<v1::FreezeResponse>, Status> {
        let command =
            |request: &v1::FreezeRequest| Ok(Command::Freeze { cause: text(&request.cause, "cause")? });
        let receipt = self.operate("Freeze", request, command).await?;
        Ok(Response::new(v1::FreezeResponse { receipt }))
    }

    async fn resume(
        &self,
        request: Request<v1::ResumeRequest>,
    ) -> Result<Response<v1::ResumeResponse>, Status> {
        let command =
            |request: &v1::ResumeRequest| Ok(Command::Resume { cause: text(&request.cause, "cause")? });
        let receipt = self.operate("Resume", request, command).await?;
        Ok(Response::new(v1::ResumeResponse { receipt }))
    }

    async fn configure(
        &self,
        request: Request<v1::ConfigureRequest>,
    ) -> Result<Response<v1::ConfigureResponse>, Status> {
        let receipt = self.operate("Configure", request, settings).await?;
        Ok(Response::new(v1::ConfigureResponse { receipt }))
    }

    async fn suspend(
        &self,
        request: Request<v1::SuspendRequest>,
    ) -> Result<Response<v1::SuspendResponse>, Status> {
        let command = |request: &v1::SuspendRequest| {
            Ok(Command::Suspend { account: account::parse(&request.account, "account")? })
        };
        let receipt = self.operate("Suspend", request, command).await?;
        Ok(Response::new(v1::SuspendResponse { receipt }))
    }

    async fn unsuspend(
        &self,
        request: Request<v1::UnsuspendRequest>,
    ) -> Result<Response<v1::UnsuspendResponse>, Status> {
        let command = |request: &v1::UnsuspendRequest| {
            Ok(Command::Unsuspend { account: account::parse(&request.account, "account")? })
        };
        let receipt = self.operate("Unsuspend", request, command).await?;
        Ok(Response::new(v1::UnsuspendResponse { receipt }))
    }

    async fn compensate(
        &self,
        request: Request<v1::CompensateRequest>,
    ) -> Result<Response<v1::CompensateResponse>, Status> {
        let command = |request: &v1::CompensateRequest| {
            Ok(Command::Compensate {
                account: account::parse(&request.account, "account")?,
                amount: planck(&request.amount_planck, "amount_planck")?,
                reason: text(&request.reason, "reason")?,
            })
        };
        let receipt = self.operate("Compensate", request, command).await?;
        Ok(Response::new(v1::CompensateResponse { receipt }))
    }

    async fn set_outflow_limit(
        &self,
        request: Request<v1::SetOutflowLimitRequest>,
    ) -> Result<Response<v1::SetOutflowLimitResponse>, Status> {
        let receipt = self.operate("SetOutflowLimit", request, outflow::set_limit).await?;
        Ok(Response::new(v1::SetOutflowLimitResponse { receipt }))
    }

    async fn approve_outflow(
        &self,
        request: Request<v1::ApproveOutflowRequest>,
    ) -> Result<Response<v1::ApproveOutflowResponse>, Status> {
        let command = |request: &v1::ApproveOutflowRequest| {
            let number = not_zero(request.instruction_number, "instruction_number")?;
            Ok(Command::ApproveOutflow { instruction: InstructionNumber(number) })
        };
        let receipt = self.operate("ApproveOutflow", request, command).await?;
        Ok(Response::new(v1::ApproveOutflowResponse { receipt }))
    }

    async fn list_outflow_limits(
        &self,
        request: Request<v1::ListOutflowLimitsRequest>,
    ) -> Result<Response<v1::ListOutflowLimitsResponse>, Status> {
        let (_, request) = open(request)?;
        let size = page::page_size(request.page_size).map_err(status::invalid_field)?;
        let after = page::account_token(&request.page_token).map_err(status::invalid_field)?;
        let read = move |market: &Market| {
            let rest = market.outflow_limits().filter(|(account, _)| Some(*account) > after);
            let (accounts, more) = page::cut(rest.take(size + 1).collect(), size);
            let last = accounts.last().filter(|_| more);
            let limit = |scope| market.outflow_limit(scope).map(outflow::limit_message);
            v1::ListOutflowLimitsResponse {
                venue: limit(OutflowScope::Venue),
                each_account: limit(OutflowScope::EachAccount),
                next_page_token: last.map(|(account, _)| account.to_string()).unwrap_or_default(),
                accounts: accounts.into_iter().map(outflow::account_limit_message).collect(),
                today: Some(outflow::outflow_message(market.outflow_today())),
                position: None,
            }
        };
        let (response, position) = self.query(read).await?;
        let position = Some(position_message(position));
        Ok(Response::new(v1::ListOutflowLimitsResponse { position, ..response }))
    }

    async fn list_held_instructions(
        &self,
        request: Request<v1::ListHeldInstructionsRequest>,
    ) -> Result<Response<v1::ListHeldInstructionsResponse>, Status> {
        let (_, request) = open(request)?;
        let size = page::page_size(request.page_size).map_err(status::invalid_field)?;
        let after = page::number_token(&request.page_token).map_err(status::invalid_field)?.unwrap_or(0);
        let read = move |market: &Market| {
            let rest = market.held_instructions().filter(|number| number.0 > after);
            let held = rest.filter_map(|number| market.instruction(number)).take(size + 1);
            let message = |held: &Instruction| v1::HeldInstruction {
                account: held.account.to_string(),
                instruction: Some(ledger_instruction(held.clone(), market)),
            };
            held.map(|held| (held.number, message(held))).collect::<Vec<_>>()
        };
        let (held, position) = self.query(read).await?;
        let (held, more) = page::cut(held, size);
        let last = held.last().filter(|_| more);
        Ok(Response::new(v1::ListHeldInstructionsResponse {
            next_page_token: last.map(|(number, _)| number.to_string()).unwrap_or_default(),
            instructions: held.into_iter().map(|(_, message)| message).collect(),
            position: Some(position_message(position)),
        }))
    }

    async fn list_unattributed(
        &self,
        request: Request<v1::ListUnattributedRequest>,
    ) -> Result<Response<v1::ListUnattributedResponse>, Status> {
        caller(&request)?;
        self.unattributed_list().map(Response::new)
    }

    async fn credit_unattributed(
        &self,
        request: Request<v1::CreditUnattributedRequest>,
    ) -> Result<Response<v1::CreditUnattributedResponse>, Status> {
        let Caller { account: operator, .. } = caller(&request)?;
        let v1::CreditUnattributedRequest { unattributed, account } = request.get_ref().clone();
        let outcome = self.credit_unattributed_to(unattributed, &account, false).await;
        let receipt = self.noted(operator, "CreditUnattributed", request.get_ref(), outcome).await?;
        Ok(Response::new(v1::CreditUnattributedResponse { receipt }))
    }

    async fn return_unattributed(
        &self,
        request: Request<v1::ReturnUnattributedRequest>,
    ) -> Result<Response<v1::ReturnUnattributedResponse>, Status> {
        let Caller { account: operator, .. } = caller(&request)?;
        let v1::ReturnUnattributedRequest { unattributed, account } = request.get_ref().clone();
        let outcome = self.credit_unattributed_to(unattributed, &account, true).await;
        let receipt = self.noted(operator, "ReturnUnattributed", request.get_ref(), outcome).await?;
        Ok(Response::new(v1::ReturnUnattributedResponse { receipt }))
    }
}

impl Api {
    /// Has an operator's command carried out, and notes who gave it.
    async fn operate<R: Debug>(
        &self,
        rpc: &'static str,
        request: Request<R>,
        command: impl FnOnce(&R) -> Result<Command, FieldError>,
    ) -> Result<Option<v1::Receipt>, Status> {
        let Caller { account, .. } = caller(&request)?;
        let request = request.into_inner();
        let command = command(&request).map_err(status::invalid_field)?;
        let Accepted { receipt, .. } = self.execute(account, command, field).await?;
        self.note(account, rpc, &request, receipt.sequence).await;
        Ok(Some(receipt_message(&receipt)))
    }

    /// Keeps which operator did what.
    async fn note<R: Debug>(&self, operator: AccountId, rpc: &'static str, request: &R, sequence: Sequence) {
        let (sequence, credentials) = (sequence.0, self.0.credentials.clone());
        tracing::warn!(%operator, rpc, sequence, ?request, "an operator's command");
        let note = format!("{request:?}");
        let noted =
            spawn_blocking(move || credentials.keys.note_operator(operator, rpc, note, sequence)).await;
        // It was carried out: a journal that fails is told to the operator's log, not as the command's failure.
        if let Ok(Err(error)) = noted {
            tracing::error!(error = &error as &dyn std::error::Error, sequence, "it is not in the journal");
        }
    }

    /// Notes what was credited, whole or in part, and gives the answer.
    async fn noted<R: Debug>(
        &self,
        operator: AccountId,
        rpc: &'static str,
        request: &R,
        outcome: Result<Receipt, Refusal>,
    ) -> Result<Option<v1::Receipt>, Status> {
        let recorded = match &outcome {
            Ok(receipt) => Some(receipt.sequence),
            Err(refusal) => refusal.recorded,
        };
        if let Some(sequence) = recorded {
            self.note(operator, rpc, request, sequence).await;
        }
        let receipt = outcome.map_err(|refusal| refusal.status)?;
        Ok(Some(receipt_message(&receipt)))
    }
}

fn field(reason: RejectReason) -> Option<&'static str> {
    (reason == RejectReason::InvalidAmount).then_some("amount_planck")
}

fn text(text: &str, path: &str) -> Result<String, FieldError> {
    match text.len() {
        0 => Err(FieldError::new(path, "is missing")),
        length if length > MAX_TEXT_BYTES => Err(FieldError::new(path, "has more than 200 bytes")),
        // It is shown in lines of text: it must not look like one of them.
        _ if text.chars().any(char::is_control) => Err(FieldError::new(path, "has control characters")),
        _ => Ok(text.to_owned()),
    }
}

fn settings(request: &v1::ConfigureRequest) -> Result<Command, FieldError> {
    let fee_account = request.fee_account.as_deref();
    Ok(Command::Configure(SettingsChange {
        taker_ppm: request.taker_fee_ppm.map(Ppm),
        maker_ppm: request.maker_fee_ppm.map(Ppm),
        fee_account: fee_account.map(|text| account::parse(text, "fee_account")).transpose()?,
        min_fill_notional: request.min_fill_notional_planck,
        delivery_fee: request.delivery_fee_planck,
        withdrawal_fee: request.withdrawal_fee_planck,
        min_withdrawal: request.min_withdrawal_planck,
        min_lot_parts: request.min_lot_parts.map(Parts),
        max_orders: request.max_orders,
        max_orders_per_account: request.max_orders_per_account,
        max_regions_per_account: request.max_regions_per_account,
        ..SettingsChange::default()
    }))
}

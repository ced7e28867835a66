//! Instructions for answers: as events, from the ledger (outstanding ones), and from the store.

use super::common::region_message;
use crate::fill_source::{InstructionProgress, RecordedInstruction};
use coretime_market::{Instruction, Market};
use coretime_proto::v1::{self, InstructionState, instruction};
use coretime_types::{BlockNumber, Call, FailureOutcome, InstructionEnd, InstructionNumber};

/// One that nothing was submitted for yet.
pub(crate) fn new_instruction(number: InstructionNumber, call: Call) -> v1::Instruction {
    v1::Instruction {
        number: number.0,
        call: Some(call_message(call)),
        state: InstructionState::Outstanding.into(),
        ..v1::Instruction::default()
    }
}

/// One that has not ended; `market` has it.
pub(crate) fn ledger_instruction(instruction: Instruction, market: &Market) -> v1::Instruction {
    let mut message = new_instruction(instruction.number, instruction.call);
    message.awaits_approval = market.is_held(instruction.number);
    if let Some(submission) = instruction.submission {
        message.state = InstructionState::Submitted.into();
        message.submission =
            Some(submission_message(submission.extrinsic_hash.clone(), submission.valid_until_block));
    }
    message
}

/// One in the store, which does not know what is held.
pub(crate) fn recorded_instruction(instruction: RecordedInstruction) -> v1::Instruction {
    let mut message = new_instruction(instruction.number, instruction.call);
    match instruction.progress {
        InstructionProgress::Outstanding => {}
        InstructionProgress::Submitted { extrinsic_hash, valid_until_block } => {
            message.state = InstructionState::Submitted.into();
            message.submission = Some(submission_message(extrinsic_hash, valid_until_block));
        }
        InstructionProgress::Confirmed { extrinsic_hash, block, extrinsic_index, chain_fee } => {
            message.state = InstructionState::Confirmed.into();
            message.confirmation = Some(v1::InstructionConfirmation {
                extrinsic_hash: extrinsic_hash.unwrap_or_default(),
                block: block.0,
                extrinsic_index,
                chain_fee_planck: chain_fee.to_string(),
            });
        }
        InstructionProgress::Failed { outcome, reason } => {
            message.state = failed(outcome).into();
            message.failure_message = reason;
        }
    }
    message
}

pub(crate) fn end_state(end: InstructionEnd) -> InstructionState {
    match end {
        InstructionEnd::Confirmed => InstructionState::Confirmed,
        InstructionEnd::Failed(outcome) => failed(outcome),
    }
}

fn failed(outcome: FailureOutcome) -> InstructionState {
    match outcome {
        FailureOutcome::Returned => InstructionState::Returned,
        FailureOutcome::Lost => InstructionState::Lost,
    }
}

fn submission_message(extrinsic_hash: String, valid_until_block: BlockNumber) -> v1::InstructionSubmission {
    v1::InstructionSubmission { extrinsic_hash, valid_until_block: valid_until_block.0 }
}

fn call_message(call: Call) -> instruction::Call {
    match call {
        Call::Transfer { region, to } => instruction::Call::Transfer(v1::TransferCall {
            region: Some(region_message(region)),
            to_account: to.to_string(),
        }),
        Call::Assign { region, task } => instruction::Call::Assign(v1::AssignCall {
            region: Some(region_message(region)),
            task_id: task.0,
        }),
        Call::Pay { to, amount } => instruction::Call::Pay(v1::PayCall {
            to_account: to.to_string(),
            amount_planck: amount.to_string(),
        }),
    }
}

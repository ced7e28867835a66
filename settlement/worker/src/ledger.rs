//! The engine as settlement uses it: commands that wait their turn, and questions.

use crate::SettlementError;
use coretime_market::Market;
use coretime_sequencer::{Engine, Receipt, SubmitError};
use coretime_types::{
    Call, Command, Event, FailureOutcome, InstructionNumber, RejectReason, SettlementSubmitted,
};
use std::sync::Arc;
use std::time::Duration;

/// How long to leave a full queue alone.
const BUSY_PAUSE: Duration = Duration::from_millis(20);

/// The engine as settlement uses it.
#[derive(Clone)]
pub(crate) struct Ledger(pub(crate) Engine);

/// An instruction that has not ended, as far as settlement needs it.
#[derive(Clone, Debug)]
pub(crate) struct Open {
    pub(crate) number: InstructionNumber,
    pub(crate) call: Call,
    pub(crate) submission: Option<Arc<SettlementSubmitted>>,
    /// It waits for an operator.
    pub(crate) held: bool,
}

impl Open {
    /// All instructions that have not ended, by number.
    pub(crate) fn all(market: &Market) -> Vec<Open> {
        let open = market.instructions().map(|instruction| Open {
            number: instruction.number,
            call: instruction.call,
            submission: instruction.submission.clone(),
            held: market.is_held(instruction.number),
        });
        open.collect()
    }
}

impl Ledger {
    /// Submits a command and waits until it is durable.
    pub(crate) async fn submit(&self, command: Command) -> Result<Receipt, SettlementError> {
        loop {
            match self.0.submit(command.clone()) {
                Ok(answer) => return Ok(answer.await?),
                Err(SubmitError::Busy) => tokio::time::sleep(BUSY_PAUSE).await,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Asks the market something.
    pub(crate) async fn query<T: Send + 'static>(
        &self,
        question: impl Fn(&Market) -> T + Clone + Send + 'static,
    ) -> Result<T, SettlementError> {
        loop {
            match self.0.query(question.clone()) {
                Ok(answer) => return Ok(answer.await?),
                Err(SubmitError::Busy) => tokio::time::sleep(BUSY_PAUSE).await,
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Reports the end of an instruction that was not carried out.
    pub(crate) async fn fail(
        &self,
        instruction: InstructionNumber,
        outcome: FailureOutcome,
        reason: String,
    ) -> Result<(), SettlementError> {
        tracing::warn!(%instruction, ?outcome, reason, "an instruction was not carried out");
        let receipt = self.submit(Command::SettlementFailed { instruction, outcome, reason }).await?;
        note_rejection(&receipt, "a report");
        Ok(())
    }
}

/// Why a command was rejected, if it was.
pub(crate) fn rejection(receipt: &Receipt) -> Option<RejectReason> {
    receipt.events.iter().find_map(|event| match event {
        Event::Rejected(rejection) => Some(rejection.reason),
        _ => None,
    })
}

/// A report that is repeated after a restart is rejected; anything else is worth a look.
pub(crate) fn note_rejection(receipt: &Receipt, what: &str) {
    if let Some(reason) = rejection(receipt) {
        tracing::info!(sequence = %receipt.sequence, reason = reason.name(), "{what} was rejected");
    }
}

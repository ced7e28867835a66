//! The way of a command: submit, tell a reject from an answer, give the account its own events.

use super::Api;
use crate::{
    convert::event::{Origin, Own, OwnReader},
    status,
};
use coretime_proto::v1::{self, order_event};
use coretime_sequencer::Receipt;
use coretime_types::{AccountId, Command, Event, RejectReason, Rejection};
use tonic::Status;

/// A command that was accepted.
pub(super) struct Accepted {
    pub(super) receipt: Receipt,
    /// What the account may see of its events.
    pub(super) events: Vec<v1::OrderEvent>,
}

impl Api {
    /// Has a command of this account carried out. `field_at_fault` names the request's field that a reason is about.
    pub(super) async fn execute(
        &self,
        account: AccountId,
        command: Command,
        field_at_fault: fn(RejectReason) -> Option<&'static str>,
    ) -> Result<Accepted, Status> {
        let origin = Origin::of(&command);
        let receipt = self.submit(command).await?;
        Accepted::read(account, origin, receipt, field_at_fault)
    }
}

/// Whether it is the quote that was rejected, not its only element: the rules check these reasons for the whole first,
/// so no element can have them.
pub(super) fn is_whole_quote(rejection: &Rejection) -> bool {
    use RejectReason::{DuplicateRequest, InvalidSize, Malformed, Suspended};
    matches!(rejection.reason, Suspended | DuplicateRequest | InvalidSize | Malformed)
}

impl Accepted {
    /// What came of a command of this account, unless it was rejected.
    pub(super) fn read(
        account: AccountId,
        origin: Origin,
        receipt: Receipt,
        field_at_fault: fn(RejectReason) -> Option<&'static str>,
    ) -> Result<Accepted, Status> {
        if let [Event::Rejected(rejection)] = &receipt.events[..] {
            return Err(status::rejected(rejection, field_at_fault(rejection.reason), &receipt));
        }
        let events = OwnReader::new(account, &mut Own::default(), origin).read_all(&receipt.events);
        Ok(Accepted { receipt, events })
    }

    /// The ids of the orders that were accepted.
    pub(super) fn accepted_ids(&self) -> Vec<u64> {
        self.accepted().collect()
    }

    fn accepted(&self) -> impl Iterator<Item = u64> {
        self.events.iter().filter_map(|event| match &event.event {
            Some(order_event::Event::Accepted(accepted)) => Some(accepted.order_id),
            _ => None,
        })
    }

    /// The ids of the orders that ended.
    pub(super) fn done_ids(&self) -> Vec<u64> {
        self.done().collect()
    }

    fn done(&self) -> impl Iterator<Item = u64> {
        self.events.iter().filter_map(|event| match &event.event {
            Some(order_event::Event::Done(done)) => Some(done.order_id),
            _ => None,
        })
    }

    /// The instruction that a withdrawal became.
    pub(super) fn instruction(&self) -> Result<v1::Instruction, Status> {
        let instruction = self.events.iter().find_map(|event| match &event.event {
            Some(order_event::Event::Instruction(instruction)) => Some(instruction.clone()),
            _ => None,
        });
        instruction.ok_or_else(|| status::unexpected("the withdrawal has no instruction", &self.receipt))
    }

    /// The only order that was accepted.
    pub(super) fn accepted_id(&self) -> Result<u64, Status> {
        self.accepted().next().ok_or_else(|| status::unexpected("the order has no id", &self.receipt))
    }

    /// The only order that ended.
    pub(super) fn done_id(&self) -> Result<u64, Status> {
        self.done().next().ok_or_else(|| status::unexpected("no order ended", &self.receipt))
    }
}

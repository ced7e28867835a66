//! What nobody was credited with, as operators see it and decide about it.

use super::Api;
use crate::{
    convert::{
        FieldError, account,
        common::{planck, region_id, region_id_message, region_message},
    },
    status,
    unattributed::{HeldBackDeposit, NotCredited, Unattributed, UnattributedDeposits, UnattributedList},
};
use coretime_proto::v1::{self, unattributed::What};
use coretime_sequencer::Receipt;
use coretime_types::Sequence;
use std::sync::Arc;
use tonic::Status;

/// Why it was not done, and what of it stands in the log all the same.
pub(super) struct Refusal {
    pub(super) status: Status,
    pub(super) recorded: Option<Sequence>,
}

impl From<Status> for Refusal {
    fn from(status: Status) -> Self {
        Refusal { status, recorded: None }
    }
}

impl From<FieldError> for Refusal {
    fn from(fault: FieldError) -> Self {
        status::invalid_field(fault).into()
    }
}

impl Api {
    fn unattributed(&self) -> Result<Arc<dyn UnattributedDeposits>, Status> {
        let deposits = self.0.unattributed.get().cloned();
        deposits.ok_or_else(|| status::settlement_unavailable("this venue has no settlement"))
    }

    pub(super) fn unattributed_list(&self) -> Result<v1::ListUnattributedResponse, Status> {
        let list = self.unattributed()?.list();
        let list =
            list.ok_or_else(|| status::settlement_unavailable("ledger and chain were not compared yet"))?;
        let UnattributedList { block, funds, regions, held_back } = list;
        Ok(v1::ListUnattributedResponse {
            block: block.0,
            funds_planck: funds.to_string(),
            regions: regions.into_iter().map(region_message).collect(),
            uncredited_deposits: held_back.into_iter().map(held_back_message).collect(),
        })
    }

    /// Credits an account, and with `pay_out` withdraws it again.
    pub(super) async fn credit_unattributed_to(
        &self,
        unattributed: Option<v1::Unattributed>,
        to: &str,
        pay_out: bool,
    ) -> Result<Receipt, Refusal> {
        let what = what(unattributed).map_err(|fault| fault.inside("unattributed"))?;
        let account = account::parse(to, "account")?;
        let outcome = self.unattributed()?.credit(what, account, pay_out).await;
        outcome.map_err(|error| Refusal {
            status: status::not_credited(&error),
            recorded: match error {
                NotCredited::CreditedOnly { credited, .. } => Some(credited.sequence),
                _ => None,
            },
        })
    }
}

fn what(unattributed: Option<v1::Unattributed>) -> Result<Unattributed, FieldError> {
    match unattributed.and_then(|unattributed| unattributed.what) {
        Some(What::FundsPlanck(amount)) => planck(&amount, "funds_planck").map(Unattributed::Funds),
        Some(What::Region(region)) => region_id(Some(region), "region").map(Unattributed::Region),
        None => Err(FieldError::new("what", "is missing")),
    }
}

fn held_back_message(held_back: HeldBackDeposit) -> v1::HeldBackDeposit {
    let HeldBackDeposit { reference, sender, region, description, reason } = held_back;
    v1::HeldBackDeposit {
        block: reference.block.0,
        event_index: reference.event,
        sender: sender.map(|sender| sender.to_string()).unwrap_or_default(),
        region: region.map(region_id_message),
        description,
        reason,
    }
}

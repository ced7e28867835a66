//! The gateway's port for what nobody was credited with, over settlement: the two do not know each other.

use coretime_gateway::{HeldBackDeposit, NotCredited, Unattributed, UnattributedDeposits, UnattributedList};
use coretime_sequencer::Receipt;
use coretime_settlement::{CreditError, HeldBack, Operator, Status};
use coretime_types::AccountId;
use futures::future::BoxFuture;
use tokio::sync::watch;

/// Settlement, as the gateway's operators see it.
pub(crate) struct SettlementsUnattributed {
    pub(crate) operator: Operator,
    pub(crate) status: watch::Receiver<Status>,
}

impl UnattributedDeposits for SettlementsUnattributed {
    fn list(&self) -> Option<UnattributedList> {
        let status = self.status.borrow();
        let report = status.reserves.as_ref()?;
        Some(UnattributedList {
            block: report.block,
            funds: report.unattributed_funds,
            regions: report.unattributed_regions.clone(),
            held_back: status.held_back.iter().map(held_back).collect(),
        })
    }

    fn credit(
        &self,
        what: Unattributed,
        account: AccountId,
        pay_out: bool,
    ) -> BoxFuture<'static, Result<Receipt, NotCredited>> {
        let operator = self.operator.clone();
        let what = match what {
            Unattributed::Funds(amount) => coretime_settlement::Unattributed::Funds(amount),
            Unattributed::Region(id) => coretime_settlement::Unattributed::Region(id),
        };
        Box::pin(async move {
            let done = match pay_out {
                true => operator.give_back(what, account).await,
                false => operator.credit(what, account).await,
            };
            done.map_err(not_credited)
        })
    }
}

fn held_back(item: &HeldBack) -> HeldBackDeposit {
    HeldBackDeposit {
        reference: item.reference,
        sender: item.from,
        region: item.region,
        description: item.what.clone(),
        reason: item.reason.clone(),
    }
}

fn not_credited(error: CreditError) -> NotCredited {
    let text = error.to_string();
    match error {
        CreditError::NotEnough { .. } | CreditError::NoSuchRegion(_) => NotCredited::Unknown(text),
        CreditError::Encumbered(_) | CreditError::Differences(_) | CreditError::Deposit(_) => {
            NotCredited::Refused(text)
        }
        CreditError::Withdrawal { credited, reason } => NotCredited::CreditedOnly { credited, reason },
        CreditError::Busy | CreditError::Stopped => NotCredited::Unavailable(text),
    }
}

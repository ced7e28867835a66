//! A settlement that has nothing to credit. What it does with more is tested with the real one, in `tests/system`.

use coretime_gateway::{NotCredited, Unattributed, UnattributedDeposits, UnattributedList};
use coretime_sequencer::Receipt;
use coretime_types::AccountId;
use futures::future::BoxFuture;

pub(crate) struct NothingUnattributed;

impl UnattributedDeposits for NothingUnattributed {
    fn list(&self) -> Option<UnattributedList> {
        Some(UnattributedList::default())
    }

    fn credit(
        &self,
        _what: Unattributed,
        _account: AccountId,
        _pay_out: bool,
    ) -> BoxFuture<'static, Result<Receipt, NotCredited>> {
        Box::pin(async { Err(NotCredited::Unknown("nothing is unattributed".into())) })
    }
}

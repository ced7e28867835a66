//! A chain whose finalised blocks stand still: nobody can deposit, and nothing that is sold can be delivered, so the
//! venue takes no orders until it goes on.

use crate::{SettlementError, Status, ledger::Ledger};
use coretime_types::Command;
use std::time::Duration;
use tokio::sync::watch;

pub(crate) const CAUSE: &str = "chain_silent";

/// Halts the venue when no new finalised block was read for `limit`, and resumes it when one is. Never returns, except
/// with an error when the engine has stopped.
pub(crate) async fn watch(
    ledger: Ledger,
    mut status: watch::Receiver<Status>,
    limit: Duration,
) -> Result<(), SettlementError> {
    let mut last = status.borrow().finalised_block;
    loop {
        let news = status.wait_for(|status| status.finalised_block > last);
        // What is borrowed of the status must not be held over the next wait.
        let news =
            tokio::time::timeout(limit, async { news.await.map(|status| status.finalised_block) }).await;
        let is_silent = news.is_err();
        match news {
            Ok(Ok(block)) => last = block,
            // Nobody reads blocks any more.
            Ok(Err(_)) => return std::future::pending().await,
            Err(_) => {}
        }
        let is_halted = ledger.query(|market| market.halt_causes().any(|cause| cause == CAUSE)).await?;
        if is_silent && !is_halted {
            tracing::error!(last_block = ?last, "no new finalised block for {limit:?}: halting");
            ledger.submit(Command::Halt { cause: CAUSE.into() }).await?;
        } else if !is_silent && is_halted {
            tracing::info!(block = ?last, "finalised blocks come again: resuming");
            ledger.submit(Command::Resume { cause: CAUSE.into() }).await?;
        }
    }
}

//! How a session ends: what was taken is waited for, then, if the client asked for that, its orders are cancelled.

use super::{Ended, Session, follow_orders};
use crate::service::Api;
use coretime_sequencer::SubmitError;
use coretime_types::{Command, OrderId};
use std::time::Duration;
use tokio::{sync::watch, time::sleep};

/// As many as one quote may have.
const CANCELS_PER_COMMAND: usize = 256;
const BUSY_WAIT: Duration = Duration::from_millis(10);

impl Session {
    pub(super) async fn finish(self, ended: Ended) {
        let Session { api, account, output, submitted, mut placed, _over: over, .. } = self;
        output.end(match ended {
            Ended::Done | Ended::Lost => None,
            Ended::Status(status) => Some(status),
        });
        for (answer, _) in submitted {
            if let Some(placed) = &mut placed
                && let Ok(receipts) = answer.await
            {
                receipts.iter().for_each(|receipt| follow_orders(placed, &receipt.events, true));
            }
        }
        let placed: Vec<OrderId> = placed.unwrap_or_default().into_iter().collect();
        for cancel in placed.chunks(CANCELS_PER_COMMAND) {
            let cancel = cancel.to_vec();
            // A quote's cancels work in every mode; one that has ended meanwhile is rejected on its own.
            let command = Command::Quote { account, cancel, place: Vec::new(), request_id: None };
            carry_out(api.clone(), command, over.clone()).await;
        }
    }
}

/// Has a command carried out, however busy the engine is. `over` is held until that is so.
pub(super) async fn carry_out(api: Api, command: Command, over: watch::Receiver<()>) {
    loop {
        match api.0.engine.submit(command.clone()) {
            Ok(answer) => {
                // Nobody is left to be told.
                let _ = answer.await;
                break;
            }
            Err(SubmitError::Busy) => sleep(BUSY_WAIT).await,
            Err(error) => {
                tracing::warn!(%error, "orders could not be cancelled");
                break;
            }
        }
    }
    drop(over);
}

//! What a bot has done so far.

use coretime_proto::v1 as pb;
use std::collections::{BTreeMap, BTreeSet};
use tokio::sync::watch;

/// What a bot has done since it was started.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// The orders that were accepted, by the venue's ids.
    pub accepted: BTreeSet<u64>,
    /// Its fills, by trade.
    pub fills: BTreeMap<u64, pb::Fill>,
    /// Commands whose answers were lost, and that it has found out about.
    pub found_out: u64,
    /// Orders that were refused.
    pub refused: u64,
}

impl Progress {
    /// Takes note of fills among the events.
    pub(crate) fn note_fills(&mut self, events: &[pb::OrderEvent]) {
        for event in events {
            if let Some(pb::order_event::Event::Fill(fill)) = &event.event {
                self.fills.insert(fill.trade_id, fill.clone());
            }
        }
    }
}

/// Prints a line whenever something has changed, as long as the bot runs.
pub(crate) async fn tell(progress: &mut watch::Receiver<Progress>) {
    while progress.changed().await.is_ok() {
        let line = {
            let progress = progress.borrow_and_update();
            let (accepted, fills) = (progress.accepted.len(), progress.fills.len());
            let (refused, found_out) = (progress.refused, progress.found_out);
            format!("{accepted} orders, {fills} fills, {refused} refused, {found_out} found out about")
        };
        println!("{line}");
    }
    std::future::pending::<()>().await;
}

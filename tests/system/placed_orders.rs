//! The orders of one account, read from the log without the server.

use coretime_audit::{AuditError, Observer};
use coretime_log::{Record, log_folder};
use coretime_types::{AccountId, Command, Event, OrderId, QuoteOrder, Window};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What the log says of one account.
#[derive(Debug)]
pub(crate) struct PlacedOrders {
    account: AccountId,
    /// All orders that were ever accepted.
    pub(crate) accepted: BTreeSet<u64>,
    /// The windows of its live bids.
    live_bids: BTreeMap<OrderId, Window>,
    /// Bids for one window that were live at once, at most.
    pub(crate) most_bids_for_a_window: usize,
}

impl PlacedOrders {
    pub(crate) fn read(data: &Path, account: AccountId) -> PlacedOrders {
        let mut placed = PlacedOrders {
            account,
            accepted: BTreeSet::new(),
            live_bids: BTreeMap::new(),
            most_bids_for_a_window: 0,
        };
        coretime_audit::replay(&log_folder(data), &[], &mut placed).unwrap();
        placed
    }

    /// The orders of a command of this account, in their order: the window of each bid.
    fn orders(&self, command: &Command) -> Vec<Option<Window>> {
        match command {
            Command::PlaceBid(bid) if bid.account == self.account => vec![Some(bid.terms.within)],
            Command::PlaceAsk(ask) if ask.account == self.account => vec![None],
            Command::Quote { account, place, .. } if *account == self.account => place
                .iter()
                .map(|order| match order {
                    QuoteOrder::Bid(bid) => Some(bid.terms.within),
                    QuoteOrder::Ask(_) => None,
                })
                .collect(),
            _ => Vec::new(),
        }
    }
}

impl Observer for PlacedOrders {
    fn observe(&mut self, record: &Record, events: &[Event]) -> Result<(), AuditError> {
        let mut orders = self.orders(&record.command).into_iter();
        let mut cancels_left = match &record.command {
            Command::Quote { account, cancel, .. } if *account == self.account => cancel.len(),
            _ => 0,
        };
        for event in events {
            match event {
                Event::Accepted { order_id } => {
                    if let Some(window) = orders.next() {
                        assert!(self.accepted.insert(order_id.0));
                        if let Some(window) = window {
                            self.live_bids.insert(*order_id, window);
                        }
                    }
                }
                // Of a quote, an element: first those of its cancels.
                Event::Rejected(_) if cancels_left > 0 => cancels_left -= 1,
                Event::Rejected(_) => drop(orders.next()),
                Event::Done { order_id, .. } => {
                    self.live_bids.remove(order_id);
                    cancels_left = cancels_left.saturating_sub(1);
                }
                _ => {}
            }
        }
        let mut counts: BTreeMap<Window, usize> = BTreeMap::new();
        for window in self.live_bids.values() {
            *counts.entry(*window).or_default() += 1;
        }
        let most = counts.into_values().max().unwrap_or(0);
        self.most_bids_for_a_window = self.most_bids_for_a_window.max(most);
        Ok(())
    }
}

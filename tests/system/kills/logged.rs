//! What is in the log, read without the server.

use coretime_audit::{AuditError, Observer};
use coretime_log::{Record, log_folder};
use coretime_proto::v1 as pb;
use coretime_types::{AccountId, Command, DoneReason, Event, Sequence, Trade};
use std::collections::BTreeMap;
use std::path::Path;

/// A bid that was accepted.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) order_id: u64,
    pub(super) sequence: u64,
    pub(super) unit_price: u64,
    pub(super) window: pb::Window,
}

/// All that the tests ask about.
#[derive(Debug, Default)]
pub(super) struct Logged {
    placed: BTreeMap<(AccountId, u64), Vec<Placed>>,
    trades: BTreeMap<Sequence, Vec<Trade>>,
    cancelled: BTreeMap<u64, u64>,
    chain_hashes: Vec<Vec<u8>>,
}

impl Observer for Logged {
    fn observe(&mut self, record: &Record, events: &[Event]) -> Result<(), AuditError> {
        self.chain_hashes.push(record.chain_hash.0.to_vec());
        if let (Command::PlaceBid(bid), Some(Event::Accepted { order_id })) =
            (&record.command, events.first())
        {
            let window = pb::Window {
                begin_timeslice: bid.terms.within.begin.0,
                end_timeslice: bid.terms.within.end.0,
            };
            let placed = Placed {
                order_id: order_id.0,
                sequence: record.sequence.0,
                unit_price: bid.terms.unit_price.0,
                window,
            };
            self.placed.entry((bid.account, bid.terms.client_order_id.0)).or_default().push(placed);
        }
        for event in events {
            match event {
                Event::Trade(trade) => self.trades.entry(record.sequence).or_default().push(*trade),
                Event::Done { order_id, reason: DoneReason::Cancelled } => {
                    self.cancelled.insert(order_id.0, record.sequence.0);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Logged {
    pub(super) fn read(data: &Path) -> Logged {
        let mut logged = Logged::default();
        coretime_audit::replay(&log_folder(data), &[], &mut logged).unwrap();
        logged
    }

    pub(super) fn placed(&self, account: AccountId, name: u64) -> &[Placed] {
        self.placed.get(&(account, name)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn placed_by(&self, account: AccountId) -> impl Iterator<Item = (u64, &[Placed])> {
        let all = self.placed.range((account, 0)..=(account, u64::MAX));
        all.map(|((_, name), placed)| (*name, placed.as_slice()))
    }

    /// The order that a name stands for.
    pub(super) fn order(&self, account: AccountId, name: u64) -> Option<u64> {
        self.placed(account, name).first().map(|placed| placed.order_id)
    }

    pub(super) fn chain_hash(&self, sequence: Sequence) -> &[u8] {
        &self.chain_hashes[usize::try_from(sequence.0).unwrap() - 1]
    }

    pub(super) fn trades_at(&self, sequence: Sequence) -> &[Trade] {
        self.trades.get(&sequence).map_or(&[], Vec::as_slice)
    }

    pub(super) fn trades(&self) -> usize {
        self.trades.values().map(Vec::len).sum()
    }

    /// The ids of an account's trades, in order.
    pub(super) fn fills_of(&self, account: AccountId) -> Vec<u64> {
        let trades = self.trades.values().flatten();
        let own = trades.filter(|trade| trade.buyer == account || trade.seller == account);
        own.map(|trade| trade.trade_id.0).collect()
    }

    pub(super) fn cancelled_at(&self, order_id: u64) -> Option<u64> {
        self.cancelled.get(&order_id).copied()
    }
}

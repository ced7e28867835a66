//! The three books that must agree: the log's records, the ledger, and the chain, each read by its own way.

use anyhow::{Context, Result};
use coretime_fills::{Fill, FillReader};
use coretime_market::{FreeRegion, Funds, OrderDetail, Totals};
use coretime_sequencer::{Engine, Record};
use coretime_types::{AccountId, Call, CoreMask, Event, InstructionEnd, InstructionNumber, Region, Sequence};
use coretime_types::{Planck, TaskId, Trade};
use coretime_wallet::{OnChainRegion, Wallet};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything that is read back at the end.
pub(crate) struct Books {
    pub(crate) records: Vec<Arc<Record>>,
    pub(crate) ledger: Ledger,
    pub(crate) fills: Vec<Fill>,
    pub(crate) on_chain: Vec<OnChainRegion>,
    pub(crate) left_custody: Vec<Departure>,
    pub(crate) custody_balance: Planck,
}

/// The ledger, as the engine has it.
pub(crate) struct Ledger {
    pub(crate) accounts: BTreeMap<AccountId, Funds>,
    pub(crate) regions: Vec<Region>,
    pub(crate) free: Vec<FreeRegion>,
    pub(crate) outstanding: usize,
    pub(crate) totals: Totals,
}

/// A region that left custody, and what the chain says of it.
pub(crate) struct Departure {
    pub(crate) number: InstructionNumber,
    pub(crate) region: Region,
    pub(crate) destination: Destination,
    /// What was read back: its owner, or the tasks planned on its core from its begin on.
    pub(crate) found: Found,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    Account(AccountId),
    Task(TaskId),
}

pub(crate) enum Found {
    Region(Option<OnChainRegion>),
    Plan(Vec<(CoreMask, TaskId)>),
}

impl Departure {
    /// Whether the chain has it where it should be.
    pub(crate) fn is_right(&self) -> bool {
        match (&self.found, self.destination) {
            (Found::Region(Some(found)), Destination::Account(account)) => {
                found.region == self.region && found.owner == Some(account)
            }
            (Found::Plan(plan), Destination::Task(task)) => plan.contains(&(self.region.mask, task)),
            _ => false,
        }
    }
}

impl Books {
    /// Reads everything back.
    pub(crate) async fn read(
        engine: &Engine,
        fills: &FillReader,
        wallet: &Wallet,
        custody: AccountId,
    ) -> Result<Books> {
        let ledger = engine.query(Ledger::of)?.await?;
        let mut records = Vec::new();
        let mut reader = engine.events_from(Sequence(1));
        let last = engine.durable_position().sequence;
        while reader.next_sequence() <= last {
            records.push(reader.next().await?);
        }
        let on_chain = wallet.regions().await?;
        let left_custody = departures(&records, &on_chain, wallet).await?;
        Ok(Books {
            records,
            ledger,
            fills: fills.fills(None, usize::MAX).context("the store cannot be read")?,
            on_chain,
            left_custody,
            custody_balance: wallet.balance(custody).await?,
        })
    }

    /// All trades in the log.
    pub(crate) fn trades(&self) -> impl Iterator<Item = &Trade> {
        self.records.iter().flat_map(|record| record.events.iter()).filter_map(|event| match event {
            Event::Trade(trade) => Some(trade),
            _ => None,
        })
    }
}

impl Ledger {
    fn of(market: &coretime_market::Market) -> Ledger {
        let orders = market.orders().filter_map(|order| match order.detail {
            OrderDetail::Ask { pieces, .. } => Some(pieces),
            OrderDetail::Bid { .. } => None,
        });
        let pieces = orders.flatten().map(|piece| piece.region);
        Ledger {
            accounts: market.accounts().collect(),
            regions: market.free_regions().map(|free| free.region).chain(pieces).collect(),
            free: market.free_regions().collect(),
            outstanding: market.instructions().count(),
            totals: market.totals(),
        }
    }
}

/// Regions whose instruction was confirmed.
async fn departures(
    records: &[Arc<Record>],
    on_chain: &[OnChainRegion],
    wallet: &Wallet,
) -> Result<Vec<Departure>> {
    let events = || records.iter().flat_map(|record| record.events.iter());
    let calls: BTreeMap<InstructionNumber, Call> = events()
        .filter_map(|event| match event {
            Event::Instruction { number, call } => Some((*number, *call)),
            _ => None,
        })
        .collect();
    let confirmed = events().filter_map(|event| match event {
        Event::InstructionEnded { number, end: InstructionEnd::Confirmed } => Some(*number),
        _ => None,
    });
    let mut found = Vec::new();
    for number in confirmed {
        match calls.get(&number) {
            Some(Call::Transfer { region, to }) => {
                let there = on_chain.iter().find(|found| found.region.id() == region.id()).copied();
                found.push(Departure {
                    number,
                    region: *region,
                    destination: Destination::Account(*to),
                    found: Found::Region(there),
                });
            }
            Some(Call::Assign { region, task }) => found.push(Departure {
                number,
                region: *region,
                destination: Destination::Task(*task),
                found: Found::Plan(wallet.workplan(region.begin, region.core).await?),
            }),
            Some(Call::Pay { .. }) | None => {}
        }
    }
    Ok(found)
}

//! The page's port, over settlement and the store in sled: the page knows neither.

use crate::alarms::alarms;
use crate::fill_source::{recorded, recorded_fill};
use coretime_fills::{FillReader, StoreError};
use coretime_gateway::{RecordedFill, RecordedInstruction};
use coretime_page::{Health, Reserves, SourceError, VenueSource};
use coretime_settlement::{Report, Status};
use coretime_types::{InstructionNumber, TradeId};
use tokio::sync::watch;

/// Settlement and the store, as the page sees them.
pub(crate) struct PageSource {
    fills: FillReader,
    settlement: watch::Receiver<Status>,
}

impl PageSource {
    pub(crate) fn new(fills: FillReader, settlement: watch::Receiver<Status>) -> PageSource {
        PageSource { fills, settlement }
    }
}

impl VenueSource for PageSource {
    fn health(&self) -> Health {
        let status = self.settlement.borrow().clone();
        Health {
            connected: status.connected,
            finalised_block: status.finalised_block.map(|block| block.0),
            in_flight: status.in_flight.len(),
            signer_free: status.signer_free,
            delivery_cost: status.delivery_cost,
            reserves: status.reserves.as_ref().map(reserves),
            alarms: alarms(&status),
        }
    }

    fn recent_fills(&self, limit: usize) -> Result<Vec<RecordedFill>, SourceError> {
        let count = self.fills.counts().map_err(unreadable)?.fills;
        // Trades are numbered from 1 without gaps.
        let after = TradeId(count.saturating_sub(u64::try_from(limit).unwrap_or(u64::MAX)));
        let fills = self.fills.fills(Some(after), limit).map_err(unreadable)?;
        Ok(fills.into_iter().rev().map(recorded_fill).collect())
    }

    fn recent_instructions(&self, limit: usize) -> Result<Vec<RecordedInstruction>, SourceError> {
        let count = self.fills.counts().map_err(unreadable)?.instructions;
        let mut instructions = Vec::new();
        for number in (1..=count).rev().take(limit) {
            let instruction = self.fills.instruction(InstructionNumber(number)).map_err(unreadable)?;
            instructions.extend(instruction.map(recorded));
        }
        Ok(instructions)
    }
}

fn reserves(report: &Report) -> Reserves {
    Reserves {
        block: report.block.0,
        owed: report.owed,
        custody: report.custody,
        float: report.float,
        unattributed: report.unattributed_funds,
        ledger_regions: report.ledger_regions,
        chain_regions: report.chain_regions,
        unattributed_regions: report.unattributed_regions.len(),
        differences: report.differences.len(),
    }
}

fn unreadable(error: StoreError) -> SourceError {
    SourceError(Box::new(error))
}

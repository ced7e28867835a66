//! From the log's records to fills and instructions.

use crate::{
    FillRecord, InstructionRecord, LogRecord, Settlement, StoreError, keys, record::Counts, writes::Writes,
};
use coretime_types::{AccountId, Call, Command, Event, InstructionEnd, InstructionNumber, TradeId};

/// A reason is for people; a longer one would only fill the database.
const MAX_REASON_CHARS: usize = 500;

/// Takes up what one record tells.
pub(crate) fn take(
    record: &LogRecord<'_>,
    writes: &mut Writes<'_>,
    counts: &mut Counts,
) -> Result<(), StoreError> {
    Projection { writes }.take(record, counts)
}

struct Projection<'a, 'b> {
    writes: &'a mut Writes<'b>,
}

impl Projection<'_, '_> {
    fn take(&mut self, record: &LogRecord<'_>, counts: &mut Counts) -> Result<(), StoreError> {
        let mut last_trade = None;
        for event in record.events {
            match event {
                Event::Trade(trade) => {
                    let fill = FillRecord {
                        sequence: record.sequence,
                        time_ms: record.time_ms,
                        trade: *trade,
                        instruction: None,
                    };
                    self.writes.put(keys::fill(trade.trade_id), &fill);
                    for account in [trade.buyer, trade.seller] {
                        self.writes.put(keys::fill_of_account(account, trade.trade_id), &());
                    }
                    counts.fills += 1;
                    last_trade = Some(trade.trade_id);
                }
                Event::Instruction { number, call } => {
                    // A trade's instruction follows it in the same record, before the next trade.
                    let delivered = match last_trade.take() {
                        Some(trade) => self.deliver(trade, *number, call)?,
                        None => None,
                    };
                    self.instruct(record, *number, call, delivered);
                    counts.instructions += 1;
                }
                Event::InstructionEnded { number, end } => self.end(record.command, *number, *end)?,
                _ => {}
            }
        }
        // One that names an instruction which the market does not know was rejected whole.
        let rejected = record.events.iter().any(|event| matches!(event, Event::Rejected(_)));
        if let Command::SettlementSubmitted(submitted) = record.command
            && !rejected
        {
            for number in &submitted.instructions {
                let settlement = Settlement::Submitted {
                    extrinsic_hash: submitted.extrinsic_hash.clone(),
                    valid_until_block: submitted.valid_until_block,
                };
                self.advance(*number, |before| before.is_open().then_some(settlement))?;
            }
        }
        Ok(())
    }

    /// Notes at the trade which instruction delivers it, if this one does.
    fn deliver(
        &mut self,
        trade: TradeId,
        number: InstructionNumber,
        call: &Call,
    ) -> Result<Option<(TradeId, AccountId)>, StoreError> {
        let key = keys::fill(trade);
        let mut fill: FillRecord = self.writes.get(&key)?.ok_or_else(|| missing("fill", trade.0))?;
        match call {
            Call::Transfer { region, .. } | Call::Assign { region, .. } if *region == fill.trade.region => {
                let buyer = fill.trade.buyer;
                fill.instruction = Some(number);
                self.writes.put(key, &fill);
                Ok(Some((trade, buyer)))
            }
            _ => Ok(None),
        }
    }

    fn instruct(
        &mut self,
        record: &LogRecord<'_>,
        number: InstructionNumber,
        call: &Call,
        delivered: Option<(TradeId, AccountId)>,
    ) {
        let account = match (delivered, record.command, call) {
            (Some((_, buyer)), _, _) => buyer,
            (None, Command::WithdrawFunds { account, .. } | Command::WithdrawRegion { account, .. }, _) => {
                *account
            }
            (None, _, Call::Transfer { to, .. } | Call::Pay { to, .. }) => *to,
            (None, _, Call::Assign { .. }) => AccountId::default(),
        };
        let instruction = InstructionRecord {
            number,
            sequence: record.sequence,
            time_ms: record.time_ms,
            account,
            trade: delivered.map(|(trade, _)| trade),
            call: *call,
            settlement: Settlement::Pending,
        };
        self.writes.put(keys::instruction(number), &instruction);
        self.writes.put(keys::instruction_of_account(account, number), &());
    }

    fn end(
        &mut self,
        command: &Command,
        number: InstructionNumber,
        end: InstructionEnd,
    ) -> Result<(), StoreError> {
        self.advance(number, |before| match (end, command) {
            (InstructionEnd::Failed(outcome), Command::SettlementFailed { reason, .. }) => {
                let reason = reason.chars().take(MAX_REASON_CHARS).collect();
                Some(Settlement::Failed { outcome, reason })
            }
            (InstructionEnd::Failed(outcome), _) => {
                Some(Settlement::Failed { outcome, reason: String::new() })
            }
            (InstructionEnd::Confirmed, Command::SettlementConfirmed(confirmed)) => {
                let extrinsic_hash = match before {
                    Settlement::Submitted { extrinsic_hash, .. } => Some(extrinsic_hash.clone()),
                    _ => None,
                };
                Some(Settlement::Confirmed {
                    extrinsic_hash,
                    block: confirmed.block,
                    extrinsic_index: confirmed.extrinsic_index,
                    chain_fee: confirmed.chain_fee,
                })
            }
            (InstructionEnd::Confirmed, _) => None,
        })
    }

    fn advance(
        &mut self,
        number: InstructionNumber,
        next: impl FnOnce(&Settlement) -> Option<Settlement>,
    ) -> Result<(), StoreError> {
        let key = keys::instruction(number);
        // An unknown number can stand in a report that the engine rejected.
        let Some(mut instruction) = self.writes.get::<InstructionRecord>(&key)? else { return Ok(()) };
        if let Some(settlement) = next(&instruction.settlement) {
            instruction.settlement = settlement;
            self.writes.put(key, &instruction);
        }
        Ok(())
    }
}

impl Settlement {
    fn is_open(&self) -> bool {
        matches!(self, Settlement::Pending | Settlement::Submitted { .. })
    }
}

fn missing(what: &str, number: u64) -> StoreError {
    StoreError::Damaged(format!("{what} {number} is missing"))
}

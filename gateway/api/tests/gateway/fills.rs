//! A store of fills for tests: follows the engine in memory. Of ledger entries it has deposits and withdrawals.

use coretime_gateway::{FillSource, FillSourceError, InstructionProgress, RecordedFill, RecordedInstruction};
use coretime_sequencer::{Engine, Position, Record};
use coretime_types::{
    AccountId, BalanceChange, Call, Event, InstructionEnd, InstructionNumber, LedgerCause, LedgerEntry,
    LedgerPlace, Planck, Sequence, Timeslice, TradeId,
};
use std::sync::{Arc, Mutex};

pub(crate) struct FollowedFills(Arc<Mutex<Store>>);

#[derive(Default)]
struct Store {
    position: Position,
    fills: Vec<RecordedFill>,
    instructions: Vec<RecordedInstruction>,
    entries: Vec<(AccountId, LedgerEntry)>,
}

impl FollowedFills {
    pub(crate) fn follow(engine: &Engine) -> FollowedFills {
        let store = Arc::new(Mutex::new(Store::default()));
        let (mut records, shared) = (engine.events_from(Sequence(1)), store.clone());
        tokio::spawn(async move {
            while let Ok(record) = records.next().await {
                shared.lock().unwrap().apply(&record);
            }
        });
        FollowedFills(store)
    }
}

impl Store {
    fn apply(&mut self, record: &Record) {
        for event in record.events.iter() {
            match *event {
                Event::FundsDeposited { account, amount } => {
                    self.enter(record, account, BalanceChange::Credit(amount), LedgerCause::Deposit);
                }
                Event::Trade(trade) => {
                    let (sequence, time_ms) = (record.sequence, record.time_ms);
                    self.fills.push(RecordedFill { sequence, time_ms, trade, instruction: None });
                }
                Event::Instruction { number, call } => {
                    let account = match call {
                        Call::Transfer { to, .. } | Call::Pay { to, .. } => to,
                        Call::Assign { .. } => self.fills.last().unwrap().trade.buyer,
                    };
                    let fill = self.fills.last_mut().filter(|fill| fill.sequence == record.sequence);
                    if let Some(fill) = fill {
                        fill.instruction = Some(number);
                    }
                    if let Call::Pay { to, amount } = call {
                        let cause = LedgerCause::Withdrawal(number);
                        self.enter(record, to, BalanceChange::Debit(amount), cause);
                    }
                    let progress = InstructionProgress::Outstanding;
                    self.instructions.push(RecordedInstruction { number, account, call, progress });
                }
                Event::InstructionEnded { number, end } => {
                    let ended = self.instructions.iter_mut().find(|instruction| instruction.number == number);
                    ended.unwrap().progress = match end {
                        InstructionEnd::Confirmed => InstructionProgress::Confirmed {
                            extrinsic_hash: None,
                            block: coretime_types::BlockNumber(7),
                            extrinsic_index: 2,
                            chain_fee: Planck(3),
                        },
                        InstructionEnd::Failed(outcome) => {
                            InstructionProgress::Failed { outcome, reason: "a test".into() }
                        }
                    };
                }
                _ => {}
            }
        }
        self.position = Position { sequence: record.sequence, chain_hash: record.chain_hash };
    }

    fn enter(&mut self, record: &Record, account: AccountId, change: BalanceChange, cause: LedgerCause) {
        let mut before = self.entries.iter().rev().filter(|(of, _)| *of == account);
        let total = change.apply(before.next().map_or(Planck::ZERO, |(_, entry)| entry.total)).unwrap();
        let place = LedgerPlace { sequence: record.sequence, index: 0 };
        let (time_ms, tradable_from) = (record.time_ms, Timeslice(0));
        self.entries.push((account, LedgerEntry { place, time_ms, tradable_from, cause, change, total }));
    }
}

impl FillSource for FollowedFills {
    fn position(&self) -> Result<Position, FillSourceError> {
        Ok(self.0.lock().unwrap().position)
    }

    fn fills_of(
        &self,
        account: AccountId,
        after: Option<TradeId>,
        limit: usize,
    ) -> Result<Vec<RecordedFill>, FillSourceError> {
        let store = self.0.lock().unwrap();
        let own = store.fills.iter().filter(|fill| [fill.trade.buyer, fill.trade.seller].contains(&account));
        Ok(own.filter(|fill| after < Some(fill.trade.trade_id)).take(limit).copied().collect())
    }

    fn instruction(&self, number: InstructionNumber) -> Result<Option<RecordedInstruction>, FillSourceError> {
        let store = self.0.lock().unwrap();
        Ok(store.instructions.iter().find(|instruction| instruction.number == number).cloned())
    }

    fn instructions_of(
        &self,
        account: AccountId,
        after: Option<InstructionNumber>,
        limit: usize,
    ) -> Result<Vec<RecordedInstruction>, FillSourceError> {
        let store = self.0.lock().unwrap();
        let own = store.instructions.iter().filter(|instruction| instruction.account == account);
        Ok(own.filter(|instruction| after < Some(instruction.number)).take(limit).cloned().collect())
    }

    fn ledger_entries_of(
        &self,
        account: AccountId,
        after: Option<LedgerPlace>,
        limit: usize,
    ) -> Result<Vec<LedgerEntry>, FillSourceError> {
        let store = self.0.lock().unwrap();
        let own = store.entries.iter().filter(|(of, _)| *of == account).map(|(_, entry)| *entry);
        Ok(own.filter(|entry| after < Some(entry.place)).take(limit).collect())
    }
}

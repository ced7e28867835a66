//! A log of trades, deliveries and withdrawals to feed a store with.

use coretime_fills::{FillStore, LogRecord};
use coretime_types::{
    AccountId, BlockNumber, Call, Command, CoreIndex, CoreMask, Event, FailureOutcome, InstructionEnd,
    InstructionNumber, OrderId, Parts, Planck, Region, Sequence, SettlementConfirmed, SettlementSubmitted,
    Timeslice, Trade, TradeId, UnitPrice,
};

pub(crate) type Record = (Command, Vec<Event>);

pub(crate) fn account(number: u8) -> AccountId {
    AccountId([number; 32])
}

pub(crate) fn chain_hash(sequence: u64) -> [u8; 32] {
    let mut hash = [0xc0; 32];
    hash[..8].copy_from_slice(&sequence.to_be_bytes());
    hash
}

fn region(trade: u64) -> Region {
    let begin = u32::try_from(trade * 10).unwrap();
    Region { core: CoreIndex(1), begin: Timeslice(begin), end: Timeslice(begin + 10), mask: CoreMask::FULL }
}

fn trade(number: u64) -> Trade {
    let region = region(number);
    Trade {
        trade_id: TradeId(number),
        maker: OrderId(number * 2),
        taker: OrderId(number * 2 + 1),
        unit_price: UnitPrice(7),
        parts: Parts(80),
        window: region.window(),
        region,
        notional: Planck(5_600),
        maker_fee: -3,
        taker_fee: Planck(5),
        buyer: account(1),
        seller: account(u8::try_from(2 + number % 2).unwrap()),
        maker_is_bid: false,
    }
}

fn transfer(trade: u64, to: AccountId) -> Call {
    Call::Transfer { region: region(trade), to }
}

/// Four records a turn: a trade that stays, a trade that is delivered and a withdrawal, its submission, its end.
pub(crate) fn log(turns: u64) -> Vec<Record> {
    let mut log = Vec::new();
    for turn in 0..turns {
        let kept = turn * 2 + 1;
        let delivered = kept + 1;
        let delivery = InstructionNumber(turn * 2 + 1);
        let payment = InstructionNumber(turn * 2 + 2);
        let halt = Command::Halt { cause: "a record with two trades".into() };
        log.push((
            halt,
            vec![
                Event::FundsDeposited { account: account(1), amount: Planck(2 * (5_600 + 5)) },
                Event::Trade(trade(kept)),
                Event::Trade(trade(delivered)),
                Event::Instruction { number: delivery, call: transfer(delivered, account(1)) },
            ],
        ));
        let withdraw = Command::WithdrawFunds { account: account(2), amount: Planck(9), request_id: None };
        let call = Call::Pay { to: account(2), amount: Planck(9) };
        log.push((withdraw, vec![Event::Instruction { number: payment, call }]));
        let submitted = Command::SettlementSubmitted(SettlementSubmitted {
            instructions: vec![delivery, payment],
            extrinsic_hash: format!("0x{turn:064x}"),
            nonce: turn,
            valid_until_block: BlockNumber(turn + 64),
            extrinsic: vec![1, 2, 3],
        });
        log.push((submitted, vec![]));
        let (command, end) = if turn % 2 == 0 {
            let confirmed = SettlementConfirmed {
                instruction: delivery,
                block: BlockNumber(turn + 3),
                extrinsic_index: 2,
                chain_fee: Planck(11),
            };
            (Command::SettlementConfirmed(confirmed), InstructionEnd::Confirmed)
        } else {
            let outcome = FailureOutcome::Returned;
            let reason = "its window is over".to_owned();
            (
                Command::SettlementFailed { instruction: delivery, outcome, reason },
                InstructionEnd::Failed(outcome),
            )
        };
        log.push((command, vec![Event::InstructionEnded { number: delivery, end }]));
    }
    log
}

/// Feeds what the store lacks, in groups.
pub(crate) fn feed(store: &mut FillStore, log: &[Record], group: usize) {
    let done = store.position().map_or(0, |position| position.sequence.0);
    let records: Vec<LogRecord<'_>> = log
        .iter()
        .enumerate()
        .map(|(index, (command, events))| {
            let sequence = u64::try_from(index).unwrap() + 1;
            LogRecord {
                sequence: Sequence(sequence),
                chain_hash: chain_hash(sequence),
                time_ms: 1_000 + sequence,
                command,
                events,
            }
        })
        .skip(usize::try_from(done).unwrap())
        .collect();
    for group in records.chunks(group) {
        store.apply(group).unwrap();
    }
}

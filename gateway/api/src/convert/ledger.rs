//! Ledger entries.

use super::common::time_message;
use coretime_proto::v1;
use coretime_types::{LedgerCause, LedgerEntry};

pub(crate) fn entry_message(entry: &LedgerEntry) -> v1::LedgerEntry {
    v1::LedgerEntry {
        sequence: entry.place.sequence.0,
        index: entry.place.index,
        time_unix_ms: time_message(entry.time_ms),
        tradable_from_timeslice: entry.tradable_from.0,
        cause: cause(entry.cause).into(),
        amount_planck: entry.change.to_string(),
        total_planck: entry.total.to_string(),
        trade_id: entry.cause.trade_id().map_or(0, |trade| trade.0),
        instruction_number: entry.cause.instruction().map_or(0, |number| number.0),
    }
}

fn cause(cause: LedgerCause) -> v1::LedgerCause {
    match cause {
        LedgerCause::Deposit => v1::LedgerCause::Deposit,
        LedgerCause::Withdrawal(_) => v1::LedgerCause::Withdrawal,
        LedgerCause::WithdrawalFee(_) => v1::LedgerCause::WithdrawalFee,
        LedgerCause::WithdrawalReturned(_) => v1::LedgerCause::WithdrawalReturned,
        LedgerCause::Compensation => v1::LedgerCause::Compensation,
        LedgerCause::Notional(_) => v1::LedgerCause::Notional,
        LedgerCause::TakerFee(_) => v1::LedgerCause::TakerFee,
        LedgerCause::MakerFee(_) => v1::LedgerCause::MakerFee,
        LedgerCause::DeliveryFee(_) => v1::LedgerCause::DeliveryFee,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coretime_types::{
        BalanceChange, InstructionNumber, LedgerPlace, Planck, Sequence, Timeslice, TradeId,
    };

    #[test]
    fn causes_keep_their_names_and_numbers() {
        let (trade, number) = (TradeId(4), InstructionNumber(5));
        for cause in [
            LedgerCause::Deposit,
            LedgerCause::Withdrawal(number),
            LedgerCause::WithdrawalFee(number),
            LedgerCause::WithdrawalReturned(number),
            LedgerCause::Compensation,
            LedgerCause::Notional(trade),
            LedgerCause::TakerFee(trade),
            LedgerCause::MakerFee(trade),
            LedgerCause::DeliveryFee(trade),
        ] {
            let message = entry_message(&LedgerEntry {
                place: LedgerPlace { sequence: Sequence(1), index: 2 },
                time_ms: 3,
                tradable_from: Timeslice(6),
                cause,
                change: BalanceChange::Debit(Planck(u128::MAX)),
                total: Planck(7),
            });
            let name = message.cause().as_str_name().trim_start_matches("LEDGER_CAUSE_").to_lowercase();
            assert_eq!(name, cause.name());
            assert_eq!(message.trade_id, cause.trade_id().map_or(0, |_| 4));
            assert_eq!(message.instruction_number, cause.instruction().map_or(0, |_| 5));
            assert_eq!(message.amount_planck, format!("-{}", u128::MAX));
        }
    }
}

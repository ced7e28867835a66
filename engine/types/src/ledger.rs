//! What an account's statement is made of: each change of its money, with its cause.

use crate::{InstructionNumber, Planck, Sequence, Timeslice, TradeId};
use codec::{Decode, Encode};
use std::fmt;

/// Why an account's money became more or less. What moves between free and held is no change of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
pub enum LedgerCause {
    /// It came from the chain.
    Deposit,
    /// It leaves for the chain, by this instruction.
    Withdrawal(InstructionNumber),
    /// What this withdrawal cost, to the fee account.
    WithdrawalFee(InstructionNumber),
    /// This withdrawal did not happen on chain.
    WithdrawalReturned(InstructionNumber),
    /// An operator paid from the fee account.
    Compensation,
    /// The price of a trade, from buyer to seller.
    Notional(TradeId),
    /// The taker's fee, to the fee account.
    TakerFee(TradeId),
    /// The maker's fee, to the fee account; a rebate from there.
    MakerFee(TradeId),
    /// The fee for delivering what was bought, to the fee account.
    DeliveryFee(TradeId),
}

impl LedgerCause {
    /// The name in exports and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            LedgerCause::Deposit => "deposit",
            LedgerCause::Withdrawal(_) => "withdrawal",
            LedgerCause::WithdrawalFee(_) => "withdrawal_fee",
            LedgerCause::WithdrawalReturned(_) => "withdrawal_returned",
            LedgerCause::Compensation => "compensation",
            LedgerCause::Notional(_) => "notional",
            LedgerCause::TakerFee(_) => "taker_fee",
            LedgerCause::MakerFee(_) => "maker_fee",
            LedgerCause::DeliveryFee(_) => "delivery_fee",
        }
    }

    /// The trade that it belongs to.
    pub fn trade_id(self) -> Option<TradeId> {
        match self {
            LedgerCause::Notional(id)
            | LedgerCause::TakerFee(id)
            | LedgerCause::MakerFee(id)
            | LedgerCause::DeliveryFee(id) => Some(id),
            _ => None,
        }
    }

    /// The instruction that it belongs to.
    pub fn instruction(self) -> Option<InstructionNumber> {
        match self {
            LedgerCause::Withdrawal(number)
            | LedgerCause::WithdrawalFee(number)
            | LedgerCause::WithdrawalReturned(number) => Some(number),
            _ => None,
        }
    }
}

/// So much more or less, in planck. Written with a `-` where it is less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Encode, Decode)]
pub enum BalanceChange {
    /// More.
    Credit(Planck),
    /// Less.
    Debit(Planck),
}

impl BalanceChange {
    /// What there is after it; `None` where that cannot be.
    pub fn apply(self, before: Planck) -> Option<Planck> {
        match self {
            BalanceChange::Credit(amount) => before.checked_add(amount),
            BalanceChange::Debit(amount) => before.checked_sub(amount),
        }
    }
}

impl fmt::Display for BalanceChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BalanceChange::Credit(amount) => write!(f, "{amount}"),
            BalanceChange::Debit(amount) => write!(f, "-{amount}"),
        }
    }
}

/// Where an entry stands in its account's statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LedgerPlace {
    /// The record of the log that it came of.
    pub sequence: Sequence,
    /// Which of the account's entries of that record, from 0.
    pub index: u32,
}

/// One change of an account's money. The changes of all its entries add up to what it has, free and held together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerEntry {
    /// Where it stands.
    pub place: LedgerPlace,
    /// When it was recorded, in milliseconds since the Unix epoch.
    pub time_ms: u64,
    /// The market's clock then: the first timeslice that could still be sold.
    pub tradable_from: Timeslice,
    /// Why.
    pub cause: LedgerCause,
    /// How much; never 0.
    pub change: BalanceChange,
    /// What the account has after it, free and held together.
    pub total: Planck,
}

//! The database's keys.

use coretime_types::{AccountId, InstructionNumber, LedgerPlace, OrderId, Sequence, TradeId};

pub(crate) const FILL: u8 = b'f';
pub(crate) const FILL_OF_ACCOUNT: u8 = b'a';
pub(crate) const INSTRUCTION: u8 = b'i';
pub(crate) const INSTRUCTION_OF_ACCOUNT: u8 = b'w';
pub(crate) const LEDGER_ENTRY: u8 = b'l';
pub(crate) const TOTAL: u8 = b't';
pub(crate) const DELIVERING_BID: u8 = b'd';
pub(crate) const CHARGES: &[u8] = b"c";
pub(crate) const META: &[u8] = b"m";

pub(crate) fn fill(trade: TradeId) -> Vec<u8> {
    numbered(FILL, trade.0)
}

pub(crate) fn instruction(number: InstructionNumber) -> Vec<u8> {
    numbered(INSTRUCTION, number.0)
}

pub(crate) fn fill_of_account(account: AccountId, trade: TradeId) -> Vec<u8> {
    of_account(FILL_OF_ACCOUNT, account, trade.0)
}

pub(crate) fn instruction_of_account(account: AccountId, number: InstructionNumber) -> Vec<u8> {
    of_account(INSTRUCTION_OF_ACCOUNT, account, number.0)
}

pub(crate) fn ledger_entry(account: AccountId, sequence: Sequence, index: u32) -> Vec<u8> {
    let mut key = of_account(LEDGER_ENTRY, account, sequence.0);
    key.extend(index.to_be_bytes());
    key
}

pub(crate) fn total(account: AccountId) -> Vec<u8> {
    let mut key = Vec::with_capacity(33);
    key.push(TOTAL);
    key.extend(account.0);
    key
}

pub(crate) fn delivering_bid(order_id: OrderId) -> Vec<u8> {
    numbered(DELIVERING_BID, order_id.0)
}

fn numbered(kind: u8, number: u64) -> Vec<u8> {
    let mut key = Vec::with_capacity(9);
    key.push(kind);
    key.extend(number.to_be_bytes());
    key
}

fn of_account(kind: u8, account: AccountId, number: u64) -> Vec<u8> {
    let mut key = Vec::with_capacity(45);
    key.push(kind);
    key.extend(account.0);
    key.extend(number.to_be_bytes());
    key
}

/// The number that a key ends with.
pub(crate) fn number(key: &[u8]) -> Option<u64> {
    let (_, last) = key.split_last_chunk::<8>()?;
    Some(u64::from_be_bytes(*last))
}

/// The place that the key of a ledger entry ends with.
pub(crate) fn place(key: &[u8]) -> Option<LedgerPlace> {
    let (rest, index) = key.split_last_chunk::<4>()?;
    Some(LedgerPlace { sequence: Sequence(number(rest)?), index: u32::from_be_bytes(*index) })
}

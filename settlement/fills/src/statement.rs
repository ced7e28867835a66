//! From the log's records to ledger entries: each change of an account's money, with its cause.
//!
//! Trades, deposits and instructions say themselves what moved. What they leave out follows from commands: fees of
//! withdrawals and compensations from the settings then in force, a trade's delivery fee from the settings when its bid
//! was accepted or last entered again. Bids that deliver are therefore kept here while they live.

use crate::{LogRecord, StoreError, keys, record::InstructionRecord, writes::Writes};
use codec::{Decode, Encode};
use coretime_types::{
    AccountId, BalanceChange, BidTerms, Call, Command, Delivery, Event, FailureOutcome, InstructionEnd,
    InstructionNumber, LedgerCause, OrderId, Parts, Planck, QuoteOrder, Replace, Settings, SettingsChange,
    Timeslice, Trade, UnitPrice,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What the venue charges, to whom, and its clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Charges {
    fee_account: AccountId,
    delivery_fee: Planck,
    withdrawal_fee: Planck,
    tradable_from: Timeslice,
}

impl Default for Charges {
    fn default() -> Self {
        let Settings { fee_account, delivery_fee, withdrawal_fee, .. } = Settings::default();
        Charges { fee_account, delivery_fee, withdrawal_fee, tradable_from: Timeslice(0) }
    }
}

impl Charges {
    fn change(&mut self, change: &SettingsChange) {
        let planck = |amount: u64| Planck(amount.into());
        self.fee_account = change.fee_account.unwrap_or(self.fee_account);
        self.delivery_fee = change.delivery_fee.map_or(self.delivery_fee, planck);
        self.withdrawal_fee = change.withdrawal_fee.map_or(self.withdrawal_fee, planck);
    }
}

/// A live bid whose fills are delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct DeliveringBid {
    unit_price: UnitPrice,
    remaining: Parts,
    /// What each of its fills costs.
    delivery_fee: Planck,
}

/// A ledger entry as stored; its place is in its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct StoredEntry {
    pub(crate) time_ms: u64,
    pub(crate) tradable_from: Timeslice,
    pub(crate) cause: LedgerCause,
    pub(crate) change: BalanceChange,
    pub(crate) total: Planck,
}

/// What every record is read with, as it is in the database: to ask that for the charges, and for each order that ends
/// whether it is a delivering bid, is a fifth of the work on plain orders.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standing {
    pub(crate) charges: Charges,
    pub(crate) delivering: BTreeSet<OrderId>,
}

/// Takes up what one record tells, after what it tells of instructions; gives how many entries came of it.
pub(crate) fn take(
    record: &LogRecord<'_>,
    standing: &mut Standing,
    writes: &mut Writes<'_>,
) -> Result<u64, StoreError> {
    let charges = &mut standing.charges;
    // Of these commands a rejected one has no other event.
    let accepted = !record.events.iter().any(|event| matches!(event, Event::Rejected(_)));
    let changed = match record.command {
        Command::Configure(change) if accepted => {
            charges.change(change);
            true
        }
        Command::AdvanceClock { tradable_from } if accepted => {
            charges.tradable_from = *tradable_from;
            true
        }
        _ => false,
    };
    if changed {
        writes.put(keys::CHARGES.to_vec(), charges);
    }
    let charges = *charges;
    let delivering = &mut standing.delivering;
    let mut statement = Statement { record, charges, delivering, writes, counts: BTreeMap::new() };
    if let Command::Compensate { account, amount, .. } = record.command
        && accepted
    {
        statement.pay(charges.fee_account, *account, *amount, LedgerCause::Compensation)?;
    }
    let (mut cancelled, mut coming) = (VecDeque::new(), coming_orders(record.command));
    let cancels = cancels_before(record.command);
    for (index, event) in record.events.iter().enumerate() {
        statement.follow(event, if index < cancels { &mut cancelled } else { &mut coming })?;
    }
    Ok(statement.counts.values().map(|count| u64::from(*count)).sum())
}

/// Each cancel of a quote has exactly one event, before those of its orders.
fn cancels_before(command: &Command) -> usize {
    match command {
        Command::Quote { cancel, .. } => cancel.len(),
        _ => 0,
    }
}

/// The orders that a command places, in order; an order to buy with its terms.
fn coming_orders(command: &Command) -> VecDeque<Option<BidTerms>> {
    match command {
        Command::PlaceBid(bid) => [Some(bid.terms)].into(),
        Command::Basket { legs, .. } => legs.iter().map(|terms| Some(*terms)).collect(),
        Command::Quote { place, .. } => {
            let terms = place.iter().map(|order| match order {
                QuoteOrder::Bid(bid) => Some(bid.terms),
                QuoteOrder::Ask(_) => None,
            });
            terms.collect()
        }
        _ => VecDeque::new(),
    }
}

struct Statement<'a, 'b, 'c> {
    record: &'a LogRecord<'b>,
    charges: Charges,
    delivering: &'a mut BTreeSet<OrderId>,
    writes: &'a mut Writes<'c>,
    /// How many entries of this record each account has.
    counts: BTreeMap<AccountId, u32>,
}

impl Statement<'_, '_, '_> {
    fn follow(&mut self, event: &Event, coming: &mut VecDeque<Option<BidTerms>>) -> Result<(), StoreError> {
        match *event {
            Event::Accepted { order_id } => {
                let terms = coming.pop_front().flatten();
                if let Some(terms) = terms.filter(|terms| terms.delivery != Delivery::Custody) {
                    let BidTerms { unit_price, parts, .. } = terms;
                    let delivery_fee = self.charges.delivery_fee;
                    let bid = DeliveringBid { unit_price, remaining: parts, delivery_fee };
                    self.writes.put(keys::delivering_bid(order_id), &bid);
                    self.delivering.insert(order_id);
                }
                Ok(())
            }
            Event::Rejected(_) => {
                coming.pop_front();
                Ok(())
            }
            Event::Replaced { order_id } => self.replaced(order_id),
            Event::Done { order_id, .. } => {
                if self.delivering.remove(&order_id) {
                    self.writes.remove(keys::delivering_bid(order_id));
                }
                Ok(())
            }
            Event::Trade(trade) => self.traded(&trade),
            Event::FundsDeposited { account, amount } => {
                self.enter(account, BalanceChange::Credit(amount), LedgerCause::Deposit)
            }
            Event::Instruction { number, call } => self.instructed(number, &call),
            Event::InstructionEnded { number, end: InstructionEnd::Failed(FailureOutcome::Returned) } => {
                self.returned(number)
            }
            _ => Ok(()),
        }
    }

    /// Same price and not more parts: its rates stay. Otherwise it enters again, at today's.
    fn replaced(&mut self, order_id: OrderId) -> Result<(), StoreError> {
        let Command::Replace(Replace { unit_price, parts, .. }) = self.record.command else { return Ok(()) };
        let Some(before) = self.delivering_bid(order_id)? else { return Ok(()) };
        let unit_price = unit_price.unwrap_or(before.unit_price);
        let remaining = parts.unwrap_or(before.remaining);
        let in_place = unit_price == before.unit_price && remaining <= before.remaining;
        let delivery_fee = if in_place { before.delivery_fee } else { self.charges.delivery_fee };
        let bid = DeliveringBid { unit_price, remaining, delivery_fee };
        self.writes.put(keys::delivering_bid(order_id), &bid);
        Ok(())
    }

    fn delivering_bid(&self, order_id: OrderId) -> Result<Option<DeliveringBid>, StoreError> {
        if self.delivering.contains(&order_id) {
            self.writes.get(&keys::delivering_bid(order_id))
        } else {
            Ok(None)
        }
    }

    fn traded(&mut self, trade: &Trade) -> Result<(), StoreError> {
        let Trade { trade_id, buyer, seller, maker_is_bid, .. } = *trade;
        let (order_id, maker, taker) = match maker_is_bid {
            true => (trade.maker, buyer, seller),
            false => (trade.taker, seller, buyer),
        };
        let fees = self.charges.fee_account;
        self.pay(buyer, seller, trade.notional, LedgerCause::Notional(trade_id))?;
        self.pay(taker, fees, trade.taker_fee, LedgerCause::TakerFee(trade_id))?;
        let maker_fee = Planck(trade.maker_fee.unsigned_abs());
        let (from, to) = if trade.maker_fee < 0 { (fees, maker) } else { (maker, fees) };
        self.pay(from, to, maker_fee, LedgerCause::MakerFee(trade_id))?;
        if let Some(bid) = self.delivering_bid(order_id)? {
            self.pay(buyer, fees, bid.delivery_fee, LedgerCause::DeliveryFee(trade_id))?;
            let remaining = bid.remaining.0.checked_sub(trade.parts.0);
            let too_many = || StoreError::Damaged(format!("trade {trade_id} is of more than its bid"));
            let remaining = Parts(remaining.ok_or_else(too_many)?);
            self.writes.put(keys::delivering_bid(order_id), &DeliveringBid { remaining, ..bid });
        }
        Ok(())
    }

    fn instructed(&mut self, number: InstructionNumber, call: &Call) -> Result<(), StoreError> {
        let (Command::WithdrawFunds { account, .. } | Command::WithdrawRegion { account, .. }) =
            self.record.command
        else {
            return Ok(());
        };
        let Charges { fee_account, withdrawal_fee, .. } = self.charges;
        self.pay(*account, fee_account, withdrawal_fee, LedgerCause::WithdrawalFee(number))?;
        match call {
            Call::Pay { amount, .. } => {
                self.enter(*account, BalanceChange::Debit(*amount), LedgerCause::Withdrawal(number))
            }
            Call::Transfer { .. } | Call::Assign { .. } => Ok(()),
        }
    }

    /// Money comes back; withdrawal fees are kept.
    fn returned(&mut self, number: InstructionNumber) -> Result<(), StoreError> {
        let instruction: Option<InstructionRecord> = self.writes.get(&keys::instruction(number))?;
        match instruction.map(|instruction| instruction.call) {
            Some(Call::Pay { to, amount }) => {
                self.enter(to, BalanceChange::Credit(amount), LedgerCause::WithdrawalReturned(number))
            }
            _ => Ok(()),
        }
    }

    /// One account pays another, or itself.
    fn pay(
        &mut self,
        from: AccountId,
        to: AccountId,
        amount: Planck,
        cause: LedgerCause,
    ) -> Result<(), StoreError> {
        self.enter(from, BalanceChange::Debit(amount), cause)?;
        self.enter(to, BalanceChange::Credit(amount), cause)
    }

    fn enter(
        &mut self,
        account: AccountId,
        change: BalanceChange,
        cause: LedgerCause,
    ) -> Result<(), StoreError> {
        let (BalanceChange::Credit(amount) | BalanceChange::Debit(amount)) = change;
        if amount == Planck::ZERO {
            return Ok(());
        }
        let before: Planck = self.writes.get(&keys::total(account))?.unwrap_or_default();
        let impossible = || StoreError::Damaged(format!("{account} has {before}, and {change} more"));
        let total = change.apply(before).ok_or_else(impossible)?;
        let count = self.counts.entry(account).or_default();
        let key = keys::ledger_entry(account, self.record.sequence, *count);
        *count = count.saturating_add(1);
        let Charges { tradable_from, .. } = self.charges;
        let entry = StoredEntry { time_ms: self.record.time_ms, tradable_from, cause, change, total };
        self.writes.put(key, &entry);
        self.writes.put(keys::total(account), &total);
        Ok(())
    }
}

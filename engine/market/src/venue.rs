//! The venue itself: settings (section 1), modes and suspension (section 8).

use crate::market::Market;
use crate::order::Terms;
use crate::state::State;
use coretime_types::{AccountId, Event, Mode, Parts, Planck, Ppm, RejectReason, Rejection, SettingsChange};

/// The highest fee, and the highest rebate, in parts per million of the notional.
const MAX_FEE_PPM: i32 = 100_000;

impl Market {
    /// Section 1: what a command names changes, the rest stays; taker fees are 0 to 100,000 ppm, maker fees -100,000 to
    /// 100,000, the least withdrawal and the least lot at least 1. Interlacing does not change while any order is live.
    /// Fee rates and limits hold for orders accepted or entered again from now on.
    pub(crate) fn configure(&mut self, change: &SettingsChange) -> Result<(), Rejection> {
        let in_range =
            |ppm: Option<Ppm>, least: i32| ppm.is_none_or(|p| (least..=MAX_FEE_PPM).contains(&p.0));
        if !in_range(change.taker_ppm, 0)
            || !in_range(change.maker_ppm, -MAX_FEE_PPM)
            || change.min_withdrawal == Some(0)
            || change.min_lot_parts.is_some_and(|lot| lot.0 == 0 || lot > Parts::CORE)
        {
            return Err(RejectReason::InvalidSetting.into());
        }
        let settings = &mut self.state.settings;
        let switches = change.interlacing.is_some_and(|interlacing| interlacing != settings.interlacing);
        if switches && self.state.orders.len() > 0 {
            return Err(RejectReason::OrdersLive.into());
        }
        let planck = |amount: u64| Planck(u128::from(amount));
        set(&mut settings.taker_ppm, change.taker_ppm);
        set(&mut settings.maker_ppm, change.maker_ppm);
        set(&mut settings.fee_account, change.fee_account);
        set(&mut settings.min_fill_notional, change.min_fill_notional.map(planck));
        set(&mut settings.delivery_fee, change.delivery_fee.map(planck));
        set(&mut settings.withdrawal_fee, change.withdrawal_fee.map(planck));
        set(&mut settings.min_withdrawal, change.min_withdrawal.map(planck));
        set(&mut settings.min_lot_parts, change.min_lot_parts);
        set(&mut settings.max_orders, change.max_orders);
        set(&mut settings.max_orders_per_account, change.max_orders_per_account);
        set(&mut settings.max_regions_per_account, change.max_regions_per_account);
        set(&mut settings.interlacing, change.interlacing);
        let today = Terms::of(settings);
        if self.state.terms.last() != Some(&today) {
            self.state.terms.push(today);
        }
        Ok(())
    }

    /// Section 8: frozen while any freeze cause is there, else halted while any halt cause is, else open.
    pub fn mode(&self) -> Mode {
        if !self.state.freeze_causes.is_empty() {
            Mode::Frozen
        } else if !self.state.halt_causes.is_empty() {
            Mode::Halted
        } else {
            Mode::Open
        }
    }

    /// Section 8: a cause is added to its own set, or taken out of both; what one alarm closed, another's end does not
    /// open.
    pub(crate) fn change_mode(
        &mut self,
        events: &mut Vec<Event>,
        change: impl FnOnce(&mut State),
    ) -> Result<(), Rejection> {
        let before = self.mode();
        change(&mut self.state);
        let mode = self.mode();
        if mode != before {
            events.push(Event::ModeChanged { mode });
        }
        Ok(())
    }

    /// Section 8: from now on the account may only cancel; its live orders end at once, in ascending id.
    pub(crate) fn suspend(&mut self, account: AccountId, events: &mut Vec<Event>) {
        let index = self.state.accounts.find_or_add(account);
        self.state.accounts.get_mut(index).suspended = true;
        self.end_orders_of(account, None, events);
    }

    /// Section 8: ends a suspension; unknown accounts and those not suspended stay as they are.
    pub(crate) fn unsuspend(&mut self, account: AccountId) {
        if let Some(account) = self.state.accounts.find(account) {
            self.state.accounts.get_mut(account).suspended = false;
        }
    }

    /// Whether the account may only cancel.
    pub fn is_suspended(&self, account: AccountId) -> bool {
        self.state.accounts.find(account).is_some_and(|account| self.state.accounts.get(account).suspended)
    }
}

fn set<T>(setting: &mut T, change: Option<T>) {
    if let Some(value) = change {
        *setting = value;
    }
}

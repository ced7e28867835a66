//! Cancelling (section 5).

use crate::accounts::AccountIndex;
use crate::market::Market;
use crate::slots::OrderSlot;
use coretime_types::{
    AccountId, CancelTarget, DoneReason, Event, OrderId, RejectReason, Rejection, RequestId, Side,
};

impl Market {
    /// Section 5: by order id or by client order id.
    pub(crate) fn cancel(
        &mut self,
        account: AccountId,
        target: CancelTarget,
        request_id: Option<RequestId>,
        events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        let index = self.account_of(account);
        let order_id = match target {
            CancelTarget::Order(order_id) => Some(order_id),
            CancelTarget::ClientOrder(name) => {
                index.and_then(|index| self.state.accounts.order_named(index, name))
            }
        };
        let slot = self.order_of(index, order_id.ok_or(RejectReason::UnknownOrder)?)?;
        self.not_repeated(index, request_id)?;
        self.state.remember_request(account, request_id);
        self.end_order(slot, DoneReason::Cancelled, events);
        Ok(())
    }

    /// Section 5: an account's orders of one side or both, in ascending order id.
    pub(crate) fn cancel_all(
        &mut self,
        account: AccountId,
        side: Option<Side>,
        request_id: Option<RequestId>,
        events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        self.not_repeated(self.state.accounts.find(account), request_id)?;
        self.state.remember_request(account, request_id);
        self.end_orders_of(account, side, events);
        Ok(())
    }

    /// Cancels an account's orders of one side or both, in ascending order id.
    pub(crate) fn end_orders_of(&mut self, account: AccountId, side: Option<Side>, events: &mut Vec<Event>) {
        let Some(account) = self.state.accounts.find(account) else { return };
        let orders = self.state.orders.of_account(account).filter_map(|slot| {
            let order = self.state.orders.get(slot);
            side.is_none_or(|side| order.side() == side).then_some((order.order_id, slot))
        });
        self.end_orders(orders.collect(), DoneReason::Cancelled, events);
    }

    /// Ends these orders, in ascending order id.
    pub(crate) fn end_orders(
        &mut self,
        mut orders: Vec<(OrderId, OrderSlot)>,
        reason: DoneReason,
        events: &mut Vec<Event>,
    ) {
        orders.sort_unstable();
        orders.dedup();
        for (_, slot) in orders {
            self.end_order(slot, reason, events);
        }
    }

    /// A resting order of this account; another's is as unknown as none.
    pub(crate) fn order_of(
        &self,
        account: Option<AccountIndex>,
        order_id: OrderId,
    ) -> Result<OrderSlot, Rejection> {
        let is_own = |slot: &OrderSlot| Some(self.state.orders.get(*slot).account) == account;
        self.resting_order(order_id).filter(is_own).ok_or(RejectReason::UnknownOrder.into())
    }
}

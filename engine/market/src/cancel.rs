//! Cancelling (section 5).

use crate::market::Market;
use crate::order::Order;
use coretime_types::{
    AccountId, CancelTarget, DoneReason, Event, OrderId, RejectReason, Rejection, RequestId, Side,
};

impl Market {
    pub(crate) fn cancel(
        &mut self,
        account: AccountId,
        target: CancelTarget,
        request_id: Option<RequestId>,
        events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        let order_id = match target {
            CancelTarget::Order(order_id) => Some(order_id),
            CancelTarget::ClientOrder(name) => self
                .state
                .accounts
                .get(&account)
                .and_then(|account| account.client_orders.get(&name))
                .copied(),
        };
        let order_id = order_id.ok_or(RejectReason::UnknownOrder)?;
        self.order_of(account, order_id)?;
        self.not_repeated(account, request_id)?;
        self.state.remember_request(account, request_id);
        self.end_resting(order_id, DoneReason::Cancelled, events);
        Ok(())
    }

    pub(crate) fn cancel_all(
        &mut self,
        account: AccountId,
        side: Option<Side>,
        request_id: Option<RequestId>,
        events: &mut Vec<Event>,
    ) -> Result<(), Rejection> {
        self.not_repeated(account, request_id)?;
        self.state.remember_request(account, request_id);
        self.end_orders_of(account, side, events);
        Ok(())
    }

    /// Cancels an account's orders of one side or both, in ascending order id.
    pub(crate) fn end_orders_of(&mut self, account: AccountId, side: Option<Side>, events: &mut Vec<Event>) {
        let Some(known) = self.state.accounts.get(&account) else { return };
        let wanted = |id: &&OrderId| {
            side.is_none_or(|side| self.state.orders.get(id).is_some_and(|order| order.side() == side))
        };
        let ids: Vec<OrderId> = known.live_orders.iter().filter(wanted).copied().collect();
        for order_id in ids {
            self.end_resting(order_id, DoneReason::Cancelled, events);
        }
    }

    /// A live order of this account; another's is as unknown as none.
    pub(crate) fn order_of(&self, account: AccountId, order_id: OrderId) -> Result<&Order, Rejection> {
        let order = self.state.orders.get(&order_id).filter(|order| order.account == account);
        order.ok_or(RejectReason::UnknownOrder.into())
    }

    /// Takes a live order out of the book and ends it.
    pub(crate) fn end_resting(&mut self, order_id: OrderId, reason: DoneReason, events: &mut Vec<Event>) {
        if let Some(order) = self.state.remove_order(order_id) {
            self.end_order(order, reason, events);
        }
    }
}

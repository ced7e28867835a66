//! Commands that are carried out once, whatever becomes of the connection.
//!
//! Each has an id. After an attempt whose answer was lost the client asks whether the id is known, and sends the same
//! again only if it is not; the venue itself takes an id once at most.

use crate::client::Client;
use crate::error::{ClientError, metadata, reason, wrong_answer};
use crate::services::Services;
use coretime_proto::v1 as pb;
use pb::get_order_request::Target;
use std::future::Future;
use tonic::{Code, Status};

/// Ids stay below this: every reader of JSON keeps them whole.
const ID_END: u64 = 1 << 53;

/// A client order id or request id that nobody has used, as far as chance allows. The clock has no part in it: it may
/// be set back, and two processes may trade for one account.
///
/// # Errors
/// [`ClientError::NoRandomness`].
pub fn fresh_id() -> Result<u64, ClientError> {
    Ok(getrandom::u64().map_err(ClientError::NoRandomness)? % (ID_END - 1) + 1)
}

/// An order that was accepted.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The venue's id of it.
    pub order_id: u64,
    /// Where it is recorded, and what came of it; `None`: the answer was lost, and the order was found by its client order
    /// id. [`Client::fills`] has what it traded.
    pub answer: Option<(pb::Receipt, Vec<pb::OrderEvent>)>,
}

/// What became of a cancel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// The order is cancelled.
    Now,
    /// There is no such live order: it has ended before, or (after a lost answer) by this.
    Gone,
}

/// What became of an order of a quote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuoteElement {
    /// It was accepted, with this order id.
    Accepted(u64),
    /// It was rejected.
    Rejected(pb::RejectReason),
    /// It was rejected; the answer with the reason was lost.
    RejectedUnknown,
}

/// What became of a quote.
#[derive(Clone, Debug)]
pub struct Quoted {
    /// One for each order, in the order of the request.
    pub orders: Vec<QuoteElement>,
    /// The answer; `None`: it was lost, and the orders were found by their client order ids.
    pub answer: Option<pb::PlaceQuotesResponse>,
}

/// A withdrawal that was taken.
#[derive(Clone, Debug)]
pub struct Withdrawn {
    /// Where it is recorded, and the instruction; `None`: the answer was lost. [`Client::instructions`] has it.
    pub answer: Option<(pb::Receipt, pb::Instruction)>,
}

impl Client {
    /// Places a bid. Its client order id must be fresh: of an id that was used before, it is refused as
    /// `DUPLICATE_CLIENT_ORDER_ID`, if the first attempt comes through.
    ///
    /// # Errors
    /// What the venue refuses; [`ClientError::GaveUp`] with `open`: nobody knows yet, ask with [`Client::order_named`].
    pub async fn place_bid(&self, bid: pb::Bid) -> Result<Placed, ClientError> {
        let name = bid.terms.as_ref().map_or(0, |terms| terms.client_order_id);
        self.place(name, |services| async move {
            let answer =
                services.orders().place_bid(pb::PlaceBidRequest { bid: Some(bid) }).await?.into_inner();
            placed(answer.order_id, answer.receipt, answer.events)
        })
        .await
    }

    /// Places an ask, as [`place_bid`](Client::place_bid).
    ///
    /// # Errors
    /// As of [`place_bid`](Client::place_bid).
    pub async fn place_ask(&self, ask: pb::Ask) -> Result<Placed, ClientError> {
        self.place(ask.client_order_id, |services| {
            let ask = ask.clone();
            async move {
                let answer =
                    services.orders().place_ask(pb::PlaceAskRequest { ask: Some(ask) }).await?.into_inner();
                placed(answer.order_id, answer.receipt, answer.events)
            }
        })
        .await
    }

    async fn place<F, Fut>(&self, name: u64, send: F) -> Result<Placed, ClientError>
    where
        F: Fn(Services) -> Fut,
        Fut: Future<Output = Result<Placed, ClientError>>,
    {
        self.until_answered(|services, open| {
            let sent = send(services.clone());
            async move {
                if open && let Some(order_id) = find(&services, name).await? {
                    return Ok(Placed { order_id, answer: None });
                }
                match sent.await {
                    // The attempt before was still on its way when we asked.
                    Err(ClientError::Status(status)) if open && is(&status, "DUPLICATE_CLIENT_ORDER_ID") => {
                        let order_id = metadata(&status, "order_id").and_then(|id| id.parse().ok());
                        let order_id =
                            order_id.ok_or_else(|| wrong_answer("a repeat without an order id"))?;
                        Ok(Placed { order_id, answer: None })
                    }
                    other => other,
                }
            }
        })
        .await
    }

    /// The order of this client order id, live or ended not long ago; `None`: it was never accepted.
    ///
    /// # Errors
    /// As [`Client::read`].
    pub async fn order_named(&self, client_order_id: u64) -> Result<Option<pb::Order>, ClientError> {
        self.order(Target::ClientOrderId(client_order_id)).await
    }

    /// The live order of this id; `None`: it has ended, or is another account's.
    ///
    /// # Errors
    /// As [`Client::read`].
    pub async fn live_order(&self, order_id: u64) -> Result<Option<pb::Order>, ClientError> {
        let order = self.order(Target::OrderId(order_id)).await?;
        Ok(order.filter(|order| order.status() == pb::OrderStatus::Live))
    }

    async fn order(&self, target: Target) -> Result<Option<pb::Order>, ClientError> {
        let answer = self.read(|services| async move {
            services.orders().get_order(pb::GetOrderRequest { target: Some(target) }).await
        });
        match answer.await {
            Ok(answer) => Ok(answer.order),
            Err(ClientError::Status(status)) if status.code() == Code::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Cancels an order by the venue's id.
    ///
    /// # Errors
    /// As [`Client::read`].
    pub async fn cancel(&self, order_id: u64) -> Result<Cancelled, ClientError> {
        let target = Some(pb::cancel_order_request::Target::OrderId(order_id));
        let answer = self.read(|services| async move {
            services.orders().cancel_order(pb::CancelOrderRequest { target, request_id: 0 }).await
        });
        match answer.await {
            Ok(_) => Ok(Cancelled::Now),
            Err(ClientError::Status(status)) if is(&status, "UNKNOWN_ORDER") => Ok(Cancelled::Gone),
            Err(error) => Err(error),
        }
    }

    /// Cancels all orders, or those of one side; gives the ids of those that this call cancelled.
    ///
    /// # Errors
    /// As [`Client::read`].
    pub async fn cancel_all(&self, side: Option<pb::Side>) -> Result<Vec<u64>, ClientError> {
        let side = side.unwrap_or_default().into();
        // Cancelling all a second time does no harm: it needs no id.
        let answer = self.read(|services| async move {
            let asked = pb::CancelAllOrdersRequest { side, request_id: 0 };
            services.orders().cancel_all_orders(asked).await
        });
        Ok(answer.await?.order_ids)
    }

    /// Places a quote. Its request id and the client order ids in it must be fresh.
    ///
    /// # Errors
    /// As of [`place_bid`](Client::place_bid).
    pub async fn place_quotes(&self, quotes: pb::PlaceQuotesRequest) -> Result<Quoted, ClientError> {
        let answer = self.until_answered(|services, open| {
            let quotes = quotes.clone();
            async move {
                match services.orders().place_quotes(quotes).await {
                    Ok(answer) => Ok(Some(answer.into_inner())),
                    Err(status) if open && is(&status, "DUPLICATE_REQUEST") => Ok(None),
                    Err(status) => Err(status.into()),
                }
            }
        });
        let Some(answer) = answer.await? else {
            let mut orders = Vec::new();
            for order in &quotes.orders {
                let found = self.order_named(quote_name(order)).await?;
                orders.push(
                    found.map_or(QuoteElement::RejectedUnknown, |order| {
                        QuoteElement::Accepted(order.order_id)
                    }),
                );
            }
            return Ok(Quoted { orders, answer: None });
        };
        use pb::quote_order_result::Outcome;
        let element = |result: &pb::QuoteOrderResult| match &result.outcome {
            Some(Outcome::OrderId(order_id)) => QuoteElement::Accepted(*order_id),
            Some(Outcome::Rejection(rejection)) => QuoteElement::Rejected(rejection.reason()),
            None => QuoteElement::RejectedUnknown,
        };
        Ok(Quoted { orders: answer.order_results.iter().map(element).collect(), answer: Some(answer) })
    }

    /// Withdraws money to the account on chain, once for this request id.
    ///
    /// # Errors
    /// As of [`place_bid`](Client::place_bid).
    pub async fn withdraw_funds(&self, request: pb::WithdrawFundsRequest) -> Result<Withdrawn, ClientError> {
        self.withdraw(|services| {
            let request = request.clone();
            async move {
                let answer = services.accounts().withdraw_funds(request).await?.into_inner();
                Ok(answer.receipt.zip(answer.instruction))
            }
        })
        .await
    }

    /// Withdraws a free region to the account on chain, once for this request id.
    ///
    /// # Errors
    /// As of [`place_bid`](Client::place_bid).
    pub async fn withdraw_region(
        &self,
        request: pb::WithdrawRegionRequest,
    ) -> Result<Withdrawn, ClientError> {
        self.withdraw(|services| {
            let request = request.clone();
            async move {
                let answer = services.accounts().withdraw_region(request).await?.into_inner();
                Ok(answer.receipt.zip(answer.instruction))
            }
        })
        .await
    }

    async fn withdraw<F, Fut>(&self, send: F) -> Result<Withdrawn, ClientError>
    where
        F: Fn(Services) -> Fut,
        Fut: Future<Output = Result<Option<(pb::Receipt, pb::Instruction)>, Status>>,
    {
        self.until_answered(|services, open| {
            let sent = send(services);
            async move {
                match sent.await {
                    Ok(answer) => Ok(Withdrawn { answer }),
                    Err(status) if open && is(&status, "DUPLICATE_REQUEST") => Ok(Withdrawn { answer: None }),
                    Err(status) => Err(status.into()),
                }
            }
        })
        .await
    }
}

fn is(status: &Status, name: &str) -> bool {
    reason(status).as_deref() == Some(name)
}

fn placed(
    order_id: u64,
    receipt: Option<pb::Receipt>,
    events: Vec<pb::OrderEvent>,
) -> Result<Placed, ClientError> {
    let receipt = receipt.ok_or_else(|| wrong_answer("an accepted order without a receipt"))?;
    Ok(Placed { order_id, answer: Some((receipt, events)) })
}

/// The venue's id of the order of this name, if it was accepted.
async fn find(services: &Services, client_order_id: u64) -> Result<Option<u64>, ClientError> {
    let target = Some(Target::ClientOrderId(client_order_id));
    match services.orders().get_order(pb::GetOrderRequest { target }).await {
        Ok(answer) => Ok(answer.into_inner().order.map(|order| order.order_id)),
        Err(status) if status.code() == Code::NotFound => Ok(None),
        Err(status) => Err(status.into()),
    }
}

/// The client order id of an order of a quote.
fn quote_name(order: &pb::QuoteOrder) -> u64 {
    match &order.order {
        Some(pb::quote_order::Order::Bid(bid)) => bid.terms.as_ref().map_or(0, |terms| terms.client_order_id),
        Some(pb::quote_order::Order::Ask(ask)) => ask.client_order_id,
        None => 0,
    }
}

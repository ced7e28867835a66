//! Placing, changing and reading orders.

use super::{Api, command::Accepted, open, order_events, session};
use crate::{
    convert::{
        common::{optional_side, position_message, receipt_message, request_id},
        event::quote_results,
        not_zero, order, order_view, page, required,
    },
    status,
};
use coretime_market::Market;
use coretime_proto::v1::{self, order_service_server::OrderService};
use coretime_types::{
    AccountId, CancelTarget, Command, OrderId, Parts, RejectReason as Reason, Replace, Timeslices, UnitPrice,
};
use futures::stream::BoxStream;
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl OrderService for Api {
    async fn place_bid(
        &self,
        request: Request<v1::PlaceBidRequest>,
    ) -> Result<Response<v1::PlaceBidResponse>, Status> {
        let (account, request) = open(request)?;
        let bid = required(request.bid, "bid")
            .and_then(|bid| order::bid(account, bid).map_err(|fault| fault.inside("bid")));
        let command = Command::PlaceBid(bid.map_err(status::invalid_field)?);
        let accepted = self.execute(account, command, bid_field).await?;
        let order_id = accepted.accepted_id()?;
        let Accepted { receipt, events } = accepted;
        Ok(Response::new(v1::PlaceBidResponse { receipt: Some(receipt_message(&receipt)), order_id, events }))
    }

    async fn place_ask(
        &self,
        request: Request<v1::PlaceAskRequest>,
    ) -> Result<Response<v1::PlaceAskResponse>, Status> {
        let (account, request) = open(request)?;
        let ask = required(request.ask, "ask")
            .and_then(|ask| order::ask(account, ask).map_err(|fault| fault.inside("ask")));
        let command = Command::PlaceAsk(ask.map_err(status::invalid_field)?);
        let accepted = self.execute(account, command, ask_field).await?;
        let order_id = accepted.accepted_id()?;
        let Accepted { receipt, events } = accepted;
        Ok(Response::new(v1::PlaceAskResponse { receipt: Some(receipt_message(&receipt)), order_id, events }))
    }

    async fn place_basket(
        &self,
        request: Request<v1::PlaceBasketRequest>,
    ) -> Result<Response<v1::PlaceBasketResponse>, Status> {
        let (account, request) = open(request)?;
        let legs = order::legs(request.legs).map_err(status::invalid_field)?;
        let command = Command::Basket { account, legs, request_id: request_id(request.request_id) };
        let accepted = self.execute(account, command, basket_field).await?;
        let order_ids = accepted.accepted_ids();
        let Accepted { receipt, events } = accepted;
        Ok(Response::new(v1::PlaceBasketResponse {
            receipt: Some(receipt_message(&receipt)),
            order_ids,
            events,
        }))
    }

    async fn place_quotes(
        &self,
        request: Request<v1::PlaceQuotesRequest>,
    ) -> Result<Response<v1::PlaceQuotesResponse>, Status> {
        let (account, request) = open(request)?;
        let cancel = order::cancels(request.cancel_order_ids).map_err(status::invalid_field)?;
        let place = order::quote_orders(account, request.orders).map_err(status::invalid_field)?;
        let (cancels, orders) = (cancel.clone(), place.len());
        let command = Command::Quote { account, cancel, place, request_id: request_id(request.request_id) };
        let (origin, receipt) = self.execute_quote(command, quote_field).await?;
        let (cancel_results, order_results) = quote_results(account, &cancels, origin, &receipt.events);
        if cancel_results.len() != cancels.len() || order_results.len() != orders {
            return Err(status::unexpected("the quote has not one result for each element", &receipt));
        }
        let receipt = Some(receipt_message(&receipt));
        Ok(Response::new(v1::PlaceQuotesResponse { receipt, cancel_results, order_results }))
    }

    async fn replace_order(
        &self,
        request: Request<v1::ReplaceOrderRequest>,
    ) -> Result<Response<v1::ReplaceOrderResponse>, Status> {
        let (account, request) = open(request)?;
        let order_id = not_zero(request.order_id, "order_id").map_err(status::invalid_field)?;
        let command = Command::Replace(Replace {
            account,
            order_id: OrderId(order_id),
            unit_price: request.unit_price_planck.map(UnitPrice),
            parts: request.remaining_parts.map(Parts),
            min_timeslices: request.min_duration_timeslices.map(Timeslices),
            request_id: request_id(request.request_id),
        });
        let Accepted { receipt, events } = self.execute(account, command, replace_field).await?;
        Ok(Response::new(v1::ReplaceOrderResponse { receipt: Some(receipt_message(&receipt)), events }))
    }

    async fn cancel_order(
        &self,
        request: Request<v1::CancelOrderRequest>,
    ) -> Result<Response<v1::CancelOrderResponse>, Status> {
        let (account, request) = open(request)?;
        let target = order::cancel_target(request.target).map_err(status::invalid_field)?;
        let command = Command::Cancel { account, target, request_id: request_id(request.request_id) };
        let accepted = self.execute(account, command, cancel_field).await?;
        let receipt = Some(receipt_message(&accepted.receipt));
        Ok(Response::new(v1::CancelOrderResponse { receipt, order_id: accepted.done_id()? }))
    }

    async fn cancel_all_orders(
        &self,
        request: Request<v1::CancelAllOrdersRequest>,
    ) -> Result<Response<v1::CancelAllOrdersResponse>, Status> {
        let (account, request) = open(request)?;
        let side = optional_side(request.side, "side").map_err(status::invalid_field)?;
        let command = Command::CancelAll { account, side, request_id: request_id(request.request_id) };
        let accepted = self.execute(account, command, cancel_field).await?;
        let receipt = Some(receipt_message(&accepted.receipt));
        Ok(Response::new(v1::CancelAllOrdersResponse { receipt, order_ids: accepted.done_ids() }))
    }

    async fn get_order(
        &self,
        request: Request<v1::GetOrderRequest>,
    ) -> Result<Response<v1::GetOrderResponse>, Status> {
        let (account, request) = open(request)?;
        let target = order::get_target(request.target).map_err(status::invalid_field)?;
        let (order, position) = self.query(move |market| find(market, account, target)).await?;
        let order = order.ok_or_else(status::unknown_order)?;
        let position = Some(position_message(position));
        Ok(Response::new(v1::GetOrderResponse { order: Some(order), position }))
    }

    async fn list_orders(
        &self,
        request: Request<v1::ListOrdersRequest>,
    ) -> Result<Response<v1::ListOrdersResponse>, Status> {
        let (account, request) = open(request)?;
        let size = page::page_size(request.page_size).map_err(status::invalid_field)?;
        let after = page::number_token(&request.page_token).map_err(status::invalid_field)?.unwrap_or(0);
        let read = move |market: &Market| {
            let orders = market.orders_of(account).skip_while(|order| order.order_id.0 <= after);
            orders.take(size + 1).collect::<Vec<_>>()
        };
        let (orders, position) = self.query(read).await?;
        let (orders, more) = page::cut(orders, size);
        let last = orders.last().filter(|_| more);
        Ok(Response::new(v1::ListOrdersResponse {
            next_page_token: last.map(|order| order.order_id.to_string()).unwrap_or_default(),
            orders: orders.into_iter().map(order_view::live_order).collect(),
            position: Some(position_message(position)),
        }))
    }

    type StreamOrderEventsStream = BoxStream<'static, Result<v1::StreamOrderEventsResponse, Status>>;

    async fn stream_order_events(
        &self,
        request: Request<v1::StreamOrderEventsRequest>,
    ) -> Result<Response<Self::StreamOrderEventsStream>, Status> {
        order_events::stream(self, session(&request)?).await.map(Response::new)
    }
}

/// An order of this account: live, or ended not long ago.
fn find(market: &Market, account: AccountId, target: CancelTarget) -> Option<v1::Order> {
    let order_id = match target {
        CancelTarget::Order(order_id) => order_id,
        CancelTarget::ClientOrder(name) => market.find_order(account, name)?,
    };
    let live = market.order(order_id).filter(|order| order.account == account).map(order_view::live_order);
    live.or(match target {
        CancelTarget::Order(_) => None,
        CancelTarget::ClientOrder(name) => Some(order_view::ended_order(order_id, name)),
    })
}

fn bid_field(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::DuplicateClientOrderId => Some("bid.terms.client_order_id"),
        Reason::InvalidPrice => Some("bid.terms.unit_price_planck"),
        Reason::InvalidTimeInForce | Reason::WouldMatch => Some("bid.post_only"),
        Reason::InvalidExpiry => Some("bid.expire_at_timeslice"),
        Reason::InvalidWindow | Reason::WindowInPast => Some("bid.terms.within"),
        Reason::InvalidLot => Some("bid.terms.lot_parts"),
        Reason::BelowMinimum => Some("bid.terms.quantity_parts"),
        Reason::NotFilled => Some("bid.time_in_force"),
        _ => None,
    }
}

fn ask_field(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::DuplicateClientOrderId => Some("ask.client_order_id"),
        Reason::InvalidPrice | Reason::BelowMinimum => Some("ask.unit_price_planck"),
        Reason::InvalidTimeInForce | Reason::WouldMatch => Some("ask.post_only"),
        Reason::InvalidExpiry => Some("ask.expire_at_timeslice"),
        Reason::RegionUnavailable | Reason::WindowInPast => Some("ask.region_id"),
        Reason::InvalidLot | Reason::InterlacingDisabled => Some("ask.lot_parts"),
        Reason::NotFilled => Some("ask.time_in_force"),
        _ => None,
    }
}

fn basket_field(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::DuplicateRequest => Some("request_id"),
        Reason::InvalidSize => Some("legs"),
        _ => None,
    }
}

fn quote_field(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::DuplicateRequest => Some("request_id"),
        Reason::InvalidSize => Some("orders"),
        _ => None,
    }
}

fn replace_field(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::UnknownOrder => Some("order_id"),
        Reason::DuplicateRequest => Some("request_id"),
        Reason::InvalidPrice => Some("unit_price_planck"),
        _ => None,
    }
}

fn cancel_field(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::UnknownOrder => Some("target"),
        Reason::DuplicateRequest => Some("request_id"),
        _ => None,
    }
}

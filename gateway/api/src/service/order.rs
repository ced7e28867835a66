//! Placing, changing and reading orders.

use super::{Api, caller, open, order_calls, order_calls::Prepared, order_events, order_session};
use crate::{
    auth::AuthError,
    convert::{FieldError, common::position_message, order, order_view, page},
    status,
};
use coretime_market::Market;
use coretime_proto::v1::{self, order_service_server::OrderService};
use coretime_types::{AccountId, CancelTarget};
use futures::stream::BoxStream;
use tonic::{Request, Response, Status, Streaming};

#[tonic::async_trait]
impl OrderService for Api {
    async fn place_bid(
        &self,
        request: Request<v1::PlaceBidRequest>,
    ) -> Result<Response<v1::PlaceBidResponse>, Status> {
        self.call(request, order_calls::place_bid).await
    }

    async fn place_ask(
        &self,
        request: Request<v1::PlaceAskRequest>,
    ) -> Result<Response<v1::PlaceAskResponse>, Status> {
        self.call(request, order_calls::place_ask).await
    }

    async fn place_basket(
        &self,
        request: Request<v1::PlaceBasketRequest>,
    ) -> Result<Response<v1::PlaceBasketResponse>, Status> {
        self.call(request, order_calls::place_basket).await
    }

    async fn place_quotes(
        &self,
        request: Request<v1::PlaceQuotesRequest>,
    ) -> Result<Response<v1::PlaceQuotesResponse>, Status> {
        self.call(request, order_calls::place_quotes).await
    }

    async fn replace_order(
        &self,
        request: Request<v1::ReplaceOrderRequest>,
    ) -> Result<Response<v1::ReplaceOrderResponse>, Status> {
        self.call(request, order_calls::replace_order).await
    }

    async fn cancel_order(
        &self,
        request: Request<v1::CancelOrderRequest>,
    ) -> Result<Response<v1::CancelOrderResponse>, Status> {
        self.call(request, order_calls::cancel_order).await
    }

    async fn cancel_all_orders(
        &self,
        request: Request<v1::CancelAllOrdersRequest>,
    ) -> Result<Response<v1::CancelAllOrdersResponse>, Status> {
        self.call(request, order_calls::cancel_all_orders).await
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
        let caller = caller(&request)?;
        order_events::stream(self, caller, request.into_inner()).await.map(Response::new)
    }

    type OrderSessionStream = BoxStream<'static, Result<v1::OrderSessionResponse, Status>>;

    async fn order_session(
        &self,
        request: Request<Streaming<v1::OrderSessionRequest>>,
    ) -> Result<Response<Self::OrderSessionStream>, Status> {
        let caller = caller(&request)?;
        order_session::open(self.clone(), caller, request.into_inner()).await.map(Response::new)
    }
}

impl Api {
    /// A call of its own: what `prepare` makes of the request is carried out and answered.
    async fn call<R, T>(
        &self,
        request: Request<R>,
        prepare: impl FnOnce(AccountId, R) -> Result<Prepared<T>, FieldError>,
    ) -> Result<Response<T>, Status> {
        let caller = caller(&request)?;
        let prepared = prepare(caller.account, request.into_inner()).map_err(status::invalid_field)?;
        if !self.0.credentials.keys.may_deliver(&caller, &prepared.command) {
            return Err(status::not_admitted(AuthError::TaskNotAllowed));
        }
        let receipt = self.submit(prepared.command).await?;
        (prepared.answer)(receipt).map(Response::new)
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

//! What everyone may see of the market.

use super::{Api, order_events::record_receipt};
use crate::{
    convert::{
        FieldError,
        common::{position_message, window},
        event::public_trade,
        page, required,
    },
    status,
};
use coretime_market::Level;
use coretime_proto::v1::{
    self, market_data_service_server::MarketDataService, stream_trades_response::Message,
};
use coretime_types::{Event, Parts, Window};
use futures::stream::BoxStream;
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl MarketDataService for Api {
    async fn get_book(
        &self,
        request: Request<v1::GetBookRequest>,
    ) -> Result<Response<v1::GetBookResponse>, Status> {
        let (window, lot, levels) = book_request(&request.into_inner()).map_err(status::invalid_field)?;
        let (book, position) = self.query(move |market| market.book(window, lot)).await?;
        let side = |side: Vec<Level>| side.into_iter().take(levels).map(level_message).collect();
        Ok(Response::new(v1::GetBookResponse {
            bids: side(book.bids),
            asks: side(book.asks),
            position: Some(position_message(position)),
        }))
    }

    type StreamTradesStream = BoxStream<'static, Result<v1::StreamTradesResponse, Status>>;

    async fn stream_trades(
        &self,
        _request: Request<v1::StreamTradesRequest>,
    ) -> Result<Response<Self::StreamTradesStream>, Status> {
        let follow = self.follow(None)?;
        // After the subscription, so that everything after it comes; what came in between is passed over.
        let start = self.0.engine.durable_position();
        let start_message = Message::Start(v1::StreamStart { position: Some(position_message(start)) });
        Ok(Response::new(follow.stream(message(start_message), move |record| {
            let trades = record.events.iter().filter_map(|event| match event {
                Event::Trade(trade) => Some(public_trade(trade)),
                _ => None,
            });
            let trades: Vec<_> = trades.collect();
            let receipt = Some(record_receipt(record));
            (record.sequence > start.sequence && !trades.is_empty())
                .then(|| message(Message::Batch(v1::TradeBatch { receipt, trades })))
        })))
    }
}

fn book_request(request: &v1::GetBookRequest) -> Result<(Window, Parts, usize), FieldError> {
    let window = window(required(request.window, "window")?);
    if window.begin >= window.end {
        return Err(FieldError::new("window.end_timeslice", "is not greater than begin_timeslice"));
    }
    let lot = match request.lot_parts {
        0 => Parts::CORE,
        lot @ 1..=80 => Parts(lot),
        _ => return Err(FieldError::new("lot_parts", "is more than 80")),
    };
    let levels = match page::page_size(request.max_levels) {
        Ok(_) if request.max_levels == 0 => DEFAULT_LEVELS,
        Ok(levels) => levels,
        Err(_) => return Err(FieldError::new("max_levels", "is negative")),
    };
    Ok((window, lot, levels))
}

const DEFAULT_LEVELS: usize = 50;

fn level_message(level: Level) -> v1::BookLevel {
    v1::BookLevel {
        unit_price_planck: level.unit_price.0,
        quantity_parts: level.parts,
        order_count: level.orders,
    }
}

fn message(message: Message) -> v1::StreamTradesResponse {
    v1::StreamTradesResponse { message: Some(message) }
}

//! What everyone may see of the market, from the feed.

use super::Api;
use crate::{
    convert::{
        FieldError,
        book::book_order,
        common::{position_message, record_receipt, window, window_message},
        event::public_trade,
        page, required,
    },
    feed::{Entry, Replica},
    status,
    streams::stream,
};
use coretime_market::{Level, Market};
use coretime_proto::v1::{
    self, market_data_service_server::MarketDataService, stream_book_response::Message as BookMessage,
    stream_trades_response::Message as TradesMessage,
};
use coretime_sequencer::Position;
use coretime_types::{Event, Parts, Sequence, Timeslice, Window};
use futures::stream::BoxStream;
use std::iter;
use tokio::task::spawn_blocking;
use tonic::{Request, Response, Status};

const DEFAULT_LEVELS: usize = 50;
const DEFAULT_POINTS: usize = 32;
const MAX_POINTS: usize = 128;
/// Orders or changes in one message, at most: none is near the size that clients take by default, unless an ask is in
/// very many pieces.
const BOOK_PART: usize = 1_000;

#[tonic::async_trait]
impl MarketDataService for Api {
    async fn get_book(
        &self,
        request: Request<v1::GetBookRequest>,
    ) -> Result<Response<v1::GetBookResponse>, Status> {
        let (window, lot, levels) = book_request(&request.into_inner()).map_err(status::invalid_field)?;
        let look = move |replica: &Replica| (replica.market().book(window, lot), replica.position());
        let (book, position) = self.look(look).await?;
        let side = |side: Vec<Level>| side.into_iter().take(levels).map(level_message).collect();
        Ok(Response::new(v1::GetBookResponse {
            bids: side(book.bids),
            asks: side(book.asks),
            position: Some(position_message(position)),
        }))
    }

    async fn get_curve(
        &self,
        request: Request<v1::GetCurveRequest>,
    ) -> Result<Response<v1::GetCurveResponse>, Status> {
        let (length, count) = curve_request(request.get_ref()).map_err(status::invalid_field)?;
        let start = |replica: &Replica| (replica.tradable_from(), replica.position());
        let (from, position) = self.look(start).await?;
        let mut points = Vec::new();
        for window in windows(from, length).take(count) {
            // One at a time: the follower goes on in between.
            points.push(self.look(move |replica: &Replica| curve_point(replica, window)).await?);
        }
        Ok(Response::new(v1::GetCurveResponse { points, position: Some(position_message(position)) }))
    }

    type StreamTradesStream = BoxStream<'static, Result<v1::StreamTradesResponse, Status>>;

    async fn stream_trades(
        &self,
        request: Request<v1::StreamTradesRequest>,
    ) -> Result<Response<Self::StreamTradesStream>, Status> {
        let resume_after = request.get_ref().resume_after_sequence.map(Sequence);
        let guards = self.guards(None).await?;
        let followed = self.0.feed.follow(resume_after);
        let (reader, position) = followed.map_err(|_| status::resume_too_old())?;
        let message = |message| v1::StreamTradesResponse { message: Some(message) };
        let start = TradesMessage::Start(start(position, resume_after));
        Ok(Response::new(stream(guards, reader, vec![message(start)], move |entry| {
            trades(entry).map(TradesMessage::Batch).map(message).into_iter().collect()
        })))
    }

    type StreamBookStream = BoxStream<'static, Result<v1::StreamBookResponse, Status>>;

    async fn stream_book(
        &self,
        request: Request<v1::StreamBookRequest>,
    ) -> Result<Response<Self::StreamBookStream>, Status> {
        let resume_after = request.get_ref().resume_after_sequence.map(Sequence);
        let guards = self.guards(None).await?;
        let feed = self.0.feed.clone();
        let begin = move || {
            let replica = feed.read();
            let position = replica.position();
            // Nothing is applied while the replica is being read.
            let reader = feed.follow_from(&replica, resume_after)?;
            let snapshot = if resume_after.is_none() { snapshot(replica.market()) } else { Vec::new() };
            Ok::<_, crate::feed::TooOld>((reader, position, snapshot))
        };
        let begun = spawn_blocking(begin).await.map_err(|_| status::engine_stopped())?;
        let (reader, position, snapshot) = begun.map_err(|_| status::resume_too_old())?;
        let start = BookMessage::Start(start(position, resume_after));
        let first = iter::once(start).chain(snapshot.into_iter().map(BookMessage::Snapshot));
        let mut number = 0;
        let mut message = move |message| {
            number += 1;
            v1::StreamBookResponse { number, message: Some(message) }
        };
        let first = first.map(&mut message).collect();
        Ok(Response::new(stream(guards, reader, first, move |entry| {
            updates(entry).into_iter().map(BookMessage::Update).map(&mut message).collect()
        })))
    }
}

impl Api {
    /// Looks at the feed's market, where that may take a moment, as it is with all that is durable now.
    pub(crate) async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Replica) -> T + Send + 'static,
    ) -> Result<T, Status> {
        self.0.feed.caught_up().await?;
        let feed = self.0.feed.clone();
        spawn_blocking(move || look(&feed.read())).await.map_err(|_| status::engine_stopped())
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

fn curve_request(request: &v1::GetCurveRequest) -> Result<(u32, usize), FieldError> {
    if request.length_timeslices == 0 {
        return Err(FieldError::new("length_timeslices", "is missing or 0"));
    }
    let points = match usize::try_from(request.max_points) {
        Ok(0) => DEFAULT_POINTS,
        Ok(points) => points.min(MAX_POINTS),
        Err(_) => return Err(FieldError::new("max_points", "is negative")),
    };
    Ok((request.length_timeslices, points))
}

/// Windows of this length, one after the other, as far as timeslices go.
fn windows(from: Timeslice, length: u32) -> impl Iterator<Item = Window> {
    iter::successors(Some(from.0), move |begin| begin.checked_add(length)).map_while(move |begin| {
        let end = begin.checked_add(length)?;
        Some(Window { begin: Timeslice(begin), end: Timeslice(end) })
    })
}

fn curve_point(replica: &Replica, window: Window) -> v1::CurvePoint {
    let book = replica.market().book(window, Parts::CORE);
    let covers = |sold: Window| sold.begin <= window.begin && window.end <= sold.end;
    let mut whole_cores = replica.newest_trades().filter(|trade| trade.parts == Parts::CORE);
    v1::CurvePoint {
        window: Some(window_message(window)),
        best_bid: book.bids.first().copied().map(level_message),
        best_ask: book.asks.first().copied().map(level_message),
        last_trade: whole_cores.find(|trade| covers(trade.window)).map(public_trade),
    }
}

fn level_message(level: Level) -> v1::BookLevel {
    v1::BookLevel {
        unit_price_planck: level.unit_price.0,
        quantity_parts: level.parts,
        order_count: level.orders,
    }
}

fn trades(entry: &Entry) -> Option<v1::TradeBatch> {
    let trades = entry.record.events.iter().filter_map(|event| match event {
        Event::Trade(trade) => Some(public_trade(trade)),
        _ => None,
    });
    let trades: Vec<_> = trades.collect();
    let receipt = Some(record_receipt(&entry.record));
    (!trades.is_empty()).then_some(v1::TradeBatch { receipt, trades })
}

/// All that rests, in parts of which the last is complete.
fn snapshot(market: &Market) -> Vec<v1::BookSnapshot> {
    let orders: Vec<_> = market.orders().map(|order| book_order(&order)).collect();
    let tradable_from_timeslice = market.tradable_from().0;
    let count = orders.len().div_ceil(BOOK_PART).max(1);
    let mut orders = orders.into_iter();
    let part = |number| v1::BookSnapshot {
        orders: orders.by_ref().take(BOOK_PART).collect(),
        tradable_from_timeslice,
        complete: number == count,
    };
    (1..=count).map(part).collect()
}

/// What a record changed, in parts of which the last is complete; none if it changed nothing.
fn updates(entry: &Entry) -> Vec<v1::BookUpdate> {
    if entry.changes.is_empty() && !entry.clock_moved {
        return Vec::new();
    }
    let count = entry.changes.len().div_ceil(BOOK_PART).max(1);
    let part = |number: usize| v1::BookUpdate {
        receipt: Some(record_receipt(&entry.record)),
        tradable_from_timeslice: entry.tradable_from.0,
        changes: entry.changes.iter().skip((number - 1) * BOOK_PART).take(BOOK_PART).cloned().collect(),
        complete: number == count,
    };
    (1..=count).map(part).collect()
}

/// Where a stream begins: in the present, or where it was left.
pub(super) fn start(present: Position, resume_after: Option<Sequence>) -> v1::StreamStart {
    let position = match resume_after {
        Some(after) => v1::Position { sequence: after.0, chain_hash: Vec::new() },
        None => position_message(present),
    };
    v1::StreamStart { position: Some(position) }
}

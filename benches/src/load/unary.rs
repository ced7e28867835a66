//! Calls at a fixed rate, whatever comes of them: each is timed from when it was due, so that a service that stalls is
//! charged for all that had to wait.

use super::{Load, LoadError, LoadVenue, cancel, echo::UNARY, resting_bid, venue::connect};
use coretime_client::Trader;
use coretime_proto::v1 as pb;
use hdrhistogram::Histogram;
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::{sync::mpsc, task::JoinSet, time::sleep_until};
use tonic::{Request, Status, client::Grpc, transport::Channel};
use tonic_prost::ProstCodec;

/// Who is asked.
pub enum Target<'a> {
    /// The bare service.
    Echo(SocketAddr),
    /// The exchange; every other call cancels the order before, and is not counted.
    Exchange(&'a LoadVenue),
}

#[derive(Clone)]
enum Client {
    Echo(Grpc<Channel>),
    Exchange(Box<Trader>),
}

impl Client {
    /// Places a bid; the time that this took counts.
    async fn place(&mut self, name: u64) -> Result<(), Status> {
        let request = pb::PlaceBidRequest { bid: Some(resting_bid(name)) };
        match self {
            Client::Echo(grpc) => {
                let ready = grpc.ready().await;
                ready.map_err(|error| Status::unavailable(error.to_string()))?;
                let path = http::uri::PathAndQuery::from_static(UNARY);
                let codec = ProstCodec::<pb::PlaceBidRequest, pb::PlaceBidResponse>::default();
                grpc.unary(Request::new(request), path, codec).await.map(drop)
            }
            Client::Exchange(trader) => trader.orders.place_bid(request).await.map(drop),
        }
    }

    /// Takes it back.
    async fn cancel(&mut self, name: u64) -> Result<(), Status> {
        match self {
            Client::Echo(_) => self.place(name).await,
            Client::Exchange(trader) => trader.orders.cancel_order(cancel(name)).await.map(drop),
        }
    }
}

/// Places `rate` orders a second over all connections, and takes each back; the latencies of the orders in nanoseconds.
///
/// # Errors
/// When a client is not let in, or any call fails.
pub async fn open_loop(target: Target<'_>, load: Load, rate: u32) -> Result<Histogram<u64>, LoadError> {
    let mut clients = Vec::new();
    for number in 0..load.connections {
        clients.push(match &target {
            Target::Echo(address) => Client::Echo(Grpc::new(connect(*address).await?)),
            Target::Exchange(venue) => {
                let number = u32::try_from(number).unwrap_or(u32::MAX);
                Client::Exchange(Box::new(venue.trader(number).await?))
            }
        });
    }
    let interval = Duration::from_secs(1) / rate.max(1);
    let count = u64::try_from(load.duration.as_nanos() / interval.as_nanos().max(1)).unwrap_or(u64::MAX);
    let (done, mut results) = mpsc::unbounded_channel();
    let mut calls = JoinSet::new();
    let began = Instant::now();
    for (name, client) in (1..=count).zip(clients.iter().cycle()) {
        let due = began + interval * u32::try_from(name).unwrap_or(u32::MAX);
        sleep_until(due.into()).await;
        let (mut client, done) = (client.clone(), done.clone());
        calls.spawn(async move {
            let placed = client.place(name).await;
            let took = due.elapsed();
            let both = match placed {
                Ok(()) => client.cancel(name).await,
                Err(status) => Err(status),
            };
            // Who counts waits for all of them.
            let _ = done.send(both.map(|()| took));
        });
    }
    drop(done);
    let mut latencies = histogram()?;
    while let Some(result) = results.recv().await {
        latencies.saturating_record(u64::try_from(result?.as_nanos()).unwrap_or(u64::MAX));
    }
    Ok(latencies)
}

/// From 100 ns to a minute, three digits.
pub(super) fn histogram() -> Result<Histogram<u64>, LoadError> {
    Histogram::new_with_bounds(100, 60_000_000_000, 3).map_err(|error| LoadError::Measure(error.to_string()))
}

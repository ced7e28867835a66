//! Calls of their own. In the closed loop each is made when the one before is answered: what a call takes while nobody
//! else waits. In the open loop they come at a fixed rate, whatever comes of them, each timed from when it was due: a
//! service that stalls is charged for all that had to wait.

use super::{Load, LoadError, LoadVenue, cancel, echo::UNARY, resting_bid, venue::connect};
use coretime_client::Trader;
use coretime_proto::v1 as pb;
use hdrhistogram::Histogram;
use std::{
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};
use tokio::{sync::mpsc, task::JoinSet};
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

/// Their traders' numbers begin here: names of orders are used once.
const OPEN_LOOP: u32 = 0;
const CLOSED_LOOP: u32 = 500_000;

impl Client {
    async fn connect(target: &Target<'_>, first: u32, number: usize) -> Result<Client, LoadError> {
        Ok(match target {
            Target::Echo(address) => Client::Echo(Grpc::new(connect(*address).await?)),
            Target::Exchange(venue) => {
                let number = first.saturating_add(u32::try_from(number).unwrap_or(u32::MAX));
                Client::Exchange(Box::new(venue.trader(number).await?))
            }
        })
    }

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
        clients.push(Client::connect(&target, OPEN_LOOP, number).await?);
    }
    let interval = Duration::from_secs(1) / rate.max(1);
    let count = u64::try_from(load.duration.as_nanos() / interval.as_nanos().max(1)).unwrap_or(u64::MAX);
    let (done, mut results) = mpsc::unbounded_channel();
    let mut calls = JoinSet::new();
    let mut pace = pace(interval, count);
    for (name, client) in (1..=count).zip(clients.iter().cycle()) {
        let Some(due) = pace.recv().await else { break };
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

/// Tells when a call is due. By a thread of its own: the runtime's timers are as coarse as a call takes long.
fn pace(interval: Duration, count: u64) -> mpsc::UnboundedReceiver<Instant> {
    let (sender, receiver) = mpsc::unbounded_channel();
    thread::spawn(move || {
        let mut due = Instant::now();
        for _ in 0..count {
            due += interval;
            thread::sleep(due.saturating_duration_since(Instant::now()));
            if sender.send(due).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Places an order and takes it back, one call after another on each connection; the latencies of the orders in
/// nanoseconds.
///
/// # Errors
/// When a client is not let in, or any call fails.
pub async fn closed_loop(target: Target<'_>, load: Load) -> Result<Histogram<u64>, LoadError> {
    let mut calls = JoinSet::new();
    let ends = Instant::now() + load.duration;
    for number in 0..load.connections {
        let mut client = Client::connect(&target, CLOSED_LOOP, number).await?;
        calls.spawn(async move {
            let mut latencies = histogram()?;
            let mut name = 0;
            while Instant::now() < ends {
                name += 1;
                let began = Instant::now();
                client.place(name).await?;
                latencies.saturating_record(u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX));
                client.cancel(name).await?;
            }
            Ok::<_, LoadError>(latencies)
        });
    }
    let mut all = histogram()?;
    while let Some(result) = calls.join_next().await {
        let latencies = result.map_err(|error| LoadError::Measure(error.to_string()))??;
        all.add(latencies).map_err(|error| LoadError::Measure(error.to_string()))?;
    }
    Ok(all)
}

/// From 100 ns to a minute, three digits.
pub(super) fn histogram() -> Result<Histogram<u64>, LoadError> {
    Histogram::new_with_bounds(100, 60_000_000_000, 3).map_err(|error| LoadError::Measure(error.to_string()))
}

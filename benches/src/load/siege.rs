//! Many sessions at once, among them some that misbehave.

use super::{
    LoadError, LoadVenue,
    session::{PATIENCE, answered, command, start},
    unary::histogram,
    venue::connect,
};
use coretime_client::Trader;
use coretime_market::Market;
use hdrhistogram::Histogram;
use std::time::{Duration, Instant};
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    sync::mpsc,
    task::JoinSet,
    time::{sleep, sleep_until, timeout},
};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

/// How many, and who misbehaves.
#[derive(Clone, Copy, Debug)]
pub struct Siege {
    /// Sessions that behave.
    pub sessions: u32,
    /// How often each sends a command.
    pub interval: Duration,
    /// For how long.
    pub duration: Duration,
    /// Whether one floods, one never reads, and one sends garbage.
    pub with_enemies: bool,
}

/// What those who behave have seen.
#[derive(Debug)]
pub struct SiegeReport {
    /// From when a command was due to its answer, in nanoseconds.
    pub latencies: Histogram<u64>,
    /// Commands that were answered: all that were sent.
    pub answers: u64,
}

/// Besieges the venue. Every command of those who behave must be answered once, in order and with success, and none of
/// their orders may be left: each session takes its own back.
///
/// # Errors
/// When one of that does not hold.
pub async fn siege(venue: &LoadVenue, siege: Siege, first_trader: u32) -> Result<SiegeReport, LoadError> {
    let mut enemies = JoinSet::new();
    if siege.with_enemies {
        enemies.spawn(flood(venue.trader(first_trader + siege.sessions).await?));
        enemies.spawn(never_read(venue.trader(first_trader + siege.sessions + 1).await?));
        let address = venue.address;
        enemies.spawn(async move {
            loop {
                send_garbage(address).await;
                sleep(Duration::from_millis(1)).await;
            }
        });
    }
    let mut sessions = JoinSet::new();
    // Eight traders share a connection: so many sessions need not so many files.
    let mut channel = connect(venue.address).await?;
    let mut accounts = Vec::new();
    for number in 0..siege.sessions {
        if number % 8 == 0 {
            channel = connect(venue.address).await?;
        }
        let trader = venue.trader_on(channel.clone(), first_trader + number).await?;
        accounts.push(trader.account);
        sessions.spawn(behave(trader, siege, number));
    }
    let mut latencies = histogram()?;
    while let Some(session) = sessions.join_next().await {
        let session = session.map_err(|error| LoadError::Measure(error.to_string()))??;
        latencies.add(session).map_err(|error| LoadError::Measure(error.to_string()))?;
    }
    enemies.shutdown().await;
    let count = move |market: &Market| {
        accounts.iter().map(|account| market.orders_of(*account).count()).sum::<usize>()
    };
    let left = venue.engine.query(count)?.await?;
    if left > 0 {
        return Err(LoadError::Measure(format!("{left} orders are left of those that were taken back")));
    }
    Ok(SiegeReport { answers: latencies.len(), latencies })
}

/// Sends a command every interval, and times its answer from when it was due.
async fn behave(mut trader: Trader, siege: Siege, number: u32) -> Result<Histogram<u64>, LoadError> {
    let (sender, receiver) = mpsc::channel(1_024);
    let send =
        async |request| sender.send(request).await.map_err(|_| Status::unavailable("the session has ended"));
    send(start()).await?;
    let mut responses = trader.orders.order_session(ReceiverStream::new(receiver)).await?.into_inner();
    // Not all at the same moment.
    let began = Instant::now() + siege.interval * (number % 64) / 64;
    let rounds =
        u64::try_from(siege.duration.as_nanos() / siege.interval.as_nanos().max(1)).unwrap_or(u64::MAX);
    // As many cancels as orders.
    let rounds = rounds.div_ceil(2).saturating_mul(2);
    let due = |round: u64| began + siege.interval * u32::try_from(round).unwrap_or(u32::MAX);
    let mut latencies = histogram()?;
    let (mut sent, mut seen) = (0, 0);
    while seen < rounds {
        tokio::select! {
            () = sleep_until(due(sent).into()), if sent < rounds => {
                sent += 1;
                send(command(sent)).await?;
            }
            answer = timeout(PATIENCE, answered(&mut responses)) => {
                let answer = answer.map_err(|_| LoadError::Measure("an answer is missing".into()))??;
                seen += 1;
                if answer != Some(seen) {
                    return Err(LoadError::Measure(format!("{answer:?} came instead of answer {seen}")));
                }
                let took = due(seen - 1).elapsed();
                latencies.saturating_record(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
            }
        }
    }
    Ok(latencies)
}

/// As much as the connection takes, and reads what comes.
async fn flood(mut trader: Trader) {
    let (sender, receiver) = mpsc::channel(1_024);
    let _ = sender.send(start()).await;
    let Ok(responses) = trader.orders.order_session(ReceiverStream::new(receiver)).await else { return };
    let mut responses = responses.into_inner();
    tokio::spawn(async move { while let Ok(Some(_)) = responses.message().await {} });
    for number in 1.. {
        if sender.send(command(number)).await.is_err() {
            return;
        }
    }
}

/// Sends as much as it can and reads nothing; begins anew when it is dropped.
async fn never_read(mut trader: Trader) {
    loop {
        let (sender, receiver) = mpsc::channel(1_024);
        let _ = sender.send(start()).await;
        let Ok(_responses) = trader.orders.order_session(ReceiverStream::new(receiver)).await else {
            sleep(Duration::from_millis(10)).await;
            continue;
        };
        for number in 1..100_000 {
            let sent = timeout(Duration::from_secs(5), sender.send(command(number))).await;
            if !matches!(sent, Ok(Ok(()))) {
                break;
            }
        }
    }
}

/// Bytes that are no HTTP/2, and HTTP/2 that is no call.
async fn send_garbage(address: std::net::SocketAddr) {
    let Ok(mut stream) = TcpStream::connect(address).await else { return };
    let mut bytes = vec![0; 4_096];
    fastrand::fill(&mut bytes);
    if fastrand::bool() {
        let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";
        let _ = stream.write_all(preface).await;
    }
    // It is closed in the middle, most likely.
    let _ = stream.write_all(&bytes).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use coretime_gateway::Rate;

    #[tokio::test(flavor = "multi_thread")]
    async fn those_who_behave_are_all_answered_whatever_others_do() {
        let folder = tempfile::tempdir().unwrap();
        let venue = LoadVenue::start(folder.path(), Rate::new(5_000, 10_000)).await.unwrap();
        let load = Siege {
            sessions: 40,
            interval: Duration::from_millis(50),
            duration: Duration::from_secs(3),
            with_enemies: true,
        };
        let report = siege(&venue, load, 0).await.unwrap();
        assert_eq!(report.answers, 40 * 60);
    }
}

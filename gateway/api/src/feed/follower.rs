//! The thread that follows the engine's durable records.

use super::Replica;
use coretime_market::Market;
use coretime_sequencer::{Engine, EventReader, Position, ReadError, Record, SubmitError};
use coretime_types::Sequence;
use futures::FutureExt;
use std::{
    io,
    sync::{Arc, PoisonError, RwLock},
    thread,
    time::Duration,
};
use tokio::{runtime, sync::watch};

/// Records that are gone through before readers are let in again.
const GROUP_MAX: usize = 256;
const BUSY_WAIT: Duration = Duration::from_millis(5);

/// Why the follower ends.
#[derive(Debug, thiserror::Error)]
enum FollowError {
    #[error(transparent)]
    Submit(#[from] SubmitError),
    #[error(transparent)]
    Stopped(#[from] coretime_sequencer::Stopped),
    #[error(transparent)]
    Read(#[from] ReadError),
    #[error(transparent)]
    Diverged(#[from] super::replica::Diverged),
    #[error("the engine's own snapshot cannot be restored")]
    Snapshot,
}

impl FollowError {
    fn is_the_engines_end(&self) -> bool {
        matches!(
            self,
            FollowError::Stopped(_)
                | FollowError::Submit(SubmitError::Stopped(_))
                | FollowError::Read(ReadError::Stopped(_))
        )
    }
}

/// Starts the thread. It ends with the engine.
pub(super) fn start(
    engine: Engine,
    replica: Arc<RwLock<Replica>>,
    progress: watch::Sender<Sequence>,
) -> io::Result<()> {
    let runtime = runtime::Builder::new_current_thread().build()?;
    thread::Builder::new().name("feed".into()).spawn(move || {
        let _ender = Ender(replica.clone());
        let end = runtime.block_on(follow(&engine, &replica, &progress));
        if let Err(error) = end
            && !error.is_the_engines_end()
        {
            tracing::error!(%error, "the feed has ended: there are no streams and no market data any more");
        }
    })?;
    Ok(())
}

/// Tells readers that nothing more comes, after a panic too.
struct Ender(Arc<RwLock<Replica>>);

impl Drop for Ender {
    fn drop(&mut self) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).end();
    }
}

async fn follow(
    engine: &Engine,
    replica: &RwLock<Replica>,
    progress: &watch::Sender<Sequence>,
) -> Result<(), FollowError> {
    let start = load(engine, replica).await?;
    progress.send_replace(start);
    let mut reader = engine.events_from(Sequence(start.0.saturating_add(1)));
    let mut group = Vec::with_capacity(GROUP_MAX);
    loop {
        let last = next_group(&mut reader, &mut group).await?;
        {
            let mut replica = replica.write().unwrap_or_else(PoisonError::into_inner);
            for record in group.drain(..) {
                replica.apply(record)?;
            }
        }
        progress.send_replace(last);
    }
}

/// All that is there, at least one record; and the place of the last.
async fn next_group(reader: &mut EventReader, group: &mut Vec<Arc<Record>>) -> Result<Sequence, ReadError> {
    let first = reader.next().await?;
    let mut last = first.sequence;
    group.push(first);
    while group.len() < GROUP_MAX
        && let Some(Ok(record)) = reader.next().now_or_never()
    {
        last = record.sequence;
        group.push(record);
    }
    Ok(last)
}

/// Takes the market over from the engine, as it is at some place, unless that is the beginning.
async fn load(engine: &Engine, replica: &RwLock<Replica>) -> Result<Sequence, FollowError> {
    let answer = loop {
        let snapshot = |market: &Market, last: Sequence| {
            let bytes = if last == Sequence(0) { None } else { Some(market.snapshot()) };
            (bytes, last)
        };
        match engine.query_at(snapshot) {
            Err(SubmitError::Busy) => thread::sleep(BUSY_WAIT),
            answer => break answer?,
        }
    };
    let (bytes, last) = answer.await?;
    if let Some(bytes) = bytes {
        let market = Market::restore(&bytes).map_err(|_| FollowError::Snapshot)?;
        // Where it is not exactly there, more records follow, and they bring the hash.
        let durable = engine.durable_position();
        let position = Position { sequence: last, ..durable };
        replica.write().unwrap_or_else(PoisonError::into_inner).load(market, position);
    }
    Ok(last)
}

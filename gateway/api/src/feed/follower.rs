//! The thread that follows the engine's durable records.

use super::{
    Replica,
    replica::{Diverged, Published},
};
use crate::metrics::GatewayMetrics;
use coretime_market::{LOOK_AHEAD, Market};
use coretime_sequencer::{Engine, Position, ReadError, Record, SubmitError};
use coretime_types::{Command, Sequence};
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
    Diverged(#[from] Diverged),
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

/// Why the venue no longer trades: until the operator has found out what is wrong and resumes.
const CAUSE: &str = "feed";

/// Nobody can see any more what the venue does. And where following the log does not give what the engine got, or the
/// engine's state is no state, the ledger itself is in doubt: then nothing is paid out either.
fn stop_trading(engine: &Engine, error: &FollowError) {
    let cause = CAUSE.to_owned();
    let command = match error {
        FollowError::Diverged(_) | FollowError::Snapshot => Command::Freeze { cause },
        FollowError::Submit(_) | FollowError::Stopped(_) | FollowError::Read(_) => Command::Halt { cause },
    };
    let told = loop {
        match engine.submit(command.clone()) {
            Err(SubmitError::Busy) => thread::sleep(BUSY_WAIT),
            Err(error) => break Err(error),
            Ok(answer) => break answer.wait().map(drop).map_err(SubmitError::Stopped),
        }
    };
    match told {
        Ok(()) => tracing::error!(cause = CAUSE, "the venue was stopped, since its feed has ended"),
        Err(error) => tracing::error!(%error, "the venue could not be stopped"),
    }
}

/// Starts the thread. It ends with the engine.
pub(super) fn start(
    engine: Engine,
    replica: Arc<RwLock<Replica>>,
    progress: watch::Sender<Sequence>,
    metrics: GatewayMetrics,
) -> io::Result<()> {
    let runtime = runtime::Builder::new_current_thread().build()?;
    thread::Builder::new().name("feed".into()).spawn(move || {
        let _ender = Ender(replica.clone());
        let end = runtime.block_on(follow(&engine, &replica, &progress, &metrics));
        if let Err(error) = end
            && !error.is_the_engines_end()
        {
            tracing::error!(%error, "the feed has ended: there are no streams and no market data any more");
            stop_trading(&engine, &error);
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
    metrics: &GatewayMetrics,
) -> Result<(), FollowError> {
    let start = load(engine, replica).await?;
    progress.send_replace(start);
    metrics.feed_sequence.set(start.0);
    let mut reader = engine.events_from(Sequence(start.0.saturating_add(1)));
    let mut group = Vec::with_capacity(GROUP_MAX);
    loop {
        reader.next_group(GROUP_MAX, &mut group).await?;
        let (applied, published) = {
            let mut replica = replica.write().unwrap_or_else(PoisonError::into_inner);
            (apply(&mut replica, &group), replica.publish())
        };
        let Published { position, to_wake, gone } = published;
        to_wake.iter().for_each(|own| own.wake());
        progress.send_replace(position.sequence);
        applied?;
        metrics.recorded(group.iter().map(Arc::as_ref));
        group.clear();
        // While nobody waits.
        drop(gone);
    }
}

fn apply(replica: &mut Replica, group: &[Arc<Record>]) -> Result<(), Diverged> {
    for records in group.chunks(LOOK_AHEAD) {
        replica.look_ahead(records);
        records.iter().try_for_each(|record| replica.apply(record.clone()))?;
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::{super::ring::Ring, *};
    use coretime_sequencer::{ChainHash, EngineConfig};
    use coretime_types::{AccountId, BlockNumber, ChainReference, Planck};

    #[test]
    fn a_market_that_goes_another_way_freezes_the_venue() {
        let folder = tempfile::tempdir().unwrap();
        let (engine, _running) = coretime_sequencer::start(EngineConfig::new(folder.path())).unwrap();
        let deposit = |event, amount| Command::DepositFunds {
            account: AccountId([1; 32]),
            amount: Planck(amount),
            reference: ChainReference { block: BlockNumber(1), event },
        };
        // The replica has seen what the engine never did: a deposit with a later reference.
        let ring = Arc::new(Ring::new(8));
        let mut replica = Replica::new(ring.clone());
        let mut ahead = Market::default();
        let mut events = Vec::new();
        ahead.apply(&deposit(7, 5), &mut events);
        let record = Record {
            sequence: Sequence(1),
            chain_hash: ChainHash::START,
            time_ms: 0,
            command: deposit(7, 5),
            events: events.into(),
        };
        replica.apply(Arc::new(record)).unwrap();
        drop(replica.publish());
        let replica = Arc::new(RwLock::new(replica));
        let (progress, reached) = watch::channel(Sequence(0));
        start(engine.clone(), replica.clone(), progress, GatewayMetrics::new()).unwrap();
        let waited = std::time::Instant::now();
        let patience = || {
            assert!(waited.elapsed() < Duration::from_secs(60), "the venue trades on");
            thread::sleep(Duration::from_millis(5));
        };
        // It follows from the beginning, not from the engine's snapshot.
        while !reached.has_changed().unwrap() {
            patience();
        }
        // The engine rejects it; the replica takes it for one that it has seen.
        engine.submit(deposit(3, 0)).unwrap().wait().unwrap();

        let causes = || {
            let causes = |market: &Market| market.freeze_causes().map(str::to_owned).collect::<Vec<_>>();
            engine.query(causes).unwrap().wait().unwrap()
        };
        while causes().is_empty() {
            patience();
        }
        assert_eq!(causes(), [CAUSE]);
        assert!(ring.has_ended());
    }
}

//! The feed: what everybody who reads is served from, streams and market data. A thread of its own follows the
//! engine's durable records with a market of its own, so that no reader ever holds the engine up.
//!
//! ```text
//! Engine::events_from -> follower thread -> Replica: market, the last records, each account's own among them
//!                                             ^ read by streams at their own pace, and by snapshots
//! ```
//!
//! - Everything in it is durable: it reads nothing else.
//! - A reader has no buffer: it reads what all share, and ends as too slow when it falls out of that.
//! - Who reads records does not wait for the market: records and each account's own have locks of their own.
//! - The follower compares the events that its market gives with the recorded ones, and ends if they differ.
//!
//! Known limits: after a start, the records before it are not there to resume after. An ask in very many pieces is given
//! whole with each of its changes.

mod entry;
mod follower;
mod own;
mod reader;
mod replica;
mod ring;

pub(crate) use entry::Entry;
pub(crate) use reader::{AccountReader, End, PublicReader};
pub(crate) use replica::Replica;

use crate::{metrics::GatewayMetrics, status};
use coretime_sequencer::{Engine, Position};
use coretime_types::{AccountId, Sequence};
use ring::Ring;
use std::{
    io,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};
use tokio::sync::watch;
use tonic::Status;

/// Cheap to clone.
#[derive(Clone)]
pub(crate) struct Feed {
    engine: Engine,
    replica: Arc<RwLock<Replica>>,
    ring: Arc<Ring>,
    /// How far the follower has come; closed when it has ended.
    progress: watch::Receiver<Sequence>,
}

/// A place that a reader cannot go on after.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooOld;

impl Feed {
    /// Starts the follower. It keeps `capacity` records for readers.
    pub(crate) fn start(engine: Engine, capacity: usize, metrics: GatewayMetrics) -> io::Result<Feed> {
        let ring = Arc::new(Ring::new(capacity));
        let replica = Arc::new(RwLock::new(Replica::new(ring.clone())));
        let (sender, progress) = watch::channel(Sequence(0));
        follower::start(engine.clone(), replica.clone(), sender, metrics)?;
        Ok(Feed { engine, replica, ring, progress })
    }

    /// Looks at the replica. Be quick: the follower waits.
    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Replica> {
        self.replica.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Replica> {
        self.replica.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the follower has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.ring.has_ended()
    }

    /// Waits until the replica has all that is durable now: who was answered sees what the answer was about.
    pub(crate) async fn caught_up(&self) -> Result<(), Status> {
        let durable = self.engine.durable_position().sequence;
        let mut progress = self.progress.clone();
        let reached = progress.wait_for(|reached| *reached >= durable).await;
        reached.map(|_| ()).map_err(|_| status::engine_stopped())
    }

    /// Follows all records after `after`, or after the present; and says where the present is.
    pub(crate) fn follow(&self, after: Option<Sequence>) -> Result<(PublicReader, Position), TooOld> {
        let replica = self.read();
        Ok((self.follow_from(&replica, after)?, replica.position()))
    }

    /// As [`follow`](Feed::follow), by who looks at the replica already.
    pub(crate) fn follow_from(
        &self,
        replica: &Replica,
        after: Option<Sequence>,
    ) -> Result<PublicReader, TooOld> {
        let after = after.unwrap_or(replica.position().sequence);
        if !replica.can_follow(after) {
            return Err(TooOld);
        }
        Ok(PublicReader::new(self.ring.clone(), self.progress.clone(), after))
    }

    /// Follows all that happens to an account after `after`, or after the present; and what `look` sees just there.
    pub(crate) fn follow_account<T>(
        &self,
        account: AccountId,
        after: Option<Sequence>,
        look: impl FnOnce(&Replica) -> T,
    ) -> Result<(AccountReader, T), TooOld> {
        let mut replica = self.write();
        let seen = look(&replica);
        let after = after.unwrap_or(replica.position().sequence);
        let watched = replica.watch(account, after).ok_or(TooOld)?;
        Ok((AccountReader::new(self.clone(), account, watched, after), seen))
    }
}

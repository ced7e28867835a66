//! Reading the feed at one's own pace.

use super::{
    Entry, Feed,
    own::{OwnRecords, Place},
    ring::Ring,
};
use coretime_types::{AccountId, Sequence};
use std::{collections::VecDeque, sync::Arc};
use tokio::sync::watch;

/// Why a reader gets no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It fell out of what is kept.
    TooSlow,
    /// The engine has stopped, and everything was read.
    Stopped,
}

/// Records that are read at a time.
const AHEAD: usize = 64;

/// Reads every record.
pub(crate) struct PublicReader {
    ring: Arc<Ring>,
    progress: watch::Receiver<Sequence>,
    last: Sequence,
    /// Read ahead, a few records at a time.
    ahead: VecDeque<Arc<Entry>>,
}

impl PublicReader {
    pub(super) fn new(ring: Arc<Ring>, progress: watch::Receiver<Sequence>, last: Sequence) -> PublicReader {
        PublicReader { ring, progress, last, ahead: VecDeque::new() }
    }

    /// The last record that was read.
    pub(crate) fn last(&self) -> Sequence {
        self.last
    }

    /// The next record. Cancel safe.
    pub(crate) async fn next(&mut self) -> Result<Arc<Entry>, End> {
        loop {
            if let Some(entry) = self.ahead.pop_front() {
                self.last = entry.record.sequence;
                return Ok(entry);
            }
            self.progress.mark_unchanged();
            self.ring.next(self.last, AHEAD, &mut self.ahead)?;
            // An error means that the follower has ended, which the ring tells too.
            if self.ahead.is_empty() && self.progress.changed().await.is_err() && !self.ring.has_ended() {
                return Err(End::Stopped);
            }
        }
    }
}

/// Reads an account's own records.
pub(crate) struct AccountReader {
    feed: Feed,
    account: AccountId,
    own: Arc<OwnRecords>,
    /// Dropped before the replica is told.
    wake: Option<watch::Receiver<()>>,
    /// Behind what was read ahead.
    place: Place,
    last: Sequence,
    /// Read ahead, a few records at a time.
    ahead: VecDeque<Arc<Entry>>,
}

impl AccountReader {
    pub(super) fn new(
        feed: Feed,
        account: AccountId,
        (own, wake, place): (Arc<OwnRecords>, watch::Receiver<()>, Place),
        last: Sequence,
    ) -> AccountReader {
        AccountReader { feed, account, own, wake: Some(wake), place, last, ahead: VecDeque::new() }
    }

    /// The last record that was read.
    pub(crate) fn last(&self) -> Sequence {
        self.last
    }

    /// The next record, if it is there.
    pub(crate) fn try_next(&mut self) -> Result<Option<Arc<Entry>>, End> {
        if self.ahead.is_empty() {
            if let Some(wake) = &mut self.wake {
                wake.mark_unchanged();
            }
            self.own.next(&mut self.place, self.last, AHEAD, &mut self.ahead)?;
        }
        let next = self.ahead.pop_front();
        self.last = next.as_ref().map_or(self.last, |entry| entry.record.sequence);
        Ok(next)
    }

    /// Waits until there may be more.
    pub(crate) async fn changed(&mut self) {
        if let Some(wake) = &mut self.wake {
            // The sender lives as long as somebody watches.
            let _ = wake.changed().await;
        }
    }

    /// The next record. Cancel safe.
    pub(crate) async fn next(&mut self) -> Result<Arc<Entry>, End> {
        loop {
            if let Some(entry) = self.try_next()? {
                return Ok(entry);
            }
            self.changed().await;
        }
    }
}

impl Drop for AccountReader {
    fn drop(&mut self) {
        self.wake = None;
        self.feed.write().unwatch(self.account);
    }
}

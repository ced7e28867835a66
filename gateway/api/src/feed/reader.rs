//! Reading the feed at one's own pace.

use super::{Entry, Feed};
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

/// Reads every record.
pub(crate) struct PublicReader {
    feed: Feed,
    progress: watch::Receiver<Sequence>,
    last: Sequence,
}

impl PublicReader {
    pub(super) fn new(feed: Feed, progress: watch::Receiver<Sequence>, last: Sequence) -> PublicReader {
        PublicReader { feed, progress, last }
    }

    /// The last record that was read.
    pub(crate) fn last(&self) -> Sequence {
        self.last
    }

    /// The next record. Cancel safe.
    pub(crate) async fn next(&mut self) -> Result<Arc<Entry>, End> {
        loop {
            self.progress.mark_unchanged();
            {
                let replica = self.feed.read();
                if let Some(entry) = replica.next(self.last) {
                    self.last = entry.record.sequence;
                    return Ok(entry);
                }
                if !replica.can_follow(self.last) {
                    return Err(End::TooSlow);
                }
                if replica.has_ended() {
                    return Err(End::Stopped);
                }
            }
            // An error means that the follower has ended, which the replica tells too.
            if self.progress.changed().await.is_err() && !self.feed.read().has_ended() {
                return Err(End::Stopped);
            }
        }
    }
}

/// Reads an account's own records.
pub(crate) struct AccountReader {
    feed: Feed,
    /// Dropped before the replica is told.
    wake: Option<watch::Receiver<()>>,
    account: AccountId,
    last: Sequence,
    /// Read ahead, a few records at a time.
    ahead: VecDeque<Arc<Entry>>,
}

/// Records that are read at a time.
const AHEAD: usize = 64;

impl AccountReader {
    pub(super) fn new(
        feed: Feed,
        wake: watch::Receiver<()>,
        account: AccountId,
        last: Sequence,
    ) -> AccountReader {
        AccountReader { feed, wake: Some(wake), account, last, ahead: VecDeque::new() }
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
            let replica = self.feed.read();
            if !replica.is_complete(self.account, self.last) {
                return Err(End::TooSlow);
            }
            replica.next_of(self.account, self.last, AHEAD, &mut self.ahead);
            if self.ahead.is_empty() && replica.has_ended() {
                return Err(End::Stopped);
            }
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

//! Streams of what the engine records: bounded in number, without gaps, and never buffered.

use crate::{
    auth::{AuthError, access::Credentials, session::Caller, unix_time_ms},
    feed::{AccountReader, End, Entry, PublicReader},
    status,
};
use coretime_types::{AccountId, Sequence};
use futures::stream::{BoxStream, StreamExt, unfold};
use std::{
    collections::{BTreeMap, VecDeque},
    future::{Future, pending},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};
use tonic::Status;

/// Counts open streams: of everyone, of each account, and of those without one.
pub(crate) struct StreamSlots {
    max: usize,
    max_public: usize,
    max_per_account: usize,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    total: usize,
    /// `None` has the public ones.
    by_account: BTreeMap<Option<AccountId>, usize>,
}

/// A place among the open streams, given back when dropped.
pub(crate) struct StreamSlot {
    slots: Arc<StreamSlots>,
    account: Option<AccountId>,
}

impl StreamSlots {
    pub(crate) fn new(max: usize, max_public: usize, max_per_account: usize) -> Arc<StreamSlots> {
        Arc::new(StreamSlots { max, max_public, max_per_account, open: Mutex::default() })
    }

    /// Takes a place; `account` is `None` for public streams.
    pub(crate) fn take(self: &Arc<Self>, account: Option<AccountId>) -> Result<StreamSlot, Status> {
        let limit = if account.is_some() { self.max_per_account } else { self.max_public };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.by_account.get(&account).copied().unwrap_or(0);
        if open.total >= self.max || count >= limit {
            return Err(status::too_many_streams());
        }
        open.total += 1;
        open.by_account.insert(account, count + 1);
        Ok(StreamSlot { slots: self.clone(), account })
    }
}

impl Drop for StreamSlot {
    fn drop(&mut self) {
        let mut open = self.slots.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.total = open.total.saturating_sub(1);
        if let Some(count) = open.by_account.get_mut(&self.account) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                open.by_account.remove(&self.account);
            }
        }
    }
}

/// What a stream has besides its source.
pub(crate) struct Guards {
    /// Held as long as the stream is open.
    pub(crate) _slot: StreamSlot,
    /// Turns true when the gateway shuts down.
    pub(crate) shutdown: watch::Receiver<bool>,
    /// `None` for public streams.
    pub(crate) credentials: Option<StreamCredentials>,
}

impl Guards {
    /// Waits until the stream must end, and says how. Cancel safe.
    pub(crate) async fn end(&mut self, last: Sequence) -> Status {
        tokio::select! {
            biased;
            () = is_set(&mut self.shutdown) => status::shutting_down(last),
            () = has_ended(self.credentials.as_mut()) => {
                status::not_admitted(AuthError::CredentialsInvalid)
            }
        }
    }
}

/// The credentials that a stream was opened with: it ends with them.
pub(crate) struct StreamCredentials {
    caller: Caller,
    /// `None`: beyond what a timer can count.
    expires: Option<Instant>,
    all: Arc<Credentials>,
    ends: watch::Receiver<()>,
}

impl StreamCredentials {
    pub(crate) fn new(caller: Caller, all: Arc<Credentials>) -> StreamCredentials {
        let mut ends = all.ends();
        // They may have ended since the call was let in.
        ends.mark_changed();
        let left = Duration::from_millis(caller.expires_ms.saturating_sub(unix_time_ms()));
        StreamCredentials { caller, expires: Instant::now().checked_add(left), all, ends }
    }
}

async fn has_ended(credentials: Option<&mut StreamCredentials>) {
    let Some(StreamCredentials { caller, expires, all, ends }) = credentials else {
        return pending().await;
    };
    loop {
        tokio::select! {
            () = reached(*expires) => return,
            ended = ends.changed() => {
                if ended.is_err() || !all.is_good(caller) {
                    return;
                }
            }
        }
    }
}

/// Where a stream comes from.
pub(crate) trait Source: Send + 'static {
    /// The next record. Cancel safe.
    fn next(&mut self) -> impl Future<Output = Result<Arc<Entry>, End>> + Send;
    /// The last record that was read.
    fn last(&self) -> Sequence;
}

impl Source for PublicReader {
    fn next(&mut self) -> impl Future<Output = Result<Arc<Entry>, End>> + Send {
        PublicReader::next(self)
    }

    fn last(&self) -> Sequence {
        PublicReader::last(self)
    }
}

impl Source for AccountReader {
    fn next(&mut self) -> impl Future<Output = Result<Arc<Entry>, End>> + Send {
        AccountReader::next(self)
    }

    fn last(&self) -> Sequence {
        AccountReader::last(self)
    }
}

/// Gives `first`, then what `map` makes of each record. It reads the feed only as fast as the client reads the stream:
/// who is too slow falls out of what the feed keeps, and is told so.
pub(crate) fn stream<S, T, F>(
    guards: Guards,
    source: S,
    first: Vec<T>,
    map: F,
) -> BoxStream<'static, Result<T, Status>>
where
    S: Source,
    T: Send + 'static,
    F: FnMut(&Entry) -> Vec<T> + Send + 'static,
{
    let waiting: VecDeque<T> = first.into();
    unfold(Some((guards, source, waiting, map)), async move |state| {
        let (mut guards, mut source, mut waiting, mut map) = state?;
        loop {
            if let Some(message) = waiting.pop_front() {
                return Some((Ok(message), Some((guards, source, waiting, map))));
            }
            let last = source.last();
            let entry = tokio::select! {
                biased;
                status = guards.end(last) => Err(status),
                entry = source.next() => entry.map_err(|end| end_status(end, last)),
            };
            match entry {
                Ok(entry) => waiting.extend(map(&entry)),
                Err(status) => return Some((Err(status), None)),
            }
        }
    })
    .boxed()
}

/// How a stream ends that gets no more.
pub(crate) fn end_status(end: End, last: Sequence) -> Status {
    match end {
        End::TooSlow => status::subscriber_too_slow(last),
        End::Stopped => status::engine_stopped(),
    }
}

pub(crate) async fn is_set(flag: &mut watch::Receiver<bool>) {
    // An error means that the gateway is gone, which is the same.
    let _ = flag.wait_for(|set| *set).await;
}

pub(crate) async fn reached(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_bounded_for_all_and_for_each_and_come_back() {
        let slots = StreamSlots::new(3, 1, 2);
        let (alice, bob) = (Some(AccountId([1; 32])), Some(AccountId([2; 32])));
        let first = slots.take(alice).unwrap();
        let _second = slots.take(alice).unwrap();
        assert!(slots.take(alice).is_err());
        let third = slots.take(None).unwrap();
        assert!(slots.take(None).is_err());
        assert!(slots.take(bob).is_err());
        drop(third);
        let _fourth = slots.take(bob).unwrap();
        drop(first);
        assert!(slots.take(alice).is_ok());
    }
}

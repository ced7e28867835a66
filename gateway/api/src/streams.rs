//! Streams of what the engine records: bounded in number, without gaps, and never buffered.

use crate::status;
use coretime_sequencer::{Record, Subscription, SubscriptionEnd};
use coretime_types::AccountId;
use futures::stream::{BoxStream, StreamExt, once, unfold};
use std::{
    collections::BTreeMap,
    future::{pending, ready},
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

/// A stream before it begins.
pub(crate) struct Follow {
    pub(crate) subscription: Subscription,
    /// Held as long as the stream is open.
    pub(crate) _slot: StreamSlot,
    /// Turns true when the gateway shuts down.
    pub(crate) shutdown: watch::Receiver<bool>,
    /// How long the session still lasts; `None` for public streams.
    pub(crate) session_left: Option<Duration>,
}

impl Follow {
    /// Gives `start`, then what `map` makes of each record. It reads the engine's history only as fast as the client
    /// reads the stream: who is too slow falls out of that history, and is told so.
    pub(crate) fn stream<T, F>(self, start: T, map: F) -> BoxStream<'static, Result<T, Status>>
    where
        T: Send + 'static,
        F: FnMut(&Record) -> Option<T> + Send + 'static,
    {
        // A session beyond what the timer can count does not end before the process does.
        let expires = self.session_left.and_then(|left| Instant::now().checked_add(left));
        let rest = unfold(Some((self, map)), move |state| async move {
            let (mut follow, mut map) = state?;
            loop {
                let record = tokio::select! {
                    biased;
                    () = is_set(&mut follow.shutdown) => Err(status::shutting_down()),
                    () = reached(expires) => Err(status::not_admitted(crate::auth::AuthError::CredentialsInvalid)),
                    record = follow.subscription.next() => record.map_err(ended),
                };
                match record.map(|record| map(&record)) {
                    Ok(None) => {}
                    Ok(Some(message)) => return Some((Ok(message), Some((follow, map)))),
                    Err(status) => return Some((Err(status), None)),
                }
            }
        });
        once(ready(Ok(start))).chain(rest).boxed()
    }
}

fn ended(end: SubscriptionEnd) -> Status {
    match end {
        SubscriptionEnd::Lagged { .. } => status::subscriber_too_slow(),
        SubscriptionEnd::Stopped(_) => status::engine_stopped(),
    }
}

async fn is_set(flag: &mut watch::Receiver<bool>) {
    // An error means that the gateway is gone, which is the same.
    let _ = flag.wait_for(|set| *set).await;
}

async fn reached(instant: Option<Instant>) {
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

//! What the engine thread shares with everybody else.

use crate::{
    StopReason, Stopped,
    history::{History, Lookup},
    replay::StartReplay,
};
use coretime_log::Position;
use coretime_types::Sequence;
use crossbeam_channel::Receiver;
use std::{
    path::PathBuf,
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering, fence},
    },
};
use tokio::sync::watch;

/// What the engine thread shares with everybody else.
pub(crate) struct Shared {
    pub(crate) data_folder: PathBuf,
    pub(crate) start_replay: StartReplay,
    /// The last durable position; closed when the engine thread has ended, after `stop` was set.
    pub(crate) durable: watch::Receiver<Position>,
    history: Mutex<History>,
    stop: OnceLock<StopReason>,
    /// Whether a shutdown has begun: nothing more is taken.
    closing: AtomicBool,
}

impl Shared {
    pub(crate) fn new(
        data_folder: PathBuf,
        start_replay: StartReplay,
        durable: watch::Receiver<Position>,
        history: History,
    ) -> Shared {
        Shared {
            data_folder,
            start_replay,
            durable,
            history: Mutex::new(history),
            stop: OnceLock::new(),
            closing: AtomicBool::new(false),
        }
    }

    /// The history. Nothing that holds it can panic halfway through a change.
    pub(crate) fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn find(&self, sequence: Sequence) -> Lookup {
        self.history().get(sequence)
    }

    pub(crate) fn durable_position(&self) -> Position {
        *self.durable.borrow()
    }

    pub(crate) fn close(&self) {
        self.closing.store(true, Ordering::Release);
    }

    pub(crate) fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    /// Says that the engine takes nothing more, and why. The first reason stays.
    pub(crate) fn set_stopped(&self, reason: StopReason) {
        let _ = self.stop.set(reason);
    }

    /// Drops what nobody will take any more, if the engine has stopped: its answers end as stopped.
    ///
    /// The engine thread calls this once the reason is set, and so does everybody who has queued something. Of the two,
    /// the later one finds it: the fence keeps either from looking before its own write is seen.
    pub(crate) fn clear_if_stopped<R>(&self, requests: &Receiver<R>) {
        fence(Ordering::SeqCst);
        if self.stop.get().is_some() {
            requests.try_iter().for_each(drop);
        }
    }

    pub(crate) fn stop_reason(&self) -> Option<StopReason> {
        self.stop.get().cloned()
    }

    /// What to tell somebody whose answer will not come. The reason is set before anything of the thread is dropped;
    /// without one, the request came after a shutdown had begun.
    pub(crate) fn stopped(&self) -> Stopped {
        Stopped { reason: self.stop_reason().unwrap_or(StopReason::ShutDown) }
    }
}

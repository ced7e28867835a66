//! Encoding ahead of the disk, on two threads that somebody else starts.

use crate::{Batch, Encoder, LogError};
use std::{
    mem,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

/// What a batch holds, at most (a single larger record apart): bounds the memory.
const BATCH_BYTES: usize = 1 << 20;

/// Where the thread that encodes and the thread that owns the [`Disk`](crate::Disk) meet. While the disk is busy with
/// one batch, the next is filled; as soon as the disk is free, it takes what is there, and needs to wait for nobody.
/// `W` is what waits for each record to be durable.
#[derive(Debug)]
pub struct Pipeline<W> {
    state: Mutex<State<W>>,
    /// There is something to take, or nothing more will come.
    filled: Condvar,
    /// There is room again, or nobody takes any more.
    taken: Condvar,
    max_waiting: usize,
}

#[derive(Debug)]
struct State<W> {
    encoder: Encoder,
    waiting: Vec<W>,
    /// Nothing more will be added.
    is_closed: bool,
    /// What is here must not be written.
    is_broken: bool,
    /// Nobody takes any more.
    has_ended: bool,
}

impl<W> Pipeline<W> {
    /// `max_waiting` (at least 1) may share a batch.
    pub fn new(encoder: Encoder, max_waiting: usize) -> Pipeline<W> {
        let state =
            State { encoder, waiting: Vec::new(), is_closed: false, is_broken: false, has_ended: false };
        Pipeline {
            state: Mutex::new(state),
            filled: Condvar::new(),
            taken: Condvar::new(),
            max_waiting: max_waiting.max(1),
        }
    }

    /// Adds something to the batch that is being filled, and appends its record, if it has one. Waits while the batch
    /// is full.
    ///
    /// # Errors
    /// [`LogError::Failed`] if the disk's side has ended; it has told why. Else that of `append`; then
    /// [`Pipeline::break_off`] is to be called.
    pub fn add(
        &self,
        waiting: W,
        append: impl FnOnce(&mut Encoder, &W) -> Result<(), LogError>,
    ) -> Result<(), LogError> {
        let mut state = self.lock();
        while !state.has_ended
            && (state.waiting.len() >= self.max_waiting || state.encoder.batch().len() >= BATCH_BYTES)
        {
            state = self.taken.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        // Among the others first: if what follows fails, it is dropped with them, not before.
        let is_first = state.waiting.is_empty();
        state.waiting.push(waiting);
        if state.has_ended {
            return Err(LogError::Failed { cause: "its disk has ended".into() });
        }
        let State { encoder, waiting, .. } = &mut *state;
        if let Some(waiting) = waiting.last() {
            append(encoder, waiting)?;
        }
        drop(state);
        if is_first {
            self.filled.notify_one();
        }
        Ok(())
    }

    /// Says that nothing more will be added. What is there is still taken.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.filled.notify_one();
    }

    /// Says that adding has failed, by a panic too: what was not taken yet never will be.
    pub fn break_off(&self) {
        let mut state = self.lock();
        (state.is_closed, state.is_broken) = (true, true);
        drop(state);
        self.filled.notify_one();
    }

    /// Waits for something and takes all that is there into two empty ones; `false` if nothing more will come.
    pub fn take(&self, batch: &mut Batch, waiting: &mut Vec<W>) -> bool {
        let mut state = self.lock();
        while state.waiting.is_empty() && !state.is_closed {
            state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.is_broken || state.waiting.is_empty() {
            return false;
        }
        mem::swap(&mut state.waiting, waiting);
        let room = mem::take(batch);
        *batch = state.encoder.take_batch(room);
        drop(state);
        self.taken.notify_one();
        true
    }

    /// Says that nothing more will be taken.
    pub fn end(&self) {
        self.lock().has_ended = true;
        self.taken.notify_one();
    }

    /// A panic while encoding is told by [`Pipeline::break_off`], not by the lock.
    fn lock(&self) -> MutexGuard<'_, State<W>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! Reading every record, never missing one.

use crate::{Record, Stopped, history::Lookup, replay::Replayed, shared::Shared};
use coretime_log::{LogError, Position};
use coretime_types::Sequence;
use std::{io, sync::Arc};
use tokio::sync::watch;

/// Why the next record does not come.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ReadError {
    /// The engine has stopped, and every durable record was read.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// The log cannot be read.
    #[error("cannot read the command log: {0}")]
    Log(#[from] Arc<LogError>),
    /// A bug: replaying the log panicked.
    #[error("replaying the command log panicked: {0}")]
    Panicked(Arc<str>),
    /// The operating system gives no thread.
    #[error("cannot start a thread to replay the command log: {0}")]
    Thread(Arc<io::Error>),
}

/// Reads every record from some sequence on, in order, each once.
///
/// Records come from memory while they are there. A reader that is further behind has the log replayed up to where
/// memory goes on, in a thread of its own with a state machine of its own: slow, but it misses nothing and holds nobody
/// up.
pub struct EventReader {
    shared: Arc<Shared>,
    durable: watch::Receiver<Position>,
    next: Sequence,
    replayed: Option<Replayed>,
}

impl EventReader {
    pub(crate) fn new(shared: Arc<Shared>, next: Sequence) -> EventReader {
        let durable = shared.durable.clone();
        EventReader { shared, durable, next: next.max(Sequence(1)), replayed: None }
    }

    /// The sequence of the record that comes next.
    pub fn next_sequence(&self) -> Sequence {
        self.next
    }

    /// The next record, as soon as it is durable. After the engine has stopped, what is durable still comes, then
    /// [`ReadError::Stopped`]. After another error the same record can be asked for again.
    ///
    /// Cancel safe: a future that is dropped has taken nothing.
    pub async fn next(&mut self) -> Result<Arc<Record>, ReadError> {
        loop {
            if let Some(replayed) = &mut self.replayed {
                match replayed.recv().await {
                    Some(Ok(record)) => return Ok(self.passed(record)),
                    Some(Err(error)) => {
                        self.replayed = None;
                        return Err(error);
                    }
                    None => self.replayed = None,
                }
            }
            match self.shared.find(self.next) {
                Lookup::Found(record) => return Ok(self.passed(record)),
                Lookup::Gone => {
                    self.replayed = Some((self.shared.start_replay)(self.shared.clone(), self.next)?);
                }
                Lookup::NotYet => {
                    // The last records are published before the thread's end closes this.
                    if self.durable.changed().await.is_err() && self.shared.find(self.next) == Lookup::NotYet
                    {
                        return Err(self.shared.stopped().into());
                    }
                }
            }
        }
    }

    /// Waits for the next record as [`next`](EventReader::next) does, and adds it to `to` with those that are in memory
    /// behind it, up to `max` in all. Cancel safe.
    pub async fn next_group(&mut self, max: usize, to: &mut Vec<Arc<Record>>) -> Result<(), ReadError> {
        to.push(self.next().await?);
        if self.replayed.is_none() {
            let before = to.len();
            self.shared.history().copy(self.next, max.saturating_sub(1), to);
            let more = u64::try_from(to.len() - before).unwrap_or(u64::MAX);
            self.next = Sequence(self.next.0.saturating_add(more));
        }
        Ok(())
    }

    fn passed(&mut self, record: Arc<Record>) -> Arc<Record> {
        self.next = Sequence(record.sequence.0.saturating_add(1));
        record
    }
}

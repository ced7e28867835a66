//! The store of fills, fed from the log.

use crate::{SettlementError, worker::stopped};
use coretime_fills::{FillReader, FillStore, LogRecord, Opened};
use coretime_sequencer::{Engine, EventReader, ReadError, Record};
use coretime_types::Sequence;
use futures::FutureExt as _;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::{sync::watch, task::spawn_blocking};

/// Records that share one sync, at most.
const MAX_GROUP: usize = 512;

/// The store of fills, whose position agrees with the log.
pub struct FillsProjection {
    store: FillStore,
    engine: Engine,
}

impl FillsProjection {
    /// Opens the store in `folder` and checks its position against the log. When the two disagree, or the store is
    /// damaged, it is set aside, and [`run`](FillsProjection::run) makes it anew from the log's first record.
    ///
    /// # Errors
    /// When the disk refuses, or the engine has stopped.
    pub async fn open(folder: &Path, engine: Engine) -> Result<FillsProjection, SettlementError> {
        let folder = PathBuf::from(folder);
        let opened = blocking(move || FillStore::open(&folder)).await??;
        let mut store = told(opened);
        if let Some(position) = store.position() {
            let doubt = if position.sequence > engine.durable_position().sequence {
                Some(format!("it is at record {}, beyond the log's end", position.sequence))
            } else {
                let record = engine.events_from(position.sequence).next().await?;
                (record.chain_hash.0 != position.chain_hash)
                    .then(|| format!("the log has another record {}", position.sequence))
            };
            if let Some(doubt) = doubt {
                store = told(blocking(move || store.set_aside(&doubt)).await??);
            }
        }
        Ok(FillsProjection { store, engine })
    }

    /// A handle for reading.
    pub fn reader(&self) -> FillReader {
        self.store.reader()
    }

    /// Feeds the store with what is in the log now; `progress` is told how many of how many records it has. A store that is
    /// made anew takes as long as the log is.
    ///
    /// # Errors
    /// When the log cannot be read or the store not written.
    pub async fn catch_up(
        mut self,
        mut progress: impl FnMut(Sequence, Sequence),
    ) -> Result<FillsProjection, SettlementError> {
        let end = self.engine.durable_position().sequence;
        let mut reader = self.engine.events_from(self.next());
        while reader.next_sequence() <= end {
            let first = reader.next().await?;
            self.store = feed(self.store, first, &mut reader).await?;
            let done = self.store.position().map_or(Sequence(0), |position| position.sequence);
            progress(done, end);
        }
        Ok(self)
    }

    fn next(&self) -> Sequence {
        let done = self.store.position().map_or(0, |position| position.sequence.0);
        Sequence(done.saturating_add(1))
    }

    /// Feeds the store until `shutdown` becomes true, its sender is gone, or the engine stops; what is durable then is
    /// still taken up when the engine stops.
    ///
    /// # Errors
    /// When the log cannot be read or the store not written.
    pub async fn run(self, mut shutdown: watch::Receiver<bool>) -> Result<(), SettlementError> {
        let mut reader = self.engine.events_from(self.next());
        let mut store = self.store;
        loop {
            let first = tokio::select! {
                record = reader.next() => record,
                () = stopped(&mut shutdown) => return Ok(()),
            };
            let first = match first {
                Ok(record) => record,
                Err(ReadError::Stopped(_)) => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            store = feed(store, first, &mut reader).await?;
        }
    }
}

/// Takes up a record and all that are there behind it.
async fn feed(
    mut store: FillStore,
    first: Arc<Record>,
    reader: &mut EventReader,
) -> Result<FillStore, SettlementError> {
    let group = with_all_that_is_there(first, reader);
    let (store, applied) = blocking(move || {
        let records: Vec<LogRecord<'_>> = group.iter().map(|record| log_record(record)).collect();
        let applied = store.apply(&records);
        (store, applied)
    })
    .await?;
    applied?;
    Ok(store)
}

fn told(opened: Opened) -> FillStore {
    if let Some(aside) = opened.set_aside {
        let (folder, reason) = (aside.folder.display(), aside.reason);
        tracing::warn!(%folder, reason, "the store of fills is not to be believed: making it anew from the log");
    }
    opened.store
}

fn with_all_that_is_there(first: Arc<Record>, reader: &mut EventReader) -> Vec<Arc<Record>> {
    let mut group = vec![first];
    // An error comes again when it is waited for.
    while group.len() < MAX_GROUP {
        let Some(Ok(record)) = reader.next().now_or_never() else { break };
        group.push(record);
    }
    group
}

fn log_record(record: &Record) -> LogRecord<'_> {
    LogRecord {
        sequence: record.sequence,
        chain_hash: record.chain_hash.0,
        time_ms: record.time_ms,
        command: &record.command,
        events: &record.events,
    }
}

/// sled blocks, and so does a sync.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, SettlementError> {
    spawn_blocking(work).await.map_err(|error| SettlementError::Task(error.to_string()))
}

//! Going through the log again, for a reader that has fallen behind the history in memory.

use crate::{
    ReadError, Record, StateMachine, history::Lookup, shared::Shared, snapshot, stop::panic_message,
};
use coretime_log::{Entry, LogError, Outputs, Reader};
use coretime_types::{Event, Sequence};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::Arc,
    thread,
};
use tokio::sync::mpsc;

/// Records that a replay may be ahead of its reader.
const AHEAD_MAX: usize = 1024;

/// What a replay sends: records in order, then at most one error. Without one it has caught up when it ends.
pub(crate) type Replayed = mpsc::Receiver<Result<Arc<Record>, ReadError>>;

/// Starts a replay that sends the records from a sequence on, in a thread of its own.
pub(crate) type StartReplay = fn(Arc<Shared>, Sequence) -> Result<Replayed, ReadError>;

/// Does a logged command again. The list of events is empty before, and has the command's after.
pub(crate) fn apply<M: StateMachine>(
    machine: &mut M,
    logged: coretime_log::Record,
    events: &mut Vec<Event>,
) -> Record {
    let coretime_log::Record { sequence, chain_hash, time_ms, command } = logged;
    machine.apply(&command, events);
    Record { sequence, chain_hash, time_ms, command, events: events.as_slice().into() }
}

pub(crate) fn start<M: StateMachine>(shared: Arc<Shared>, from: Sequence) -> Result<Replayed, ReadError> {
    let (sender, replayed) = mpsc::channel(AHEAD_MAX);
    let run = move || {
        let result = catch_unwind(AssertUnwindSafe(|| run::<M>(&shared, from, &sender)))
            .unwrap_or_else(|panic| Err(ReadError::Panicked(panic_message(&*panic))));
        if let Err(error) = result {
            // The reader may be gone.
            let _ = sender.blocking_send(Err(error));
        }
    };
    match thread::Builder::new().name("replay".into()).spawn(run) {
        Ok(_) => Ok(replayed),
        Err(error) => Err(ReadError::Thread(Arc::new(error))),
    }
}

/// Sends until the history in memory has what comes next.
fn run<M: StateMachine>(
    shared: &Shared,
    from: Sequence,
    sender: &mpsc::Sender<Result<Arc<Record>, ReadError>>,
) -> Result<(), ReadError> {
    let restored = Restored::<M>::newest(&shared.data_folder, from).map_err(Arc::new)?;
    let Restored { mut machine, mut reader, mut outputs } = restored;
    let mut events = Vec::new();
    loop {
        let durable = shared.durable_position().sequence;
        while let Some(entry) = reader.next_up_to(durable).map_err(Arc::new)? {
            let logged = match entry {
                Entry::Command(logged) => logged,
                Entry::Commitment(commitment) => {
                    outputs.check(&commitment).map_err(Arc::new)?;
                    continue;
                }
            };
            events.clear();
            let record = apply(&mut machine, logged, &mut events);
            outputs.add(&events);
            let wanted = record.sequence >= from;
            if wanted && sender.blocking_send(Ok(Arc::new(record))).is_err() {
                return Ok(());
            }
            if sender.is_closed() {
                return Ok(());
            }
        }
        let next = Sequence(reader.position().sequence.0.saturating_add(1));
        if shared.find(next) != Lookup::Gone {
            return Ok(());
        }
    }
}

/// A state machine, and the log behind the place that its state is of.
pub(crate) struct Restored<M> {
    pub(crate) machine: M,
    pub(crate) reader: Reader,
    pub(crate) outputs: Outputs,
}

impl<M: StateMachine> Restored<M> {
    /// From the newest good snapshot before a sequence, else from the log's beginning.
    pub(crate) fn newest(data_folder: &Path, before: Sequence) -> Result<Restored<M>, LogError> {
        let log_folder = coretime_log::log_folder(data_folder);
        for sequence in snapshot::newest(data_folder).into_iter().filter(|sequence| *sequence < before) {
            let restored = snapshot::restore::<M>(data_folder, sequence).and_then(|(machine, start)| {
                let reader = Reader::open_behind(&log_folder, start.position)?;
                Ok(Restored { machine, reader, outputs: Outputs::after(sequence, start.outputs) })
            });
            match restored {
                Ok(restored) => return Ok(restored),
                Err(error) => tracing::warn!(%sequence, %error, "a snapshot is passed over"),
            }
        }
        let reader = Reader::open(&log_folder, Sequence(1))?;
        Ok(Restored { machine: M::default(), reader, outputs: Outputs::default() })
    }
}

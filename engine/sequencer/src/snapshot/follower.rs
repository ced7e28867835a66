//! Making snapshots: a second state machine follows the durable log on a thread of its own, so that the engine never
//! waits for one.

use super::{Snapshot, SnapshotError, folder};
use crate::{StateMachine, replay::Restored, shared::Shared};
use coretime_log::Entry;
use coretime_types::Sequence;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use std::{
    convert::Infallible,
    io,
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

/// How long it waits before it looks whether more has become durable.
const PAUSE: Duration = Duration::from_millis(100);

/// The thread; dropping this ends it, after the snapshot that it is writing.
pub(crate) struct Follower {
    stop: Option<Sender<Infallible>>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Follower {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // What went wrong there is told there: the engine goes on without snapshots.
            let _ = thread.join();
        }
    }
}

/// Starts it: a snapshot whenever so many commands have come since the last one.
pub(crate) fn start<M: StateMachine>(shared: Arc<Shared>, every_commands: u64) -> io::Result<Follower> {
    let (stop, stopped) = bounded(0);
    let run = move || {
        if let Err(error) = follow::<M>(&shared, every_commands.max(1), &stopped) {
            tracing::error!(%error, "no more snapshots are made: a restart will take longer");
        }
    };
    let thread = thread::Builder::new().name("snapshots".into()).spawn(run)?;
    Ok(Follower { stop: Some(stop), thread: Some(thread) })
}

fn follow<M: StateMachine>(
    shared: &Shared,
    every_commands: u64,
    stopped: &Receiver<Infallible>,
) -> Result<(), SnapshotError> {
    let Restored { mut machine, mut reader, mut outputs } =
        Restored::<M>::newest(&shared.data_folder, Sequence(u64::MAX))?;
    let mut last = reader.position().sequence.0;
    let (mut events, mut time_ms) = (Vec::new(), 0);
    loop {
        let durable = shared.durable_position().sequence;
        while let Some(entry) = reader.next_up_to(durable)? {
            match entry {
                Entry::Command(record) => {
                    events.clear();
                    machine.apply(&record.command, &mut events);
                    outputs.add(&events);
                    time_ms = record.time_ms;
                }
                Entry::Commitment(commitment) => {
                    outputs.check(&commitment)?;
                    if commitment.sequence.0.saturating_sub(last) >= every_commands {
                        let Some(state) = machine.encode_snapshot() else { return Ok(()) };
                        let start = coretime_log::Start {
                            position: reader.position(),
                            outputs: commitment.outputs,
                            time_ms,
                        };
                        let state_hash = machine.state_hash();
                        folder::write(&shared.data_folder, &Snapshot { start, state_hash, state })?;
                        last = commitment.sequence.0;
                        tracing::info!(sequence = last, "a snapshot is written");
                    }
                }
            }
            if !matches!(stopped.try_recv(), Err(crossbeam_channel::TryRecvError::Empty)) {
                return Ok(());
            }
        }
        match stopped.recv_timeout(PAUSE) {
            Err(RecvTimeoutError::Timeout) => {}
            _ => return Ok(()),
        }
    }
}

//! Starting and ending the engine.

use crate::{
    Engine, EngineConfig, StateMachine, StopReason,
    history::History,
    log_thread::LogThread,
    replay,
    shared::Shared,
    snapshot::{self, Follower},
    stop::panic_message,
    thread::EngineThread,
};
use coretime_log::{LogError, Recovered, Start, Writer};
use coretime_market::Market;
use coretime_types::Sequence;
use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::{self, JoinHandle},
    time::Instant,
};
use tokio::sync::watch;

/// Why the engine does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The log cannot be opened.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A bug: a command in the log makes the state machine panic.
    #[error("replaying the log panicked after sequence {}: {message}", .last.0)]
    Panicked {
        /// The last command that was replayed.
        last: Sequence,
        /// What the panic said.
        message: Arc<str>,
    },
    /// The operating system gives no thread.
    #[error("cannot start a thread: {0}")]
    Thread(#[source] io::Error),
}

/// The engine's threads. Dropping this shuts the engine down too, and blocks until they have ended.
pub struct Running<M: StateMachine = Market> {
    engine: Engine<M>,
    thread: Option<JoinHandle<()>>,
    follower: Option<Follower>,
}

/// Replays the log, then starts the engine with the market.
pub fn start(config: EngineConfig) -> Result<(Engine, Running), StartError> {
    start_machine(config)
}

/// As [`start`], with another state machine.
pub fn start_machine<M: StateMachine>(config: EngineConfig) -> Result<(Engine<M>, Running<M>), StartError> {
    let began = Instant::now();
    let Started { machine, history, log, recovered, behind } = replay_log::<M>(&config)?;
    tracing::info!(
        commands = recovered.position.sequence.0,
        from_snapshot = behind.0,
        chain_hash = %recovered.position.chain_hash,
        torn_bytes = recovered.torn_bytes,
        elapsed = ?began.elapsed(),
        "replayed the command log"
    );

    let (durable, durable_receiver) = watch::channel(recovered.position);
    let (sender, requests) = crossbeam_channel::bounded(config.queue_capacity.max(1));
    let shared =
        Arc::new(Shared::new(config.data_dir.clone(), replay::start::<M>, durable_receiver, history));
    let (done_sender, done) = crossbeam_channel::bounded(config.ahead_capacity.max(1));
    let (alive, log_ended) = crossbeam_channel::bounded(0);
    let log_thread = LogThread {
        log,
        done,
        group_max: config.group_max.max(1),
        group: Vec::new(),
        durable,
        shared: shared.clone(),
        _alive: alive,
    };
    let log_thread = spawn("log", move || log_thread.run_to_end())?;
    let engine_thread = EngineThread {
        machine,
        last: recovered.position.sequence,
        last_time_ms: recovered.last_time_ms,
        requests: requests.clone(),
        done: done_sender,
        log_ended,
        events: Vec::new(),
        closing: false,
        shared: shared.clone(),
    };
    let thread = spawn("engine", move || engine_thread.run_to_end(log_thread))?;
    let follower = match config.snapshot_every_commands {
        0 => None,
        _ if M::default().encode_snapshot().is_none() => None,
        every => Some(snapshot::start_follower::<M>(shared.clone(), every).map_err(StartError::Thread)?),
    };
    let engine = Engine::new(sender, requests, shared);
    Ok((engine.clone(), Running { engine, thread: Some(thread), follower }))
}

/// What a start has found.
struct Started<M> {
    machine: M,
    history: History,
    log: Writer,
    recovered: Recovered,
    /// The place of the snapshot, 0 if there was none.
    behind: Sequence,
}

/// From the newest good snapshot, else an older one, else the log's beginning.
///
/// A snapshot that is damaged, or from which other events follow than the log commits to, is passed over. But where the
/// log ends before a snapshot, or has another history, it is the log that has lost something: no start.
fn replay_log<M: StateMachine>(config: &EngineConfig) -> Result<Started<M>, StartError> {
    for sequence in snapshot::newest(&config.data_dir) {
        let (machine, start) = match snapshot::restore::<M>(&config.data_dir, sequence) {
            Ok(restored) => restored,
            Err(error) => {
                tracing::warn!(%sequence, %error, "a snapshot is passed over");
                continue;
            }
        };
        match replay_from(config, machine, start) {
            Err(StartError::Log(error @ LogError::OutputsDiffer { .. })) => {
                tracing::error!(%sequence, %error, "a snapshot is passed over: the log does not follow from it");
            }
            other => return other,
        }
    }
    replay_from(config, M::default(), Start::default())
}

fn replay_from<M: StateMachine>(
    config: &EngineConfig,
    mut machine: M,
    start: Start,
) -> Result<Started<M>, StartError> {
    let behind = start.position.sequence;
    let mut history = History::behind(behind, config.history_capacity);
    let mut last = behind;
    let recovery = catch_unwind(AssertUnwindSafe(|| {
        coretime_log::recover_from(&config.data_dir, config.log, start, |logged, events| {
            let record = replay::apply(&mut machine, logged, events);
            last = record.sequence;
            history.push(Arc::new(record));
        })
    }));
    let (log, recovered) =
        recovery.map_err(|panic| StartError::Panicked { last, message: panic_message(&*panic) })??;
    let last_time_ms = recovered.last_time_ms.max(start.time_ms);
    Ok(Started { machine, history, log, recovered: Recovered { last_time_ms, ..recovered }, behind })
}

fn spawn<T: Send + 'static>(
    name: &str,
    run: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, StartError> {
    thread::Builder::new().name(name.into()).spawn(run).map_err(StartError::Thread)
}

impl<M: StateMachine> Running<M> {
    /// Takes nothing more, does what is queued, syncs, answers, and ends. Says how it ended:
    /// [`StopReason::ShutDown`] unless it had failed. Blocks.
    pub fn shutdown(mut self) -> StopReason {
        self.end();
        self.engine.stop_reason().unwrap_or(StopReason::ShutDown)
    }

    fn end(&mut self) {
        drop(self.follower.take());
        if let Some(thread) = self.thread.take() {
            self.engine.close();
            // It waits for the log thread. The thread catches its panics and keeps the reason.
            let _ = thread.join();
        }
    }
}

impl<M: StateMachine> Drop for Running<M> {
    fn drop(&mut self) {
        self.end();
    }
}

//! Starting and ending the engine.

use crate::{
    Engine, EngineConfig, StateMachine, StopReason,
    disk_thread::DiskThread,
    history::History,
    log_thread::{LogEntrance, LogThread},
    replay,
    shared::Shared,
    snapshot::{self, Follower},
    stop::panic_message,
    thread::EngineThread,
};
use coretime_log::{LogError, Pipeline, Recovered, Start, Writer};
use coretime_market::Market;
use coretime_types::Sequence;
use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
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
    replayed: Replayed,
}

/// Replays the log, then starts the engine with the market.
pub fn start(config: EngineConfig) -> Result<(Engine, Running), StartError> {
    start_machine(config)
}

/// As [`start`], with another state machine.
pub fn start_machine<M: StateMachine>(config: EngineConfig) -> Result<(Engine<M>, Running<M>), StartError> {
    let Started { machine, history, log, recovered, replayed } = replay_log::<M>(&config)?;
    tracing::info!(
        commands = replayed.commands(),
        behind_snapshot = replayed.behind.0,
        last = recovered.position.sequence.0,
        chain_hash = %recovered.position.chain_hash,
        torn_bytes = recovered.torn_bytes,
        restoring = ?replayed.restoring,
        replaying = ?replayed.replaying,
        checking = ?replayed.checking,
        commands_per_second = replayed.commands_per_second(),
        "replayed the command log"
    );

    let (durable, durable_receiver) = watch::channel(recovered.position);
    let (sender, requests) = crossbeam_channel::bounded(config.queue_capacity.max(1));
    let shared =
        Arc::new(Shared::new(config.data_dir.clone(), replay::start::<M>, durable_receiver, history));
    let (done_sender, done) = crossbeam_channel::bounded(config.ahead_capacity.max(1));
    let (alive, log_ended) = crossbeam_channel::bounded(0);
    let (encoder, disk) = log.into_halves();
    let pipeline = Arc::new(Pipeline::new(encoder, config.group_max));
    let disk_thread =
        DiskThread { disk, pipeline: pipeline.clone(), durable, shared: shared.clone(), _alive: alive };
    let disk_thread = spawn("disk", move || disk_thread.run_to_end())?;
    let entrance = Arc::new(LogEntrance::new(pipeline, shared.clone()));
    let log_thread = LogThread { done, entrance: entrance.clone() };
    let log_thread = spawn("log", move || log_thread.run_to_end(disk_thread))?;
    let engine_thread = EngineThread {
        machine,
        last: recovered.position.sequence,
        last_time_ms: recovered.last_time_ms,
        requests: requests.clone(),
        done: done_sender,
        sent: 0,
        entrance,
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
    Ok((engine.clone(), Running { engine, thread: Some(thread), follower, replayed }))
}

/// What a start has found.
struct Started<M> {
    machine: M,
    history: History,
    log: Writer,
    recovered: Recovered,
    replayed: Replayed,
}

/// What a start took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// The place of the snapshot that it began from, 0 if there was none.
    pub behind: Sequence,
    /// The last command that was replayed.
    pub last: Sequence,
    /// What reading the snapshot and making the state machine of it took.
    pub restoring: Duration,
    /// What replaying the rest of the log took.
    pub replaying: Duration,
    /// What checking the segments before that took.
    pub checking: Duration,
}

impl Replayed {
    /// How many commands were replayed.
    pub fn commands(&self) -> u64 {
        self.last.0.saturating_sub(self.behind.0)
    }

    /// How fast they were replayed.
    pub fn commands_per_second(&self) -> u64 {
        let nanos = self.replaying.as_nanos().max(1);
        u64::try_from(u128::from(self.commands()) * 1_000_000_000 / nanos).unwrap_or(u64::MAX)
    }
}

/// From the newest good snapshot, else an older one, else the log's beginning.
///
/// A snapshot that is damaged, or from which other events follow than the log commits to, is passed over. But where the
/// log ends before a snapshot, or has another history, it is the log that has lost something: no start.
fn replay_log<M: StateMachine>(config: &EngineConfig) -> Result<Started<M>, StartError> {
    for sequence in snapshot::newest(&config.data_dir) {
        let began = Instant::now();
        let (machine, start) = match snapshot::restore::<M>(&config.data_dir, sequence) {
            Ok(restored) => restored,
            Err(error) => {
                tracing::warn!(%sequence, %error, "a snapshot is passed over");
                continue;
            }
        };
        match replay_from(config, machine, start, began.elapsed()) {
            Err(StartError::Log(error @ LogError::OutputsDiffer { .. })) => {
                tracing::error!(%sequence, %error, "a snapshot is passed over: the log does not follow from it");
            }
            other => return other,
        }
    }
    replay_from(config, M::default(), Start::default(), Duration::ZERO)
}

fn replay_from<M: StateMachine>(
    config: &EngineConfig,
    mut machine: M,
    start: Start,
    restoring: Duration,
) -> Result<Started<M>, StartError> {
    let behind = start.position.sequence;
    // Readers begin near the end, if at all; who wants what was before has it replayed.
    let newest_segment = coretime_log::newest_segment(&coretime_log::log_folder(&config.data_dir))?;
    let before = newest_segment.map_or(0, |first| first.0.saturating_sub(1));
    let mut history = History::behind(Sequence(before).max(behind), config.history_capacity);
    let mut last = behind;
    let recovery = catch_unwind(AssertUnwindSafe(|| {
        coretime_log::recover_from(&config.data_dir, config.log, start, |logged, events| {
            let sequence = logged.sequence;
            if history.follows(sequence) {
                history.push(Arc::new(replay::apply(&mut machine, logged, events)));
            } else {
                machine.apply(&logged.command, events);
            }
            last = sequence;
        })
    }));
    let (log, recovered) =
        recovery.map_err(|panic| StartError::Panicked { last, message: panic_message(&*panic) })??;
    let last_time_ms = recovered.last_time_ms.max(start.time_ms);
    let Recovered { replaying, checking, .. } = recovered;
    let replayed = Replayed { behind, last: recovered.position.sequence, restoring, replaying, checking };
    Ok(Started { machine, history, log, recovered: Recovered { last_time_ms, ..recovered }, replayed })
}

fn spawn<T: Send + 'static>(
    name: &str,
    run: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, StartError> {
    thread::Builder::new().name(name.into()).spawn(run).map_err(StartError::Thread)
}

impl<M: StateMachine> Running<M> {
    /// What the start took.
    pub fn replayed(&self) -> Replayed {
        self.replayed
    }

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

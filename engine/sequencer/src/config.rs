//! How the engine is set up.

use std::path::PathBuf;

/// How the engine is set up. Every capacity is at least 1; 0 is taken for 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineConfig {
    /// The data folder, created if there is none. The log is in `log/` inside.
    pub data_dir: PathBuf,
    /// Commands, batches of them, and queries that may wait; beyond that, `Busy`.
    pub queue_capacity: usize,
    /// Commands, batches of them, and queries that the engine may have done besides those of a group that waits for the
    /// disk; beyond that, it waits.
    pub ahead_capacity: usize,
    /// Commands, batches of them, and queries that share one sync, at most.
    pub group_max: usize,
    /// Records kept in memory for readers.
    pub history_capacity: usize,
    /// A snapshot is written whenever so many commands have come; 0: never. A second state machine is kept for that.
    pub snapshot_every_commands: u64,
    /// How the log is kept.
    pub log: coretime_log::Options,
}

impl EngineConfig {
    /// The usual setup, in this data folder.
    pub fn new(data_dir: impl Into<PathBuf>) -> EngineConfig {
        EngineConfig {
            data_dir: data_dir.into(),
            queue_capacity: 4096,
            ahead_capacity: 4096,
            group_max: 1024,
            history_capacity: 65_536,
            snapshot_every_commands: 1_000_000,
            log: coretime_log::Options::default(),
        }
    }
}

//! What a chain is started with, and what can go wrong.

use std::{io, net::SocketAddr, path::PathBuf, time::Duration};

use coretime_dev_runtime::{GenesisError, Profile};

/// What a chain is started with. [`Config::new`] gives sensible values.
#[derive(Clone, Debug)]
pub struct Config {
    /// The coretime chain to imitate.
    pub profile: Profile,
    /// How often a block is sealed; `None` seals on demand only.
    pub block_time: Option<Duration>,
    /// How far the relay chain's clock moves in each block, 1 to 80: a block may not skip a timeslice.
    pub relay_blocks_per_block: u32,
    /// How many blocks stand on a block before it is final.
    pub finality_lag_blocks: u32,
    /// Whether the states of all blocks are kept, as an archive node does; else those of the last 1,024 final ones.
    pub is_archive: bool,
    /// Where blocks are kept; `None` forgets them.
    pub data: Option<PathBuf>,
    /// Where JSON-RPC is served, WebSocket and HTTP alike; port 0 takes a free one; `None` serves nobody.
    pub listen: Option<SocketAddr>,
    /// Accounts with funds besides the development accounts: public key and planck.
    pub endowed: Vec<([u8; 32], u128)>,
    /// How long the sale's regions are.
    pub region_length_timeslices: u32,
    /// How long before it begins a timeslice's schedule is fixed.
    pub advance_notice_relay_blocks: u32,
    /// How many cores the chain has, all of them for sale.
    pub core_count: u16,
    /// The price of a core in the first sale; `None` is the lowest that the real chain would sell at.
    pub core_price_planck: Option<u128>,
}

impl Config {
    /// A chain of `profile` that seals on demand, finalises one block behind, forgets everything, serves on a
    /// free loopback port and sells 50 cores for 28 days each.
    pub fn new(profile: Profile) -> Self {
        Self {
            profile,
            block_time: None,
            relay_blocks_per_block: 1,
            finality_lag_blocks: 1,
            is_archive: false,
            data: None,
            listen: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
            endowed: Vec::new(),
            region_length_timeslices: 5_040,
            advance_notice_relay_blocks: 10,
            core_count: 50,
            core_price_planck: None,
        }
    }
}

/// Why a chain does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The clock's step is out of range.
    #[error("relay_blocks_per_block is {value}, must be 1 to 80: the broker works off one timeslice a block")]
    ClockStep {
        /// What was asked for.
        value: u32,
    },
    /// The genesis state cannot be made.
    #[error("the genesis state cannot be made: {0}")]
    Genesis(#[from] GenesisError),
    /// A file cannot be read or written.
    #[error("cannot {action} {path}: {source}")]
    File {
        /// What was to be done.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// Another process has the folder.
    #[error("{path} is in use by another process")]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// The folder's settings cannot be read.
    #[error("{path} is not a development chain's settings: {reason}")]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The folder holds a chain that was started differently.
    #[error("{path} holds a chain whose {setting} is {stored}, not {asked}: use another folder")]
    SettingDiffers {
        /// The folder.
        path: PathBuf,
        /// Which setting.
        setting: &'static str,
        /// What the folder's chain was made with.
        stored: String,
        /// What was asked for.
        asked: String,
    },
    /// The block file is damaged before its end.
    #[error("{path} is damaged at byte {offset}: {reason}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where.
        offset: u64,
        /// How.
        reason: String,
    },
    /// A kept block does not run as it did when it was sealed.
    #[error("block {number} of {path} does not run as it did: {reason}")]
    Replay {
        /// The file.
        path: PathBuf,
        /// The block.
        number: u32,
        /// How it differs.
        reason: String,
    },
    /// The JSON-RPC server cannot be started.
    #[error("cannot serve JSON-RPC on {address}: {reason}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's answer.
        reason: String,
    },
    /// The chain's thread cannot be started.
    #[error("cannot start the chain's thread: {0}")]
    Thread(String),
}

/// Why a running chain does not do as told.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NodeError {
    /// The chain has been shut down, or has stopped after an error that it logged.
    #[error("the development chain has stopped")]
    Stopped,
    /// A block could not be made. The chain goes on from the block before.
    #[error("block {number} cannot be sealed: {reason}")]
    Seal {
        /// The block.
        number: u32,
        /// Why.
        reason: String,
    },
    /// A block could not be written. The chain stops, since its memory is ahead of its disk.
    #[error("block {number} cannot be written: {reason}")]
    Write {
        /// The block.
        number: u32,
        /// Why.
        reason: String,
    },
}

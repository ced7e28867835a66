//! A development chain in process: blocks, pool, finality and JSON-RPC over the real `pallet-broker`.
//!
//! What it is for: settlement, the demo and the tests need a coretime chain that starts in a second, where
//! time passes when it is told to. [`DevChain::start`] gives one; whatever speaks Substrate's JSON-RPC
//! (subxt, polkadot.js, `curl`) connects to [`DevChain::ws_url`] as to any node.
//!
//! What it promises:
//! - The chain's rules are those of [`coretime_dev_runtime`], two [`Profile`]s of one runtime.
//! - Alice, Bob, Charlie, Dave, Eve and Ferdie (`//Alice` and so on, sr25519) have funds, Alice is sudo, and a sale
//!   is open: `Broker.purchase` works at once.
//! - A block is sealed on a timer or on demand, with every transaction of the pool that fits. A block is
//!   final once [`Config::finality_lag_blocks`] others stand on it; heads and statuses are told one block at
//!   a time and in order.
//! - The relay chain's clock moves by [`Config::relay_blocks_per_block`] a block, and the chain's time with it, six
//!   seconds a relay block; [`DevChain::advance_timeslices`] lets any time pass without skipping anything
//!   that the broker does on the way.
//! - With a data folder every block is on disk before anybody hears of it. The process may be killed at any
//!   time; the next start runs all blocks again, compares each state root and goes on from the last block.
//! - What a transaction or a query does in the runtime, a panic included, does not end the process.
//!
//! Tests may run another native runtime in it ([`DevChain::start_foreign`]), upgrade it by setting `:code` to that
//! runtime's name, and have it fork ([`DevChain::reorganise`]).
//!
//! What it does not do: no consensus and no forks by itself, no networking between nodes, no relay chain and no XCM, no
//! wasm, none of the `chainHead_v1`, `archive_v1` and `transaction_v1` methods, no state proofs. The pool is not kept
//! over a restart. States older than 1,024 final blocks are discarded, as with a real node ([`Config::is_archive`] keeps them). Not with `panic = "abort"`.
//! Not for the public internet: whoever reaches the port commands the chain.

mod author;
mod block_file;
mod chain;
mod config;
mod executor;
mod folder;
mod handle;
mod node;
mod pool;
mod rpc;
mod runtime;
mod state;
mod watch;

pub use config::{Config, NodeError, StartError};
pub use coretime_dev_runtime::{Profile, TIMESLICE_PERIOD_RELAY_BLOCKS};
pub use handle::DevChain;
pub use node::Foreign;
pub use runtime::{ChainRuntime, Clock, DevRuntime, ExtrinsicForm, MAX_EXTRINSIC_DEPTH, Properties};

//! Settlement: the chain's side of the exchange, through subxt.
//!
//! It reads finalised blocks one by one, turns what reaches custody into deposit commands, moves the market's clock by
//! the broker's status, carries out the engine's instructions as signed batches, and reports what became of them. The
//! log and the chain are all that it remembers: it may die at any point and begin again.
//!
//! | file | what it does |
//! | --- | --- |
//! | `worker` | the loop: connect, read blocks, settle, again |
//! | `block` | one finalised block: clock, deposits, confirmations, `BlockSeen` |
//! | `settle` | the newest finalised block: what is under way is given to the node again, what waits is sent |
//! | `flight`, `deposits`, `confirm`, `plan`, `attempts` | the decisions, pure and tested apart from any chain |
//! | `anchor`, `behind` | what batches say of the log, and whether this is the log that they came from |
//! | `authorise` | keys that accounts authorise and revoke by a remark |
//! | `chain/` | all that knows metadata and SCALE; `chain/broker` what is specific to today's pallet-broker |
//! | `evidence` | what finalised blocks say, for who checks a log against them |
//! | `reconcile`, `custody_check` | the ledger against the chain, continuously; enough for fees |
//! | `held_back`, `operator` | what reached custody and was credited to nobody, and how it is credited after all |
//! | `proof` | proof of reserves at a block |
//! | `silence` | a chain that stands still halts the venue |
//! | `projection` | the store of fills, fed from the log |
//!
//! # What it promises
//!
//! - *Exactly once.* Signed bytes, nonce and last possible block are in the log before they are submitted. An
//!   instruction is in no other extrinsic until finalised blocks show that the first can no longer be included: its last
//!   block has passed, or its nonce is used. Until then the same bytes are submitted again.
//! - Several batches are under way at once, and none rests on another: of each root only one is, and a nonce that was
//!   not used in time is used again first.
//! - A log that is behind custody's newest batch (a restored backup, a second server) settles nothing.
//! - A batch happens whole or not at all (`batch_all`), cuts and deliveries together, with a remark that names the place
//!   in the log.
//! - Success is read from `BatchCompleted`, `ProxyExecuted` and `RegionDropped`, never from the outer success alone.
//! - Reports of a block come before its `BlockSeen`, so that a crash in between repeats them harmlessly.
//! - Nothing that reaches custody is lost: what no event tells, or nobody is credited with, shows in the comparison of
//!   ledger and chain as unattributed. What the ledger owes and custody lacks freezes the venue (cause `reserves`).
//! - Nothing is wired to one runtime: calls and events go by their names, and what the chain lacks is told at the start.
//!
//! # What it does not do
//!
//! - It decides nothing about money in the ledger; it sends commands.
//! - It does not guess who sent what has no sender: that is unattributed until the operator credits it.

mod anchor;
mod attempts;
mod authorise;
mod behind;
mod block;
mod chain;
mod config;
mod confirm;
mod custody_check;
mod deposits;
mod error;
mod evidence;
mod flight;
mod held_back;
mod keys;
mod ledger;
mod operator;
mod plan;
mod projection;
mod proof;
mod reconcile;
mod settle;
mod silence;
mod status;
mod worker;

pub use anchor::Anchor;
pub use authorise::{Authorisation, AuthorisationSink, Revocation};
pub use chain::{ChainError, ChainInfo, RELAY_BLOCK_MS, TimesliceTime};
pub use config::SettlementConfig;
pub use error::SettlementError;
pub use evidence::{BatchEvidence, ChainReader, FinalisedBlock, RegionEvidence};
pub use held_back::{HeldBack, HeldBackError};
pub use keys::{KeyError, SignerKey, parse_account};
pub use operator::{CreditError, FIRST_LATER_CREDIT, Operator, Unattributed};
pub use projection::FillsProjection;
pub use proof::ReservesProof;
pub use reconcile::{Difference, Reconciler, Report};
pub use status::Status;
pub use worker::Settlement;

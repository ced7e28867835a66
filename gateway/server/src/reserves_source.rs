//! The gateway's port for proofs of reserves: one is made now and then, and everybody gets his branch of the same tree.

use anyhow::{Context, Result};
use coretime_gateway::{ProvenBranch, ProvenReserves, ProvenStep, ReservesSource};
use coretime_reserves::{Branch, Salt, Side};
use coretime_sequencer::{ChainHash, Position};
use coretime_settlement::{Reconciler, ReservesProof};
use coretime_types::{AccountId, BlockNumber, PartTimeslices, Planck, Sequence};
use std::future::Future;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::time::sleep;

/// After a proof that could not be made.
const RETRY: Duration = Duration::from_secs(6);

/// The newest proof.
#[derive(Clone, Default)]
pub(crate) struct NewestReserves(Arc<RwLock<Option<Arc<ReservesProof>>>>);

impl NewestReserves {
    /// Makes one proof after the other until told to stop.
    pub(crate) async fn keep(
        self,
        reconciler: Reconciler,
        interval: Duration,
        stop: impl Future<Output = ()>,
    ) -> Result<()> {
        let proving = async {
            loop {
                let pause = match prove(&reconciler).await {
                    Ok(proof) => {
                        tracing::info!(block = proof.statement.block, root = %proof.statement.root, "proof of reserves");
                        let proof = Some(Arc::new(proof));
                        *self.0.write().unwrap_or_else(PoisonError::into_inner) = proof;
                        interval
                    }
                    Err(error) => {
                        tracing::warn!("no proof of reserves could be made: {error:#}");
                        RETRY
                    }
                };
                sleep(pause).await;
            }
        };
        tokio::select! {
            () = stop => Ok(()),
            () = proving => Ok(()),
        }
    }
}

async fn prove(reconciler: &Reconciler) -> Result<ReservesProof> {
    let mut salt = [0; 32];
    getrandom::fill(&mut salt).context("the system gives no random bytes")?;
    Ok(reconciler.prove(&Salt(salt)).await?)
}

impl ReservesSource for NewestReserves {
    fn newest(&self, account: AccountId) -> Option<ProvenReserves> {
        let proof = self.0.read().unwrap_or_else(PoisonError::into_inner).clone()?;
        let (statement, report) = (&proof.statement, &proof.report);
        let differences = report.differences.iter();
        Some(ProvenReserves {
            genesis_hash: statement.genesis.0,
            custody: AccountId(statement.custody.0),
            block: BlockNumber(statement.block),
            block_hash: statement.block_hash.0,
            position: Position {
                sequence: Sequence(statement.sequence),
                chain_hash: ChainHash(statement.chain_hash.0),
            },
            owed: funds(&statement.owed_funds_planck)?,
            owed_core_time: core_time(&statement.owed_core_time)?,
            root: statement.root.0,
            custody_funds: report.custody,
            float: report.float,
            unattributed: report.unattributed_funds,
            custody_regions: report.chain_regions,
            differences: differences
                .map(|one| format!("{}: ledger: {}; chain: {}", one.subject, one.ledger, one.chain))
                .collect(),
            branch: match proof.tree.branch(account) {
                Some(branch) => Some(proven(&branch)?),
                None => None,
            },
        })
    }
}

fn proven(branch: &Branch) -> Option<ProvenBranch> {
    let steps = branch.steps.iter().map(|step| {
        Some(ProvenStep {
            is_left: step.side == Side::Left,
            hash: step.hash.0,
            funds: funds(&step.funds_planck)?,
            core_time: core_time(&step.core_time)?,
        })
    });
    Some(ProvenBranch {
        salt: branch.salt.0,
        funds: funds(&branch.funds_planck)?,
        core_time: core_time(&branch.core_time)?,
        steps: steps.collect::<Option<_>>()?,
    })
}

/// The proof's amounts are text.
fn funds(text: &str) -> Option<Planck> {
    text.parse().ok().map(Planck)
}

fn core_time(text: &str) -> Option<PartTimeslices> {
    text.parse().ok().map(PartTimeslices)
}

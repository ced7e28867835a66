//! `reserves`: what the venue owes against what custody has, and each account's proof: from the venue, or from a copy of
//! the log.

mod from_log;
mod from_venue;

use crate::cli::ReservesArgs;
use anyhow::{Context, Result, bail};
use coretime_reserves::{Branch, Statement};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// What is printed, and what `--check` reads.
#[derive(Serialize, Deserialize)]
struct Proof {
    statement: Statement,
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<Branch>,
    #[serde(skip_serializing_if = "Option::is_none")]
    custody: Option<Custody>,
}

/// The chain's side.
#[derive(Serialize, Deserialize)]
struct Custody {
    funds_planck: String,
    float_planck: String,
    unattributed_planck: String,
    regions: usize,
    /// Not told by the venue, which tells everybody the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unattributed_regions: Vec<String>,
    /// Empty if ledger and chain agree.
    differences: Vec<String>,
}

pub(crate) async fn run(args: ReservesArgs) -> ExitCode {
    prove(args).await.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::from(2)
    })
}

async fn prove(args: ReservesArgs) -> Result<ExitCode> {
    if let Some(path) = &args.check {
        return check(path);
    }
    if args.log.is_none() && args.chain.is_none() && args.custody.is_none() && args.account.is_none() {
        return from_venue::prove(&args.venue).await;
    }
    from_log::prove(args).await
}

fn check(path: &Path) -> Result<ExitCode> {
    let text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let proof: Proof = serde_json::from_slice(&text).context("this is no proof as `reserves` prints it")?;
    let Some(branch) = proof.branch else { bail!("the proof has no branch: make it with --account") };
    match branch.verify(&proof.statement) {
        Ok(()) => {
            let Branch { account, funds_planck, core_time, .. } = &branch;
            println!("0x{account} is counted with {funds_planck} planck and {core_time} part-timeslices");
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => {
            println!("this proves nothing: {error}");
            Ok(ExitCode::from(1))
        }
    }
}

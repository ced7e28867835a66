//! `reserves`: what the venue owes against what custody has, from a copy of the log, and each account's proof.

use crate::cli::ReservesArgs;
use anyhow::{Context, Result, bail};
use coretime_reserves::{Branch, Salt, Statement};
use coretime_sequencer::EngineConfig;
use coretime_settlement::{Reconciler, Report, parse_account};
use coretime_types::Planck;
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
    let (log, chain, custody) = match (args.log, args.chain, args.custody) {
        (Some(log), Some(chain), Some(custody)) => (log, chain, parse_account(&custody)?),
        _ => bail!("give --log DIR, --chain URL and --custody ADDRESS, or --check FILE"),
    };
    let account = args.account.as_deref().map(parse_account).transpose()?;
    // The engine takes a log for itself, so it gets a copy.
    let copy = tempfile::tempdir()?;
    let folder = coretime_log::log_folder(copy.path());
    fs::create_dir_all(&folder)?;
    for entry in fs::read_dir(crate::verify::log_folder(&log))? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), folder.join(entry.file_name()))?;
        }
    }
    let config = EngineConfig::new(copy.path());
    let (engine, running) = tokio::task::spawn_blocking(move || coretime_sequencer::start(config))
        .await?
        .context("the log cannot be replayed")?;
    let mut salt = [0; 32];
    getrandom::fill(&mut salt).context("the system gives no random bytes")?;
    let reconciler = Reconciler::new(chain, custody, Planck(args.float_planck), engine);
    let proof = reconciler.prove(&Salt(salt)).await?;
    tokio::task::spawn_blocking(move || running.shutdown()).await?;
    let branch = match account {
        Some(account) => Some(proof.tree.branch(account).context("the venue owes this account nothing")?),
        None => None,
    };
    let agrees = proof.report.differences.is_empty();
    let printed = Proof { statement: proof.statement, branch, custody: Some(Custody::from(proof.report)) };
    println!("{}", serde_json::to_string_pretty(&printed)?);
    Ok(if agrees { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

impl From<Report> for Custody {
    fn from(report: Report) -> Self {
        let differences = report.differences.iter();
        Custody {
            funds_planck: report.custody.0.to_string(),
            float_planck: report.float.0.to_string(),
            unattributed_planck: report.unattributed_funds.0.to_string(),
            regions: report.chain_regions,
            unattributed_regions: report.unattributed_regions.iter().map(ToString::to_string).collect(),
            differences: differences
                .map(|one| format!("{}: ledger: {}; chain: {}", one.subject, one.ledger, one.chain))
                .collect(),
        }
    }
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

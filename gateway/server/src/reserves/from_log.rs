//! Made from a copy of the log, as an auditor does, and compared with a node of the chain.

use super::{Custody, Proof};
use crate::cli::ReservesArgs;
use anyhow::{Context, Result, bail};
use coretime_reserves::Salt;
use coretime_sequencer::EngineConfig;
use coretime_settlement::{Reconciler, Report, parse_account};
use coretime_types::Planck;
use std::fs;
use std::process::ExitCode;

pub(super) async fn prove(args: ReservesArgs) -> Result<ExitCode> {
    let (log, chain, custody) = match (args.log, args.chain, args.custody) {
        (Some(log), Some(chain), Some(custody)) => (log, chain, parse_account(&custody)?),
        _ => bail!(
            "give --log DIR, --chain URL and --custody ADDRESS together; or none of them, to ask the venue"
        ),
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

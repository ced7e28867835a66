//! `verify`: what an auditor runs on a copy of the log.

mod report;
mod store;

use crate::cli::{VerifyArgs, parse_receipt};
use anyhow::{Context, Result};
use coretime_audit::{AuditError, Change, Discrepancy, Observer, Receipts, Verified};
use coretime_chain_audit::{ChainCheck, Compared};
use coretime_log::{Position, Record};
use coretime_types::Event;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::StoreCheck;

/// What came out.
pub(crate) enum Outcome {
    /// And how many receipts are in it.
    Well(Verified, Option<Compared>, usize),
    Discrepancy(Discrepancy),
    Unreadable(String),
}

pub(crate) fn run(args: &VerifyArgs) -> Result<ExitCode> {
    let outcome = audit(args);
    report::print(args, &outcome)?;
    Ok(match outcome {
        Outcome::Well(..) => ExitCode::SUCCESS,
        Outcome::Discrepancy(_) => ExitCode::from(1),
        Outcome::Unreadable(_) => ExitCode::from(2),
    })
}

fn audit(args: &VerifyArgs) -> Outcome {
    let held = match receipts_of(args) {
        Ok(held) => held,
        Err(error) => return Outcome::Unreadable(format!("{error:#}")),
    };
    let (mut receipts, held_count) = (Receipts::default(), held.len());
    for receipt in held {
        if let Some(other) = receipts.add(receipt) {
            return Outcome::Discrepancy(Discrepancy {
                sequence: receipt.sequence,
                order: None,
                what: "two receipts of one command",
                expected: other.to_string(),
                found: receipt.chain_hash.to_string(),
            });
        }
    }
    let store = match args.store.as_deref().map(StoreCheck::open).transpose() {
        Ok(store) => store,
        Err(error) => return Outcome::Unreadable(format!("{error:#}")),
    };
    let bar = progress_bar("commands");
    let log = log_folder(&args.log);
    let mut beside = Beside { store, chain: args.chain.as_ref().map(|_| ChainCheck::default()) };
    let verified = coretime_audit::verify(&log, &args.archives, &receipts, &mut beside, |now| {
        bar.set_length(now.total_bytes);
        bar.set_position(now.bytes);
        bar.set_message(now.commands.to_string());
    });
    bar.finish_and_clear();
    let checked = verified.and_then(|verified| {
        beside.store.map_or(Ok(()), StoreCheck::finish)?;
        let compared = match (beside.chain, &args.chain) {
            (Some(check), Some(url)) => Some(compare_with_chain(check, url, args, &log)?),
            _ => None,
        };
        Ok((verified, compared))
    });
    match checked {
        Ok((verified, compared)) => Outcome::Well(verified, compared, held_count),
        Err(AuditError::Discrepancy(discrepancy)) => Outcome::Discrepancy(*discrepancy),
        Err(AuditError::Panicked { last, message }) => Outcome::Discrepancy(Discrepancy {
            sequence: last,
            order: None,
            what: "the command after this one",
            expected: "that the rules can be applied to it".into(),
            found: format!("a panic: {message}"),
        }),
        Err(error) => Outcome::Unreadable(error.to_string()),
    }
}

/// Those that were given, and those in files.
fn receipts_of(args: &VerifyArgs) -> Result<Vec<Position>> {
    let mut receipts = args.receipts.clone();
    for path in &args.receipt_files {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
            let receipt = parse_receipt(line.trim())
                .map_err(|told| anyhow::anyhow!("{}, line {number}: {told}", path.display()))?;
            receipts.push(receipt);
        }
    }
    Ok(receipts)
}

fn compare_with_chain(
    check: ChainCheck,
    url: &str,
    args: &VerifyArgs,
    log: &Path,
) -> Result<Compared, AuditError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime
        .context("cannot start a runtime")
        .map_err(|error: anyhow::Error| AuditError::Beside(error.into()))?;
    let bar = progress_bar("blocks");
    let compared = runtime.block_on(check.finish(url, args.custody, log, &args.archives, |now| {
        bar.set_length(now.total_blocks);
        bar.set_position(now.blocks);
    }));
    bar.finish_and_clear();
    compared
}

/// What is compared with the log besides.
struct Beside {
    store: Option<StoreCheck>,
    chain: Option<ChainCheck>,
}

impl Observer for Beside {
    fn observe(&mut self, record: &Record, events: &[Event]) -> Result<(), AuditError> {
        if let Some(store) = &mut self.store {
            store.observe(record, events)?;
        }
        if let Some(chain) = &mut self.chain {
            chain.observe(record, events)?;
        }
        Ok(())
    }

    fn wants_changes(&self) -> bool {
        self.store.is_some()
    }

    fn observe_changes(&mut self, record: &Record, changes: &[Change]) -> Result<(), AuditError> {
        self.store.as_mut().map_or(Ok(()), |store| store.observe_changes(record, changes))
    }
}

/// The folder of segments, given itself or as the data folder around it.
pub(crate) fn log_folder(given: &Path) -> PathBuf {
    let inside = coretime_log::log_folder(given);
    if inside.is_dir() { inside } else { given.to_path_buf() }
}

/// On standard error, and only where somebody sees it.
pub(crate) fn progress_bar(of: &str) -> ProgressBar {
    let template = match of {
        "commands" => "{bar:40} {bytes}/{total_bytes}, {msg} commands, {eta} left".to_owned(),
        _ => format!("{{bar:40}} {{pos}}/{{len}} {of}, {{eta}} left"),
    };
    let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}

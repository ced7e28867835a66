//! `verify`: what an auditor runs on a copy of the log.

mod report;
mod store;

use crate::cli::VerifyArgs;
use anyhow::Result;
use coretime_audit::{AuditError, Discrepancy, Observer, Receipts, Verified};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use store::StoreCheck;

/// What came out.
pub(crate) enum Outcome {
    Well(Verified),
    Discrepancy(Discrepancy),
    Unreadable(String),
}

pub(crate) fn run(args: &VerifyArgs) -> Result<ExitCode> {
    let outcome = audit(args);
    report::print(args, &outcome)?;
    Ok(match outcome {
        Outcome::Well(_) => ExitCode::SUCCESS,
        Outcome::Discrepancy(_) => ExitCode::from(1),
        Outcome::Unreadable(_) => ExitCode::from(2),
    })
}

fn audit(args: &VerifyArgs) -> Outcome {
    let mut receipts = Receipts::default();
    for receipt in &args.receipts {
        if let Some(other) = receipts.add(*receipt) {
            return Outcome::Discrepancy(Discrepancy {
                sequence: receipt.sequence,
                order: None,
                what: "two receipts of one command",
                expected: other.to_string(),
                found: receipt.chain_hash.to_string(),
            });
        }
    }
    let mut store = match args.store.as_deref().map(StoreCheck::open).transpose() {
        Ok(store) => store,
        Err(error) => return Outcome::Unreadable(format!("{error:#}")),
    };
    let bar = progress_bar();
    let mut nothing = ();
    let observer: &mut dyn Observer = match &mut store {
        Some(store) => store,
        None => &mut nothing,
    };
    let verified = coretime_audit::verify(&log_folder(&args.log), &receipts, observer, |now| {
        bar.set_length(now.total_bytes);
        bar.set_position(now.bytes);
        bar.set_message(now.commands.to_string());
    });
    let checked = verified.and_then(|verified| {
        store.map_or(Ok(()), StoreCheck::finish)?;
        Ok(verified)
    });
    bar.finish_and_clear();
    match checked {
        Ok(verified) => Outcome::Well(verified),
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

/// The folder of segments, given itself or as the data folder around it.
pub(crate) fn log_folder(given: &Path) -> PathBuf {
    let inside = coretime_log::log_folder(given);
    if inside.is_dir() { inside } else { given.to_path_buf() }
}

/// On standard error, and only where somebody sees it.
pub(crate) fn progress_bar() -> ProgressBar {
    let template = "{bar:40} {bytes}/{total_bytes}, {msg} commands, {eta} left";
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}

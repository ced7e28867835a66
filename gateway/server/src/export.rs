//! `export`: tables of the log, on standard output.

use crate::cli::{ExportArgs, ExportFormat, ExportTable};
use crate::verify::{log_folder, progress_bar};
use anyhow::{Context, Result};
use coretime_audit::{Export, Format, Table};
use std::io::{self, BufWriter, ErrorKind};

pub(crate) fn run(args: &ExportArgs) -> Result<()> {
    let export = Export {
        table: match args.table {
            ExportTable::Fills => Table::Fills,
            ExportTable::Trades => Table::Trades,
            ExportTable::Commands => Table::Commands,
            ExportTable::Ledger => Table::Ledger,
        },
        format: match args.format {
            ExportFormat::Csv => Format::Csv,
            ExportFormat::Jsonl => Format::JsonLines,
        },
        from: args.from,
        to: args.to,
        token_decimals: args.token_decimals,
    };
    let bar = progress_bar("commands");
    let output = BufWriter::new(io::stdout().lock());
    let done = coretime_audit::export(&log_folder(&args.log), &args.archives, &export, output, |now| {
        bar.set_length(now.total_bytes);
        bar.set_position(now.bytes);
        bar.set_message(now.commands.to_string());
    });
    bar.finish_and_clear();
    match done {
        // Whoever reads has seen enough, as with `| head`.
        Err(coretime_audit::AuditError::Output(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        done => done.context("cannot export"),
    }
}

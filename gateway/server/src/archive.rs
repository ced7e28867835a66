//! `archive`: segments that no start needs any more go into another folder.

use crate::cli::ArchiveArgs;
use anyhow::{Context, Result, bail};
use coretime_fills::FillStore;
use coretime_market::Market;
use coretime_sequencer::Archived;
use std::io::{self, Write};

pub(crate) fn run(args: &ArchiveArgs) -> Result<()> {
    let opened = FillStore::open(&args.data.join("store")).context("the store of fills does not open")?;
    // What it has not read must stay in the log.
    let Some(position) = opened.store.position() else {
        bail!("the store of fills has to be made from the whole log first: start the server once");
    };
    let archived = coretime_sequencer::archive::<Market>(&args.data, &args.to, position.sequence)?;
    let Archived { behind, segments } = archived;
    let mut output = io::stdout().lock();
    for segment in &segments {
        writeln!(output, "{}", segment.display())?;
    }
    writeln!(
        output,
        "{} segments archived; a start goes on from sequence {behind} or later",
        segments.len()
    )?;
    Ok(())
}

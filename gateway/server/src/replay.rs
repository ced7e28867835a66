//! `replay`: the scenario format of the rules, from standard input to standard output, nothing else.

use crate::cli::ReplayArgs;
use anyhow::{Context, Result};
use std::io::{self, BufWriter, Write};

pub(crate) fn run(args: &ReplayArgs) -> Result<()> {
    let mut output = BufWriter::new(io::stdout().lock());
    let done =
        coretime_scenario::run(io::stdin().lock(), &mut output, args.state).and_then(|()| output.flush());
    match done {
        // Whoever reads has seen enough, as with `| head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.context("cannot replay"),
    }
}

//! What a shell and `man` show of the whole program.

use anyhow::{Context, Result};
use clap::Args;
use clap_complete::Shell;
use std::path::PathBuf;

/// Which shell.
#[derive(Debug, Args)]
pub struct CompletionArgs {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// Where the pages go.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The folder that the pages are written to, one for each command.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

/// Prints what makes a shell complete the program's commands and options.
pub fn completion(args: &CompletionArgs, mut program: clap::Command) {
    let name = program.get_name().to_owned();
    clap_complete::generate(args.shell, &mut program, name, &mut std::io::stdout());
}

/// Writes the program's manual.
///
/// # Errors
/// When the folder cannot be written.
pub fn man(args: &ManArgs, program: clap::Command) -> Result<()> {
    let cannot = || format!("cannot write to {}", args.to.display());
    std::fs::create_dir_all(&args.to).with_context(cannot)?;
    clap_mangen::generate_to(program, &args.to).with_context(cannot)
}

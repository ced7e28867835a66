//! A Python to run with, if there is one.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Makes a virtual environment with these packages, and gives its Python; `None`, and a line that says why, where that
/// cannot be done.
pub(crate) fn with_packages(folder: &Path, packages: &[&str]) -> Option<PathBuf> {
    let venv = folder.join("venv");
    let python = venv.join("bin/python");
    let made = run(Command::new("python3").args(["-m", "venv"]).arg(&venv)).and_then(|()| {
        run(Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
            .args(packages))
    });
    match made {
        Ok(()) => Some(python),
        Err(missing) => {
            skipped(&format!("no Python 3 with venv and {}: {missing}", packages.join(", ")));
            None
        }
    }
}

/// Says that a test was not run. Not by a macro: the test harness keeps what those print of a test that passes.
pub(crate) fn skipped(why: &str) {
    std::io::stderr().write_all(format!("SKIPPED: {why}\n").as_bytes()).unwrap();
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

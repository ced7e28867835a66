//! The chain that keeps its cores covered, as a program.

use clap::Parser;
use coretime_bots::{Progress, RunArgs, cover};
use tokio::sync::watch;

/// Keeps a number of cores covered at the best price, until interrupted.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    cover: cover::CoverConfig,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let (progress, mut told) = watch::channel(Progress::default());
    let client = cli.run.client()?;
    tokio::select! {
        ended = cover::run(client, cli.cover, progress) => ended?,
        () = coretime_bots::tell(&mut told) => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    Ok(())
}

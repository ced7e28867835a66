//! The market maker, as a program.

use clap::Parser;
use coretime_bots::{Progress, RunArgs, maker};
use tokio::sync::watch;

/// Quotes a ladder of windows, within an inventory limit, until interrupted.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    #[command(flatten)]
    run: RunArgs,
    #[command(flatten)]
    maker: maker::MakerConfig,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let (progress, mut told) = watch::channel(Progress::default());
    let client = cli.run.client()?;
    tokio::select! {
        ended = maker::run(client, cli.maker, progress) => ended?,
        () = coretime_bots::tell(&mut told) => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    Ok(())
}

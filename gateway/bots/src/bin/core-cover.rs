//! The chain that keeps its cores covered, as a program.

use clap::Parser;
use coretime_bots::{RunArgs, cover};

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
    cli.run.until_interrupted(|client, progress| cover::run(client, cli.cover, progress)).await
}

//! The market maker, as a program.

use clap::Parser;
use coretime_bots::{RunArgs, maker};

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
    cli.run.until_interrupted(|client, progress| maker::run(client, cli.maker, progress)).await
}

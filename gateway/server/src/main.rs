//! Coretime Exchange: engine, gateway and settlement in one process.
//!
//! `venue` puts the parts together; `serve` runs them on a real chain, `dev` and `demo` on a development chain of their
//! own. Nothing here decides anything about money: the rules are in `coretime-market`.

mod alarms;
mod archive;
mod authorised_keys;
#[cfg(feature = "dev-chain")]
mod chain;
mod cli;
#[cfg(feature = "dev-chain")]
mod demo;
#[cfg(feature = "dev-chain")]
mod dev;
mod export;
mod fill_source;
mod interrupt;
mod metrics;
mod page_source;
mod replay;
mod reserves;
mod reserves_source;
mod serve;
mod settings;
mod status_page;
mod timeslice_times;
mod unattributed;
mod venue;
mod verify;
#[cfg(feature = "dev-chain")]
mod wallet;

use clap::{CommandFactory, Parser};
use mimalloc::MiMalloc;
use std::io::IsTerminal;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// Records are made by one thread and dropped by another, millions of them: a tenth more answers a second than with the
/// C library's (the `load` bench, which has the same).
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    start_logging(&cli.command, cli.log_format);
    match run(cli.command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: cli::Command) -> anyhow::Result<ExitCode> {
    match &command {
        cli::Command::Replay(args) => return replay::run(args).map(|()| ExitCode::SUCCESS),
        cli::Command::Verify(args) => return verify::run(args),
        cli::Command::Export(args) => return export::run(args).map(|()| ExitCode::SUCCESS),
        cli::Command::Archive(args) => return archive::run(args).map(|()| ExitCode::SUCCESS),
        cli::Command::Config(args) => {
            print!("{}", cli::ServeSettings::merged(args.clone())?.explained()?);
            return Ok(ExitCode::SUCCESS);
        }
        cli::Command::Completion(args) => {
            coretime_cli::completion(args, cli::Cli::command());
            return Ok(ExitCode::SUCCESS);
        }
        cli::Command::Man(args) => {
            return coretime_cli::man(args, cli::Cli::command()).map(|()| ExitCode::SUCCESS);
        }
        _ => {}
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            #[cfg(feature = "dev-chain")]
            cli::Command::Demo(args) => demo::run(args).await,
            #[cfg(feature = "dev-chain")]
            cli::Command::Dev(args) => dev::run(args).await,
            #[cfg(feature = "dev-chain")]
            cli::Command::Chain(args) => chain::run(args).await,
            #[cfg(feature = "dev-chain")]
            cli::Command::Wallet(args) => wallet::run(args).await,
            cli::Command::Serve(args) => serve::run(args).await,
            cli::Command::Trade(command) => coretime_cli::run(command).await,
            cli::Command::Reserves(args) => return Ok(reserves::run(args).await),
            // Done above, without a runtime.
            cli::Command::Replay(_)
            | cli::Command::Verify(_)
            | cli::Command::Export(_)
            | cli::Command::Archive(_)
            | cli::Command::Config(_)
            | cli::Command::Completion(_)
            | cli::Command::Man(_) => Ok(()),
        }
        .map(|()| ExitCode::SUCCESS)
    })
}

/// Logs go to standard error; standard output is for what was asked for. `RUST_LOG` says how much; the demo, which
/// tells its own story, shows only what goes wrong.
fn start_logging(command: &cli::Command, format: cli::LogFormat) {
    let quiet = match command {
        cli::Command::Replay(_)
        | cli::Command::Verify(_)
        | cli::Command::Export(_)
        | cli::Command::Config(_)
        | cli::Command::Trade(_)
        | cli::Command::Reserves(_) => true,
        #[cfg(feature = "dev-chain")]
        cli::Command::Demo(_) | cli::Command::Wallet(_) => true,
        _ => false,
    };
    let usual = if quiet { "error" } else { "info" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    let colours = std::io::stderr().is_terminal();
    let lines =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr);
    match format {
        cli::LogFormat::Text => lines.init(),
        cli::LogFormat::Json => lines.json().init(),
    }
}

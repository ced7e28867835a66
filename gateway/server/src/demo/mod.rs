//! `demo`: the main job, shown and checked.

mod books;
mod check;
mod report;
mod story;
mod waiting;

use crate::cli::DemoArgs;
use crate::dev::{self, Stage, StageConfig};
use crate::venue::timeslice_duration;
use anyhow::{Context, Result, bail};
use books::Books;
use coretime_client::Trader;
use coretime_sequencer::Engine;
use coretime_types::Planck;
use coretime_units::Token;
use coretime_wallet::Wallet;
use report::Participant;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;
use story::{Cast, Story};
use tonic::transport::{Channel, Endpoint};

/// A chain that does not keep anyone waiting.
const BLOCK_TIME: Duration = Duration::from_millis(400);
const FINALITY_LAG_BLOCKS: u32 = 2;
const ANY_PORT: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

pub(crate) async fn run(args: DemoArgs) -> Result<()> {
    let data = data_folder(args.data)?;
    println!("Coretime Exchange, on a development chain with the {:?} profile", args.profile);
    println!("log, store and chain are in {}", data.display());
    let mut stage = Stage::set(StageConfig {
        profile: args.profile,
        data,
        block_time: BLOCK_TIME,
        finality_lag_blocks: FINALITY_LAG_BLOCKS,
        chain: ANY_PORT,
        grpc: ANY_PORT,
        http: args.keep.then_some(ANY_PORT),
    })
    .await?;
    println!("chain {}, gRPC {}", stage.chain_url, stage.venue.grpc);
    if let Some(http) = stage.venue.http {
        println!("page http://{http}/");
    }
    let told = tokio::select! {
        told = tell(&stage.venue.engine, &stage.wallet, &stage) => told,
        failure = failure_of(&stage) => Err(failure),
    };
    if told.is_ok() && args.keep {
        println!("\nstill serving: gRPC {}, chain {}", stage.venue.grpc, stage.chain_url);
        if let Some(http) = stage.venue.http {
            println!("page http://{http}/");
        }
        tokio::select! {
            told = crate::interrupt::wait() => told?,
            failure = stage.venue.failed() => return Err(failure),
        }
    }
    let Stage { venue, chain, .. } = stage;
    let stopped = venue.shutdown().await;
    chain.shutdown().await;
    told.and(stopped)
}

/// The engine stopping is the end of the story; other parts show as a wait that is given up.
async fn failure_of(stage: &Stage) -> anyhow::Error {
    anyhow::anyhow!("the engine stopped: {}", stage.venue.engine.stopped().await)
}

fn data_folder(told: Option<PathBuf>) -> Result<PathBuf> {
    match told {
        Some(folder) if folder.join("log").exists() => {
            bail!("{} holds an exchange already: the demo wants a new folder", folder.display())
        }
        Some(folder) => Ok(folder),
        None => Ok(tempfile::Builder::new().prefix("coretime-exchange-demo-").tempdir()?.keep()),
    }
}

async fn tell(engine: &Engine, wallet: &Wallet, stage: &Stage) -> Result<()> {
    let (chain, timeslice) = (&stage.venue.chain, timeslice_duration(&stage.venue.chain));
    let token = Token {
        symbol: chain.token_symbol.clone(),
        decimals: chain.token_decimals,
        timeslice_ms: u64::try_from(timeslice.as_millis()).unwrap_or(u64::MAX),
    };
    let channel = Endpoint::from_shared(format!("http://{}", stage.venue.grpc))?
        .connect()
        .await
        .context("cannot connect to the gateway")?;
    let mut story = Story {
        cast: Cast {
            alice: log_in(&channel, "Alice").await?,
            bob: log_in(&channel, "Bob").await?,
            charlie: log_in(&channel, "Charlie").await?,
            dave: log_in(&channel, "Dave").await?,
            eve: log_in(&channel, "Eve").await?,
        },
        wallet: wallet.clone(),
        custody: stage.custody,
        token: token.clone(),
        interlacing: stage.venue.chain.can_interlace,
        month_begin: 0,
    };
    let float = wallet.balance(stage.custody).await?;
    let before = balances(&mut story, wallet).await?;

    story.buy_and_deposit().await?;
    story.make_a_market().await?;
    story.buy_what_a_chain_needs().await?;
    story.resell().await?;
    story.withdraw_and_settle().await?;
    story.clean_up().await?;

    let position = engine.durable_position().sequence;
    waiting::wait_until("the store has caught up with the log", async || {
        Ok(stage.venue.fills.position()?.is_some_and(|at| at.sequence >= position))
    })
    .await?;
    let books = Books::read(engine, &stage.venue.fills, wallet, stage.custody).await?;
    let after = balances(&mut story, wallet).await?;
    let mut participants: Vec<Participant> = Vec::new();
    for (trader, (before, after)) in story.cast.everyone().into_iter().zip(before.into_iter().zip(after)) {
        participants.push(Participant { name: trader.name.clone(), account: trader.account, before, after });
    }
    let fees = dev::account(dev::FEES)?;
    let nothing = Planck::ZERO;
    participants.push(Participant { name: "fees".into(), account: fees, before: nothing, after: nothing });
    let custody = Participant {
        name: "custody".into(),
        account: stage.custody,
        before: float,
        after: books.custody_balance,
    };
    participants.push(custody);
    report::print(&books, &participants, &token);

    let differences = check::differences(&books, stage.custody, float);
    if differences.is_empty() {
        println!("\nledger, sled and chain agree, to the last planck and part-timeslice");
        return Ok(());
    }
    for difference in &differences {
        eprintln!("difference: {difference}");
    }
    bail!("ledger, sled and chain do not agree: {} differences", differences.len())
}

async fn log_in(channel: &Channel, name: &str) -> Result<Trader> {
    let key = dev::key(&format!("//{name}"))?;
    Trader::log_in(channel.clone(), name, key).await.with_context(|| format!("{name} cannot log in"))
}

/// What everyone has on chain.
async fn balances(story: &mut Story, wallet: &Wallet) -> Result<Vec<Planck>> {
    let mut balances = Vec::new();
    for trader in story.cast.everyone() {
        balances.push(wallet.balance(trader.account).await?);
    }
    Ok(balances)
}

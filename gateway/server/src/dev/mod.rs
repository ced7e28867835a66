//! `dev`: the exchange on a development chain of its own.

mod accounts;
mod stage;

pub(crate) use accounts::{CUSTODY, FEES, account, key};
pub(crate) use stage::{Stage, StageConfig};

use crate::cli::DevArgs;
use crate::serve::run_until_told;
use anyhow::Result;
use std::time::Duration;

/// Final two blocks later, as a real parachain is some blocks later.
const FINALITY_LAG_BLOCKS: u32 = 2;

pub(crate) async fn run(args: DevArgs) -> Result<()> {
    let stage = Stage::set(StageConfig {
        profile: args.profile,
        data: args.data,
        block_time: Duration::from_millis(args.block_time_ms.max(1)),
        finality_lag_blocks: FINALITY_LAG_BLOCKS,
        chain: args.chain,
        grpc: args.grpc,
        http: Some(args.http),
    })
    .await?;
    println!("chain        {}", stage.chain_url);
    println!("custody      {}", stage.custody);
    println!(
        "accounts     //Alice //Bob //Charlie //Dave //Eve //Ferdie have funds on chain; everyone knows their keys"
    );
    let Stage { venue, chain, .. } = stage;
    let result = run_until_told(venue).await;
    chain.shutdown().await;
    result
}

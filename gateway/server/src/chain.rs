//! `chain`: the development chain alone.

use crate::cli::{ChainArgs, Profile};
use anyhow::Result;
use coretime_dev_chain::{Config, DevChain};
use std::time::Duration;

impl From<Profile> for coretime_dev_chain::Profile {
    fn from(profile: Profile) -> Self {
        match profile {
            Profile::Kusama => coretime_dev_chain::Profile::Kusama,
            Profile::Polkadot => coretime_dev_chain::Profile::Polkadot,
        }
    }
}

pub(crate) async fn run(args: ChainArgs) -> Result<()> {
    let chain = DevChain::start(Config {
        block_time: (args.block_time_ms > 0).then(|| Duration::from_millis(args.block_time_ms)),
        finality_lag_blocks: args.finality_lag_blocks,
        data: args.data,
        listen: Some(args.listen),
        ..Config::new(args.profile.into())
    })
    .await?;
    println!("the development chain is at {}", chain.ws_url().unwrap_or_default());
    crate::interrupt::wait().await?;
    chain.shutdown().await;
    Ok(())
}

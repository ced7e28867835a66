//! Setting the stage: a development chain, custody and its proxy on it, and the exchange.

use super::accounts::{CUSTODY, FEES, OPERATOR, SIGNER, SUDO, account, key};
use crate::cli::Profile;
use crate::venue::{Venue, VenueConfig};
use anyhow::{Context, Result};
use coretime_dev_chain::{Config, DevChain};
use coretime_gateway::GatewayConfig;
use coretime_settlement::SettlementConfig;
use coretime_types::{AccountId, Planck, Ppm, SettingsChange};
use coretime_wallet::Wallet;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// What custody and the signer have on chain at first: enough to live, and for many fees. Custody's is the operator's.
const ENDOWMENT_PLANCK: u128 = 100_000_000_000_000;
/// What a delivery or a withdrawal costs a trader: more than it costs on chain, on both profiles.
const DELIVERY_FEE_PLANCK: u64 = 1_500_000_000;

/// On a chain of one's own nobody waits long for a proof.
const RESERVES_INTERVAL: Duration = Duration::from_secs(2);

pub(crate) struct StageConfig {
    pub(crate) profile: Profile,
    /// `chain/`, `log/` and `store/` are inside.
    pub(crate) data: PathBuf,
    pub(crate) block_time: Duration,
    pub(crate) finality_lag_blocks: u32,
    pub(crate) chain: SocketAddr,
    pub(crate) grpc: SocketAddr,
    pub(crate) http: Option<SocketAddr>,
}

/// A development chain with the exchange on it.
pub(crate) struct Stage {
    pub(crate) chain: DevChain,
    pub(crate) chain_url: String,
    pub(crate) wallet: Wallet,
    pub(crate) custody: AccountId,
    pub(crate) venue: Venue,
}

impl Stage {
    /// Starts the chain, or goes on with the one in the folder, then the exchange.
    pub(crate) async fn set(config: StageConfig) -> Result<Stage> {
        let custody = account(CUSTODY)?;
        let signer = account(SIGNER)?;
        std::fs::create_dir_all(&config.data)
            .with_context(|| format!("cannot make the folder {}", config.data.display()))?;
        let chain = DevChain::start(Config {
            block_time: Some(config.block_time),
            finality_lag_blocks: config.finality_lag_blocks,
            data: Some(config.data.join("chain")),
            listen: Some(config.chain),
            endowed: vec![(custody.0, ENDOWMENT_PLANCK), (signer.0, ENDOWMENT_PLANCK)],
            ..Config::new(config.profile.into())
        })
        .await
        .context("the development chain does not start")?;
        let chain_url = chain.ws_url().context("the development chain is not served")?;
        let wallet = Wallet::connect(&chain_url).await?;
        if !wallet.has_proxies(custody).await? {
            wallet.add_proxy_by_sudo(&key(SUDO)?, custody, signer).await?;
        }
        let settings = SettingsChange {
            taker_ppm: Some(Ppm(500)),
            maker_ppm: Some(Ppm(-100)),
            fee_account: Some(account(FEES)?),
            delivery_fee: Some(DELIVERY_FEE_PLANCK),
            withdrawal_fee: Some(DELIVERY_FEE_PLANCK),
            ..SettingsChange::default()
        };
        let venue = Venue::start(VenueConfig {
            data: config.data,
            grpc: config.grpc,
            http: config.http,
            settlement: SettlementConfig {
                float: Planck(ENDOWMENT_PLANCK),
                ..SettlementConfig::new(chain_url.clone(), custody, key(SIGNER)?.into())
            },
            gateway: GatewayConfig { operators: vec![account(OPERATOR)?], ..GatewayConfig::default() },
            reserves_interval: RESERVES_INTERVAL,
            settings,
        })
        .await?;
        Ok(Stage { chain, chain_url, wallet, custody, venue })
    }
}

//! `serve`: the exchange on a real chain.

use crate::cli::ServeArgs;
use crate::settings::{Settings, SignerSource};
use crate::venue::{Venue, VenueConfig};
use anyhow::Result;
use coretime_settlement::{SettlementConfig, SignerKey, parse_account};
use coretime_types::{BlockNumber, Planck, SettingsChange, Timeslices};

pub(crate) async fn run(args: ServeArgs) -> Result<()> {
    let settings = Settings::effective(args)?;
    let custody = parse_account(&settings.custody)?;
    let signer = match settings.signer {
        SignerSource::File(path) => SignerKey::from_file(&path)?,
        SignerSource::Variable(name) => SignerKey::from_env(name)?,
    };
    let settlement = SettlementConfig {
        delivery_lead: Timeslices(settings.delivery_lead_timeslices),
        first_block: settings.first_block.map(BlockNumber),
        float: Planck(settings.float_planck.into()),
        ..SettlementConfig::new(settings.chain, custody, signer)
    };
    let venue = Venue::start(VenueConfig {
        data: settings.data,
        grpc: settings.grpc,
        http: settings.http,
        settlement,
        gateway: settings.gateway,
        reserves_interval: settings.reserves_interval,
        settings: SettingsChange::default(),
    })
    .await?;
    run_until_told(venue).await
}

/// Says where it is, and runs until it is told to stop or a part of it fails.
pub(crate) async fn run_until_told(mut venue: Venue) -> Result<()> {
    println!("gRPC         {}", venue.grpc);
    if let Some(http) = venue.http {
        println!("page         http://{http}/");
    }
    let failure = tokio::select! {
        told = crate::interrupt::wait() => told.err(),
        failure = venue.failed() => Some(failure),
    };
    println!("stopping");
    let stopped = venue.shutdown().await;
    match failure {
        Some(failure) => Err(failure),
        None => stopped,
    }
}

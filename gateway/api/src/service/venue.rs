//! The venue itself.

use super::{Api, milliseconds};
use crate::{
    config::GatewayConfig,
    convert::{
        account::to_ss58,
        common::{position_message, time_message},
    },
    venue_info::VenueInfo,
};
use coretime_market::Market;
use coretime_proto::v1::{self, venue_service_server::VenueService};
use coretime_types::{Mode, Settings};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl VenueService for Api {
    async fn get_venue(
        &self,
        _request: Request<v1::GetVenueRequest>,
    ) -> Result<Response<v1::GetVenueResponse>, Status> {
        let (mut market, position) = self.query(market_part).await?;
        let newest = self.0.timeslice_times.get().and_then(|times| times.newest());
        if let Some(clock) = &mut market.clock {
            clock.timeslice_time = newest.map(|time| v1::TimesliceTime {
                timeslice: time.timeslice.0,
                begin_time_unix_ms: time_message(time.begin_unix_ms),
            });
        }
        Ok(Response::new(v1::GetVenueResponse {
            limits: Some(limits(&self.0.config)),
            chain: Some(chain(&self.0.venue)),
            position: Some(position_message(position)),
            ..market
        }))
    }
}

/// What the market itself knows.
fn market_part(market: &Market) -> v1::GetVenueResponse {
    let mode = match market.mode() {
        Mode::Open => v1::VenueMode::Open,
        Mode::Halted => v1::VenueMode::Halted,
        Mode::Frozen => v1::VenueMode::Frozen,
    };
    let last_block = market.last_block();
    v1::GetVenueResponse {
        mode: mode.into(),
        halt_causes: market.halt_causes().map(str::to_owned).collect(),
        freeze_causes: market.freeze_causes().map(str::to_owned).collect(),
        settings: Some(settings(market.settings())),
        clock: Some(v1::VenueClock {
            tradable_from_timeslice: market.tradable_from().0,
            last_block_number: last_block.map_or(0, |(number, _)| number.0),
            last_block_hash: last_block.map(|(_, hash)| hash.to_owned()).unwrap_or_default(),
            timeslice_time: None,
        }),
        ..v1::GetVenueResponse::default()
    }
}

fn settings(settings: &Settings) -> v1::VenueSettings {
    v1::VenueSettings {
        taker_fee_ppm: settings.taker_ppm.0,
        maker_fee_ppm: settings.maker_ppm.0,
        fee_account: settings.fee_account.to_string(),
        min_fill_notional_planck: settings.min_fill_notional.to_string(),
        delivery_fee_planck: settings.delivery_fee.to_string(),
        withdrawal_fee_planck: settings.withdrawal_fee.to_string(),
        min_withdrawal_planck: settings.min_withdrawal.to_string(),
        min_lot_parts: settings.min_lot_parts.0,
        max_orders: settings.max_orders,
        max_orders_per_account: settings.max_orders_per_account,
        max_regions_per_account: settings.max_regions_per_account,
        interlacing: settings.interlacing,
    }
}

fn limits(config: &GatewayConfig) -> v1::GatewayLimits {
    v1::GatewayLimits {
        max_request_bytes: u64::try_from(config.max_request_bytes).unwrap_or(u64::MAX),
        call_timeout_ms: milliseconds(config.call_timeout),
        max_concurrent_calls_per_connection: config.max_concurrent_calls_per_connection,
        max_streams_per_account: u32::try_from(config.max_streams_per_account).unwrap_or(u32::MAX),
        challenge_lifetime_ms: milliseconds(config.challenge_lifetime),
        session_lifetime_ms: milliseconds(config.session_lifetime),
        max_sessions_per_account: u32::try_from(config.max_sessions_per_account).unwrap_or(u32::MAX),
        account_rate_per_second: config.account_rate.per_second.get(),
        account_rate_burst: config.account_rate.burst.get(),
        connection_rate_per_second: config.connection_rate.per_second.get(),
        connection_rate_burst: config.connection_rate.burst.get(),
        max_pending_per_order_session: u32::try_from(config.max_pending_per_order_session)
            .unwrap_or(u32::MAX),
    }
}

fn chain(venue: &VenueInfo) -> v1::VenueChain {
    let genesis = hex::encode(venue.genesis_hash);
    v1::VenueChain {
        genesis_hash: format!("0x{genesis}"),
        custody_account: venue.custody.to_string(),
        custody_address: to_ss58(venue.custody, venue.ss58_prefix),
        token_symbol: venue.token_symbol.clone(),
        token_decimals: venue.token_decimals,
        ss58_prefix: venue.ss58_prefix.into(),
        timeslice_duration_ms: milliseconds(venue.timeslice_duration),
    }
}

//! The venue, and what its operators do.

use crate::args::ConfigureArgs;
use crate::hints::explain;
use crate::output::Shown;
use crate::venue::Venue;
use anyhow::{Context, Result};
use coretime_proto::v1 as pb;
use serde_json::json;

pub(crate) fn status(venue: &Venue) -> Shown {
    let told = &venue.told;
    let mode = told.mode().as_str_name().trim_start_matches("VENUE_MODE_").to_lowercase();
    let causes: Vec<&str> = told.halt_causes.iter().chain(&told.freeze_causes).map(String::as_str).collect();
    let settings = told.settings.clone().unwrap_or_default();
    let clock = told.clock.clone().unwrap_or_default();
    let chain = &venue.chain;
    let first = clock.tradable_from_timeslice;
    let because =
        if causes.is_empty() { String::new() } else { format!(" because of: {}", causes.join(", ")) };
    let percent = |ppm: i32| format!("{ppm} parts per million");
    let show = |planck: &str| venue.token.show_text(planck);
    let text = [
        format!("mode              {mode}{because}"),
        format!("sells from        timeslice {first}, about {} UTC", venue.calendar.show(first)),
        format!("last block        {} {}", clock.last_block_number, clock.last_block_hash),
        format!(
            "fees              taker {}, maker {}",
            percent(settings.taker_fee_ppm),
            percent(settings.maker_fee_ppm)
        ),
        format!("a delivery costs  {}", show(&settings.delivery_fee_planck)),
        format!(
            "a withdrawal      {}, of {} at least",
            show(&settings.withdrawal_fee_planck),
            show(&settings.min_withdrawal_planck)
        ),
        format!("a fill is worth   {} at least", show(&settings.min_fill_notional_planck)),
        format!(
            "smallest lot      {}/80, shares {}",
            settings.min_lot_parts,
            if settings.interlacing { "trade" } else { "do not trade on this chain" }
        ),
        format!("chain             {}", chain.genesis_hash),
        format!("custody           {}", chain.custody_address),
    ];
    let json = json!({
        "mode": mode, "halt_causes": told.halt_causes, "freeze_causes": told.freeze_causes,
        "tradable_from_timeslice": first, "last_block_number": clock.last_block_number,
        "taker_fee_ppm": settings.taker_fee_ppm, "maker_fee_ppm": settings.maker_fee_ppm,
        "delivery_fee_planck": settings.delivery_fee_planck,
        "withdrawal_fee_planck": settings.withdrawal_fee_planck,
        "min_withdrawal_planck": settings.min_withdrawal_planck,
        "min_fill_notional_planck": settings.min_fill_notional_planck,
        "min_lot_parts": settings.min_lot_parts, "interlacing": settings.interlacing,
        "genesis_hash": chain.genesis_hash, "custody_address": chain.custody_address,
        "token_symbol": chain.token_symbol, "token_decimals": chain.token_decimals,
    });
    Shown::new(text.join("\n"), json)
}

pub(crate) async fn halt(venue: &Venue, cause: &str) -> Result<Shown> {
    // Adding a cause that is there changes nothing: it can be sent again.
    let done = venue.client.read(|services| {
        let cause = cause.to_owned();
        async move { services.operator().halt(pb::HaltRequest { cause }).await }
    });
    done.await.map_err(explain)?;
    Ok(Shown::new(format!("halted: {cause}"), json!({ "halted": cause })))
}

pub(crate) async fn freeze(venue: &Venue, cause: &str) -> Result<Shown> {
    let done = venue.client.read(|services| {
        let cause = cause.to_owned();
        async move { services.operator().freeze(pb::FreezeRequest { cause }).await }
    });
    done.await.map_err(explain)?;
    Ok(Shown::new(format!("frozen: {cause}"), json!({ "frozen": cause })))
}

pub(crate) async fn resume(venue: &Venue, cause: &str) -> Result<Shown> {
    let done = venue.client.read(|services| {
        let cause = cause.to_owned();
        async move { services.operator().resume(pb::ResumeRequest { cause }).await }
    });
    done.await.map_err(explain)?;
    Ok(Shown::new(format!("resumed: {cause}"), json!({ "resumed": cause })))
}

/// What is said twice changes nothing the second time: it can be sent again.
pub(crate) async fn configure(venue: &Venue, args: &ConfigureArgs) -> Result<Shown> {
    let planck = |amount: &Option<String>| -> Result<Option<u64>> {
        let Some(amount) = amount else { return Ok(None) };
        let planck = u64::try_from(venue.token.planck(amount)?);
        planck.map(Some).with_context(|| format!("{amount} is more than a setting may be"))
    };
    let change = pb::ConfigureRequest {
        taker_fee_ppm: args.taker_ppm,
        maker_fee_ppm: args.maker_ppm,
        fee_account: args.fee_account.clone(),
        delivery_fee_planck: planck(&args.delivery_fee)?,
        withdrawal_fee_planck: planck(&args.withdrawal_fee)?,
        min_withdrawal_planck: planck(&args.min_withdrawal)?,
        min_fill_notional_planck: planck(&args.min_fill_notional)?,
        min_lot_parts: args.min_lot_parts,
        ..pb::ConfigureRequest::default()
    };
    let done = venue.client.read(|services| {
        let change = change.clone();
        async move { services.operator().configure(change).await }
    });
    done.await.map_err(explain)?;
    let text = "configured: `status` shows the settings; they hold for orders from now on";
    Ok(Shown::new(text, json!({ "configured": true })))
}

//! Money and regions.

use crate::args::{LedgerArgs, WithdrawArgs};
use crate::hints::explain;
use crate::outflow;
use crate::output::{Shown, table};
use crate::region;
use crate::time;
use crate::trade::receipt_text;
use crate::venue::Venue;
use anyhow::{Result, bail};
use coretime_client::{Withdrawn, fresh_id};
use coretime_proto::v1 as pb;
use pb::instruction::Call;
use serde_json::{Value, json};

pub(crate) fn deposit_address(venue: &Venue) -> Shown {
    let pb::VenueChain { custody_address, custody_account, genesis_hash, token_symbol, .. } = &venue.chain;
    let text = format!(
        "{custody_address}\n\nSend {token_symbol} or regions there from your own account on the chain {genesis_hash}: \
         what arrives is credited to the account that sent it, once it is final."
    );
    let told = json!({
        "custody_address": custody_address, "custody_account": custody_account, "genesis_hash": genesis_hash,
    });
    Shown::new(text, told)
}

pub(crate) async fn balance(venue: &Venue) -> Result<Shown> {
    let account = venue.client.account().await.map_err(explain)?;
    let (free, held) = (&account.free_planck, &account.held_planck);
    let token = &venue.token;
    let suspended = if account.suspended { "\nsuspended: you may only cancel" } else { "" };
    let (limit, today) =
        (account.outflow_limit.unwrap_or_default(), account.outflow_today.unwrap_or_default());
    // Said only to those whom it concerns.
    let a_day = if limit == pb::OutflowLimit::default() {
        String::new()
    } else {
        format!(
            "\na day    {} may leave without an operator; today {} have left, another day begins about {} UTC",
            outflow::limit_text(venue, &limit),
            outflow::outflow_text(venue, &today),
            venue.calendar.show(account.outflow_day_ends_timeslice)
        )
    };
    let text = format!(
        "account  {}\nfree     {}\nheld     {} by live bids{a_day}{suspended}",
        account.account,
        token.show_text(free),
        token.show_text(held)
    );
    let told = json!({
        "account": account.account, "free_planck": free, "held_planck": held, "suspended": account.suspended,
        "outflow_limit": outflow::limit_json(&limit), "outflow_today": outflow::outflow_json(&today),
        "outflow_day_ends_timeslice": account.outflow_day_ends_timeslice,
    });
    Ok(Shown::new(text, told))
}

pub(crate) async fn regions(venue: &Venue) -> Result<Shown> {
    let owned = venue.client.regions().await.map_err(explain)?;
    let (mut rows, mut told) = (Vec::new(), Vec::new());
    for owned in &owned {
        let Some(of) = &owned.region else { continue };
        let name = region::name(of);
        let parts = region::parts(&of.core_mask);
        let renewable = if owned.renewable { "renewable" } else { "" };
        let window = venue.calendar.show_window(of.begin_timeslice, of.end_timeslice);
        rows.push(vec![name, format!("{parts}/80"), window, renewable.into()]);
        let mut value = region_json(of);
        value["renewable"] = owned.renewable.into();
        told.push(value);
    }
    let none = "no free regions: what you offer is in `orders`";
    Ok(Shown::new(table(&["REGION", "SHARE", "WINDOW", ""], rows, none), Value::Array(told)))
}

pub(crate) fn region_json(of: &pb::Region) -> Value {
    json!({
        "region": region::name(of), "core": of.core_index, "parts": region::parts(&of.core_mask),
        "begin_timeslice": of.begin_timeslice, "end_timeslice": of.end_timeslice,
    })
}

pub(crate) async fn fills(venue: &Venue) -> Result<Shown> {
    let fills = venue.client.fills(None).await.map_err(explain)?;
    let (mut rows, mut told) = (Vec::new(), Vec::new());
    for fill in fills.iter().filter_map(|recorded| recorded.fill.as_ref()) {
        let side = if fill.side() == pb::Side::Bid { "bought" } else { "sold" };
        let window = fill.window.unwrap_or_default();
        let core = fill.region.as_ref().map_or(0, |of| of.core_index);
        let price = venue.token.per_core_day(fill.unit_price_planck);
        rows.push(vec![
            fill.trade_id.to_string(),
            side.into(),
            format!("{}/80 of core {core}", fill.quantity_parts),
            format!("[{}, {})", window.begin_timeslice, window.end_timeslice),
            price.clone(),
            venue.token.show_text(&fill.notional_planck),
        ]);
        told.push(fill_json(fill, &price));
    }
    let header = ["TRADE", "", "WHAT", "TIMESLICES", "A CORE AND DAY", "TOGETHER"];
    Ok(Shown::new(table(&header, rows, "no trades yet"), Value::Array(told)))
}

pub(crate) fn fill_json(fill: &pb::Fill, per_core_day: &str) -> Value {
    let window = fill.window.unwrap_or_default();
    json!({
        "trade_id": fill.trade_id, "order_id": fill.order_id,
        "side": if fill.side() == pb::Side::Bid { "bid" } else { "ask" },
        "parts": fill.quantity_parts, "core": fill.region.as_ref().map(|of| of.core_index),
        "begin_timeslice": window.begin_timeslice, "end_timeslice": window.end_timeslice,
        "unit_price_planck": fill.unit_price_planck, "per_core_day": per_core_day,
        "notional_planck": fill.notional_planck, "fee_planck": fill.fee_planck,
    })
}

pub(crate) async fn ledger(venue: &Venue, args: &LedgerArgs) -> Result<Shown> {
    let entries = venue.client.ledger_entries(args.after).await.map_err(explain)?;
    let (mut rows, mut told) = (Vec::new(), Vec::new());
    for entry in &entries {
        let cause = entry.cause().as_str_name().trim_start_matches("LEDGER_CAUSE_").to_lowercase();
        let of = match (entry.trade_id, entry.instruction_number) {
            (0, 0) => String::new(),
            (0, number) => format!("delivery {number}"),
            (trade, _) => format!("trade {trade}"),
        };
        rows.push(vec![
            entry.sequence.to_string(),
            time::show(entry.time_unix_ms),
            cause.replace('_', " "),
            of,
            venue.token.show_text(&entry.amount_planck),
            venue.token.show_text(&entry.total_planck),
        ]);
        let optional = |number: u64| (number != 0).then_some(number);
        told.push(json!({
            "sequence": entry.sequence, "index": entry.index, "time_unix_ms": entry.time_unix_ms,
            "tradable_from_timeslice": entry.tradable_from_timeslice, "cause": cause,
            "amount_planck": entry.amount_planck, "total_planck": entry.total_planck,
            "trade_id": optional(entry.trade_id), "instruction_number": optional(entry.instruction_number),
        }));
    }
    let header = ["RECORD", "UTC", "WHY", "", "AMOUNT", "FREE AND HELD"];
    let none = if args.after == 0 { "no money has come or gone yet" } else { "nothing since" };
    Ok(Shown::new(table(&header, rows, none), Value::Array(told)))
}

pub(crate) async fn deliveries(venue: &Venue) -> Result<Shown> {
    let instructions = venue.client.instructions().await.map_err(explain)?;
    let (mut rows, mut told) = (Vec::new(), Vec::new());
    for instruction in &instructions {
        let what = what(venue, instruction);
        let state = if instruction.awaits_approval {
            "awaits_approval".to_owned()
        } else {
            instruction.state().as_str_name().trim_start_matches("INSTRUCTION_STATE_").to_lowercase()
        };
        let block = instruction.confirmation.as_ref().map(|at| at.block);
        let at = block.map(|block| format!("block {block}")).unwrap_or_default();
        rows.push(vec![instruction.number.to_string(), what.clone(), state.replace('_', " "), at]);
        told.push(json!({ "number": instruction.number, "what": what, "state": state, "block": block }));
    }
    Ok(Shown::new(
        table(&["NUMBER", "WHAT", "STATE", ""], rows, "nothing leaves custody for you"),
        told.into(),
    ))
}

/// What an instruction does.
pub(crate) fn what(venue: &Venue, instruction: &pb::Instruction) -> String {
    let named = |region: &Option<pb::Region>| region.as_ref().map(region::name).unwrap_or_default();
    match &instruction.call {
        Some(Call::Transfer(call)) => format!("transfer of {}", named(&call.region)),
        Some(Call::Assign(call)) => format!("{} assigned to task {}", named(&call.region), call.task_id),
        Some(Call::Pay(call)) => format!("payment of {}", venue.token.show_text(&call.amount_planck)),
        None => String::new(),
    }
}

pub(crate) async fn withdraw(venue: &Venue, args: &WithdrawArgs) -> Result<Shown> {
    let request_id = fresh_id().map_err(explain)?;
    let withdrawn = match (&args.amount, &args.region) {
        (Some(amount), None) => {
            let amount_planck = venue.token.planck(amount)?.to_string();
            venue.client.withdraw_funds(pb::WithdrawFundsRequest { amount_planck, request_id }).await
        }
        (None, Some(name)) => {
            let region_id = Some(region::parse(name)?);
            venue.client.withdraw_region(pb::WithdrawRegionRequest { region_id, request_id }).await
        }
        _ => bail!("give an amount, or --region REGION"),
    };
    let Withdrawn { answer } = withdrawn.map_err(explain)?;
    let number = answer.as_ref().map(|(_, instruction)| instruction.number);
    let what = answer.as_ref().map_or_else(|| "it is on its way".into(), |(_, one)| what(venue, one));
    let receipt = answer.as_ref().map(|(receipt, _)| receipt_text(receipt));
    let mut text = format!("{what}: `deliveries` says how far it has come");
    if let Some(receipt) = &receipt {
        text += &format!("\nreceipt {receipt}");
    }
    let told = json!({ "number": number, "what": what, "request_id": request_id, "receipt": receipt });
    Ok(Shown::new(text, told))
}

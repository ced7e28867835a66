//! What may leave in a day, and what waits for an operator.

use crate::account::what;
use crate::args::{ApproveOutflowArgs, LimitOutflowArgs};
use crate::hints::explain;
use crate::output::{Shown, table};
use crate::venue::Venue;
use anyhow::Result;
use coretime_proto::v1 as pb;
use pb::set_outflow_limit_request::Scope;
use serde_json::{Value, json};

/// What is said twice changes nothing the second time: it can be sent again.
pub(crate) async fn set_limit(venue: &Venue, args: &LimitOutflowArgs) -> Result<Shown> {
    let scope = match (args.venue, &args.account) {
        (true, _) => Scope::Venue(pb::VenueOutflowScope {}),
        (false, Some(account)) => Scope::Account(account.clone()),
        (false, None) => Scope::EachAccount(pb::EachAccountOutflowScope {}),
    };
    let (funds, core_days) = (args.funds.as_deref(), args.core_days.as_deref());
    let funds = funds.map(|amount| venue.token.planck(amount)).transpose()?;
    let core_time = core_days.map(|days| venue.token.part_timeslices(days)).transpose()?;
    let limit = (!args.remove).then(|| pb::OutflowLimit {
        funds_planck: funds.map(|planck| planck.to_string()),
        part_timeslices: core_time.map(|count| count.to_string()),
    });
    let whom = whom(&scope);
    let text = match &limit {
        Some(limit) => format!("{whom}: {} in a day without an operator", limit_text(venue, limit)),
        None => format!("{whom}: no limit any more"),
    };
    let told = json!({ "whom": whom, "limit": limit.as_ref().map(limit_json) });
    let request = pb::SetOutflowLimitRequest { scope: Some(scope), limit };
    let done = venue.client.read(|services| {
        let request = request.clone();
        async move { services.operator().set_outflow_limit(request).await }
    });
    done.await.map_err(explain)?;
    Ok(Shown::new(text, told))
}

fn whom(scope: &Scope) -> &str {
    match scope {
        Scope::Venue(_) => "all accounts together",
        Scope::EachAccount(_) => "each account",
        Scope::Account(account) => account,
    }
}

/// `at most 100 DOT and 30 core-days`
pub(crate) fn limit_text(venue: &Venue, limit: &pb::OutflowLimit) -> String {
    let funds = limit.funds_planck.as_deref().map(|planck| venue.token.show_text(planck));
    let core_time = limit.part_timeslices.as_deref().map(|count| venue.token.show_core_time(count));
    match (funds, core_time) {
        (Some(funds), Some(core_time)) => format!("at most {funds} and {core_time}"),
        (Some(funds), None) => format!("at most {funds}, any core time"),
        (None, Some(core_time)) => format!("any money, at most {core_time}"),
        (None, None) => "anything".to_owned(),
    }
}

pub(crate) fn limit_json(limit: &pb::OutflowLimit) -> Value {
    json!({ "funds_planck": limit.funds_planck, "part_timeslices": limit.part_timeslices })
}

/// `0.5 DOT and 2 core-days`
pub(crate) fn outflow_text(venue: &Venue, outflow: &pb::Outflow) -> String {
    let funds = venue.token.show_text(&outflow.funds_planck);
    format!("{funds} and {}", venue.token.show_core_time(&outflow.part_timeslices))
}

pub(crate) fn outflow_json(outflow: &pb::Outflow) -> Value {
    json!({ "funds_planck": outflow.funds_planck, "part_timeslices": outflow.part_timeslices })
}

pub(crate) async fn limits(venue: &Venue) -> Result<Shown> {
    let told = venue.client.outflow_limits().await.map_err(explain)?;
    let today = told.today.clone().unwrap_or_default();
    let own = told.accounts.iter().map(|own| (own.account.as_str(), own.limit.as_ref()));
    let shared =
        [("all accounts together", told.venue.as_ref()), ("each account", told.each_account.as_ref())];
    let rows = shared
        .into_iter()
        .chain(own)
        .filter_map(|(whom, limit)| Some(vec![whom.to_owned(), limit_text(venue, limit?)]));
    let limits = table(&["WHOM", "IN A DAY"], rows.collect(), "no limits");
    let text = format!("{}\n\ntoday {} have left", limits.trim_end(), outflow_text(venue, &today));
    let accounts: Vec<Value> = told
        .accounts
        .iter()
        .map(|own| json!({ "account": own.account, "limit": own.limit.as_ref().map(limit_json) }))
        .collect();
    let json = json!({
        "venue": told.venue.as_ref().map(limit_json), "each_account": told.each_account.as_ref().map(limit_json),
        "accounts": accounts, "today": outflow_json(&today),
    });
    Ok(Shown::new(text, json))
}

pub(crate) async fn held(venue: &Venue) -> Result<Shown> {
    let held = venue.client.held_instructions().await.map_err(explain)?;
    let (mut rows, mut told) = (Vec::new(), Vec::new());
    for held in &held {
        let instruction = held.instruction.clone().unwrap_or_default();
        let what = what(venue, &instruction);
        rows.push(vec![instruction.number.to_string(), what.clone(), held.account.clone()]);
        told.push(json!({ "number": instruction.number, "what": what, "account": held.account }));
    }
    Ok(Shown::new(table(&["NUMBER", "WHAT", "OF"], rows, "nothing waits for an operator"), told.into()))
}

pub(crate) async fn approve(venue: &Venue, args: &ApproveOutflowArgs) -> Result<Shown> {
    let instruction_number = args.number;
    let done = venue.client.read(|services| async move {
        services.operator().approve_outflow(pb::ApproveOutflowRequest { instruction_number }).await
    });
    done.await.map_err(explain)?;
    let text = format!("approved: {instruction_number}; settlement carries it out");
    Ok(Shown::new(text, json!({ "approved": instruction_number })))
}

//! Outflow limits.

use super::{FieldError, account, common::planck};
use coretime_proto::v1::{self, set_outflow_limit_request::Scope};
use coretime_types::{
    AccountId, Command, Outflow, OutflowLimit, OutflowScope, PartTimeslices, Planck, Timeslice, Timeslices,
};

pub(crate) fn set_limit(request: &v1::SetOutflowLimitRequest) -> Result<Command, FieldError> {
    let scope = match &request.scope {
        Some(Scope::Venue(_)) => OutflowScope::Venue,
        Some(Scope::EachAccount(_)) => OutflowScope::EachAccount,
        Some(Scope::Account(text)) => OutflowScope::Account(account::parse(text, "account")?),
        None => return Err(FieldError::new("scope", "is missing: venue, each_account or account")),
    };
    let limit = request.limit.as_ref().map(limit).transpose().map_err(|error| error.inside("limit"))?;
    Ok(Command::LimitOutflow { scope, limit })
}

fn limit(message: &v1::OutflowLimit) -> Result<OutflowLimit, FieldError> {
    let number = |text: &Option<String>, path| text.as_deref().map(|text| planck(text, path)).transpose();
    Ok(OutflowLimit {
        funds: number(&message.funds_planck, "funds_planck")?,
        regions: number(&message.part_timeslices, "part_timeslices")?.map(|Planck(n)| PartTimeslices(n)),
    })
}

pub(crate) fn limit_message(limit: OutflowLimit) -> v1::OutflowLimit {
    v1::OutflowLimit {
        funds_planck: limit.funds.map(|funds| funds.to_string()),
        part_timeslices: limit.regions.map(|regions| regions.to_string()),
    }
}

pub(crate) fn account_limit_message((account, limit): (AccountId, OutflowLimit)) -> v1::AccountOutflowLimit {
    v1::AccountOutflowLimit { account: account.to_string(), limit: Some(limit_message(limit)) }
}

pub(crate) fn outflow_message(outflow: Outflow) -> v1::Outflow {
    v1::Outflow { funds_planck: outflow.funds.to_string(), part_timeslices: outflow.regions.to_string() }
}

/// The first timeslice of the next day of the market's clock; the last one there is, where time ends before.
pub(crate) fn day_end(now: Timeslice) -> Timeslice {
    let left = Timeslices(Timeslices::DAY.0 - now.0 % Timeslices::DAY.0);
    now.checked_add(left).unwrap_or(Timeslice(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_where_the_next_begins() {
        let ends = [0, 1, 179, 180, u32::MAX].map(|now| day_end(Timeslice(now)).0);
        assert_eq!(ends, [180, 180, 180, 360, u32::MAX]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let wrong = |request: v1::SetOutflowLimitRequest| set_limit(&request).unwrap_err().path;
        let limit = |text: &str| v1::OutflowLimit { part_timeslices: Some(text.into()), funds_planck: None };
        let venue = Some(Scope::Venue(v1::VenueOutflowScope {}));
        assert_eq!(wrong(v1::SetOutflowLimitRequest::default()), "scope");
        let request = v1::SetOutflowLimitRequest { scope: venue, limit: Some(limit("-1")) };
        assert_eq!(wrong(request), "limit.part_timeslices");
        let scope = Some(Scope::Account("nobody".into()));
        assert_eq!(wrong(v1::SetOutflowLimitRequest { scope, limit: None }), "account");
    }
}

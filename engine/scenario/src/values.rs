//! The values that fields hold.

use crate::{Malformed, json::Object};
use coretime_types::{
    AccountId, BlockNumber, ChainReference, ClientOrderId, CoreIndex, CoreMask, Delivery, FailureOutcome,
    InstructionNumber, OrderId, OutflowLimit, OutflowScope, PartTimeslices, Parts, Planck, Ppm, RegionId,
    RequestId, SelfTrade, Side, TaskId, TimeInForce, Timeslice, Timeslices, UnitPrice,
};
use serde_json::value::RawValue;
use std::str::FromStr;

/// A value as the format writes it.
pub(crate) trait Value: Sized {
    /// Reads the value of a field, which is named in the error.
    fn read(value: &RawValue, field: &'static str) -> Result<Self, Malformed>;
}

/// A number that is written with digits only and in the range of its type.
fn integer<T: FromStr>(
    value: &RawValue,
    field: &'static str,
    expected: &'static str,
) -> Result<T, Malformed> {
    digits(value.get()).ok_or(Malformed::Invalid { field, expected })
}

/// Digits only, in the range of the type.
fn digits<T: FromStr>(text: &str) -> Option<T> {
    let digits_only = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits_only.then(|| text.parse().ok()).flatten()
}

/// A string that `parse` understands.
fn text<T>(
    value: &RawValue,
    field: &'static str,
    expected: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Malformed> {
    let text = serde_json::from_str::<String>(value.get()).ok();
    text.and_then(|text| parse(&text)).ok_or(Malformed::Invalid { field, expected })
}

impl Value for u64 {
    fn read(value: &RawValue, field: &'static str) -> Result<Self, Malformed> {
        integer(value, field, "an integer from 0 to 2^64 - 1")
    }
}

impl Value for u32 {
    fn read(value: &RawValue, field: &'static str) -> Result<Self, Malformed> {
        integer(value, field, "an integer from 0 to 2^32 - 1")
    }
}

impl Value for u16 {
    fn read(value: &RawValue, field: &'static str) -> Result<Self, Malformed> {
        integer(value, field, "an integer from 0 to 65535")
    }
}

macro_rules! wrapped {
    ($($outer:ident($inner:ty),)*) => {$(
        impl Value for $outer {
            fn read(value: &RawValue, field: &'static str) -> Result<Self, Malformed> {
                <$inner>::read(value, field).map($outer)
            }
        }
    )*};
}
wrapped! {
    BlockNumber(u64), ClientOrderId(u64), InstructionNumber(u64), OrderId(u64), RequestId(u64),
    Parts(u32), TaskId(u32), Timeslice(u32), Timeslices(u32), CoreIndex(u16),
}

impl Value for Ppm {
    fn read(value: &RawValue, field: &'static str) -> Result<Self, Malformed> {
        let expected = "an integer from -2^31 to 2^31 - 1";
        let written = value.get();
        // JSON has no leading zeros: what is left to exclude is a negative zero, fractions and exponents.
        let magnitude = written.strip_prefix('-').unwrap_or(written);
        let is_integer = written != "-0" && digits::<u64>(magnitude).is_some();
        let number = is_integer.then(|| written.parse().ok()).flatten();
        number.map(Ppm).ok_or(Malformed::Invalid { field, expected })
    }
}

/// A planck amount of 64 bits.
pub(crate) struct SmallAmount(pub(crate) u64);

impl Value for SmallAmount {
    fn read(value: &RawValue, field: &'static str) -> Result<Self, Malformed> {
        text(value, field, "a decimal string from 0 to 2^64 - 1", digits).map(SmallAmount)
    }
}

impl Value for UnitPrice {
    fn read(value: &RawValue, field: &'static str) -> Result<Self, Malformed> {
        SmallAmount::read(value, field).map(|SmallAmount(planck)| UnitPrice(planck))
    }
}

impl Value for Planck {
    fn read(value: &RawValue, field: &'static str) -> Result<Self, Malformed> {
        text(value, field, "a decimal string from 0 to 2^128 - 1", digits).map(Planck)
    }
}

impl Value for PartTimeslices {
    fn read(value: &RawValue, field: &'static str) -> Result<Self, Malformed> {
        text(value, field, "a decimal string from 0 to 2^128 - 1", digits).map(PartTimeslices)
    }
}

impl Value for AccountId {
    fn read(value: &RawValue, field: &'static str) -> Result<Self, Malformed> {
        text(value, field, "0x and 64 hex digits", |text| text.parse().ok())
    }
}

impl Value for CoreMask {
    fn read(value: &RawValue, field: &'static str) -> Result<Self, Malformed> {
        text(value, field, "20 hex digits", |text| CoreMask::from_hex(text).ok())
    }
}

impl Value for String {
    fn read(value: &RawValue, field: &'static str) -> Result<Self, Malformed> {
        text(value, field, "a string", |text| Some(text.to_owned()))
    }
}

impl Value for bool {
    fn read(value: &RawValue, field: &'static str) -> Result<Self, Malformed> {
        match value.get() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(Malformed::Invalid { field, expected: "true or false" }),
        }
    }
}

impl Value for Side {
    fn read(value: &RawValue, field: &'static str) -> Result<Self, Malformed> {
        text(value, field, "\"bid\" or \"ask\"", |text| match text {
            "bid" => Some(Side::Bid),
            "ask" => Some(Side::Ask),
            _ => None,
        })
    }
}

impl Value for TimeInForce {
    fn read(value: &RawValue, field: &'static str) -> Result<Self, Malformed> {
        text(value, field, "\"gtc\", \"ioc\" or \"fok\"", |text| match text {
            "gtc" => Some(TimeInForce::GoodTillCancelled),
            "ioc" => Some(TimeInForce::ImmediateOrCancel),
            "fok" => Some(TimeInForce::FillOrKill),
            _ => None,
        })
    }
}

impl Value for SelfTrade {
    fn read(value: &RawValue, field: &'static str) -> Result<Self, Malformed> {
        text(value, field, "\"cancel_taker\" or \"cancel_maker\"", |text| match text {
            "cancel_taker" => Some(SelfTrade::CancelTaker),
            "cancel_maker" => Some(SelfTrade::CancelMaker),
            _ => None,
        })
    }
}

impl Value for FailureOutcome {
    fn read(value: &RawValue, field: &'static str) -> Result<Self, Malformed> {
        text(value, field, "\"returned\" or \"lost\"", |text| match text {
            "returned" => Some(FailureOutcome::Returned),
            "lost" => Some(FailureOutcome::Lost),
            _ => None,
        })
    }
}

impl Value for Delivery {
    fn read(value: &RawValue, field: &'static str) -> Result<Self, Malformed> {
        if value.get().starts_with('{') {
            let mut object = Object::parse(value.get())?;
            let task = object.required("assign")?;
            object.finish()?;
            return Ok(Delivery::Assign(task));
        }
        text(value, field, "\"custody\", \"transfer\" or {\"assign\": task}", |text| match text {
            "custody" => Some(Delivery::Custody),
            "transfer" => Some(Delivery::Transfer),
            _ => None,
        })
    }
}

impl Value for OutflowScope {
    fn read(value: &RawValue, field: &'static str) -> Result<Self, Malformed> {
        if value.get().starts_with('{') {
            let mut object = Object::parse(value.get())?;
            let account = object.required("account")?;
            object.finish()?;
            return Ok(OutflowScope::Account(account));
        }
        text(value, field, "\"venue\", \"each_account\" or {\"account\": account}", |text| match text {
            "venue" => Some(OutflowScope::Venue),
            "each_account" => Some(OutflowScope::EachAccount),
            _ => None,
        })
    }
}

impl Value for OutflowLimit {
    fn read(value: &RawValue, _: &'static str) -> Result<Self, Malformed> {
        let mut object = Object::parse(value.get())?;
        let limit = OutflowLimit {
            funds: object.optional("funds_planck")?,
            regions: object.optional("part_timeslices")?,
        };
        object.finish()?;
        Ok(limit)
    }
}

impl Value for ChainReference {
    fn read(value: &RawValue, _: &'static str) -> Result<Self, Malformed> {
        let mut object = Object::parse(value.get())?;
        let reference = ChainReference { block: object.required("block")?, event: object.required("event")? };
        object.finish()?;
        Ok(reference)
    }
}

impl Value for RegionId {
    fn read(value: &RawValue, _: &'static str) -> Result<Self, Malformed> {
        let mut object = Object::parse(value.get())?;
        let region = RegionId {
            begin: object.required("begin")?,
            core: object.required("core")?,
            mask: object.required("mask")?,
        };
        object.finish()?;
        Ok(region)
    }
}

/// A list. A null in it is no value.
impl<T: Value> Value for Vec<T> {
    fn read(value: &RawValue, field: &'static str) -> Result<Self, Malformed> {
        let values: Vec<&RawValue> = serde_json::from_str(value.get())
            .map_err(|_| Malformed::Invalid { field, expected: "a list" })?;
        values.into_iter().map(|value| T::read(value, field)).collect()
    }
}

//! Windows, regions, amounts, positions.

use super::{FieldError, required};
use coretime_proto::v1;
use coretime_sequencer::{Position, Receipt, Record};
use coretime_types::{CoreIndex, CoreMask, Planck, Region, RegionId, RequestId, Side, Timeslice, Window};

pub(crate) fn window(window: v1::Window) -> Window {
    Window { begin: Timeslice(window.begin_timeslice), end: Timeslice(window.end_timeslice) }
}

pub(crate) fn window_message(window: Window) -> v1::Window {
    v1::Window { begin_timeslice: window.begin.0, end_timeslice: window.end.0 }
}

pub(crate) fn mask(bytes: &[u8], path: &str) -> Result<CoreMask, FieldError> {
    let bytes: [u8; 10] = bytes
        .try_into()
        .map_err(|_| FieldError::new(path, format!("has {} bytes; a core mask has 10", bytes.len())))?;
    Ok(CoreMask::from_bytes(bytes))
}

pub(crate) fn region_id(region: Option<v1::RegionId>, path: &str) -> Result<RegionId, FieldError> {
    let region = required(region, path)?;
    let core = u16::try_from(region.core_index)
        .map_err(|_| FieldError::new("core_index", "is more than 65535").inside(path))?;
    let mask = mask(&region.core_mask, "core_mask").map_err(|fault| fault.inside(path))?;
    Ok(RegionId { begin: Timeslice(region.begin_timeslice), core: CoreIndex(core), mask })
}

pub(crate) fn region_id_message(region: RegionId) -> v1::RegionId {
    v1::RegionId {
        begin_timeslice: region.begin.0,
        core_index: region.core.0.into(),
        core_mask: region.mask.to_bytes().to_vec(),
    }
}

pub(crate) fn region_message(region: Region) -> v1::Region {
    v1::Region {
        begin_timeslice: region.begin.0,
        end_timeslice: region.end.0,
        core_index: region.core.0.into(),
        core_mask: region.mask.to_bytes().to_vec(),
    }
}

pub(crate) fn owned_region_message(region: Region, renewable: bool) -> v1::OwnedRegion {
    v1::OwnedRegion { region: Some(region_message(region)), renewable }
}

/// A decimal string without sign, point or blanks.
pub(crate) fn planck(text: &str, path: &str) -> Result<Planck, FieldError> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let amount = if digits { text.parse().ok() } else { None };
    amount.map(Planck).ok_or_else(|| FieldError::new(path, "is not a decimal number below 2^128"))
}

pub(crate) fn request_id(number: u64) -> Option<RequestId> {
    (number != 0).then_some(RequestId(number))
}

/// A side, or none where it is not given.
pub(crate) fn optional_side(value: i32, path: &str) -> Result<Option<Side>, FieldError> {
    match v1::Side::try_from(value) {
        Ok(v1::Side::Unspecified) => Ok(None),
        Ok(v1::Side::Bid) => Ok(Some(Side::Bid)),
        Ok(v1::Side::Ask) => Ok(Some(Side::Ask)),
        Err(_) => Err(unknown_value(value, path)),
    }
}

pub(crate) fn unknown_value(value: i32, path: &str) -> FieldError {
    FieldError::new(path, format!("has no value {value}"))
}

pub(crate) fn receipt_message(receipt: &Receipt) -> v1::Receipt {
    v1::Receipt {
        sequence: receipt.sequence.0,
        chain_hash: receipt.chain_hash.0.to_vec(),
        time_unix_ms: time_message(receipt.time_ms),
    }
}

/// Where a record is.
pub(crate) fn record_receipt(record: &Record) -> v1::Receipt {
    v1::Receipt {
        sequence: record.sequence.0,
        chain_hash: record.chain_hash.0.to_vec(),
        time_unix_ms: time_message(record.time_ms),
    }
}

pub(crate) fn position_message(position: Position) -> v1::Position {
    v1::Position { sequence: position.sequence.0, chain_hash: position.chain_hash.0.to_vec() }
}

pub(crate) fn time_message(time_ms: u64) -> i64 {
    i64::try_from(time_ms).unwrap_or(i64::MAX)
}

/// The parts after a cut at `pivot`, by id.
pub(crate) fn cut_in_time(region: RegionId, pivot: Timeslice) -> [RegionId; 2] {
    [region, RegionId { begin: pivot, ..region }]
}

/// The parts after taking `mask` out, by id.
pub(crate) fn cut_by_share(region: RegionId, mask: CoreMask) -> [RegionId; 2] {
    [RegionId { mask, ..region }, RegionId { mask: region.mask.without(mask), ..region }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_digits_up_to_the_last_bit() {
        assert_eq!(planck("0", "a"), Ok(Planck(0)));
        assert_eq!(planck(&u128::MAX.to_string(), "a"), Ok(Planck(u128::MAX)));
        let beyond = "340282366920938463463374607431768211456";
        for wrong in ["", "-1", "+1", " 1", "1.0", "1e3", "0x1", "١", beyond] {
            assert_eq!(planck(wrong, "amount_planck").unwrap_err().path, "amount_planck", "{wrong}");
        }
    }

    #[test]
    fn a_region_names_the_part_at_fault() {
        let good = v1::RegionId { begin_timeslice: 1, core_index: 2, core_mask: vec![0xff; 10] };
        let id = region_id(Some(good.clone()), "region_id").unwrap();
        assert_eq!(region_id_message(id), good);
        let fault = |region| region_id(region, "region_id").unwrap_err().path;
        assert_eq!(fault(None), "region_id");
        assert_eq!(fault(Some(v1::RegionId { core_index: 65_536, ..good.clone() })), "region_id.core_index");
        assert_eq!(fault(Some(v1::RegionId { core_mask: vec![0; 9], ..good })), "region_id.core_mask");
    }
}

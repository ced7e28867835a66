//! Pages of lists (AIP-158).

use super::FieldError;
use coretime_types::{
    AccountId, CoreIndex, CoreMask, LedgerPlace, OrderId, RegionId, Sequence, Timeslice, TradeId,
};
use std::str::FromStr;

const DEFAULT_PAGE_SIZE: usize = 100;
const MAX_PAGE_SIZE: i32 = 1_000;

/// How many to give: the default for 0, at most the maximum.
pub(crate) fn page_size(asked: i32) -> Result<usize, FieldError> {
    match usize::try_from(asked.min(MAX_PAGE_SIZE)) {
        Ok(0) => Ok(DEFAULT_PAGE_SIZE),
        Ok(size) => Ok(size),
        Err(_) => Err(FieldError::new("page_size", "is negative")),
    }
}

/// Splits what was read, one more than a page, into the page and whether there is more.
pub(crate) fn cut<T>(mut items: Vec<T>, size: usize) -> (Vec<T>, bool) {
    let more = items.len() > size;
    items.truncate(size);
    (items, more)
}

fn wrong_token() -> FieldError {
    FieldError::new("page_token", "is not a next_page_token of the same request")
}

/// A token that is a number: the last one of the page before.
pub(crate) fn number_token(token: &str) -> Result<Option<u64>, FieldError> {
    if token.is_empty() { Ok(None) } else { number(token).map(Some) }
}

/// A number just as it was given out: without sign, blanks or leading zeros.
fn number<T: FromStr + ToString>(text: &str) -> Result<T, FieldError> {
    let number = text.parse::<T>().ok().filter(|number| number.to_string() == text);
    number.ok_or_else(wrong_token)
}

/// A token of `ListOutflowLimits`: the last account of the page before.
pub(crate) fn account_token(token: &str) -> Result<Option<AccountId>, FieldError> {
    if token.is_empty() {
        return Ok(None);
    }
    let account = token.parse::<AccountId>().ok().filter(|account| account.to_string() == token);
    account.map(Some).ok_or_else(wrong_token)
}

/// A token of `ListFills`: the last trade looked at, and the filter it belongs to.
pub(crate) fn fill_token(token: &str, filter: Option<OrderId>) -> Result<Option<TradeId>, FieldError> {
    if token.is_empty() {
        return Ok(None);
    }
    let (trade, order) = token.split_once('-').ok_or_else(wrong_token)?;
    let (trade, order): (u64, u64) = (number(trade)?, number(order)?);
    if filter.map_or(0, |order| order.0) == order { Ok(Some(TradeId(trade))) } else { Err(wrong_token()) }
}

pub(crate) fn fill_token_text(last: TradeId, filter: Option<OrderId>) -> String {
    format!("{last}-{}", filter.map_or(0, |order| order.0))
}

/// A token of `ListLedgerEntries`: the last entry of the page before.
pub(crate) fn ledger_token(token: &str) -> Result<Option<LedgerPlace>, FieldError> {
    if token.is_empty() {
        return Ok(None);
    }
    let (sequence, index) = token.split_once('-').ok_or_else(wrong_token)?;
    Ok(Some(LedgerPlace { sequence: Sequence(number(sequence)?), index: number(index)? }))
}

pub(crate) fn ledger_token_text(last: LedgerPlace) -> String {
    format!("{}-{}", last.sequence, last.index)
}

/// A token of `ListRegions`: the last region of the page before.
pub(crate) fn region_token(token: &str) -> Result<Option<RegionId>, FieldError> {
    if token.is_empty() {
        return Ok(None);
    }
    let mut parts = token.split('-');
    let (Some(begin), Some(core), Some(mask), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(wrong_token());
    };
    let region = RegionId {
        begin: Timeslice(number(begin)?),
        core: CoreIndex(number(core)?),
        mask: CoreMask::from_hex(mask).map_err(|_| wrong_token())?,
    };
    if region_token_text(region) == token { Ok(Some(region)) } else { Err(wrong_token()) }
}

pub(crate) fn region_token_text(last: RegionId) -> String {
    format!("{}-{}-{}", last.begin, last.core, last.mask)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_a_default_and_a_maximum() {
        assert_eq!(
            [0, 1, 1_000, 1_001, i32::MAX].map(|n| page_size(n).unwrap()),
            [100, 1, 1_000, 1_000, 1_000]
        );
        assert_eq!(page_size(-1).unwrap_err().path, "page_size");
    }

    #[test]
    fn tokens_survive_the_round_trip_and_nothing_else_is_one() {
        let region = RegionId { begin: Timeslice(5), core: CoreIndex(6), mask: CoreMask::FULL };
        assert_eq!(region_token(&region_token_text(region)), Ok(Some(region)));
        let order = Some(OrderId(3));
        assert_eq!(fill_token(&fill_token_text(TradeId(9), order), order), Ok(Some(TradeId(9))));
        assert!(fill_token(&fill_token_text(TradeId(9), order), None).is_err());
        let upper = "5-6-FFFFFFFFFFFFFFFFFFFF";
        for wrong in ["x", "-", "--", "1-2-3-4", "1-2", "é-1", "99999999999999999999", "+5", "005", upper] {
            assert!(number_token(wrong).is_err() && region_token(wrong).is_err(), "{wrong}");
        }
        let place = LedgerPlace { sequence: Sequence(7), index: 2 };
        assert_eq!(ledger_token(&ledger_token_text(place)), Ok(Some(place)));
        let account = AccountId([9; 32]);
        assert_eq!(account_token(&account.to_string()), Ok(Some(account)));
        for wrong in ["x", "1", "-", "1-", "-0", "1-2-3", "+1-0", "01-0", "1-00"] {
            assert!(fill_token(wrong, None).is_err() && ledger_token(wrong).is_err(), "{wrong}");
            assert!(account_token(wrong).is_err(), "{wrong}");
        }
        assert!(ledger_token("1-99999999999").is_err() && account_token(&"0x".repeat(33)).is_err());
    }
}

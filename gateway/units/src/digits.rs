//! Digits to be read.

use rust_decimal::Decimal;

/// Digits of a number that is only to be read; the exact one is beside it.
const SHORT_DIGITS: u32 = 4;

/// `1,234,567`
pub fn grouped(number: u128) -> String {
    group(&number.to_string())
}

/// Four digits, more only before the point.
pub(crate) fn shortened(exact: Decimal) -> String {
    let whole_digits = exact.trunc().to_string().len();
    let digits = SHORT_DIGITS.max(u32::try_from(whole_digits).unwrap_or(u32::MAX));
    let text = exact.round_sf(digits).unwrap_or(exact).normalize().to_string();
    match text.split_once('.') {
        Some((whole, fraction)) => format!("{}.{fraction}", group(whole)),
        None => group(&text),
    }
}

fn group(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

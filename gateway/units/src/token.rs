//! The chain's token.

use crate::digits::{grouped, shortened};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

const DAY_MS: u64 = 86_400_000;
const CORE_PARTS: u64 = 80;
/// What core time is written in.
const CORE_DAYS: &str = "core-days";

/// The chain's token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// For example `DOT`.
    pub symbol: String,
    /// How many decimals it has.
    pub decimals: u32,
    /// How long a timeslice lasts, nominally, in milliseconds: prices are shown for a day.
    pub timeslice_ms: u64,
}

/// Whose safety a price is rounded to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// A buyer's: down.
    Down,
    /// A seller's: up.
    Up,
}

/// A thousandth and so on of the token, where many small prices have to be read side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prefix {
    /// The token itself.
    #[default]
    None,
    /// A thousandth, `m`.
    Milli,
    /// A millionth, `µ`.
    Micro,
    /// A thousandth of that, `n`.
    Nano,
}

impl Prefix {
    /// What is written before the symbol.
    pub fn symbol(self) -> &'static str {
        match self {
            Prefix::None => "",
            Prefix::Milli => "m",
            Prefix::Micro => "µ",
            Prefix::Nano => "n",
        }
    }

    fn per_token(self) -> Decimal {
        Decimal::from(match self {
            Prefix::None => 1,
            Prefix::Milli => 1_000,
            Prefix::Micro => 1_000_000,
            Prefix::Nano => 1_000_000_000,
        })
    }
}

/// Why what a person wrote is no amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// It is no decimal, or below 0.
    #[error("{written:?} is not an amount: write it as 12.5, in {symbol}")]
    NotAnAmount {
        /// What was written.
        written: String,
        /// The token.
        symbol: String,
    },
    /// There is no such part of a planck.
    #[error("{written} is finer than the smallest unit: {symbol} has {decimals} decimals")]
    TooFine {
        /// What was written.
        written: String,
        /// The token.
        symbol: String,
        /// How many it has.
        decimals: u32,
    },
    /// Nothing can hold it.
    #[error("{written} {symbol} is more than there can be")]
    TooLarge {
        /// What was written.
        written: String,
        /// The token.
        symbol: String,
    },
    /// It rounds down to nothing.
    #[error(
        "{written} {symbol} per core and day is less than 1 planck for a part-timeslice: give at least {least}"
    )]
    TooLow {
        /// What was written.
        written: String,
        /// The token.
        symbol: String,
        /// The lowest price, for a core and day.
        least: String,
    },
}

impl Token {
    /// `12.5 DOT`, exact; what a decimal cannot hold is in planck.
    pub fn show(&self, planck: u128) -> String {
        match self.decimal(planck) {
            Some(exact) => format!("{} {}", exact.normalize(), self.symbol),
            None => format!("{planck} planck"),
        }
    }

    /// As [`Token::show`], of an amount as the interface writes it: with a minus sign where it is less than nothing.
    pub fn show_text(&self, planck: &str) -> String {
        let (sign, digits) = planck.strip_prefix('-').map_or(("", planck), |digits| ("-", digits));
        let shown = digits.parse().map(|amount| self.show(amount));
        shown.map_or_else(|_| format!("{planck} planck"), |shown| format!("{sign}{shown}"))
    }

    /// `12.5 DOT (125,000,000,000 planck)`
    pub fn show_exact(&self, planck: u128) -> String {
        match self.decimal(planck) {
            Some(exact) => format!("{} {} ({} planck)", exact.normalize(), self.symbol, grouped(planck)),
            None => format!("{} planck", grouped(planck)),
        }
    }

    /// Four digits without the unit, only to be read: the exact amount belongs beside it.
    pub fn show_short(&self, planck: u128) -> String {
        self.decimal(planck).map_or_else(|| format!("{} planck", grouped(planck)), shortened)
    }

    /// An amount that a person wrote, in planck.
    ///
    /// # Errors
    /// When it is no amount, or not a whole number of planck.
    pub fn planck(&self, written: &str) -> Result<u128, AmountError> {
        let planck = self.scaled(written)?;
        if !planck.is_integer() {
            let (written, symbol) = (written.to_owned(), self.symbol.clone());
            return Err(AmountError::TooFine { written, symbol, decimals: self.decimals });
        }
        planck.to_u128().ok_or_else(|| self.too_large(written))
    }

    /// A price that a person wrote for a core and a day, as planck for a part-timeslice.
    ///
    /// # Errors
    /// When it is no amount, or rounds to 0.
    pub fn unit_price(&self, per_core_day: &str, rounding: Rounding) -> Result<u64, AmountError> {
        let exact = self
            .scaled(per_core_day)?
            .checked_mul(Decimal::from(self.timeslice_ms))
            .and_then(|all| all.checked_div(Decimal::from(CORE_PARTS * DAY_MS)))
            .ok_or_else(|| self.too_large(per_core_day))?;
        let rounded = if rounding == Rounding::Down { exact.floor() } else { exact.ceil() };
        match rounded.to_u64() {
            None => Err(self.too_large(per_core_day)),
            Some(0) => Err(AmountError::TooLow {
                written: per_core_day.to_owned(),
                symbol: self.symbol.clone(),
                least: self.per_core_day(1),
            }),
            Some(price) => Ok(price),
        }
    }

    /// A price in planck for a part-timeslice, as the token for a core and day.
    pub fn per_core_day(&self, unit_price_planck: u64) -> String {
        match self.of_core_day(unit_price_planck) {
            Some(price) => format!("{} {}", price.normalize(), self.symbol),
            None => format!("{unit_price_planck} planck a part-timeslice"),
        }
    }

    /// As [`Token::per_core_day`], in four digits without the unit: the exact price belongs beside it.
    pub fn per_core_day_short(&self, unit_price_planck: u64) -> String {
        self.per_core_day_in(unit_price_planck, Prefix::None)
    }

    /// The same in a part of the token.
    pub fn per_core_day_in(&self, unit_price_planck: u64, prefix: Prefix) -> String {
        let price = self.of_core_day(unit_price_planck);
        let unnamed = || format!("{} planck", grouped(unit_price_planck.into()));
        price.and_then(|price| price.checked_mul(prefix.per_token())).map_or_else(unnamed, shortened)
    }

    /// The largest part of the token in which this price is 1 at least.
    pub fn prefix_of(&self, unit_price_planck: u64) -> Prefix {
        let price = self.of_core_day(unit_price_planck).unwrap_or_default();
        let fits =
            |prefix: &Prefix| price.checked_mul(prefix.per_token()).is_none_or(|shown| shown >= Decimal::ONE);
        [Prefix::None, Prefix::Milli, Prefix::Micro].into_iter().find(fits).unwrap_or(Prefix::Nano)
    }

    /// So much core time that a person wrote in days of a whole core, in part-timeslices; rounded down.
    ///
    /// # Errors
    /// When it is no amount.
    pub fn part_timeslices(&self, core_days: &str) -> Result<u128, AmountError> {
        let (written, symbol) = (core_days.to_owned(), CORE_DAYS.to_owned());
        let days = Decimal::from_str_exact(core_days.trim()).ok().filter(|days| !days.is_sign_negative());
        let Some(days) = days else { return Err(AmountError::NotAnAmount { written, symbol }) };
        let exact = days.checked_mul(self.of_a_core_day());
        let count = exact.and_then(|exact| exact.floor().to_u128());
        count.ok_or(AmountError::TooLarge { written, symbol })
    }

    /// So many part-timeslices, as the interface writes them: `2.5 core-days`.
    pub fn show_core_time(&self, part_timeslices: &str) -> String {
        let count = Decimal::from_str_exact(part_timeslices).ok();
        let days = count.and_then(|count| count.checked_div(self.of_a_core_day()));
        days.map_or_else(
            || format!("{part_timeslices} part-timeslices"),
            |days| format!("{} {CORE_DAYS}", days.round_dp(4).normalize()),
        )
    }

    /// How many part-timeslices a day of a whole core has.
    fn of_a_core_day(&self) -> Decimal {
        let of_a_timeslice = Decimal::from(self.timeslice_ms.max(1));
        Decimal::from(CORE_PARTS * DAY_MS).checked_div(of_a_timeslice).unwrap_or(Decimal::ONE)
    }

    fn of_core_day(&self, unit_price_planck: u64) -> Option<Decimal> {
        let planck = Decimal::from(unit_price_planck)
            .checked_mul(Decimal::from(CORE_PARTS * DAY_MS))?
            .checked_div(Decimal::from(self.timeslice_ms.max(1)))?;
        planck.checked_div(self.unit()?)
    }

    fn decimal(&self, planck: u128) -> Option<Decimal> {
        Decimal::try_from_i128_with_scale(i128::try_from(planck).ok()?, self.decimals).ok()
    }

    /// Ten to the decimals.
    fn unit(&self) -> Option<Decimal> {
        Decimal::try_from_i128_with_scale(10_i128.checked_pow(self.decimals)?, 0).ok()
    }

    /// What a person wrote, in planck.
    fn scaled(&self, written: &str) -> Result<Decimal, AmountError> {
        let number = written.trim().trim_end_matches(&self.symbol).trim_end();
        let decimal = Decimal::from_str_exact(number).ok().filter(|decimal| !decimal.is_sign_negative());
        let decimal = decimal.ok_or_else(|| AmountError::NotAnAmount {
            written: written.to_owned(),
            symbol: self.symbol.clone(),
        })?;
        self.unit().and_then(|unit| decimal.checked_mul(unit)).ok_or_else(|| self.too_large(written))
    }

    fn too_large(&self, written: &str) -> AmountError {
        AmountError::TooLarge { written: written.to_owned(), symbol: self.symbol.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot() -> Token {
        Token { symbol: "DOT".into(), decimals: 10, timeslice_ms: 480_000 }
    }

    #[test]
    fn core_time_is_written_in_days_of_a_core() {
        for (written, count) in [("1", 14_400), ("2.5", 36_000), ("0", 0), ("0.0001", 1), ("0.00006", 0)] {
            assert_eq!(dot().part_timeslices(written), Ok(count), "{written}");
        }
        assert_eq!(dot().show_core_time("36000"), "2.5 core-days");
        assert_eq!(dot().show_core_time("1"), "0.0001 core-days");
        assert_eq!(dot().show_core_time(&u128::MAX.to_string()), format!("{} part-timeslices", u128::MAX));
        for wrong in ["", "-1", "two", "1 week"] {
            assert!(matches!(dot().part_timeslices(wrong), Err(AmountError::NotAnAmount { .. })), "{wrong}");
        }
        let most = "79228162514264337593543950335";
        assert!(matches!(dot().part_timeslices(most), Err(AmountError::TooLarge { .. })));
    }

    #[test]
    fn what_is_less_than_nothing_has_a_sign() {
        assert_eq!(dot().show_text("-125000000000"), "-12.5 DOT");
        assert_eq!(dot().show_text("125000000000"), "12.5 DOT");
        assert_eq!(dot().show_text(&format!("-{}", u128::MAX)), format!("-{} planck", u128::MAX));
    }

    #[test]
    fn amounts_are_exact_both_ways_or_refused() {
        assert_eq!(dot().planck("12.5"), Ok(125_000_000_000));
        assert_eq!(dot().planck("12.5 DOT"), Ok(125_000_000_000));
        assert_eq!(dot().show(125_000_000_000), "12.5 DOT");
        assert_eq!(dot().show(1), "0.0000000001 DOT");
        assert_eq!(dot().show(u128::MAX), format!("{} planck", u128::MAX));
        for wrong in ["", "-1", "1e3", "0.00000000001", "twelve", "79228162514264337593543950335"] {
            assert!(dot().planck(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_bids_limit_is_rounded_down_and_an_asks_up() {
        // 0.4 DOT a core and day: 4,000,000,000 planck for 80 * 180 part-timeslices.
        assert_eq!(dot().unit_price("0.4", Rounding::Down), Ok(277_777));
        assert_eq!(dot().unit_price("0.4", Rounding::Up), Ok(277_778));
        assert_eq!(dot().per_core_day(277_777), "0.39999888 DOT");
        assert_eq!(dot().per_core_day_short(277_777), "0.4");
        assert_eq!(dot().unit_price("0.39999888", Rounding::Down), Ok(277_777));
        assert_eq!(dot().unit_price("0.39999888", Rounding::Up), Ok(277_777));
        assert!(dot().unit_price("0.000001", Rounding::Down).unwrap_err().to_string().contains("0.00000144"));
    }

    #[test]
    fn small_prices_are_read_in_parts_of_the_token() {
        // 0.003744, 0.3744 and 374.4 DOT a core and day.
        for (price, prefix, shown) in [
            (2_600, Prefix::Milli, "3.744"),
            (260_000, Prefix::Milli, "374.4"),
            (260_000_000, Prefix::None, "374.4"),
            (1, Prefix::Micro, "1.44"),
            (0, Prefix::Nano, "0"),
        ] {
            assert_eq!(dot().prefix_of(price), prefix, "{price}");
            assert_eq!(dot().per_core_day_in(price, prefix), shown);
        }
        assert_eq!(dot().per_core_day_in(2_600, Prefix::Micro), "3,744");
    }

    #[test]
    fn amounts_are_short_to_read_and_exact_beside_it() {
        assert_eq!(dot().show_short(3_744_000_000), "0.3744");
        assert_eq!(dot().show_short(123_456_789_012_345), "12,346");
        assert_eq!(
            dot().show_exact(123_456_789_012_345),
            "12345.6789012345 DOT (123,456,789,012,345 planck)"
        );
        assert_eq!(dot().show_short(0), "0");
        assert_eq!(dot().show_exact(1), "0.0000000001 DOT (1 planck)");
        let most = "340,282,366,920,938,463,463,374,607,431,768,211,455 planck";
        assert_eq!(dot().show_exact(u128::MAX), most);
    }
}

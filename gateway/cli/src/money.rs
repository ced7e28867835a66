//! Amounts as people write them. The only place of the command line where planck become decimals and the other way round.

use anyhow::{Context, Result, bail, ensure};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

const DAY_MS: u64 = 86_400_000;
const CORE_PARTS: u64 = 80;

/// The chain's token.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) symbol: String,
    pub(crate) decimals: u32,
    /// How long a timeslice lasts.
    pub(crate) timeslice_ms: u64,
}

/// Whose safety a price is rounded to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rounding {
    /// A buyer's: down.
    Down,
    /// A seller's: up.
    Up,
}

/// `12.5 DOT`, exact; what a decimal cannot hold is shown in planck.
pub fn show_amount(planck: u128, decimals: u32, symbol: &str) -> String {
    let exact = i128::try_from(planck)
        .ok()
        .and_then(|planck| Decimal::try_from_i128_with_scale(planck, decimals).ok());
    match exact {
        Some(decimal) => format!("{} {symbol}", decimal.normalize()),
        None => format!("{planck} planck"),
    }
}

impl Token {
    pub(crate) fn show(&self, planck: u128) -> String {
        show_amount(planck, self.decimals, &self.symbol)
    }

    /// An amount as the interface writes it.
    pub(crate) fn show_text(&self, planck: &str) -> String {
        planck.parse().map_or_else(|_| format!("{planck} planck"), |planck| self.show(planck))
    }

    /// An amount that a person wrote, in planck; exact or not at all.
    pub(crate) fn planck(&self, amount: &str) -> Result<u128> {
        let planck = self.scaled(amount)?;
        ensure!(
            planck.is_integer(),
            "{amount} is finer than the smallest unit: {} has {} decimals",
            self.symbol,
            self.decimals
        );
        planck.to_u128().with_context(|| format!("{amount} is not an amount of {}", self.symbol))
    }

    /// A price of a core for a day, as planck for a part-timeslice, rounded to the trader's safety.
    pub(crate) fn unit_price(&self, per_core_day: &str, rounding: Rounding) -> Result<u64> {
        let too_large = || format!("{per_core_day} is too high a price");
        let planck = self.scaled(per_core_day)?;
        let exact = planck
            .checked_mul(Decimal::from(self.timeslice_ms))
            .and_then(|all| all.checked_div(Decimal::from(CORE_PARTS * DAY_MS)))
            .with_context(too_large)?;
        let rounded = if rounding == Rounding::Down { exact.floor() } else { exact.ceil() };
        let price = rounded.to_u64().with_context(too_large)?;
        if price == 0 {
            bail!(
                "{per_core_day} {} per core and day is less than 1 planck for a part-timeslice: give at least {}",
                self.symbol,
                self.per_core_day(1)
            );
        }
        Ok(price)
    }

    /// A price in planck for a part-timeslice, as a price of a core for a day.
    pub(crate) fn per_core_day(&self, unit_price_planck: u64) -> String {
        let planck = Decimal::from(unit_price_planck)
            .checked_mul(Decimal::from(CORE_PARTS * DAY_MS))
            .and_then(|all| all.checked_div(Decimal::from(self.timeslice_ms.max(1))));
        let unit = 10_i128
            .checked_pow(self.decimals)
            .and_then(|unit| Decimal::try_from_i128_with_scale(unit, 0).ok());
        match planck.zip(unit).and_then(|(planck, unit)| planck.checked_div(unit)) {
            Some(price) => format!("{} {}", price.normalize(), self.symbol),
            None => format!("{unit_price_planck} planck a part-timeslice"),
        }
    }

    /// Times ten to the decimals.
    fn scaled(&self, amount: &str) -> Result<Decimal> {
        let number = amount.trim().trim_end_matches(&self.symbol).trim_end();
        let decimal = Decimal::from_str_exact(number)
            .ok()
            .filter(|decimal| !decimal.is_sign_negative())
            .with_context(|| format!("{amount:?} is not an amount: write it as 12.5, in {}", self.symbol))?;
        let unit = 10_i128
            .checked_pow(self.decimals)
            .and_then(|unit| Decimal::try_from_i128_with_scale(unit, 0).ok());
        unit.and_then(|unit| decimal.checked_mul(unit))
            .with_context(|| format!("{amount} {} is more than there can be", self.symbol))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot() -> Token {
        Token { symbol: "DOT".into(), decimals: 10, timeslice_ms: 480_000 }
    }

    #[test]
    fn amounts_are_exact_both_ways_or_refused() {
        assert_eq!(dot().planck("12.5").unwrap(), 125_000_000_000);
        assert_eq!(dot().planck("12.5 DOT").unwrap(), 125_000_000_000);
        assert_eq!(dot().show(125_000_000_000), "12.5 DOT");
        assert_eq!(dot().show(u128::MAX), format!("{} planck", u128::MAX));
        for wrong in ["", "-1", "1e3", "0.00000000001", "twelve", "79228162514264337593543950335"] {
            assert!(dot().planck(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_bids_limit_is_rounded_down_and_an_asks_up() {
        // 0.4 DOT a core and day: 4,000,000,000 planck for 80 * 180 part-timeslices.
        assert_eq!(dot().unit_price("0.4", Rounding::Down).unwrap(), 277_777);
        assert_eq!(dot().unit_price("0.4", Rounding::Up).unwrap(), 277_778);
        assert_eq!(dot().per_core_day(277_777), "0.39999888 DOT");
        assert_eq!(dot().unit_price("0.39999888", Rounding::Down).unwrap(), 277_777);
        assert_eq!(dot().unit_price("0.39999888", Rounding::Up).unwrap(), 277_777);
        assert!(dot().unit_price("0.000001", Rounding::Down).unwrap_err().to_string().contains("0.00000144"));
    }
}

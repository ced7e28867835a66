//! Quantities as people read them. Money is shown by `coretime-units`; here timeslices become
//! dates.

use coretime_types::{Parts, Planck, Timeslice, Timeslices, UnitPrice};
use coretime_units::Token;
pub(crate) use coretime_units::{Prefix, grouped};
use jiff::Timestamp;

const SECOND_MS: u64 = 1_000;
const MINUTE_MS: u64 = 60 * SECOND_MS;
const HOUR_MS: u64 = 60 * MINUTE_MS;
const DAY_MS: u64 = 24 * HOUR_MS;

/// A number in two forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// To be read: without its unit.
    pub(crate) short: String,
    /// To be relied on: with its unit, and in planck.
    pub(crate) exact: String,
}

/// The chain's token and time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Units {
    pub(crate) token: Token,
}

/// A moment at which the market's clock was read: dates are reckoned from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Now {
    pub(crate) tradable_from: Timeslice,
    pub(crate) unix_ms: u64,
}

impl Units {
    /// The timeslices of so much time, rounded down, at least 1.
    fn timeslices_of(&self, duration_ms: u64) -> Timeslices {
        let count = duration_ms.checked_div(self.token.timeslice_ms).unwrap_or(1);
        Timeslices(u32::try_from(count).unwrap_or(u32::MAX).max(1))
    }

    pub(crate) fn day(&self) -> Timeslices {
        self.timeslices_of(DAY_MS)
    }

    pub(crate) fn hours(&self, hours: u64) -> Timeslices {
        self.timeslices_of(hours.saturating_mul(HOUR_MS))
    }

    /// An amount of money.
    pub(crate) fn amount(&self, amount: Planck) -> Shown {
        Shown { short: self.token.show_short(amount.0), exact: self.token.show_exact(amount.0) }
    }

    /// A price, as the token for a whole core and day.
    pub(crate) fn price(&self, price: UnitPrice) -> Shown {
        let (per_core_day, planck) = (self.token.per_core_day(price.0), grouped(price.0.into()));
        Shown {
            short: self.token.per_core_day_short(price.0),
            exact: format!("{per_core_day} for a core and day: {planck} planck for a part-timeslice"),
        }
    }

    /// A length of time, as `7 d`, `3 d 4 h`, `16 min`.
    pub(crate) fn span(&self, length: Timeslices) -> String {
        let ms = u64::from(length.0).saturating_mul(self.token.timeslice_ms);
        let parts = [
            (ms.checked_div(DAY_MS).unwrap_or(0), "d"),
            (ms % DAY_MS / HOUR_MS, "h"),
            (ms % HOUR_MS / MINUTE_MS, "min"),
            (ms % MINUTE_MS / SECOND_MS, "s"),
        ];
        let mut shown: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, unit)| format!("{count} {unit}"))
            .collect();
        shown.truncate(2);
        if shown.is_empty() { "0 min".to_owned() } else { shown.join(" ") }
    }

    /// About when a timeslice is, if the first one for sale is now.
    fn moment(&self, now: Now, timeslice: Timeslice) -> Option<Timestamp> {
        let offset = i64::from(timeslice.0) - i64::from(now.tradable_from.0);
        let offset_ms = offset.checked_mul(i64::try_from(self.token.timeslice_ms).ok()?)?;
        let unix_ms = i64::try_from(now.unix_ms).ok()?.checked_add(offset_ms)?;
        Timestamp::from_millisecond(unix_ms).ok()
    }

    /// `24 Nov`
    pub(crate) fn date(&self, now: Now, timeslice: Timeslice) -> String {
        self.moment(now, timeslice)
            .map_or_else(|| timeslice.to_string(), |at| at.strftime("%-d %b").to_string())
    }

    /// `24 Nov 2026 16:08 UTC`
    pub(crate) fn date_time(&self, now: Now, timeslice: Timeslice) -> String {
        self.moment(now, timeslice)
            .map_or_else(|| timeslice.to_string(), |at| at.strftime("%-d %b %Y %H:%M UTC").to_string())
    }

    /// `16:08`
    pub(crate) fn hour(&self, now: Now, timeslice: Timeslice) -> String {
        self.moment(now, timeslice)
            .map_or_else(|| timeslice.to_string(), |at| at.strftime("%H:%M").to_string())
    }
}

/// A point in real time, to the second.
pub(crate) fn clock_time(unix_ms: u64) -> Shown {
    let at = i64::try_from(unix_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    at.map_or_else(
        || Shown { short: unix_ms.to_string(), exact: format!("{unix_ms} ms since 1970") },
        |at| Shown {
            short: at.strftime("%H:%M:%S").to_string(),
            exact: at.strftime("%-d %b %Y %H:%M:%S%.3f UTC").to_string(),
        },
    )
}

/// A share of a core, as `1/2 core` or `3 cores`.
pub(crate) fn cores(parts: Parts) -> String {
    let (whole, rest) = (parts.0 / Parts::CORE.0, parts.0 % Parts::CORE.0);
    match (whole, rest) {
        (1, 0) => "1 core".to_owned(),
        (whole, 0) => format!("{whole} cores"),
        (0, rest) if Parts::CORE.0.is_multiple_of(rest) => format!("1/{} core", Parts::CORE.0 / rest),
        (0, rest) => format!("{rest}/80 core"),
        (whole, rest) => format!("{whole} + {rest}/80 cores"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot() -> Units {
        Units { token: Token { symbol: "DOT".into(), decimals: 10, timeslice_ms: 480_000 } }
    }

    #[test]
    fn a_price_is_for_a_core_and_day() {
        let price = dot().price(UnitPrice(260_000));
        assert_eq!(price.short, "0.3744");
        assert!(price.exact.contains("260,000 planck for a part-timeslice"), "{}", price.exact);
    }

    #[test]
    fn time_is_in_words() {
        let units = dot();
        assert_eq!(units.day(), Timeslices(180));
        assert_eq!(units.hours(4), Timeslices(30));
        for (length, text) in [(1, "8 min"), (180, "1 d"), (190, "1 d 1 h"), (0, "0 min"), (8, "1 h 4 min")] {
            assert_eq!(units.span(Timeslices(length)), text);
        }
        let now = Now { tradable_from: Timeslice(1_000), unix_ms: 1_795_000_000_000 };
        assert_eq!(units.date_time(now, Timeslice(1_180)), "19 Nov 2026 11:06 UTC");
        assert_eq!(units.date(now, Timeslice(1_000)), "18 Nov");
        // What is beyond all calendars is a timeslice.
        let far = Units { token: Token { timeslice_ms: u64::MAX, ..units.token } };
        assert_eq!(far.date(now, Timeslice(u32::MAX)), "4294967295");
    }

    #[test]
    fn shares_are_fractions() {
        for (parts, text) in
            [(80, "1 core"), (240, "3 cores"), (40, "1/2 core"), (30, "30/80 core"), (120, "1 + 40/80 cores")]
        {
            assert_eq!(cores(Parts(parts)), text);
        }
    }
}

//! Dates and durations as people write them, and the timeslices they become. Dates without an offset are UTC.

use anyhow::{Context, Result, bail, ensure};
use coretime_proto::v1 as pb;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp, civil, tz::TimeZone};

/// How timeslices and dates go together: from one of which the time is known. Where the venue does not tell it, the first
/// that is sold is taken to begin a timeslice from now: then dates are right to within a timeslice or two.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Calendar {
    pub(crate) known: u32,
    pub(crate) known_begin: Timestamp,
    pub(crate) timeslice_ms: u64,
    pub(crate) now: Timestamp,
}

impl Calendar {
    pub(crate) fn of(clock: &pb::VenueClock, timeslice_ms: u64, now: Timestamp) -> Calendar {
        let told = clock.timeslice_time.as_ref().and_then(|time| {
            let begin = Timestamp::from_millisecond(time.begin_time_unix_ms).ok()?;
            Some((time.timeslice, begin))
        });
        let (known, known_begin) = told.unwrap_or_else(|| {
            let length = SignedDuration::from_millis(i64::try_from(timeslice_ms).unwrap_or(i64::MAX));
            (clock.tradable_from_timeslice, now.checked_add(length).unwrap_or(now))
        });
        Calendar { known, known_begin, timeslice_ms, now }
    }

    /// `@355040` (a timeslice), `2026-12-01`, `2026-12-01T12:00`, `2026-12-01T12:00+01:00`, `today`, `tomorrow`, `now`, or
    /// `in 3 days`. The timeslice that holds that moment.
    pub(crate) fn timeslice(&self, text: &str) -> Result<u32> {
        if let Some(number) = text.strip_prefix('@') {
            return number
                .parse()
                .with_context(|| format!("{text:?} is not a timeslice: write @ and a number"));
        }
        let moment = self.moment(text)?;
        let since = moment.duration_since(self.known_begin).as_millis();
        let steps = since.div_euclid(i128::from(self.timeslice_ms.max(1)));
        u32::try_from(i128::from(self.known) + steps)
            .with_context(|| format!("{text:?} is outside of all time that the chain knows"))
    }

    fn moment(&self, text: &str) -> Result<Timestamp> {
        let midnight = |days: i64| {
            let today = self.now.to_zoned(TimeZone::UTC).date();
            Ok(today.checked_add(Span::new().try_days(days)?)?.to_zoned(TimeZone::UTC)?.timestamp())
        };
        match text.trim() {
            "now" => return Ok(self.now),
            "today" => return midnight(0),
            "tomorrow" => return midnight(1),
            _ => {}
        }
        if let Some(later) = text.trim().strip_prefix("in ") {
            return self.now.checked_add(duration(later)?).context("that is too far away");
        }
        if let Ok(moment) = text.parse::<Timestamp>() {
            return Ok(moment);
        }
        let local: civil::DateTime = text.parse().map_err(|_| {
            anyhow::anyhow!(
                "{text:?} is not a date: write 2026-12-01, 2026-12-01T12:00 (UTC), tomorrow, in 3 days, or @355040 \
                 for a timeslice"
            )
        })?;
        Ok(local.to_zoned(TimeZone::UTC)?.timestamp())
    }

    /// How many timeslices cover a duration: rounded up. `@1260` is a count.
    pub(crate) fn timeslices(&self, text: &str) -> Result<u32> {
        if let Some(number) = text.strip_prefix('@') {
            let count = number.parse().with_context(|| format!("{text:?} is not a count of timeslices"))?;
            ensure!(count > 0, "a duration of no timeslices");
            return Ok(count);
        }
        let length = duration(text)?;
        let count = length.as_millis().unsigned_abs().div_ceil(u128::from(self.timeslice_ms.max(1)));
        let count = u32::try_from(count).with_context(|| format!("{text:?} is too long"))?;
        if length.is_negative() || count == 0 {
            bail!("{text:?} is not a time that something could last");
        }
        Ok(count)
    }

    /// When a timeslice begins, about: to the minute, UTC.
    pub(crate) fn show(&self, timeslice: u32) -> String {
        let steps = i64::from(timeslice) - i64::from(self.known);
        let ms = i64::try_from(self.timeslice_ms).ok().and_then(|length| length.checked_mul(steps));
        let at = ms.and_then(|ms| self.known_begin.checked_add(SignedDuration::from_millis(ms)).ok());
        at.map_or_else(|| format!("@{timeslice}"), |at| at.strftime("%Y-%m-%d %H:%M").to_string())
    }

    /// `[355040, 355220), about 2026-12-01 00:00 to 2026-12-02 00:00 UTC`.
    pub(crate) fn show_window(&self, begin: u32, end: u32) -> String {
        format!("[{begin}, {end}), about {} to {} UTC", self.show(begin), self.show(end))
    }
}

/// A moment that the venue has recorded: `2026-12-01 12:00:00`.
pub(crate) fn show(unix_ms: i64) -> String {
    let at = Timestamp::from_millisecond(unix_ms);
    at.map_or_else(|_| format!("{unix_ms} ms"), |at| at.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

/// `7 days`, `12h`, `1 week 2 days`.
fn duration(text: &str) -> Result<SignedDuration> {
    let span: Span = text.trim().parse().map_err(|_| {
        anyhow::anyhow!(
            "{text:?} is not a duration: write 7 days, 12 hours, or @1260 for a count of timeslices"
        )
    })?;
    span.to_duration(SpanRelativeTo::days_are_24_hours())
        .with_context(|| format!("{text:?}: months and years have no fixed length, write days"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calendar() -> Calendar {
        let clock = pb::VenueClock { tradable_from_timeslice: 1_000, ..pb::VenueClock::default() };
        Calendar::of(&clock, 480_000, "2026-11-23T20:00:00Z".parse().unwrap())
    }

    #[test]
    fn dates_are_reckoned_from_a_timeslice_that_the_venue_tells() {
        let began: Timestamp = "2026-11-23T19:56:06Z".parse().unwrap();
        let time = pb::TimesliceTime { timeslice: 997, begin_time_unix_ms: began.as_millisecond() };
        let clock = pb::VenueClock {
            tradable_from_timeslice: 1_000,
            timeslice_time: Some(time),
            ..pb::VenueClock::default()
        };
        let calendar = Calendar::of(&clock, 480_000, "2026-11-23T20:00:00Z".parse().unwrap());
        assert_eq!(calendar.timeslice("now").unwrap(), 997);
        assert_eq!(calendar.timeslice("2026-11-23T20:04:06").unwrap(), 998);
        assert_eq!(calendar.timeslice("2026-11-23T19:56:05").unwrap(), 996);
        assert_eq!(calendar.show(1_000), "2026-11-23 20:20");
        assert_eq!(calendar.show(0), "2026-11-18 07:00");
    }

    #[test]
    fn dates_become_timeslices() {
        // The first one that is sold begins a timeslice from now.
        assert_eq!(calendar().timeslice("2026-11-23T20:08Z").unwrap(), 1_000);
        assert_eq!(calendar().timeslice("2026-11-23T20:15:59").unwrap(), 1_000);
        assert_eq!(calendar().timeslice("2026-11-23T21:16+01:00").unwrap(), 1_001);
        assert_eq!(calendar().timeslice("2026-11-24").unwrap(), 1_029);
        assert_eq!(calendar().timeslice("tomorrow").unwrap(), 1_029);
        assert_eq!(calendar().timeslice("in 1 day").unwrap(), 1_179);
        assert_eq!(calendar().timeslice("@7").unwrap(), 7);
        assert_eq!(calendar().show(1_180), "2026-11-24 20:08");
        for wrong in ["", "soon", "@", "2026-13-01", "in 2 months"] {
            assert!(calendar().timeslice(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn durations_are_covered() {
        for (text, count) in
            [("7 days", 1_260), ("1 day", 180), ("1h", 8), ("1 week 1 day", 1_440), ("@5", 5)]
        {
            assert_eq!(calendar().timeslices(text).unwrap(), count, "{text}");
        }
        for wrong in ["", "-1 day", "0 days", "@0", "1 month", "long"] {
            assert!(calendar().timeslices(wrong).is_err(), "{wrong}");
        }
    }
}

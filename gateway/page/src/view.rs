//! What somebody looks at, as the page's address says it: `/?scale=days&rows=share&begin=5040&end=5220&count=3&lot=80`.

use crate::units::Units;
use coretime_types::{Parts, Timeslice, Timeslices, Window};
use serde::Deserialize;

/// Cores or shares that the page reckons a purchase for.
pub(crate) const MAX_COUNT: u32 = 100;

/// How long a column of the map is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Scale {
    /// Four hours.
    Hours,
    #[default]
    Days,
    /// Seven days.
    Weeks,
}

/// What the rows of the map are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Rows {
    /// Shares of one core.
    #[default]
    Share,
    /// Cores at once.
    Depth,
}

/// The address's query, as it comes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Query {
    scale: Option<Scale>,
    rows: Option<Rows>,
    from: Option<u32>,
    begin: Option<u32>,
    end: Option<u32>,
    count: Option<u32>,
    lot: Option<u32>,
}

/// What somebody looks at. Two who look at the same are shown the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct View {
    pub(crate) scale: Scale,
    pub(crate) rows: Rows,
    /// Where the map begins; not given: where something is for sale.
    pub(crate) from: Option<Timeslice>,
    /// The window that was chosen.
    pub(crate) window: Option<Window>,
    /// How many of `lot` a purchase is reckoned for: 1 to [`MAX_COUNT`].
    pub(crate) count: u32,
    /// The share that is bought of each core: 1 to 80.
    pub(crate) lot: Parts,
}

/// A field of the query that makes no sense.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub(crate) struct ViewError {
    pub(crate) field: &'static str,
    pub(crate) problem: &'static str,
}

impl Default for View {
    fn default() -> View {
        let (scale, rows) = (Scale::default(), Rows::default());
        View { scale, rows, from: None, window: None, count: 1, lot: Parts::CORE }
    }
}

impl TryFrom<Query> for View {
    type Error = ViewError;

    fn try_from(query: Query) -> Result<View, ViewError> {
        let wrong = |field, problem| ViewError { field, problem };
        let window = match (query.begin, query.end) {
            (None, None) => None,
            (Some(begin), Some(end)) if begin < end => {
                Some(Window { begin: Timeslice(begin), end: Timeslice(end) })
            }
            (Some(_), Some(_)) => return Err(wrong("end", "is not greater than begin")),
            (Some(_), None) => return Err(wrong("end", "is missing")),
            (None, Some(_)) => return Err(wrong("begin", "is missing")),
        };
        let count = query.count.unwrap_or(1);
        if !(1..=MAX_COUNT).contains(&count) {
            return Err(wrong("count", "is not between 1 and 100"));
        }
        let lot = query.lot.unwrap_or(Parts::CORE.0);
        if !(1..=Parts::CORE.0).contains(&lot) {
            return Err(wrong("lot", "is not between 1 and 80"));
        }
        Ok(View {
            scale: query.scale.unwrap_or_default(),
            rows: query.rows.unwrap_or_default(),
            from: query.from.map(Timeslice),
            window,
            count,
            lot: Parts(lot),
        })
    }
}

impl View {
    /// All that is bought together.
    pub(crate) fn parts(&self) -> Parts {
        Parts(self.count.saturating_mul(self.lot.0))
    }

    /// The same as an address.
    pub(crate) fn address(&self) -> String {
        let mut query = format!("/?scale={}&rows={}", self.scale.name(), self.rows.name());
        if let Some(from) = self.from {
            query += &format!("&from={from}");
        }
        if let Some(window) = self.window {
            query += &format!("&begin={}&end={}", window.begin, window.end);
        }
        query + &format!("&count={}&lot={}", self.count, self.lot)
    }
}

impl Scale {
    pub(crate) const ALL: [Scale; 3] = [Scale::Hours, Scale::Days, Scale::Weeks];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Scale::Hours => "hours",
            Scale::Days => "days",
            Scale::Weeks => "weeks",
        }
    }

    pub(crate) fn label(self) -> &'static str {
        match self {
            Scale::Hours => "4 hours",
            Scale::Days => "days",
            Scale::Weeks => "weeks",
        }
    }

    /// How long a column is.
    pub(crate) fn length(self, units: &Units) -> Timeslices {
        match self {
            Scale::Hours => units.hours(4),
            Scale::Days => units.day(),
            Scale::Weeks => units.hours(7 * 24),
        }
    }

    /// How many columns there are.
    pub(crate) fn columns(self) -> usize {
        match self {
            Scale::Hours => 42,
            Scale::Days => 28,
            Scale::Weeks => 12,
        }
    }
}

impl Rows {
    pub(crate) const ALL: [Rows; 2] = [Rows::Share, Rows::Depth];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Rows::Share => "share",
            Rows::Depth => "depth",
        }
    }

    pub(crate) fn label(self) -> &'static str {
        match self {
            Rows::Share => "by share",
            Rows::Depth => "by depth",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(query: &str) -> Result<View, String> {
        let query: Query = serde_urlencoded::from_str(query).map_err(|error| error.to_string())?;
        View::try_from(query).map_err(|error| error.to_string())
    }

    #[test]
    fn an_address_comes_back_as_the_same_view() {
        let window = Some(Window { begin: Timeslice(5), end: Timeslice(9) });
        let view_ = View {
            scale: Scale::Weeks,
            rows: Rows::Depth,
            from: Some(Timeslice(3)),
            window,
            count: 7,
            lot: Parts(8),
        };
        for wanted in [View::default(), view_] {
            assert_eq!(view(wanted.address().trim_start_matches("/?")), Ok(wanted));
        }
    }

    #[test]
    fn what_makes_no_sense_names_the_field() {
        for (query, field) in [
            ("begin=5", "end"),
            ("end=5", "begin"),
            ("begin=5&end=5", "end"),
            ("count=0", "count"),
            ("count=101", "count"),
            ("lot=81", "lot"),
            ("scale=years", "years"),
            ("begin=-1&end=5", "digit"),
            ("what=1", "what"),
        ] {
            let error = view(query).unwrap_err();
            assert!(error.contains(field), "{query}: {error}");
        }
    }
}

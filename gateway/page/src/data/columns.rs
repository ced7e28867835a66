//! The columns of the map: windows of one length, one after the other.

use crate::{units::Units, view::View};
use coretime_types::{Region, Timeslice, UnitPrice, Window};

/// Where the map begins if nobody says so: where the first region begins that is for sale, else the first that is in
/// custody, never before the clock.
pub(crate) fn origin(
    view: &View,
    tradable_from: Timeslice,
    supply: impl Iterator<Item = (Region, Option<UnitPrice>)>,
) -> Timeslice {
    if let Some(from) = view.from {
        return from.max(tradable_from);
    }
    let (mut offered, mut held): (Option<Timeslice>, Option<Timeslice>) = (None, None);
    for (region, price) in supply {
        if region.end <= tradable_from {
            continue;
        }
        let begin = region.begin.max(tradable_from);
        let first = if price.is_some() { &mut offered } else { &mut held };
        *first = Some(first.map_or(begin, |first| first.min(begin)));
    }
    offered.or(held).unwrap_or(tradable_from)
}

/// The windows, as far as timeslices go.
pub(crate) fn columns(view: &View, units: &Units, origin: Timeslice) -> Vec<Window> {
    let length = view.scale.length(units);
    let mut begin = origin;
    let mut columns = Vec::with_capacity(view.scale.columns());
    while columns.len() < view.scale.columns()
        && let Some(end) = begin.checked_add(length)
    {
        columns.push(Window { begin, end });
        begin = end;
    }
    columns
}

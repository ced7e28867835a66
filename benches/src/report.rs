//! What was measured, as tables for people and lines for programs.

// A measurement is an approximation by nature; nothing here is replayed.
#![allow(clippy::float_arithmetic)]

use crate::adversary::Probed;
use crate::contest::Measured;
use crate::measure::{Percentiles, a_second, quotient};
use comfy_table::{Cell, CellAlignment, ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use serde::Serialize;

/// A line of the JSON output. `ratio` is ours / peer, above 1 is faster; a line without a peer says how fast its subject
/// was by itself.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The flow.
    pub flow: String,
    /// How many orders rested at the start.
    pub depth: usize,
    /// Who was measured.
    pub subject: &'static str,
    /// Whom it is compared with.
    pub peer: Option<&'static str>,
    /// By CPU time, the median of the rounds.
    pub messages_per_second: Option<f64>,
    /// How many times as fast as the peer, the median of the rounds.
    pub ratio: Option<f64>,
    /// Half of the messages took no longer.
    pub p50_ns: Option<u64>,
    /// 99 of 100.
    pub p99_ns: Option<u64>,
    /// 999 of 1,000.
    pub p999_ns: Option<u64>,
}

impl Line {
    /// The line of a subject by itself.
    pub fn alone(flow: &str, depth: usize, measured: &Measured, messages: usize) -> Line {
        let percentiles = measured.percentiles;
        Line {
            flow: flow.to_owned(),
            depth,
            subject: measured.name,
            peer: None,
            messages_per_second: measured.messages_per_second(messages).map(f64::round),
            ratio: None,
            p50_ns: percentiles.map(|percentiles| percentiles.p50_ns),
            p99_ns: percentiles.map(|percentiles| percentiles.p99_ns),
            p999_ns: percentiles.map(|percentiles| percentiles.p999_ns),
        }
    }
}

/// The lines of a contest: ours against each peer, and each peer by itself.
pub fn contest_lines(depth: usize, measured: &[Measured], messages: usize) -> Vec<Line> {
    let Some((ours, peers)) = measured.split_first() else { return Vec::new() };
    let our_line = Line::alone("plain", depth, ours, messages);
    if peers.is_empty() {
        return vec![our_line];
    }
    let against = |peer: &Measured| Line {
        peer: Some(peer.name),
        ratio: ours.ratio(peer).map(four_digits),
        ..our_line.clone()
    };
    let lines = peers.iter().map(against);
    lines.chain(peers.iter().map(|peer| Line::alone("plain", depth, peer, messages))).collect()
}

/// The table of a contest.
pub fn contest_table(measured: &[Measured], messages: usize) -> Table {
    let mut table =
        table(&["subject", "messages/s", "ours / it", "p50 ns", "p99 ns", "p99.9 ns", "trades", "remark"]);
    let Some(ours) = measured.first() else { return table };
    for (n, one) in measured.iter().enumerate() {
        let ratio = if n == 0 { None } else { ours.ratio(one) };
        let mut row = vec![
            Cell::new(one.name),
            number(one.messages_per_second(messages).map(whole)),
            right(ratio.map_or_else(String::new, |ratio| four_digits(ratio).to_string())),
        ];
        row.extend(percentile_cells(one.percentiles));
        row.push(number(Some(one.trades)));
        let same = if n == 0 { "" } else { "the same trades" };
        row.push(Cell::new(one.remark.as_deref().unwrap_or(same)));
        table.add_row(row);
    }
    table
}

/// The line of an adversary: the peer is the budget, so a ratio above 1 keeps it.
pub fn probed_line(probed: &Probed) -> Line {
    let percentiles = probed.percentiles;
    let of_budget = probed.p99_of_budget_thousandths;
    Line {
        flow: format!("adversary/{}", probed.name),
        depth: probed.resting,
        subject: "coretime-market",
        peer: Some("budget"),
        messages_per_second: percentiles.map(|_| a_second(probed.commands, probed.total_ns).round()),
        ratio: of_budget.map(|of_budget| four_digits(quotient(1_000, of_budget))),
        p50_ns: percentiles.map(|percentiles| percentiles.p50_ns),
        p99_ns: percentiles.map(|percentiles| percentiles.p99_ns),
        p999_ns: percentiles.map(|percentiles| percentiles.p999_ns),
    }
}

/// The table of the adversaries.
pub fn probed_table(all: &[Probed]) -> Table {
    let columns = [
        "adversary",
        "resting",
        "commands",
        "events",
        "p50 ns",
        "p99 ns",
        "p99.9 ns",
        "p99 / budget",
        "remark",
    ];
    let mut table = table(&columns);
    for probed in all {
        let mut row = vec![
            Cell::new(probed.name),
            number(Some(probed.resting as u64)),
            number(Some(probed.commands as u64)),
            number(Some(probed.events)),
        ];
        row.extend(percentile_cells(probed.percentiles));
        let of_budget = probed.p99_of_budget_thousandths;
        row.push(right(
            of_budget.map_or_else(String::new, |part| four_digits(quotient(part, 1_000)).to_string()),
        ));
        row.push(Cell::new(probed.remark.as_deref().unwrap_or("")));
        table.add_row(row);
    }
    table
}

/// The table of *windows*: next to our own *plain* at the same depth where that was measured, and how much a message's
/// time grows from the least depth, by CPU time.
pub fn windows_table(windows: &[(usize, Measured)], plain: &[(usize, Measured)], messages: usize) -> Table {
    let columns = [
        "resting",
        "messages/s",
        "p50 ns",
        "p99 ns",
        "p99.9 ns",
        "p50 / plain's",
        "p99 / plain's",
        "growth",
        "growth / plain's",
        "trades",
        "remark",
    ];
    let mut table = table(&columns);
    let rate =
        |measured: Option<&Measured>| measured.and_then(|measured| measured.messages_per_second(messages));
    let growth = |of: &[(usize, Measured)], depth: usize| {
        let first = rate(of.first().map(|(_, measured)| measured))?;
        let here = rate(of.iter().find(|(at, _)| *at == depth).map(|(_, measured)| measured))?;
        Some(first / here)
    };
    for (depth, measured) in windows {
        let ours = measured.percentiles;
        let theirs = plain.iter().find(|(at, _)| at == depth).and_then(|(_, measured)| measured.percentiles);
        let to_plain = |of: fn(Percentiles) -> u64| {
            ours.zip(theirs).map(|(windows, plain)| quotient(of(windows), of(plain)))
        };
        let grown = growth(windows, *depth);
        let grown_as_plain = grown.zip(growth(plain, *depth)).map(|(windows, plain)| windows / plain);
        let two =
            |number: Option<f64>| right(number.map_or_else(String::new, |number| format!("{number:.2}")));
        let mut row = vec![number(Some(*depth as u64)), number(rate(Some(measured)).map(whole))];
        row.extend(percentile_cells(ours));
        row.extend([
            two(to_plain(|percentiles| percentiles.p50_ns)),
            two(to_plain(|percentiles| percentiles.p99_ns)),
            two(grown),
            two(grown_as_plain),
            number(Some(measured.trades)),
            Cell::new(measured.remark.as_deref().unwrap_or("")),
        ]);
        table.add_row(row);
    }
    table
}

/// Three cells: p50, p99 and p99.9 in nanoseconds.
pub fn percentile_cells(percentiles: Option<Percentiles>) -> [Cell; 3] {
    [
        number(percentiles.map(|percentiles| percentiles.p50_ns)),
        number(percentiles.map(|percentiles| percentiles.p99_ns)),
        number(percentiles.map(|percentiles| percentiles.p999_ns)),
    ]
}

/// An empty table with these columns.
pub fn table(columns: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(columns.to_vec());
    table
}

/// A number with commas, to the right; empty if there is none.
pub fn number(number: Option<u64>) -> Cell {
    right(number.map_or_else(String::new, grouped))
}

/// A text to the right.
pub fn right(text: String) -> Cell {
    Cell::new(text).set_alignment(CellAlignment::Right)
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Rounded to four digits, wherever the point is: a ratio can be far below 1.
pub fn four_digits(number: f64) -> f64 {
    if number == 0.0 || !number.is_finite() {
        return number;
    }
    let after_point = 3.0 - number.abs().log10().floor();
    let shift = 10_f64.powf(after_point.abs());
    // Multiplying by a power of ten is exact where dividing by its inverse is not.
    if after_point >= 0.0 { (number * shift).round() / shift } else { (number / shift).round() * shift }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate of messages is positive and far below 2^63"
)]
fn whole(number: f64) -> u64 {
    number.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas() {
        let texts = [0, 999, 1_000, 1_234_567].map(grouped);
        assert_eq!(texts, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn ratios_have_four_digits() {
        let texts =
            [0.0, 1.23456, 0.000_651_27, 12_345.6, 1_000.0].map(|number| four_digits(number).to_string());
        assert_eq!(texts, ["0", "1.235", "0.0006513", "12350", "1000"]);
    }

    #[test]
    fn a_ratio_is_ours_to_theirs_in_the_same_round() {
        let of = |name, rounds_ns| Measured {
            name,
            rounds_ns,
            percentiles: Some(Percentiles { p50_ns: 1, p99_ns: 2, p999_ns: 3 }),
            trades: 0,
            remark: None,
        };
        let measured = [of("ours", vec![100, 200, 100]), of("peer", vec![200, 400, 900])];
        let lines = contest_lines(10, &measured, 100);
        assert_eq!(lines.len(), 2);
        assert_eq!((lines[0].subject, lines[0].peer, lines[0].ratio), ("ours", Some("peer"), Some(2.0)));
        assert_eq!(lines[0].messages_per_second, Some(1e9));
        assert_eq!((lines[1].subject, lines[1].peer, lines[1].ratio), ("peer", None, None));
        let text = serde_json::to_string(&lines[0]).unwrap();
        assert_eq!(
            text,
            r#"{"flow":"plain","depth":10,"subject":"ours","peer":"peer","messages_per_second":1000000000.0,"ratio":2.0,"p50_ns":1,"p99_ns":2,"p999_ns":3}"#
        );
    }
}

//! What was measured, as tables for people and lines for programs.

// A measurement is an approximation by nature; nothing here is replayed.
#![allow(clippy::float_arithmetic)]

use crate::contest::Measured;
use crate::measure::Percentiles;
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
        ratio: ours.ratio(peer).map(thousandths),
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
            right(ratio.map_or_else(String::new, |ratio| format!("{ratio:.3}"))),
        ];
        row.extend(percentile_cells(one.percentiles));
        row.push(number(Some(one.trades)));
        let same = if n == 0 { "" } else { "the same trades" };
        row.push(Cell::new(one.remark.as_deref().unwrap_or(same)));
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

/// Rounded to three digits after the point.
pub fn thousandths(number: f64) -> f64 {
    (number * 1_000.0).round() / 1_000.0
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

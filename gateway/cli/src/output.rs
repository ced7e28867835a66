//! What a command shows: text for people, one JSON value for programs.

use comfy_table::{Table, presets};
use serde_json::Value;

/// What a command shows.
pub(crate) struct Shown {
    pub(crate) text: String,
    pub(crate) json: Value,
}

impl Shown {
    pub(crate) fn new(text: impl Into<String>, json: Value) -> Shown {
        Shown { text: text.into(), json }
    }

    pub(crate) fn print(&self, json: bool) {
        if json {
            println!("{}", self.json);
        } else {
            println!("{}", self.text.trim_end());
        }
    }
}

/// A table, or what is said where it would have no rows.
pub(crate) fn table(header: &[&str], rows: Vec<Vec<String>>, none: &str) -> String {
    if rows.is_empty() {
        return none.to_owned();
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header.iter().copied());
    for row in rows {
        table.add_row(row);
    }
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

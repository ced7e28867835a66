//! What a campaign reached.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{self, Write as _},
};

/// Counts by name. Only changed inputs count, not those of the corpus itself.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub(crate) inputs: u64,
    /// Fewer inputs than the test asks for: they may miss what is rare without any fault.
    is_short: bool,
    counts: BTreeMap<String, u64>,
}

impl Tally {
    pub(crate) fn new(is_short: bool) -> Tally {
        Tally { is_short, ..Tally::default() }
    }

    /// Counts one of `what`.
    pub fn count(&mut self, what: impl Into<String>) {
        *self.counts.entry(what.into()).or_default() += 1;
    }

    /// How many inputs there were.
    pub fn inputs(&self) -> u64 {
        self.inputs
    }

    /// How many of `what` there were.
    pub fn of(&self, what: &str) -> u64 {
        self.counts.get(what).copied().unwrap_or_default()
    }

    /// Fails if one of these was never reached, unless `FUZZ_INPUTS` asked for less than the test's default.
    pub fn assert_reached<S: AsRef<str>>(&self, all: impl IntoIterator<Item = S>) {
        let missing: Vec<_> = all.into_iter().filter(|what| self.of(what.as_ref()) == 0).collect();
        let missing: Vec<_> = missing.iter().map(AsRef::as_ref).collect();
        assert!(missing.is_empty() || self.is_short, "never reached: {missing:?}");
    }

    /// Fails if less than `percent` of all inputs were `what`.
    pub fn assert_share(&self, what: &str, percent: u64) {
        let (count, inputs) = (self.of(what), self.inputs);
        assert!(count * 100 >= inputs * percent || self.is_short, "only {count} of {inputs} inputs: {what}");
    }

    /// Prints the counts where the test harness does not hold them back.
    pub(crate) fn print(&self, title: &str) {
        let mut text = format!("fuzzed {title}: {} inputs\n", self.inputs);
        for (what, count) in &self.counts {
            let _ = writeln!(text, "{count:>9} {what}");
        }
        // The harness captures what the macros print, not what is written; a closed stderr is no fault of the test.
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

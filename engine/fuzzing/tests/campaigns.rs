//! Campaigns find what they must, say where, and are the same each time.

use coretime_fuzzing::{Campaign, Corpus, Tally};
use std::{
    cell::RefCell,
    panic::{AssertUnwindSafe, catch_unwind},
};

const CORPUS: &str = "# A remark.\n{\"parts\":80,\"side\":\"bid\"}\n\n{\"parts\":7,\"side\":\"ask\"}\n";

/// A decoder with three faults, each behind a check of its own.
fn faulty(input: &[u8], tally: &mut Tally) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Some(rest) = text.strip_prefix("{\"parts\":") else { return };
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    match digits.parse::<u64>() {
        Ok(0) => tally.count("zero"),
        Ok(4_294_967_296..) => tally.count("more than 32 bits"),
        Ok(_) if rest.contains("\"ask\"") && digits == "80" => tally.count("a number of another input"),
        Ok(_) => tally.count("well"),
        Err(_) => tally.count("no number"),
    }
}

#[test]
fn every_fault_is_reached() {
    let tally = Campaign::fixed("a faulty decoder", 20_000, 1).run(&Corpus::lines(CORPUS), faulty);
    tally.assert_reached(["zero", "more than 32 bits", "a number of another input", "no number"]);
    tally.assert_share("well", 20);
}

#[test]
fn what_was_not_reached_fails() {
    let mut tally = Tally::default();
    tally.count("there");
    tally.assert_reached(["there"]);
    assert!(catch_unwind(|| tally.assert_reached(["there", "nothing of the kind"])).is_err());
    let run = Campaign::fixed("nothing", 1, 1).run(&Corpus::lines(CORPUS), |_, _| {});
    run.assert_share("anything", 0);
    assert!(catch_unwind(|| run.assert_share("anything", 1)).is_err());
}

#[test]
fn the_inputs_are_the_same_each_time() {
    let seen = || {
        let seen = RefCell::new(Vec::new());
        let note = |input: &[u8], _: &mut Tally| seen.borrow_mut().push(input.to_vec());
        Campaign::fixed("the same inputs", 500, 1).run(&Corpus::lines(CORPUS), note);
        seen.into_inner()
    };
    let first = seen();
    assert_eq!(first, seen());
    // The corpus as it is comes first; then most inputs are other ones.
    assert_eq!(first[0], CORPUS.lines().nth(1).map(str::as_bytes).unwrap_or_default());
    let distinct: std::collections::BTreeSet<_> = first.iter().collect();
    assert!(distinct.len() > 250, "{}", distinct.len());
}

#[test]
fn a_panic_ends_the_campaign() {
    let fails = |input: &[u8], _: &mut Tally| assert!(!input.ends_with(b"0}"), "found");
    let corpus = Corpus::hex_lines("7b7d\n7b307d2c");
    let run = || Campaign::fixed("a decoder that panics", 50_000, 1).run(&corpus, fails);
    let panic = catch_unwind(AssertUnwindSafe(run)).expect_err("it is found");
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"found"));
}

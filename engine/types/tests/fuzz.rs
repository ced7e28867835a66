//! The binary form of commands and events, as the command log decodes it: changed bytes are refused, or are the one
//! form of what they mean.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy does not take helpers of tests for tests")]

use codec::{DecodeAll, Encode};
use coretime_fuzzing::{Campaign, Corpus, Tally, within_bytes};
use coretime_types::{Command, Event, RejectReason};
use std::{collections::BTreeSet, fmt::Debug};

const COMMANDS: &str = include_str!("corpus/commands.hex");
const EVENTS: &str = include_str!("corpus/events.hex");

/// Decoding takes some times the length, and the codec reads lists in pieces of up to 16 KiB.
fn enough_for(bytes: &[u8]) -> u64 {
    20_000 + 8 * bytes.len() as u64
}

fn decoded<T: DecodeAll>(mut bytes: &[u8]) -> Option<T> {
    T::decode_all(&mut bytes).ok()
}

/// The name of the variant.
fn kind(value: &impl Debug) -> String {
    format!("{value:?}").chars().take_while(char::is_ascii_alphanumeric).collect()
}

/// The kinds in the corpus: each line is the one form of a value, and no kind is missing.
fn kinds<T: DecodeAll + Encode + Debug>(corpus: &Corpus) -> BTreeSet<String> {
    let values = corpus.inputs().iter().map(|bytes| {
        let value = decoded::<T>(bytes).unwrap_or_else(|| panic!("{} does not decode", hex(bytes)));
        assert_eq!(value.encode(), *bytes, "{value:?}");
        value
    });
    let kinds: BTreeSet<_> = values.map(|value| kind(&value)).collect();
    // The variant after the last one, with all its fields zero, must not be there.
    let mut next = vec![0; 500];
    next[0] = u8::try_from(kinds.len()).unwrap();
    let exists = (1..next.len()).any(|length| decoded::<T>(&next[..length]).is_some());
    assert!(!exists, "the corpus lacks a kind: only {kinds:?} are there");
    kinds
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Refused, or the one form of what it means.
fn check<T: DecodeAll + Encode + Debug + PartialEq>(bytes: &[u8], tally: &mut Tally) -> Option<T> {
    let Some(value) = within_bytes(enough_for(bytes), || decoded::<T>(bytes)) else {
        tally.count("refused");
        return None;
    };
    assert_eq!(value.encode(), bytes, "{value:?}");
    assert_eq!(decoded::<T>(&[bytes, &[0]].concat()), None, "a byte more");
    assert_eq!(decoded::<T>(&bytes[..bytes.len() - 1]), None, "a byte less");
    tally.count("decoded");
    tally.count(kind(&value));
    Some(value)
}

#[test]
fn changed_commands_are_refused_or_decoded_whole() {
    let corpus = Corpus::hex_lines(COMMANDS);
    let kinds = kinds::<Command>(&corpus);
    let tally = Campaign::new("binary commands", 300_000).run(&corpus, |bytes, tally| {
        match check::<Command>(bytes, tally) {
            Some(Command::Quote { place, .. }) if place.len() > 1 => tally.count("a quote of several orders"),
            Some(Command::Basket { legs, .. }) if legs.len() > 1 => tally.count("a basket of several legs"),
            Some(Command::SettlementSubmitted(submitted)) if !submitted.extrinsic.is_empty() => {
                tally.count("an extrinsic's bytes");
            }
            Some(Command::Halt { cause } | Command::Resume { cause }) if !cause.is_ascii() => {
                tally.count("a cause beyond ASCII");
            }
            _ => {}
        }
    });
    tally.assert_share("decoded", 25);
    tally.assert_share("refused", 10);
    tally.assert_reached(kinds);
    tally.assert_reached(["a quote of several orders", "a basket of several legs"]);
    tally.assert_reached(["an extrinsic's bytes", "a cause beyond ASCII"]);
}

#[test]
fn changed_events_are_refused_or_decoded_whole() {
    let corpus = Corpus::hex_lines(EVENTS);
    let kinds = kinds::<Event>(&corpus);
    let tally = Campaign::new("binary events", 300_000).run(&corpus, |bytes, tally| {
        match check::<Event>(bytes, tally) {
            Some(Event::Rejected(rejection)) => tally.count(rejection.reason.name()),
            Some(Event::Instruction { call, .. }) => tally.count(format!("call: {}", kind(&call))),
            Some(Event::Done { reason, .. }) => tally.count(format!("done: {reason:?}")),
            Some(Event::InstructionEnded { end, .. }) => tally.count(format!("ended: {end:?}")),
            Some(Event::ModeChanged { mode }) => tally.count(format!("mode: {mode:?}")),
            _ => {}
        }
    });
    tally.assert_share("decoded", 20);
    tally.assert_share("refused", 10);
    tally.assert_reached(kinds);
    tally.assert_reached(RejectReason::ALL.iter().map(|reason| reason.name()));
    tally.assert_reached(["call: Transfer", "call: Assign", "call: Pay"]);
    tally.assert_reached(
        ["Filled", "Cancelled", "Expired", "SelfTrade"].map(|reason| format!("done: {reason}")),
    );
    tally
        .assert_reached(["Confirmed", "Failed(Returned)", "Failed(Lost)"].map(|end| format!("ended: {end}")));
    // The third mode is in the corpus.
    tally.assert_reached(["mode: Open", "mode: Halted"]);
}

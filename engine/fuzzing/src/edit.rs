//! Changes to an input.

use crate::{
    corpus::Kind,
    wire::{FieldChange, Place, change_field, varint},
    words::{find_item, find_value, find_word, find_word_like},
};
use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any},
    prop_oneof,
    sample::{Index, select},
};
use std::ops::Range;

/// Numbers next to which decoders and rules change their mind.
const NUMBERS: &[u128] = &[
    0,
    1,
    79,
    80,
    81,
    127,
    128,
    255,
    256,
    65_535,
    65_536,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_fffe,
    0xffff_ffff,
    0x1_0000_0000,
    0x7fff_ffff_ffff_ffff,
    0xffff_ffff_ffff_ffff,
    0x1_0000_0000_0000_0000,
    u128::MAX,
];

/// What may stand in a text where a number or a name stood.
const WORDS: &[&str] = &[
    "-1",
    "-0",
    "+1",
    "01",
    "1.0",
    "1e3",
    "0x1",
    "1_000",
    "340282366920938463463374607431768211456",
    "null",
    "true",
    "false",
    "{}",
    "[]",
    "\"\"",
    "\"1\"",
    "\\u0041",
    "\\ud800",
    "é",
    "",
];

/// One change. Places are taken modulo what is there, so that every change fits every input.
#[derive(Clone, Debug)]
pub(crate) enum Edit {
    FlipBit {
        at: Index,
        bit: u8,
    },
    SetByte {
        at: Index,
        value: u8,
    },
    AddToByte {
        at: Index,
        by: u8,
    },
    Insert {
        at: Index,
        bytes: Vec<u8>,
    },
    Remove {
        at: Index,
        length: usize,
    },
    Truncate {
        at: Index,
    },
    Repeat {
        at: Index,
        length: usize,
        times: usize,
    },
    Move {
        at: Index,
        length: usize,
        to: Index,
    },
    /// A little-endian number of `width` bytes.
    SetNumber {
        at: Index,
        value: u128,
        width: usize,
    },
    /// The base 128 number that begins there.
    SetVarint {
        at: Index,
        value: u128,
    },
    /// A word becomes this one.
    SetWord {
        at: Index,
        word: String,
    },
    /// A word becomes one of its kind (number, name, key) of another input.
    TakeWord {
        at: Index,
        input: Index,
        from: Index,
    },
    /// A word and another one of its kind change places.
    SwapWords {
        at: Index,
        with: Index,
    },
    /// A number that is written in digits becomes this one.
    SetDigits {
        at: Index,
        value: u128,
    },
    /// The value of a field becomes this one.
    SetValue {
        at: Index,
        value: String,
    },
    /// An item of a list or an object goes.
    RemoveItem {
        at: Index,
    },
    /// An item of a list or an object of another input is put in as often.
    TakeItem {
        at: Index,
        input: Index,
        from: Index,
        times: usize,
    },
    /// Puts a span of another input in; `over` what is there, or between.
    Splice {
        at: Index,
        input: Index,
        from: Index,
        length: usize,
        over: bool,
    },
    /// Puts another whole input behind.
    Append {
        input: Index,
    },
    /// Changes a field of a protobuf message; the path leads to it, through messages within messages.
    Field {
        path: Vec<Place>,
        change: FieldChange,
        input: Index,
        taken: Vec<Place>,
    },
}

/// A list of changes, mostly short, that suit inputs of this kind.
pub(crate) fn edits(kind: Kind) -> impl Strategy<Value = Vec<Edit>> {
    let edit = || match kind {
        Kind::Texts => {
            prop_oneof![1 => bytes(), 2 => spans(), 12 => words(), 5 => items(), 1 => others()].boxed()
        }
        Kind::Bytes => prop_oneof![6 => bytes(), 3 => spans(), 6 => numbers(), 3 => others()].boxed(),
        Kind::Messages => {
            prop_oneof![2 => bytes(), 1 => spans(), 2 => numbers(), 1 => others(), 12 => fields()].boxed()
        }
    };
    prop_oneof![4 => vec(edit(), 1), 2 => vec(edit(), 2..4), 1 => vec(edit(), 4..12)]
}

fn at() -> impl Strategy<Value = Index> {
    any::<Index>()
}

fn length() -> impl Strategy<Value = usize> {
    prop_oneof![4 => 1..5_usize, 2 => 5..40_usize, 1 => 40..400_usize]
}

fn number() -> impl Strategy<Value = u128> {
    prop_oneof![2 => select(NUMBERS), 2 => any::<u8>().prop_map(u128::from), 1 => any::<u128>()]
}

fn bytes() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (at(), 0..8_u8).prop_map(|(at, bit)| Edit::FlipBit { at, bit }),
        (at(), any::<u8>()).prop_map(|(at, value)| Edit::SetByte { at, value }),
        (at(), prop_oneof![1..9_u8, 247..=255_u8]).prop_map(|(at, by)| Edit::AddToByte { at, by }),
        (at(), vec(any::<u8>(), 1..5)).prop_map(|(at, bytes)| Edit::Insert { at, bytes }),
    ]
}

fn spans() -> impl Strategy<Value = Edit> {
    let times = prop_oneof![8 => 1..4_usize, 1 => 4..100_usize];
    prop_oneof![
        4 => (at(), length()).prop_map(|(at, length)| Edit::Remove { at, length }),
        1 => at().prop_map(|at| Edit::Truncate { at }),
        4 => (at(), length(), times).prop_map(|(at, length, times)| Edit::Repeat { at, length, times }),
        4 => (at(), length(), at()).prop_map(|(at, length, to)| Edit::Move { at, length, to }),
    ]
}

fn numbers() -> impl Strategy<Value = Edit> {
    prop_oneof![
        3 => (at(), number(), select(&[1, 2, 4, 8, 16][..])).prop_map(|(at, value, width)| Edit::SetNumber {
            at,
            value,
            width
        }),
        1 => (at(), number()).prop_map(|(at, value)| Edit::SetVarint { at, value }),
    ]
}

fn words() -> impl Strategy<Value = Edit> {
    prop_oneof![
        9 => (at(), number()).prop_map(|(at, value)| Edit::SetDigits { at, value }),
        1 => (at(), select(WORDS)).prop_map(|(at, word)| Edit::SetWord { at, word: word.to_owned() }),
        4 => (at(), at(), at()).prop_map(|(at, input, from)| Edit::TakeWord { at, input, from }),
        2 => (at(), at()).prop_map(|(at, with)| Edit::SwapWords { at, with }),
    ]
}

fn items() -> impl Strategy<Value = Edit> {
    let value = prop_oneof![select(WORDS).prop_map(str::to_owned), number().prop_map(|n| n.to_string())];
    let times = prop_oneof![9 => 1..3_usize, 1 => 3..300_usize];
    prop_oneof![
        (at(), value).prop_map(|(at, value)| Edit::SetValue { at, value }),
        at().prop_map(|at| Edit::RemoveItem { at }),
        (at(), at(), at(), times).prop_map(|(at, input, from, times)| Edit::TakeItem {
            at,
            input,
            from,
            times
        }),
    ]
}

fn others() -> impl Strategy<Value = Edit> {
    prop_oneof![
        3 => (at(), at(), at(), length(), any::<bool>())
            .prop_map(|(at, input, from, length, over)| Edit::Splice { at, input, from, length, over }),
        1 => at().prop_map(|input| Edit::Append { input }),
    ]
}

fn fields() -> impl Strategy<Value = Edit> {
    let path = || vec(any::<Place>(), 1..6);
    let set = |number: u128| FieldChange::SetNumber(u64::try_from(number).unwrap_or(u64::MAX));
    let times = prop_oneof![9 => 2..4_usize, 1 => 4..300_usize];
    let change = prop_oneof![
        6 => number().prop_map(set),
        2 => Just(FieldChange::Remove),
        1 => times.prop_map(FieldChange::Repeat),
        1 => (8..128_u64).prop_map(FieldChange::SetKey),
        3 => Just(FieldChange::Take),
        1 => any::<(Place, u8)>().prop_map(|(at, byte)| FieldChange::Grow(at, byte)),
        1 => any::<Place>().prop_map(FieldChange::Shrink),
        1 => any::<(Place, u8)>().prop_map(|(at, byte)| FieldChange::SetByte(at, byte)),
    ];
    (path(), change, at(), path()).prop_map(|(path, change, input, taken)| Edit::Field {
        path,
        change,
        input,
        taken,
    })
}

impl Edit {
    /// Changes the input; `inputs` are all of the corpus.
    pub(crate) fn apply(&self, bytes: &mut Vec<u8>, inputs: &[Vec<u8>]) {
        let place = |at: &Index, bytes: &[u8]| at.index(bytes.len() + 1);
        match self {
            Edit::FlipBit { at, bit } => set(bytes, *at, |byte| byte ^ 1 << bit),
            Edit::SetByte { at, value } => set(bytes, *at, |_| *value),
            Edit::AddToByte { at, by } => set(bytes, *at, |byte| byte.wrapping_add(*by)),
            Edit::Insert { at, bytes: new } => put(bytes, span(place(at, bytes), 0), new),
            Edit::Remove { at, length } => put(bytes, span(place(at, bytes), *length), &[]),
            Edit::Truncate { at } => bytes.truncate(place(at, bytes)),
            Edit::Repeat { at, length, times } => {
                let at = place(at, bytes);
                let again = part(bytes, span(at, *length)).repeat(*times);
                put(bytes, span(at, 0), &again);
            }
            Edit::Move { at, length, to } => {
                let from = span(place(at, bytes), *length);
                let moved = part(bytes, from.clone()).to_vec();
                put(bytes, from, &[]);
                put(bytes, span(place(to, bytes), 0), &moved);
            }
            Edit::SetNumber { at, value, width } => {
                put(bytes, span(place(at, bytes), *width), part(&value.to_le_bytes(), span(0, *width)));
            }
            Edit::SetVarint { at, value } => {
                let at = place(at, bytes);
                let more = bytes[at..].iter().take_while(|byte| **byte >= 0x80).count();
                put(bytes, span(at, more + 1), &varint(*value));
            }
            Edit::SetWord { at, word } => put(bytes, find_word(bytes, place(at, bytes)), word.as_bytes()),
            Edit::TakeWord { at, input, from } => {
                let (word, other) = (find_word(bytes, place(at, bytes)), input.get(inputs));
                if let Some(taken) = find_word_like(part(bytes, word.clone()), other, place(from, other)) {
                    put(bytes, word, part(other, taken));
                }
            }
            Edit::SwapWords { at, with } => {
                let word = find_word(bytes, place(at, bytes));
                if let Some(other) = find_word_like(part(bytes, word.clone()), bytes, place(with, bytes)) {
                    swap(bytes, word, other);
                }
            }
            Edit::SetDigits { at, value } => {
                if let Some(digits) = find_word_like(b"0", bytes, place(at, bytes)) {
                    put(bytes, digits, value.to_string().as_bytes());
                }
            }
            Edit::SetValue { at, value } => {
                if let Some(place) = find_value(bytes, place(at, bytes)) {
                    put(bytes, place, value.as_bytes());
                }
            }
            Edit::RemoveItem { at } => {
                if let Some(item) = find_item(bytes, place(at, bytes)) {
                    put(bytes, item, &[]);
                }
            }
            Edit::TakeItem { at, input, from, times } => {
                let other = input.get(inputs);
                let taken = find_item(other, place(from, other));
                if let (Some(item), Some(taken)) = (find_item(bytes, place(at, bytes)), taken) {
                    put(bytes, span(item.end, 0), &part(other, taken).repeat(*times));
                }
            }
            Edit::Splice { at, input, from, length, over } => {
                let other = input.get(inputs);
                let taken = part(other, span(from.index(other.len()), *length));
                put(bytes, span(place(at, bytes), if *over { taken.len() } else { 0 }), taken);
            }
            Edit::Append { input } => bytes.extend(input.get(inputs)),
            Edit::Field { path, change, input, taken } => {
                // Nothing to change in what is no message any more.
                if let Some(changed) = change_field(bytes, path, change, input.get::<Vec<u8>>(inputs), taken)
                {
                    *bytes = changed;
                }
            }
        }
    }
}

fn set(bytes: &mut [u8], at: Index, change: impl FnOnce(u8) -> u8) {
    if !bytes.is_empty() {
        let at = at.index(bytes.len());
        bytes[at] = change(bytes[at]);
    }
}

fn span(from: usize, length: usize) -> Range<usize> {
    from..from + length
}

/// What there is of a span.
fn part(bytes: &[u8], Range { start, end }: Range<usize>) -> &[u8] {
    &bytes[start..bytes.len().min(end)]
}

/// Puts `new` in the place of what there is of a span.
fn put(bytes: &mut Vec<u8>, Range { start, end }: Range<usize>, new: &[u8]) {
    let end = bytes.len().min(end);
    bytes.splice(start..end, new.iter().copied());
}

/// The two spans change places, unless they are the same.
fn swap(bytes: &mut Vec<u8>, one: Range<usize>, other: Range<usize>) {
    if one.start != other.start {
        let (first, last) = if one.start < other.start { (one, other) } else { (other, one) };
        let (earlier, later) = (part(bytes, first.clone()).to_vec(), part(bytes, last.clone()).to_vec());
        // The later one first, so that the earlier one stays where it is.
        put(bytes, last, &earlier);
        put(bytes, first, &later);
    }
}

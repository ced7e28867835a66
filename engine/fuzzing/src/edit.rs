//! Changes to an input.

use proptest::{
    collection::vec,
    prelude::{Strategy, any},
    prop_oneof,
    sample::{Index, select},
};

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

/// What may stand where a number or a name stood in a text.
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
    /// The word from there on becomes a number or one of [`WORDS`].
    SetWord {
        at: Index,
        word: String,
    },
    /// The word from there on becomes one of another input.
    TakeWord {
        at: Index,
        input: Index,
        from: Index,
    },
    SwapWords {
        at: Index,
        with: Index,
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
}

/// A list of changes, mostly short.
pub(crate) fn edits() -> impl Strategy<Value = Vec<Edit>> {
    prop_oneof![3 => vec(edit(), 1), 2 => vec(edit(), 2..4), 1 => vec(edit(), 4..12)]
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<Index>;
    let length = || prop_oneof![4 => 1..5_usize, 2 => 5..40_usize, 1 => 40..400_usize];
    let number = || prop_oneof![select(NUMBERS), any::<u8>().prop_map(u128::from), any::<u128>()];
    let word = prop_oneof![
        select(WORDS).prop_map(str::to_owned),
        select(NUMBERS).prop_map(|number| number.to_string()),
        any::<u8>().prop_map(|number| number.to_string()),
    ];
    let bytes = prop_oneof![
        (at(), 0..8_u8).prop_map(|(at, bit)| Edit::FlipBit { at, bit }),
        (at(), any::<u8>()).prop_map(|(at, value)| Edit::SetByte { at, value }),
        (at(), prop_oneof![1..9_u8, 247..=255_u8]).prop_map(|(at, by)| Edit::AddToByte { at, by }),
        (at(), vec(any::<u8>(), 1..5)).prop_map(|(at, bytes)| Edit::Insert { at, bytes }),
    ];
    let spans = prop_oneof![
        4 => (at(), length()).prop_map(|(at, length)| Edit::Remove { at, length }),
        1 => at().prop_map(|at| Edit::Truncate { at }),
        4 => (at(), length(), prop_oneof![8 => 1..4_usize, 1 => 4..100_usize])
            .prop_map(|(at, length, times)| Edit::Repeat { at, length, times }),
        4 => (at(), length(), at()).prop_map(|(at, length, to)| Edit::Move { at, length, to }),
    ];
    let numbers = prop_oneof![
        (at(), number(), select(&[1, 2, 4, 8, 16][..])).prop_map(|(at, value, width)| Edit::SetNumber {
            at,
            value,
            width
        }),
        (at(), number()).prop_map(|(at, value)| Edit::SetVarint { at, value }),
    ];
    let words = prop_oneof![
        (at(), word).prop_map(|(at, word)| Edit::SetWord { at, word }),
        (at(), at(), at()).prop_map(|(at, input, from)| Edit::TakeWord { at, input, from }),
        (at(), at()).prop_map(|(at, with)| Edit::SwapWords { at, with }),
    ];
    let others = prop_oneof![
        4 => (at(), at(), at(), length(), any::<bool>())
            .prop_map(|(at, input, from, length, over)| Edit::Splice { at, input, from, length, over }),
        1 => at().prop_map(|input| Edit::Append { input }),
    ];
    prop_oneof![3 => bytes, 2 => spans, 3 => numbers, 5 => words, 2 => others]
}

impl Edit {
    /// Changes the input; `inputs` are all of the corpus.
    pub(crate) fn apply(&self, bytes: &mut Vec<u8>, inputs: &[Vec<u8>]) {
        match self {
            Edit::FlipBit { at, bit } => set(bytes, *at, |byte| byte ^ 1 << bit),
            Edit::SetByte { at, value } => set(bytes, *at, |_| *value),
            Edit::AddToByte { at, by } => set(bytes, *at, |byte| byte.wrapping_add(*by)),
            Edit::Insert { at, bytes: new } => put(bytes, at.index(bytes.len() + 1), 0, new),
            Edit::Remove { at, length } => put(bytes, at.index(bytes.len() + 1), *length, &[]),
            Edit::Truncate { at } => bytes.truncate(at.index(bytes.len() + 1)),
            Edit::Repeat { at, length, times } => {
                let at = at.index(bytes.len() + 1);
                let again = span(bytes, at, *length).repeat(*times);
                put(bytes, at, 0, &again);
            }
            Edit::Move { at, length, to } => {
                let at = at.index(bytes.len() + 1);
                let moved = span(bytes, at, *length).to_vec();
                put(bytes, at, *length, &[]);
                put(bytes, to.index(bytes.len() + 1), 0, &moved);
            }
            Edit::SetNumber { at, value, width } => {
                put(bytes, at.index(bytes.len() + 1), *width, span(&value.to_le_bytes(), 0, *width));
            }
            Edit::SetVarint { at, value } => {
                let at = at.index(bytes.len() + 1);
                let more = bytes[at..].iter().take_while(|byte| **byte >= 0x80).count();
                put(bytes, at, more + 1, &varint(*value));
            }
            Edit::SetWord { at, word } => {
                let (from, length) = find_word(bytes, *at);
                put(bytes, from, length, word.as_bytes());
            }
            Edit::TakeWord { at, input, from } => {
                let other = input.get(inputs);
                let (other_from, other_length) = find_word(other, *from);
                let (from, length) = find_word(bytes, *at);
                put(bytes, from, length, span(other, other_from, other_length));
            }
            Edit::SwapWords { at, with } => swap_words(bytes, *at, *with),
            Edit::Splice { at, input, from, length, over } => {
                let other = input.get(inputs);
                let taken = span(other, from.index(other.len()), *length);
                put(bytes, at.index(bytes.len() + 1), if *over { taken.len() } else { 0 }, taken);
            }
            Edit::Append { input } => bytes.extend(input.get(inputs)),
        }
    }
}

fn set(bytes: &mut [u8], at: Index, change: impl FnOnce(u8) -> u8) {
    if !bytes.is_empty() {
        let at = at.index(bytes.len());
        bytes[at] = change(bytes[at]);
    }
}

/// What there is of a span.
fn span(bytes: &[u8], from: usize, length: usize) -> &[u8] {
    &bytes[from..bytes.len().min(from + length)]
}

/// Puts `new` in the place of what there is of a span.
fn put(bytes: &mut Vec<u8>, from: usize, length: usize, new: &[u8]) {
    let until = bytes.len().min(from + length);
    bytes.splice(from..until, new.iter().copied());
}

fn varint(mut value: u128) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            bytes.push(low & 0x7f);
            return bytes;
        }
        bytes.push(low | 0x80);
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The word around a place or, where there is none, the next one: where it begins and its length, which may be 0.
fn find_word(bytes: &[u8], at: Index) -> (usize, usize) {
    let at = at.index(bytes.len() + 1);
    let begin = bytes[..at].iter().rposition(|byte| !is_word(*byte)).map_or(0, |before| before + 1);
    let begin = if bytes.get(at).is_some_and(|byte| is_word(*byte)) {
        begin
    } else {
        bytes[at..].iter().position(|byte| is_word(*byte)).map_or(bytes.len(), |more| at + more)
    };
    (begin, bytes[begin..].iter().take_while(|byte| is_word(**byte)).count())
}

fn swap_words(bytes: &mut Vec<u8>, at: Index, with: Index) {
    let ((a, a_length), (b, b_length)) = (find_word(bytes, at), find_word(bytes, with));
    if a == b {
        return;
    }
    // The later one first, so that the earlier one stays where it is.
    let (first, first_length, last, last_length) =
        if a < b { (a, a_length, b, b_length) } else { (b, b_length, a, a_length) };
    let earlier = span(bytes, first, first_length).to_vec();
    let later = span(bytes, last, last_length).to_vec();
    put(bytes, last, last_length, &earlier);
    put(bytes, first, first_length, &later);
}

//! Words and items of a text, as far as changes need to know them: no parser, so that broken texts have them, too.

use std::ops::Range;

/// What can take each other's place and mostly still make sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Name,
    /// What stands without quotation marks.
    Literal,
    /// A key, a mask, a hash; keys of different length differ in kind.
    Key(usize),
}

fn kind(word: &[u8]) -> Kind {
    if [&b"true"[..], b"false", b"null"].contains(&word) {
        Kind::Literal
    } else if word.iter().all(u8::is_ascii_digit) && word.len() < 20 {
        Kind::Number
    } else if word.iter().any(u8::is_ascii_digit) {
        Kind::Key(word.len())
    } else {
        Kind::Name
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The word around a place or, where there is none, the next one; empty at the end.
pub(crate) fn find_word(bytes: &[u8], at: usize) -> Range<usize> {
    let start = if bytes.get(at).is_some_and(|byte| is_word(*byte)) {
        bytes[..at].iter().rposition(|byte| !is_word(*byte)).map_or(0, |before| before + 1)
    } else {
        bytes[at..].iter().position(|byte| is_word(*byte)).map_or(bytes.len(), |more| at + more)
    };
    start..start + bytes[start..].iter().take_while(|byte| is_word(**byte)).count()
}

/// The next word of the same kind, from the front again after the end.
pub(crate) fn find_word_like(word: &[u8], bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let kind_wanted = kind(word);
    let from = |mut at: usize| loop {
        let found = find_word(bytes, at);
        if found.is_empty() {
            return None;
        }
        if kind(&bytes[found.clone()]) == kind_wanted {
            return Some(found);
        }
        at = found.end;
    };
    from(at).or_else(|| from(0))
}

/// An item of a list or an object with the comma before it. None where there is no comma.
pub(crate) fn find_item(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let start = find_before(bytes, at, b',')?;
    Some(start..find_end(bytes, start + 1))
}

/// The value of a field, without its colon. None where there is no colon.
pub(crate) fn find_value(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let start = find_before(bytes, at, b':')? + 1;
    Some(start..find_end(bytes, start))
}

/// Where this byte stands at or before the place, else where it stands first.
fn find_before(bytes: &[u8], at: usize, wanted: u8) -> Option<usize> {
    let is_it = |byte: &u8| *byte == wanted;
    let before = bytes[..bytes.len().min(at + 1)].iter().rposition(is_it);
    before.or_else(|| bytes.iter().position(is_it))
}

/// The next comma or closing bracket outside of brackets that open on the way.
fn find_end(bytes: &[u8], from: usize) -> usize {
    let mut depth = 0_u32;
    for (index, byte) in bytes.iter().enumerate().skip(from) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' | b',' if depth == 0 => return index,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"{\"parts\":80,\"to\":{\"assign\":7,\"x\":[1,2]},\"side\":\"bid\"}";

    fn text(range: Range<usize>) -> &'static str {
        str::from_utf8(&TEXT[range]).unwrap()
    }

    #[test]
    fn words_are_found_around_and_after() {
        assert_eq!(text(find_word(TEXT, 0)), "parts");
        assert_eq!(text(find_word(TEXT, 4)), "parts");
        assert_eq!(text(find_word(TEXT, 7)), "80");
        assert_eq!(text(find_word(TEXT, TEXT.len() - 1)), "");
        assert_eq!(find_word(b"", 0), 0..0);
    }

    #[test]
    fn words_of_a_kind_are_found_all_around() {
        let like = |word, at| find_word_like(word, TEXT, at).map(text);
        assert_eq!(like(b"5", 0), Some("80"));
        assert_eq!(like(b"5", 13), Some("7"));
        assert_eq!(like(b"5", TEXT.len()), Some("80"));
        assert_eq!(like(b"a", 10), Some("to"));
        assert_eq!(like(b"0xab", 10), None);
        assert_eq!(like(b"true", 10), None);
    }

    #[test]
    fn items_keep_their_brackets() {
        let item = |at| text(find_item(TEXT, at).unwrap());
        let to = ",\"to\":{\"assign\":7,\"x\":[1,2]}";
        assert_eq!((item(12), item(3)), (to, to));
        assert_eq!(item(32), ",\"x\":[1,2]");
        assert_eq!(item(TEXT.len()), ",\"side\":\"bid\"");
        let value = |at| text(find_value(TEXT, at).unwrap());
        assert_eq!((value(0), value(12)), ("80", "80"));
        assert_eq!(value(17), "{\"assign\":7,\"x\":[1,2]}");
        assert_eq!((find_item(b"{}", 1), find_value(b"{}", 1)), (None, None));
        assert_eq!(find_item(b",[", 1), Some(0..2));
    }
}

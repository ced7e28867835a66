//! Changes to the fields of a protobuf message, nested ones included: lengths are made right again, so that what is
//! changed still decodes.

use std::ops::Range;

/// A place, taken modulo what is there.
pub(crate) type Place = u16;

/// What becomes of a field.
#[derive(Clone, Debug)]
pub(crate) enum FieldChange {
    /// A number becomes this one; in other fields nothing changes.
    SetNumber(u64),
    Remove,
    Repeat(usize),
    /// Another field number, another wire type.
    SetKey(u64),
    /// A field of another input comes behind it.
    Take,
    /// Bytes or a text get a byte more, a byte less, or another byte.
    Grow(Place, u8),
    Shrink(Place),
    SetByte(Place, u8),
}

/// A field, by places in its message.
#[derive(Debug, PartialEq, Eq)]
struct Field {
    all: Range<usize>,
    key: u64,
    value: Range<usize>,
}

const NUMBER: u64 = 0;
const BYTES: u64 = 2;

impl Field {
    fn wire_type(&self) -> u64 {
        self.key & 7
    }

    /// With another value; bytes with their length.
    fn with_value(&self, value: &[u8]) -> Vec<u8> {
        let mut field = varint(self.key.into());
        if self.wire_type() == BYTES {
            field.extend(varint(value.len() as u128));
        }
        field.extend(value);
        field
    }
}

/// The number in base 128, as protobuf writes it.
pub(crate) fn varint(mut value: u128) -> Vec<u8> {
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

/// The number that begins there, and where it ends.
fn read_varint(bytes: &[u8], from: usize) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for (index, byte) in bytes.get(from..)?.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, from + index + 1));
        }
    }
    None
}

/// The fields of a message, if the bytes look like one.
fn fields(bytes: &[u8]) -> Option<Vec<Field>> {
    let (mut fields, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let (key, after_key) = read_varint(bytes, at)?;
        let value = match key & 7 {
            NUMBER => after_key..read_varint(bytes, after_key)?.1,
            1 => after_key..after_key + 8,
            BYTES => {
                let (length, begin) = read_varint(bytes, after_key)?;
                begin..begin.checked_add(usize::try_from(length).ok()?)?
            }
            5 => after_key..after_key + 4,
            _ => return None,
        };
        if key < 8 || value.end > bytes.len() {
            return None;
        }
        let all = at..value.end;
        at = all.end;
        fields.push(Field { all, key, value });
    }
    Some(fields)
}

fn among(place: Place, count: usize) -> usize {
    usize::from(place) % count
}

/// The field that the path leads to, as deep as there are messages.
fn find<'a>(bytes: &'a [u8], path: &[Place]) -> Option<&'a [u8]> {
    let (at, deeper) = path.split_first()?;
    let fields = fields(bytes).filter(|fields| !fields.is_empty())?;
    let field = &fields[among(*at, fields.len())];
    let inner = if field.wire_type() == BYTES { find(&bytes[field.value.clone()], deeper) } else { None };
    inner.or(Some(&bytes[field.all.clone()]))
}

/// The message with that field changed; `taken` leads to the field of `other` that may be taken.
pub(crate) fn change_field(
    bytes: &[u8],
    path: &[Place],
    change: &FieldChange,
    other: &[u8],
    taken: &[Place],
) -> Option<Vec<u8>> {
    let (at, deeper) = path.split_first()?;
    let fields = fields(bytes).filter(|fields| !fields.is_empty())?;
    let field = &fields[among(*at, fields.len())];
    let (old, value) = (&bytes[field.all.clone()], &bytes[field.value.clone()]);
    let is_bytes = field.wire_type() == BYTES;
    let inner = if is_bytes { change_field(value, deeper, change, other, taken) } else { None };
    let new = match (inner, change) {
        (Some(inner), _) => field.with_value(&inner),
        (None, FieldChange::SetNumber(number)) if field.wire_type() == NUMBER => {
            field.with_value(&varint((*number).into()))
        }
        (None, FieldChange::Remove) => Vec::new(),
        (None, FieldChange::Repeat(times)) => old.repeat(*times),
        (None, FieldChange::SetKey(key)) => Field { key: *key, all: 0..0, value: 0..0 }.with_value(value),
        (None, FieldChange::Take) => [old, find(other, taken)?].concat(),
        (None, FieldChange::Grow(at, byte)) if is_bytes => {
            let at = among(*at, value.len() + 1);
            field.with_value(&[&value[..at], &[*byte], &value[at..]].concat())
        }
        (None, FieldChange::Shrink(at)) if is_bytes && !value.is_empty() => {
            let at = among(*at, value.len());
            field.with_value(&[&value[..at], &value[at + 1..]].concat())
        }
        (None, FieldChange::SetByte(at, byte)) if is_bytes && !value.is_empty() => {
            let mut value = value.to_vec();
            let at = among(*at, value.len());
            value[at] = *byte;
            field.with_value(&value)
        }
        (None, _) => old.to_vec(),
    };
    Some([&bytes[..field.all.start], &new, &bytes[field.all.end..]].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{ 1: 300, 2: { 1: 7, 3: "!!" } }`
    const MESSAGE: &[u8] = b"\x08\xac\x02\x12\x06\x08\x07\x1a\x02!!";

    #[test]
    fn messages_have_fields_and_texts_have_none() {
        let keys =
            |bytes| fields(bytes).map(|fields| fields.iter().map(|field| field.key).collect::<Vec<_>>());
        assert_eq!(keys(MESSAGE), Some(vec![0x08, 0x12]));
        assert_eq!(keys(b"!!"), None);
        assert_eq!(keys(&MESSAGE[..MESSAGE.len() - 1]), None);
        assert_eq!(keys(b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), None);
        assert_eq!(keys(b""), Some(vec![]));
    }

    #[test]
    fn lengths_are_right_again() {
        let change = |bytes: &[u8], path: &[Place], change| change_field(bytes, path, &change, MESSAGE, &[0]);
        let inner = &MESSAGE[3..];
        assert_eq!(
            change(MESSAGE, &[0], FieldChange::SetNumber(1)).unwrap(),
            b"\x08\x01\x12\x06\x08\x07\x1a\x02!!"
        );
        assert_eq!(
            change(inner, &[0, 0], FieldChange::SetNumber(300)).unwrap(),
            b"\x12\x07\x08\xac\x02\x1a\x02!!"
        );
        assert_eq!(change(inner, &[0, 0], FieldChange::Remove).unwrap(), b"\x12\x04\x1a\x02!!");
        let taken = change(inner, &[0, 0], FieldChange::Take).unwrap();
        assert_eq!(taken, b"\x12\x09\x08\x07\x08\xac\x02\x1a\x02!!");
        assert_eq!(change(b"\x1a\x02!!", &[0], FieldChange::Shrink(0)).unwrap(), b"\x1a\x01!");
        assert_eq!(change(b"!!", &[0], FieldChange::Remove), None);
    }
}
